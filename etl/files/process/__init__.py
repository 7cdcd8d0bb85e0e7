"""The processes that read files and may be killed, and how they are talked to."""
