"""From labelled text in ``corpora/`` to a model folder in ``models/``."""
