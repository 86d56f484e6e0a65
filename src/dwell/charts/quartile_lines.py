"""The typical retention curve of an account's best quarter of posts beside that of its weakest quarter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import altair as alt

from dwell.charts.formatting import column_label, percent, pluralize
from dwell.charts.theme import NARROW, WIDE, InlineRows, apply_theme, colour, empty_chart, wrap_text

_LINE = 135
_ROLES = {"top": "accent", "bottom": "warm"}
_NAMES = {"top": "best quarter", "bottom": "weakest quarter"}


def retention_quartiles(
    places: Iterable[Mapping[str, Any]], *, by: str = "views", verdict: str = "", width: int = WIDE
) -> alt.TopLevelMixin:
    """The median curves of two groups along the length of the video, each with its middle half.

    Args:
        places: Rows with `group` (`top` or `bottom`), `fraction` 0-1, `n`, `q25`, `median`, `q75`.
        by: What the quarters were chosen by.
        verdict: What the comparison of the best quarter with the others says.
        width: Whole width, pixels.
    """
    title = f"Retention of the best and the weakest quarter by {column_label(by)}"
    rows = [_row(row) for row in places if row["median"] is not None]
    if len({row["group"] for row in rows}) < 2:
        return empty_chart(title, verdict or "Too few curves for two quarters.", width)
    counts = {group: max(row["n"] for row in rows if row["group"] == group) for group in _ROLES}
    of = f"{pluralize(counts['top'], 'curve')} of the best quarter, {counts['bottom']} of the weakest"
    subtitle = [f"Share of views still watching along the video, median and middle half: {of}.", verdict]
    inner = width - (76 if width <= NARROW else 84)  # the last label stands out
    x = alt.X(
        "fraction:Q",
        scale=alt.Scale(domain=[0, 1], nice=False),
        axis=alt.Axis(title="part of the video", format=".0%", grid=False, tickCount=5),
    )
    top = max(1.0, *(row["q75"] for row in rows))
    y = alt.Y(
        "median:Q", scale=alt.Scale(domain=[0, top], nice=False), axis=alt.Axis(title=None, format=".0%", tickCount=5)
    )
    layers = [layer for group in reversed(_ROLES) for layer in _draw([r for r in rows if r["group"] == group], x, y)]
    layers += _draw_names(rows, x, y)
    wrapped = [part for text in subtitle if text for part in wrap_text(text, _LINE if width > NARROW else 58)]
    return apply_theme(alt.layer(*layers).properties(width=inner, height=280), title, wrapped)


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    group = str(row["group"])
    tip = f"{_NAMES[group]}, at {percent(row['fraction'], 0)} of the video: median {percent(row['median'])}"
    kept = {name: row[name] for name in ("fraction", "n", "q25", "median", "q75")}
    return {**kept, "group": group, "ink": colour(_ROLES[group]), "tip": f"{tip} of {pluralize(row['n'], 'curve')}"}


def _draw(rows: Sequence[Mapping[str, Any]], x: alt.X, y: alt.Y) -> list[alt.Chart]:
    base = alt.Chart(InlineRows(values=list(rows)))
    ink = alt.Color("ink:N", scale=None)
    area = base.mark_area(opacity=0.16).encode(x=x, y="q25:Q", y2="q75:Q", color=ink)
    line = base.mark_line(strokeWidth=2.4).encode(x=x, y=y, stroke=alt.Stroke("ink:N", scale=None))
    dots = base.mark_point(size=26, filled=True, opacity=1).encode(
        x=x, y=y, color=ink, description=alt.Description("tip:N"), tooltip=alt.Tooltip("tip:N")
    )
    return [area, line, dots]


def _draw_names(rows: Sequence[Mapping[str, Any]], x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """The name of each line where the two are furthest apart, on the outer side."""
    at = {group: {row["fraction"]: row for row in rows if row["group"] == group} for group in _ROLES}
    common = [place for place in at["top"] if place in at["bottom"] and 0.3 <= place <= 0.7]
    if not common:
        return []
    widest = max(common, key=lambda place: abs(at["top"][place]["median"] - at["bottom"][place]["median"]))
    higher = at["top"][widest]["median"] >= at["bottom"][widest]["median"]
    layers = []
    for group in _ROLES:
        above = higher == (group == "top")
        text = alt.Chart(InlineRows(values=[{**at[group][widest], "name": _NAMES[group]}])).mark_text(
            align="left" if above else "right",
            baseline="bottom" if above else "top",
            dx=6 if above else -6,
            dy=-6 if above else 6,
            fontSize=12,
            fontWeight=600,
        )
        layers.append(text.encode(x=x, y=y, text="name:N", color=alt.Color("ink:N", scale=None)))
    return layers
