"""``python -m signalread`` is the command line."""

from signalread.cli import main

main()
