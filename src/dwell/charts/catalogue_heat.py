"""The retention curves of a whole catalogue at a glance: one line per post, one cell per second."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import altair as alt

from dwell.charts.formatting import caption, number, percent, pluralize
from dwell.charts.theme import HEAT, NARROW, WIDE, InlineRows, apply_theme, colour, empty_chart, wrap_text

MAX_POSTS = 40
MAX_SECONDS = 60
_LINE = 135
_STEPS = ("under 20%", "20–40%", "40–60%", "60–80%", "80% and over")
_ROW = 16
_CAPTION = 34


def retention_heat(
    points: Iterable[Mapping[str, Any]], posts: Sequence[Mapping[str, Any]], *, total: int, width: int = WIDE
) -> alt.TopLevelMixin:
    """Heat map of the share still watching, posts with the most views at the top, the seconds to the right.

    Args:
        points: Rows of `retention_points`: post_id, second, retention_rate, event.
        posts: Rows of `retention_curves` of these posts: post_id, caption, views, duration_s.
        total: How many posts of the account have a curve.
        width: Whole width, pixels.
    """
    title = "Retention of the catalogue, second by second"
    ordered = sorted(
        posts, key=lambda row: (-1 if row["views"] is None else row["views"], row["post_id"]), reverse=True
    )
    listed = [str(row["post_id"]) for row in ordered[:MAX_POSTS]]
    cells = [_cell(row, listed) for row in points if row["post_id"] in set(listed) and row["second"] < MAX_SECONDS]
    if not cells:
        return empty_chart(title, "No retention curve of this account can be drawn.", width)
    narrow = width <= NARROW
    labels = (
        [] if narrow else [f"{caption(row['caption'], str(row['post_id']), _CAPTION)}" for row in ordered[:MAX_POSTS]]
    )
    seconds = int(max(cell["second"] for cell in cells)) + 1
    shown = (
        f"The {len(listed)} of {pluralize(total, 'post')} with the most views" if len(listed) < total else "All posts"
    )
    longest = max((row["duration_s"] or 0.0 for row in ordered[:MAX_POSTS]), default=0.0)
    subtitle = [f"Share of views still watching at each second · {shown}, most views at the top."]
    cut = f" Only the first {MAX_SECONDS} seconds are drawn." if longest > MAX_SECONDS else ""
    subtitle.append(f"Dots: viewers rewind to this second. Upright lines: many leave at this second.{cut}")
    inner = width - (70 if narrow else 300)
    step = inner / seconds
    chart = alt.layer(*_layers(cells, labels, step, narrow=narrow))
    size = {"width": inner, "height": alt.Step(_ROW)}
    wrapped = [part for text in subtitle for part in wrap_text(text, _LINE if not narrow else 58)]
    return apply_theme(chart.properties(**size), title, wrapped)


def _cell(row: Mapping[str, Any], listed: Sequence[str]) -> dict[str, Any]:
    rate = row["retention_rate"]
    step = min(4, max(0, int(rate * 5)))
    return {
        "place": listed.index(row["post_id"]),
        "second": row["second"],
        "until": row["second"] + 1,
        "middle": row["second"] + 0.5,
        "step": _STEPS[step],
        "event": row["event"],
        "tip": f"second {number(row['second'], 0)}: {percent(rate, 0)}",
    }


def _layers(cells: list[dict[str, Any]], labels: Sequence[str], step: float, *, narrow: bool) -> list[alt.Chart]:
    names = " : ".join(f"datum.value == {at} ? {_quote(label)}" for at, label in enumerate(labels))
    axis = alt.Axis(
        title=None if labels else "posts, most views at the top",
        grid=False,
        labels=bool(labels),
        labelLimit=230,
        **({"labelExpr": f"{names} : ''"} if labels else {}),
    )
    y = alt.Y("place:O", axis=axis)
    last = max(cell["until"] for cell in cells)
    x = alt.X(
        "second:Q",
        scale=alt.Scale(domain=[0, last], nice=False),
        axis=alt.Axis(title="second of the video", grid=False, orient="bottom", tickCount=4 if narrow else 10),
    )
    base = alt.Chart(InlineRows(values=cells))
    legend = alt.Legend(title="still watching", symbolType="square", symbolSize=140, columns=2 if narrow else 0)
    ground = base.mark_rect(opacity=1).encode(
        x=x,
        x2="until:Q",
        y=y,
        color=alt.Color(
            "step:N", scale=alt.Scale(domain=list(_STEPS), range=list(HEAT)), sort=list(_STEPS), legend=legend
        ),
        description=alt.Description("tip:N"),
        tooltip=alt.Tooltip("tip:N"),
    )
    layers = [ground]
    events = {kind: [cell for cell in cells if cell["event"] == kind] for kind in ("bump", "cliff")}
    if events["bump"]:
        dots = alt.Chart(InlineRows(values=events["bump"])).mark_point(
            size=min(34.0, max(10.0, step**2 / 2)), filled=True, opacity=1, color=colour("on_strong"),
            stroke=colour("on_faint"), strokeWidth=0.6,
        )  # fmt: skip
        layers.append(dots.encode(x=alt.X("middle:Q"), y=y))
    for role, thickness, taller in (("on_faint", 4, 2), ("on_strong", 2, 0)) if events["cliff"] else ():
        lines = alt.Chart(InlineRows(values=events["cliff"])).mark_tick(
            orient="vertical", thickness=thickness, size=_ROW - 5 + taller, color=colour(role), opacity=1
        )
        layers.append(lines.encode(x=alt.X("second:Q"), y=y))
    return layers


def _quote(text: str) -> str:
    """The text as a string of a Vega expression: captions are untrusted."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
