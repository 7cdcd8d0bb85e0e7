"""Alerts: problems of the archive as messages that are sent to people."""
