"""The answers of the HTTP API, with the names of `api_v1`."""
