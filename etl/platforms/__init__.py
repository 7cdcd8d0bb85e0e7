"""Platform families: how their sites list documents, and where body and fields are in a page."""
