"""Hashtags in a caption."""

from __future__ import annotations

import re

from dwell.text.words import lower

BLANKS = "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
PATTERN = rf"""^[^{BLANKS}@.,;:!?…"'()\[\]{{}}<>|/\\]+"""
"""What follows a `#`, to the first blank or sign."""
_KEYS = ("name", "hashtag_?[nN]ame", "title")
NAMES_IN_OBJECTS = tuple(rf"""['"]{key}['"] *: *['"]([^'"]*)['"]""" for key in _KEYS)
"""The names of hashtags in a list of objects, as JSON or Python write it; the first key that occurs has them."""

_TAG = re.compile(PATTERN)


def extract_hashtags(caption: str | None) -> list[str] | None:
    """The hashtags of a caption, lower case, without `#`, each once, in order; None where the caption is unknown."""
    if caption is None:
        return None
    if "#" not in caption:
        return []
    tags = (_TAG.match(part) for part in lower(caption).split("#")[1:])
    return list(dict.fromkeys(tag[0] for tag in tags if tag))
