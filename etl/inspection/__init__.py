"""Inspection of records for four properties: authenticity, integrity, usability, safety (docs/inspection.md)."""
