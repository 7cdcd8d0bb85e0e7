"""One module a family. Adding one touches no other module."""
