"""The command line: one file per command; each queries the workspace and prints the result."""
