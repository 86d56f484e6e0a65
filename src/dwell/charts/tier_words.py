"""What a row of `tiers` compares, and its values, in words: for the chart, the page and the terminal alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dwell.charts.formatting import UNKNOWN, WEEKDAYS, column_label, number, percent

_UNITS = {"duration_s": " s", "caption_length": " characters"}


def dimension_label(row: Mapping[str, Any]) -> str:
    """What a row of `tiers` compares, in words: "Length", "Posted on Tue", "#recipe"."""
    dimension, level = str(row.get("dimension")), row.get("level")
    if level is None or level == "":
        return column_label(dimension).capitalize()
    text = str(level)
    if dimension == "weekday":
        return f"Posted on {WEEKDAYS[int(text) - 1] if text.isdigit() and 1 <= int(text) <= 7 else text}"
    if dimension == "hour":
        return f"Posted {int(text):02d}:00–{int(text):02d}:59" if text.isdigit() else f"Posted at {text}"
    if dimension in {"hashtag", "hashtags"} and not text[:1].isdigit():
        return text if text.startswith("#") else f"#{text}"
    if dimension == "sound_original":
        return "Original sound" if text.lower() in {"true", "original", "yes"} else f"Sound: {text}"
    return f"{column_label(dimension).capitalize()}: {text}"


def side(row: Mapping[str, Any], which: str) -> str:
    """The value of the `top` or `bottom` posts: a share where the row has a level, else a median with its unit."""
    value = row.get(which)
    if value is None:
        return UNKNOWN
    if row.get("level") not in (None, ""):
        return percent(value, 0)
    return f"{number(value, 1)}{_UNITS.get(str(row.get('dimension')), '')}"
