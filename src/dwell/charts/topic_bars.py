"""A topic day by day: how many posts it gained, with its stage in the title."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import altair as alt

from dwell.charts.formatting import day, number, parse_instant, percent, pluralize
from dwell.charts.theme import NARROW, WIDE, InlineRows, apply_theme, colour, empty_chart, literal_colour, wrap_text

_DAY_MS = 86_400_000
_HEIGHT = 220
_NO_DATA = "Sample it once a day: the number of new posts is known from the second day."


def topic_days(
    days: Iterable[Mapping[str, Any]], *, lifecycle: Mapping[str, Any] | None = None, width: int = WIDE
) -> alt.TopLevelMixin:
    """Posts added per day by the provider's count; where that is unknown, publishing dates of sampled posts, in grey.

    Args:
        days: Rows of `topic_days` of one topic.
        lifecycle: The result of `models.lifecycle`: stage, reason; by default that of the result's meta.
        width: Whole width, pixels.
    """
    stage = lifecycle or getattr(days, "meta", {}).get("lifecycle") or {}
    rows = [row for row in days if row.get("day") is not None]
    title = _title(rows, stage)
    shown = [row for row in rows if row.get("posts_added") is not None]
    provisional = not shown
    if provisional:
        shown = [row for row in rows if row.get("posts_published")]
    if not shown:
        return empty_chart(title, _NO_DATA, width)
    subtitle = [_unit(shown, provisional=provisional)]
    subtitle += wrap_text(str(stage.get("reason") or ""), max(30, width // 7)) if stage.get("reason") else []
    inner = width - (62 if width <= NARROW else 70)
    bars = [_bar(row, provisional=provisional) for row in shown]
    gaps = [] if provisional else _days_without_count(bars)
    if gaps:
        subtitle.insert(
            1, "Shaded: not counted on that day; the bar after it is the mean of the days since the last count."
        )
    return apply_theme(_panel(bars, gaps, inner), title, subtitle)


def _title(rows: list[Mapping[str, Any]], lifecycle: Mapping[str, Any]) -> str:
    if not rows:
        return "A topic day by day"
    name = rows[0].get("topic") or "topic"
    shown = {"hashtag": f"#{name}", "search": f"“{name}”"}.get(str(rows[0].get("topic_kind")), f"Sound {name}")
    stage = lifecycle.get("stage")
    if stage is None:
        return f"{shown} day by day"
    return f"{shown}: stage not known yet" if stage == "cannot tell" else f"{shown}: {_STAGES.get(stage, stage)}"


_STAGES = {"peak": "at its peak"}


def _unit(shown: list[Mapping[str, Any]], *, provisional: bool) -> str:
    if provisional:
        posts = pluralize(sum(row["posts_published"] for row in shown), "sampled post")
        return f"Grey: {posts} by day of publishing, as the topic's size was not counted often enough"
    return f"Posts added per day by the provider's count · {pluralize(len(shown), 'day')} · UTC"


def _bar(row: Mapping[str, Any], *, provisional: bool) -> dict[str, Any]:
    start = parse_instant(row["day"])
    date = "" if start is None else start.isoformat()[:10]
    posts = row["posts_published"] if provisional else row["posts_added"]
    what = (
        f"{number(posts, 0)} sampled posts were published" if provisional else f"{number(posts, 0)} posts added a day"
    )
    rate = "" if row.get("share_rate_median") is None else f", median share rate {percent(row['share_rate_median'], 2)}"
    return {
        "at": int(datetime.fromisoformat(date).replace(tzinfo=UTC).timestamp() * 1000),
        "posts": posts,
        "tip": f"{day(date)}: {what}{rate}",
        "ink": colour("unsure" if provisional else "accent"),
    }


def _days_without_count(bars: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The days between the first and the last bar that have none: unknown, and not 0."""
    known = {bar["at"] for bar in bars}
    missing = (at for at in range(min(known), max(known), _DAY_MS) if at not in known)
    return [{"from": at - _DAY_MS // 2, "to": at + _DAY_MS // 2, "tip": f"{_date(at)}: not counted"} for at in missing]


def _date(at: int) -> str:
    return day(datetime.fromtimestamp(at / 1000, UTC))


def _panel(bars: list[dict[str, Any]], gaps: list[dict[str, Any]], inner: int) -> alt.LayerChart:
    first, last = (end(bar["at"] for bar in bars) for end in (min, max))
    days = (last - first) // _DAY_MS + 1
    every = max(1, -(-days // max(2, inner // 80)))
    axis = alt.Axis(
        title=None, format="%-d %b", grid=False, values=[first + step * _DAY_MS for step in range(0, days, every)]
    )
    scale = alt.Scale(type="utc", domain=[first, last], padding=max(14.0, 0.5 * inner / days))
    y = alt.Y("posts:Q", axis=alt.Axis(title=None, tickCount=5, tickMinStep=1, format="~s"))
    thick = max(2.0, min(36.0, 0.6 * inner / days))
    mark = {"description": "tip:N", "tooltip": alt.Tooltip("tip:N")}
    drawn = alt.Chart(InlineRows(values=bars)).mark_bar(size=thick, cornerRadiusEnd=1.5)
    layers = [drawn.encode(x=alt.X("at:T", scale=scale, axis=axis), y=y, color=literal_colour(), **mark)]
    if gaps:
        shade = alt.Chart(InlineRows(values=gaps)).mark_rect(color=colour("empty"))
        x = {"x": alt.X("from:T", scale=scale, axis=axis), "x2": "to:T"}
        layers.insert(0, shade.encode(**x, y=alt.value(0), y2=alt.value(_HEIGHT), **mark))
    return alt.layer(*layers).properties(width=inner, height=_HEIGHT)
