"""Values as JSON for an assistant: what strangers wrote stands in an object of its own, with visible signs only."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from dwell.visible import mark

OTHERS_TEXT = frozenset({"caption", "title", "display_name", "description", "hashtags", "text", "comment"})
"""Names of values that people outside wrote: an assistant must not take them for what it is told to do."""

MARK = "text_by_others"


def to_json(value: Any, name: str = "") -> Any:
    r"""A value for JSON: instants as ISO 8601 in UTC, never NaN, signs that nobody sees as `\u202e`.

    Args:
        value: What to convert; mappings and sequences with all that is in them.
        name: What the value is called: a name of `OTHERS_TEXT` puts it into `{"text_by_others": ...}`.
    """
    if value is None or isinstance(value, (bool, int)):
        return value
    if name in OTHERS_TEXT:
        return {MARK: to_json(value)}
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, Mapping):
        return {mark(str(key)): to_json(each, str(key)) for key, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [to_json(each) for each in value]
    if isinstance(value, (date, Path)):
        return mark(str(value))
    if hasattr(value, "item"):  # a number of NumPy
        return to_json(value.item(), name)
    return mark(str(value))
