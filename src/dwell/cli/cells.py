"""Formats one value of a table, as notebooks do."""

from dwell.results.cells import UNKNOWN, format_cell

__all__ = ["UNKNOWN", "format_cell"]
