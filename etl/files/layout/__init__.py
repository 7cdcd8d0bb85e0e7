"""From positioned words to lines and tables."""
