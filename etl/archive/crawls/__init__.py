"""Runs: their plans, captures, logs, reports and checks."""
