"""One module for each platform family. docs/adding-a-platform.md says how to add one."""
