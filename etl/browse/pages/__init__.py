"""The content of each page of the archive browser, as plain values for its template."""
