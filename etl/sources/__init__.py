"""The schema of source files."""
