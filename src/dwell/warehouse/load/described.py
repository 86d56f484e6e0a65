"""Which columns say what a table exists for."""

from __future__ import annotations

from dwell.records import Table

_NAMES = frozenset({"handle", "platform", "url", "hashtags", "media_type", "provisional", "niche"})


def described(table: Table) -> frozenset[str]:
    """Columns of a table of newest values that say something of what its key names; a link or a name does not."""
    return frozenset(table.values) - _NAMES
