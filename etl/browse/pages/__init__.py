"""What each page of the archive browser shows, as plain values for its template."""
