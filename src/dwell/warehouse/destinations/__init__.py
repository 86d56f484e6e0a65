"""Tables loaded into another database or a folder, incrementally and exactly once."""
