"""The words of the archive browser in Chinese and English."""
