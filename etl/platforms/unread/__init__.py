"""Signs that a list has documents which were not read."""
