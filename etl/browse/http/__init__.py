"""Routes, responses, sessions and errors of the archive browser."""
