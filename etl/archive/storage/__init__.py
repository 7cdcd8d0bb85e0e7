"""The database and the bucket themselves: connections, tables, layout, consistency of the two."""
