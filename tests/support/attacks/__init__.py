"""Attacks on an archive: tests try a few rounds of each, `python -m bench.attacks` many, drawn anew."""
