"""Records: versions, corrections, the change feed, texts of attachments, near duplicates."""
