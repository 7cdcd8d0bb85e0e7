"""Code shared by several families: rows of a list, pagers, responses as data, links to lists, feeds."""
