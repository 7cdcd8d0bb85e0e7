"""Reading fetched pages: each once, in processes that can be killed."""
