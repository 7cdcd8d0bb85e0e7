"""What the elements and scripts of a list page are, for all families: their words, where they lead, the boxes that
they stand in.
"""
