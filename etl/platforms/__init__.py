"""Platform families: how their sites list documents, and where body and fields stand in a page."""
