"""Views per hour of one tracked video, with the hours of which nothing is known as gaps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import altair as alt

from dwell.charts.formatting import caption, number, parse_instant, pluralize
from dwell.charts.theme import NARROW, WIDE, InlineRows, apply_theme, colour, empty_chart, wrap_text

REASONS = {
    "deleted": "deleted",
    "private": "private",
    "region": "blocked in the region",
    "provider": "no answer from the provider",
    "budget": "balance or credits used up",
    "missed": "not polled",
}
"""Why a slot has no snapshot, in words."""
_LETTER = 6.2  # pixels of a letter of a label
_LINE = 135
_LEVELS = 3
_LEVEL_HEIGHT = 15
_DAYS_WITH_HOURS = 3
_PADDING = 8
_TICK = 110  # pixels that a date needs


def views_per_hour(
    curve: Iterable[Mapping[str, Any]], video: Mapping[str, Any], *, width: int = WIDE
) -> alt.TopLevelMixin:
    """Views gained per hour; the line is broken where a slot has no snapshot, and the break says why.

    Args:
        curve: Rows with `slot`, `at`, `views`, `views_per_hour` with `_low` and `_high`, `hours` and `gap`, by slot.
        video: `creator`, `title`, `id`, `slots`, `slot_s`, `snapshots`, `gaps` (reason -> number), and
            `views_rounded_to`: by how much views may be off; None where they are exact.
        width: Whole width, pixels.
    """
    rows = [{**row, "at": cast("datetime", parse_instant(row["at"]))} for row in curve]
    title = "Views per hour"
    known = [row for row in rows if row["views_per_hour"] is not None]
    rounding = _rounding(video)
    subtitle = [_title(video), *wrap_text(_counts(video), _LINE)]
    if not known:
        reason = f"{_counts(video)}. Views per hour need two snapshots with views, an hour or more apart.{rounding}"
        return empty_chart(title, reason, width)
    subtitle.append("Each dot: views gained per hour since the newest snapshot at least an hour older.")
    if video["gaps"]:
        subtitle[-1] += " No line over hours without a snapshot."
    if rounding:
        subtitle.append(rounding.strip())
    inner = width - (70 if width <= NARROW else 80)
    bands = _bands(rows, timedelta(seconds=video["slot_s"]))
    ends = [_milliseconds(min(row["at"] for row in rows)), max(_milliseconds(rows[-1]["at"]), _last(bands))]
    levels = _place_labels(bands, ends, inner)
    top = max(1e-9, *(row["views_per_hour"] for row in known)) * 1.08
    low = min(0.0, *(row["views_per_hour"] for row in known)) * 1.08
    x = _along(ends, inner)
    y = alt.Y(
        "views_per_hour:Q",
        scale=alt.Scale(domain=[low, top], nice=False),
        axis=alt.Axis(
            title="views per hour",
            format="~s" if top >= 5 else "~g",
            labelExpr="datum.value === 0 ? '0' : datum.label",
            tickCount=5,
        ),
    )
    layers = [*_draw_bands(bands, x, levels), _draw_line(_segments(rows), x, y), _draw_dots(known, x, y, inner)]
    return apply_theme(alt.layer(*layers).properties(width=inner, height=260), title, subtitle)


def _title(video: Mapping[str, Any]) -> str:
    return caption(video["title"]) if video["title"] else f"video {video['id']}"


def _counts(video: Mapping[str, Any]) -> str:
    """How many slots have a snapshot, and why the others have none."""
    gaps = [f"{n} {REASONS.get(reason, reason)}" for reason, n in video["gaps"].items()]
    total = f"{pluralize(video['snapshots'], 'snapshot')} of {pluralize(video['slots'], 'hour')}"
    return f"{total} · {pluralize(sum(video['gaps'].values()), 'gap')}" + (f": {', '.join(gaps)}" if gaps else "")


def _rounding(video: Mapping[str, Any]) -> str:
    unit = video["views_rounded_to"]
    return f" Views are rounded to {unit:,}: an hour whose change is at most that has no dot." if unit else ""


def _milliseconds(at: datetime) -> int:
    return int(at.astimezone(UTC).timestamp() * 1000)


def _segments(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The dots that have a line: those of one segment follow each other without a gap."""
    drawn, segment = [], 0
    for row in rows:
        if row["views_per_hour"] is None:
            segment += 1
        else:
            rate = row["views_per_hour"]
            drawn.append({"at": _milliseconds(row["at"]), "views_per_hour": rate, "segment": segment})
    return drawn


