"""A vendor's bytes become rows that can be loaded: one folder a vendor, `files` for exports that lie on disk."""
