"""Inspection of records after four properties: authenticity, integrity, usability, safety (docs/inspection.md)."""
