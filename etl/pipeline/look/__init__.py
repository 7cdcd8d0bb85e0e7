"""Looking at one page in a real browser, while a source file is drafted: what it requests, and what it then shows."""
