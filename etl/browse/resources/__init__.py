"""What the HTTP API answers, with the names of `api_v1`."""
