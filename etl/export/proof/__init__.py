"""Proofs: a record or a capture with the evidence of when the archive had it (docs/proofs.md)."""
