"""Code that several families share: rows of a list, links to lists, feeds, repeated rows."""
