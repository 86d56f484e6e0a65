"""What a caption holds besides words."""

from __future__ import annotations

import re

_HASHTAG = re.compile(r"#([^\s#@.,;:!?…\"'()\[\]{}<>|/\\]+)")


def hashtags(caption: str | None) -> list[str]:
    """The hashtags of a caption, lower case, without `#`, each once, in order."""
    return list(dict.fromkeys(tag.lower() for tag in _HASHTAG.findall(caption or "")))
