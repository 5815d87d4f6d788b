"""Segments in, readings out: which labels a segment carries, how sure, and on what it rests."""

from signalread.classification.classifier import Classifier, Passage, classify_segments

__all__ = ["Classifier", "Passage", "classify_segments"]
