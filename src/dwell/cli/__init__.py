"""The command line: one file a command, each asks the workspace and prints the answer."""
