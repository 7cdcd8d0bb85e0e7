"""What words mean, without a page: labels, dates, document numbers, index numbers, values."""
