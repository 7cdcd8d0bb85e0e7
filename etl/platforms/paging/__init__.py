"""How a list goes on: its pager, and the numbers of pages and documents that a page states."""
