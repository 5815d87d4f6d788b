"""What makes the model and the corpora, and the proofs of what the documentation says."""
