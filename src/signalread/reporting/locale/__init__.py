"""The catalogues; ``python -m signalread.reporting.locale`` brings them into step with the code."""
