"""A Model Context Protocol server: assistants ask what dwell answers, and change nothing (extra `mcp`)."""
