"""Contract tests for plug-ins, shipped so that outside providers can run them."""
