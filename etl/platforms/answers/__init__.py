"""Lists that sites answer as data: JSON, markup inside JSON, feeds and sitemaps."""
