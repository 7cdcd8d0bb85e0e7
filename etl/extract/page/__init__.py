"""A page as a person sees it: what is visible, where the main text stands, and how it is rendered."""