def _bands(rows: Sequence[Mapping[str, Any]], slot: timedelta) -> list[dict[str, Any]]:
    """Neighbouring gaps of one reason as one band, from the time of the first to that of the next snapshot."""
    bands: list[dict[str, Any]] = []
    before: Mapping[str, Any] | None = None
    for index, row in enumerate(rows):
        if row["gap"] is not None:
            end = rows[index + 1]["at"] if index + 1 < len(rows) else row["at"] + slot
            if before is not None and before["gap"] == row["gap"]:
                bands[-1] |= {"until": _milliseconds(end), "slots": bands[-1]["slots"] + 1}
            else:
                bands.append({"at": _milliseconds(row["at"]), "until": _milliseconds(end), "slots": 1})
            bands[-1]["reason"] = REASONS.get(row["gap"], row["gap"])
        before = row
    for band in bands:
        band["tip"] = f"{pluralize(band['slots'], 'hour')} without a snapshot: {band['reason']}"
    return bands


def _last(bands: Sequence[Mapping[str, Any]]) -> int:
    return max((band["until"] for band in bands), default=0)


def _place_labels(bands: list[dict[str, Any]], ends: Sequence[int], inner: int) -> int:
    """Gives each band the lowest level on which its label has room; returns how many levels there are.

    A band has no label where none has room, or where that of an earlier band with the same reason still stands above.
    """
    per_ms = (inner - 2 * _PADDING) / max(1, ends[1] - ends[0])
    free = [0.0] * _LEVELS
    covered: dict[str, float] = {}
    for band in bands:
        length = len(band["reason"]) * _LETTER
        start = min(_PADDING + (band["at"] - ends[0]) * per_ms, max(0.0, inner - length))
        is_named = covered.get(band["reason"], -1.0) > start
        level = None if is_named else next((level for level in range(_LEVELS) if free[level] <= start), None)
        band["label"] = band["reason"] if level is not None else ""
        band["x"], band["y"] = start, -6 - _LEVEL_HEIGHT * (level or 0)
        if level is not None:
            free[level] = covered[band["reason"]] = start + length + 8
    return max((-band["y"] // _LEVEL_HEIGHT + 1 for band in bands if band["label"]), default=0)


def _along(ends: Sequence[int], inner: int) -> alt.X:
    """The axis of time, UTC; beyond three days it has ticks at midnight only, so that no date is written twice."""
    first, last = (datetime.fromtimestamp(end / 1000, UTC) for end in ends)
    options: dict[str, Any] = {"tickCount": max(2, inner // _TICK), "format": "%-d %b %H:%M"}
    if last - first > timedelta(days=_DAYS_WITH_HOURS):
        midnight = first.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        days = [midnight + timedelta(days=day) for day in range((last - midnight).days + 1)]
        step = max(1, -(-len(days) * _TICK // inner))
        options = {"values": [_milliseconds(day) for day in days[::step]], "format": "%-d %b %y"}
    axis = alt.Axis(title="UTC", grid=False, labelOverlap=True, **options)
    return alt.X("at:T", scale=alt.Scale(type="utc", domain=list(ends), padding=_PADDING), axis=axis)


def _draw_bands(bands: list[dict[str, Any]], x: alt.X, levels: int) -> list[alt.Chart]:
    if not bands:
        return []
    base = alt.Chart(InlineRows(values=bands))
    shade = base.mark_rect(color=colour("empty"), stroke=colour("rule"), strokeWidth=0.5).encode(
        x=x, x2="until:T", description=alt.Description("tip:N"), tooltip=alt.Tooltip("tip:N")
    )
    if not levels:
        return [shade]
    labels = base.mark_text(align="left", baseline="bottom", fontSize=11, color=colour("muted")).encode(
        x=alt.X("x:Q", scale=None), y=alt.Y("y:Q", scale=None), text="label:N"
    )
    return [shade, labels]


def _draw_line(rows: list[dict[str, Any]], x: alt.X, y: alt.Y) -> alt.Chart:
    base = alt.Chart(InlineRows(values=rows))
    return base.mark_line(color=colour("accent"), strokeWidth=2, opacity=0.6).encode(x=x, y=y, detail="segment:N")


def _draw_dots(rows: Sequence[Mapping[str, Any]], x: alt.X, y: alt.Y, inner: int) -> alt.Chart:
    values = [
        {"at": _milliseconds(row["at"]), "views_per_hour": row["views_per_hour"], "tip": _tip(row)} for row in rows
    ]
    size = max(10.0, min(40.0, (0.8 * inner / len(values)) ** 2))
    base = alt.Chart(InlineRows(values=values))
    return base.mark_point(size=size, filled=True, opacity=1, color=colour("accent")).encode(
        x=x, y=y, description=alt.Description("tip:N"), tooltip=alt.Tooltip("tip:N")
    )


def _tip(row: Mapping[str, Any]) -> str:
    at = row["at"].astimezone(UTC)
    low, high = (number(row[f"views_per_hour_{end}"], 1) for end in ("low", "high"))
    between = "" if low == high else f" ({low} to {high})"
    rate = f"{number(row['views_per_hour'], 1)} views per hour{between} over {number(row['hours'], 1)} h"
    return f"{at.day} {at:%b %Y %H:%M} UTC: {rate}, {number(row['views'], 0)} views"
