"""Code that several families share: rows of a list, pagers, answers as data, links to lists, feeds."""
