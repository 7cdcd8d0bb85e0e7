"""Looking at a site before it is a source: its lists, and the draft of a source file."""
