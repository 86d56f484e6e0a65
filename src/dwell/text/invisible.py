"""Characters that nobody sees in a header: soft hyphens, zero-width spaces, marks of direction, a byte order mark."""

from __future__ import annotations

INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"

_NOTHING = dict.fromkeys(map(ord, INVISIBLE))


def drop_invisible(text: str) -> str:
    """The text without them; YouTube Studio, for one, writes `Aver\u00adage view dur\u00adation`."""
    return text.translate(_NOTHING)
