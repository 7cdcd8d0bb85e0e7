"""The archive in numbers, in the text format of Prometheus."""
