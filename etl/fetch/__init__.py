"""Fetching: pace of hosts, robots.txt, the address guard, and the classification of responses as outcomes."""
