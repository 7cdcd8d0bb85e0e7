"""The archive: what is stored, known and kept of disclosed documents."""
