"""A page as a person sees it: its visible parts, the position of the main text, and its rendering."""
