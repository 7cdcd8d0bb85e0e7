"""Examining an installation: every part that the archive needs, each fault by name, with what to do about it."""
