"""The stages of a run: list, fetch, extract, reconcile; attachments and re-extraction beside them."""
