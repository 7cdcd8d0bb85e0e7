"""Keeping what is stored: fixity, garbage collection, backup, rebuild."""
