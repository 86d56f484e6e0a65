"""Hashtags in a caption."""

from __future__ import annotations

import re

_HASHTAG = re.compile(r"#([^\s#@.,;:!?…\"'()\[\]{}<>|/\\]+)")


def extract_hashtags(caption: str | None) -> list[str] | None:
    """The hashtags of a caption, lower case, without `#`, each once, in order; None where the caption is unknown."""
    if caption is None:
        return None
    return list(dict.fromkeys(tag.lower() for tag in _HASHTAG.findall(caption)))
