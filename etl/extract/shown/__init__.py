"""The tree of a page as its reader sees it: what scripts write and styles hide, raised digits, formulas, text that
the page carries as data.
"""
