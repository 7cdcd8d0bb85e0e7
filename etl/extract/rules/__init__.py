"""Rules that read fields, title and attachments from a page, and the choice between their results."""
