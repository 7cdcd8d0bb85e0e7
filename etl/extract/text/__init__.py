"""Where the main text begins and ends, and how it is written out."""
