"""Turns a vendor's bytes into rows that can be loaded: one folder per vendor, `files` for exports on disk."""
