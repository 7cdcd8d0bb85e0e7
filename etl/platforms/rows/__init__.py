"""The rows of a list: each document with its title, date and fields."""
