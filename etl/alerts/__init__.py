"""What should wake somebody: problems of the archive, in words, sent to people."""
