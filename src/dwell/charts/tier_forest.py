"""What distinguishes the top quarter of an account's posts from the bottom quarter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import altair as alt

from dwell.charts.forest import ForestRow, forest
from dwell.charts.formatting import UNKNOWN, WEEKDAYS, column_label, number, percent, with_interval
from dwell.charts.theme import WIDE, apply_theme, empty_chart

MAX_ROWS = 14
_UNITS = {"duration_s": " s", "caption_length": " characters"}


def tiers(tiers: Iterable[Mapping[str, Any]], *, width: int = WIDE) -> alt.TopLevelMixin:
    """Forest plot of each difference between top and bottom quartile, with its interval; grey: does not separate them.

    Args:
        tiers: Rows of `tiers`, with the numbers of posts in `meta` when it is a Result. Effects of one name share a
            panel; those whose name contains "ratio" are drawn on a logarithmic axis around 1.
        width: Whole width, pixels.
    """
    meta: Mapping[str, Any] = getattr(tiers, "meta", {})
    title = "Top quarter of posts by engagement rate against the bottom quarter"
    every = [row for row in tiers if row.get("effect") is not None]
    if not every:
        return empty_chart(title, meta.get("verdict") or "Too few eligible posts to split into quarters.", width)
    chosen = sorted(every, key=lambda row: (not row.get("separates"), -_effect_size(row)))[:MAX_ROWS]
    all_rows = [_row(row) for row in chosen]
    panels = [
        _panel([row for row in chosen if str(row.get("effect_name")) == kind], kind, width, all_rows)
        for kind in _kinds(chosen)
    ]
    posts = f"{meta['n_top']} top and {meta['n_bottom']} bottom posts · " if "n_top" in meta else ""
    subtitle = [
        f"{posts}effect with its 95% interval · at the right: top against bottom",
        "Blue: separates the quarters, with false discoveries controlled. Grey: not shown to.",
    ]
    if len(chosen) < len(every):
        subtitle.append(f"The {len(chosen)} clearest of {len(every)} comparisons; the table lists all.")
    return apply_theme(alt.vconcat(*panels) if len(panels) > 1 else panels[0], title, subtitle)


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


def _kinds(rows: list[Mapping[str, Any]]) -> list[str]:
    return list(dict.fromkeys(str(row.get("effect_name")) for row in rows))


def _effect_size(row: Mapping[str, Any]) -> float:
    return abs(float(row["effect"]))


def _panel(rows: list[Mapping[str, Any]], kind: str, width: int, all_rows: list[ForestRow]) -> alt.LayerChart:
    ratio = "ratio" in kind
    lines = [_row(row) for row in rows]
    ends = [end for line in lines for end in (line.value, line.low, line.high) if end is not None]
    reach = min(1.0, max(0.2, 1.1 * max(abs(end) for end in ends)))
    if ratio:
        reach = max(2.0, *(max(end, 1 / end) for end in ends if end > 0))
    return forest(
        lines,
        width=width,
        axis_title=f"{column_label(kind)} (right of the line: more among top posts)",
        domain=(1 / reach, reach) if ratio else (-reach, reach),
        reference=1.0 if ratio else 0.0,
        scale="log" if ratio else "linear",
        all_rows=all_rows,
    )


def _row(row: Mapping[str, Any]) -> ForestRow:
    label, note = dimension_label(row), f"{side(row, 'top')} vs {side(row, 'bottom')}"
    interval = with_interval(row["effect"], row.get("low"), row.get("high"))
    effect = f"{column_label(str(row.get('effect_name')))} {interval}"
    tip = f"{label}: top {side(row, 'top')}, bottom {side(row, 'bottom')}; {effect}"
    return ForestRow(label, row["effect"], row.get("low"), row.get("high"), bool(row.get("separates")), note, tip)
