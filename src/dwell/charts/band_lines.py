"""Retention curves of single posts inside the band of the account's videos of like length."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from dwell.charts.formatting import bucket_label, number, percent, pluralize, post_label
from dwell.charts.theme import NARROW, WIDE, InlineRows, apply_theme, colour, empty_chart, wrap_text

_LINE = 135
_ROLES = ("accent", "warm")
_EVENTS = {"bump": "watched again", "cliff": "many leave"}
_LOW = 0.15  # below a line that ends lower, its name would cover the axis


@dataclass(frozen=True, slots=True)
class Line:
    """One curve to draw.

    Attributes:
        name: What it is, in a word or two: "best", "this post".
        about: Whose curve it is: the start of a caption, or an id.
        points: Rows with `second`, `retention_rate`, `event` and `size`; `p10`, `median`, `p90` and `n` of its band.
    """

    name: str
    about: str
    points: Sequence[Mapping[str, Any]]


def post_line(post: Mapping[str, Any], points: Iterable[Mapping[str, Any]], name: str = "this post") -> Line:
    """The curve of a post as a line.

    Args:
        post: Its row of `retention_curves`.
        points: Its rows of `ws.retention(..., post=...)`.
        name: What it is called in the chart.
    """
    views = "" if post.get("views") is None else f", {number(post['views'], 0)} views"
    about = f"“{post_label(post, 44)}”{views}"
    return Line(name, about, list(points))


def retention_band(
    lines: Sequence[Line], *, bucket: str | None = None, width: int = WIDE, title: str = "How viewers leave"
) -> alt.TopLevelMixin:
    """One or two curves over the seconds, and behind them the band of the account's videos of that length.

    Args:
        lines: At most two curves, of one duration bucket; the longer one brings the band.
        bucket: Duration bucket of the band.
        width: Whole width, pixels.
        title: The title.
    """
    known = [line for line in lines if any(point["retention_rate"] is not None for point in line.points)]
    if not known:
        return empty_chart(title, "No retention curve of this account can be drawn.", width)
    longest = max(known, key=lambda line: len(line.points))
    band = [_band(point) for point in longest.points if point.get("median") is not None]
    most = max((point["n"] for point in longest.points if point.get("n")), default=0)
    subtitle = ["Share of views still watching at each second."]
    subtitle += [f"{line.name.capitalize()}: {line.about}" for line in known]
    if band:
        of = f" of {bucket_label(bucket)}" if bucket else " of like length"
        fewer = ", fewer where short ones have ended" if any(point["n"] < most for point in band) else ""
        subtitle.append(
            f"Grey band: the middle 80% of this account's {pluralize(most, 'curve')}{of}{fewer}; white: their median."
        )
    if any(point.get("event") for line in known for point in line.points):
        subtitle.append(
            "Triangle upwards: viewers rewind to this second. Triangle downwards: many leave at this second."
        )
    rows = [row for at, line in enumerate(known) for row in _rows(line, _ROLES[at % len(_ROLES)])]
    inner = width - (62 if width <= NARROW else 70)
    last = max(row["second"] for row in rows)
    top = max(1.0, *(row["rate"] for row in rows))
    x = alt.X(
        "second:Q",
        scale=alt.Scale(domain=[0, max(1, last)], nice=False, padding=4),
        axis=alt.Axis(title="second of the video", grid=False, tickCount=max(2, inner // 80), tickMinStep=1),
    )
    y = alt.Y(
        "rate:Q", scale=alt.Scale(domain=[0, top], nice=False), axis=alt.Axis(title=None, format=".0%", tickCount=5)
    )
    layers = [*_draw_band(band, x), *_draw_lines(rows, x, y), *_draw_names(known, rows, x, y, last)]
    wrapped = [part for text in subtitle for part in wrap_text(text, _LINE if width > NARROW else 58)]
    return apply_theme(alt.layer(*layers).properties(width=inner, height=280), title, wrapped)


def _band(point: Mapping[str, Any]) -> dict[str, Any]:
    ends = f"{percent(point['p10'], 0)} to {percent(point['p90'], 0)}"
    return {
        "second": point["second"],
        "p10": point["p10"],
        "median": point["median"],
        "p90": point["p90"],
        "n": point["n"],
        "tip": f"second {point['second']:g}: median {percent(point['median'], 0)}, {ends} of {point['n']} curves",
    }


def _rows(line: Line, role: str) -> list[dict[str, Any]]:
    """The points of a line; those on both sides of a gap have different segments, so that nothing joins them."""
    rows: list[dict[str, Any]] = []
    segment = 0
    for point in line.points:
        if point["retention_rate"] is None:
            continue
        segment += bool(rows) and point["second"] - rows[-1]["second"] > 1
        event = point.get("event")
        what = f", {_EVENTS[event]} ({percent(point['size'], 0)})" if event else ""
        rows.append(
            {
                "second": point["second"],
                "rate": point["retention_rate"],
                "segment": f"{line.name} {segment}",
                "ink": colour(role),
                "event": event,
                "tip": f"{line.name}, second {point['second']:g}: {percent(point['retention_rate'], 1)}{what}",
            }
        )
    return rows


def _draw_band(band: list[dict[str, Any]], x: alt.X) -> list[alt.Chart]:
    if not band:
        return []
    base = alt.Chart(InlineRows(values=band))
    area = base.mark_area(color=colour("rule"), opacity=1).encode(x=x, y="p10:Q", y2="p90:Q")
    median = base.mark_line(color=colour("paper"), strokeWidth=2).encode(x=x, y="median:Q")
    return [area, median]


def _draw_lines(rows: list[dict[str, Any]], x: alt.X, y: alt.Y) -> list[alt.Chart]:
    base = alt.Chart(InlineRows(values=rows))
    line = base.mark_line(strokeWidth=2.4).encode(x=x, y=y, detail="segment:N", stroke=alt.Stroke("ink:N", scale=None))
    events = [row for row in rows if row["event"]]
    marks = []
    for event, shape in (("bump", "triangle-up"), ("cliff", "triangle-down")):
        chosen = [row for row in events if row["event"] == event]
        if chosen:
            mark = alt.Chart(InlineRows(values=chosen)).mark_point(
                shape=shape, size=90, filled=True, opacity=1, yOffset=-11 if event == "bump" else 11
            )
            marks.append(
                mark.encode(
                    x=x,
                    y=y,
                    color=alt.Color("ink:N", scale=None),
                    description=alt.Description("tip:N"),
                    tooltip=alt.Tooltip("tip:N"),
                )
            )
    return [line, *marks]


def _draw_names(lines: Sequence[Line], rows: list[dict[str, Any]], x: alt.X, y: alt.Y, last: float) -> list[alt.Chart]:
    """The name of each line at its end, on the side of the other line where there is none."""
    if len(lines) < 2:
        return []
    ends = [max((row for row in rows if row["segment"].startswith(f"{line.name} ")), key=_second) for line in lines]
    higher = ends[0]["rate"] >= ends[1]["rate"]
    layers = []
    for at, (line, end) in enumerate(zip(lines, ends, strict=True)):
        above = higher == (at == 0) or end["rate"] < _LOW
        near_end = end["second"] > 0.8 * last
        text = alt.Chart(InlineRows(values=[{**end, "name": line.name}])).mark_text(
            align="right" if near_end else "left",
            baseline="bottom" if above else "top",
            dy=-6 if above else 6,
            fontSize=12,
            fontWeight=600,
        )
        layers.append(text.encode(x=x, y=y, text="name:N", color=alt.Color("ink:N", scale=None)))
    return layers


def _second(row: Mapping[str, Any]) -> float:
    return float(row["second"])
