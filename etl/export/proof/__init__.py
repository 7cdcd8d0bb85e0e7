"""Proofs: a record or a capture with all that shows when the archive had it (docs/proofs.md)."""
