"""signalread inside other libraries: a spaCy component and a scikit-learn estimator."""
