"""Proposals of what a source file says, for a site of no known family."""
