"""Questions that readers ask: search and citation."""
