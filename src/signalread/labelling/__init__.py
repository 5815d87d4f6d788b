"""Labelled text: label files of other tools in and out, agreement, and what to label next."""
