"""Search and citation."""
