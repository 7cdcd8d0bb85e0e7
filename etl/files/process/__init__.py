"""The processes that read files and can be killed, and the communication with them."""
