"""What several families share: rows of a list, columns, feeds, repeated rows."""
