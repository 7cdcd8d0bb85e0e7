"""The meaning of words, independent of a page: labels, dates, document numbers, index numbers, values."""
