"""Values as JSON for an assistant: what strangers wrote stands in an object of its own, with visible signs only."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from dwell.visible import mark

OTHERS_TEXT = frozenset({"caption", "title", "display_name", "description", "hashtags", "text", "comment", "metadata"})
"""Names of values that people outside wrote: an assistant must not take them for what it is told to do."""

_ID = re.compile(r"[0-9]{1,25}")
_HANDLE = re.compile(r"[\w.-]{1,64}")
_LINK = re.compile(
    r"https://www\.tiktok\.com/@[\w.-]{0,64}/(?:video|photo)/[0-9]{1,25}"
    r"|https://www\.youtube\.com/(?:shorts/|watch\?v=)[\w-]{11}"
)
PLAIN = {
    "url": _LINK,
    "video_link": _LINK,
    "sound_id": _ID,
    "post_id": re.compile(r"[\w-]{1,25}"),
    "handle": _HANDLE,
    "creator": _HANDLE,
    "media_type": re.compile("video|photo|long"),
}
"""Names of values that come from outside, too -> what they are when they are an id, a link that dwell makes of ids, or
a word of dwell's own: these stay plain, and anything else is text of others."""

MARK = "text_by_others"


def is_by_others(name: str, value: Any) -> bool:
    """Whether a value is what people outside wrote, and not an id or a word of dwell's own.

    Args:
        name: What it is called.
        value: The value; an unknown one is nobody's text.
    """
    if value is None or name in OTHERS_TEXT:
        return value is not None
    return name in PLAIN and isinstance(value, str) and PLAIN[name].fullmatch(value) is None


def to_json(value: Any, name: str = "") -> Any:
    r"""A value for JSON: instants as ISO 8601 in UTC, never NaN, signs that nobody sees as `\u202e`.

    Args:
        value: What to convert; mappings and sequences with all that is in them.
        name: What the value is called: what others wrote is put into `{"text_by_others": ...}`.
    """
    if value is None or isinstance(value, (bool, int)):
        return value
    if is_by_others(name, value):
        return {MARK: to_json(value)}
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, Mapping):
        return {mark(str(key)): to_json(each, str(key)) for key, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [to_json(each, name if name in PLAIN else "") for each in value]
    if isinstance(value, (date, Path)):
        return mark(str(value))
    if hasattr(value, "item"):  # a number of NumPy
        return to_json(value.item(), name)
    return mark(str(value))
