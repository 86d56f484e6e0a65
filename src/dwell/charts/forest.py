"""The layout of every "estimate with its interval" chart: one row per estimate, a dot, a bar from low to high."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from dwell.charts.theme import InlineRows, colour, link_encoding, literal_colour, wrap_text

_LABELS_ABOVE = 480


@dataclass(frozen=True, slots=True)
class ForestRow:
    """One estimate.

    Attributes:
        label: What was estimated.
        value: The estimate; None draws only the label with its note.
        low: Lower end of its interval; None without an interval.
        high: Upper end of its interval.
        clear: False draws the row in grey: the interval does not decide it.
        note: Short text at the right edge, for example the two values compared.
        tip: The whole statement, for tooltips and screen readers.
        url: Link of the label, if any.
    """

    label: str
    value: float | None
    low: float | None
    high: float | None
    clear: bool
    note: str
    tip: str
    url: str | None = None


def forest(
    lines: Sequence[ForestRow],
    *,
    width: int,
    axis_title: str,
    domain: tuple[float, float],
    reference: float | None = 0.0,
    scale: str = "linear",
    number_format: str = "",
    hue: str = "accent",
    all_rows: Sequence[ForestRow] = (),
) -> alt.LayerChart:
    """Dots with intervals, in the order given; labels are left of the plot, or above each row where it is narrow.

    Args:
        lines: What to draw, top to bottom.
        width: Whole width in pixels, labels and notes included.
        axis_title: What the horizontal axis measures, with its unit.
        domain: Ends of the axis; values beyond them are drawn at the edge.
        reference: The value of "no effect" or the nominal value, drawn as a line; None for no line.
        scale: `linear` or `log`.
        number_format: d3 format of the axis labels.
        hue: Palette role of the rows that are clear.
        all_rows: Rows of all panels of the chart, so that labels and notes of each take the same space.
    """
    above = width <= _LABELS_ABOVE
    noted, inner = _plot_width(lines, all_rows, width)
    y = alt.Y("line:N", sort=[str(index) for index in range(len(lines))], axis=None)
    x = {
        "scale": alt.Scale(domain=list(domain), type=scale, clamp=True, nice=False),
        "axis": alt.Axis(title=wrap_text(axis_title, inner // 7), format=number_format, tickCount=5),
    }
    base = alt.Chart(InlineRows(values=_values(lines, hue)))
    layers = _marks(base, y, x) + _labels(base, y, inner, link_encoding(_links(lines)), above=above, noted=noted)
    if reference is not None:
        rule = alt.Chart(InlineRows(values=[{"at": reference}]))
        layers.insert(0, rule.mark_rule(color=colour("muted"), strokeDash=[2, 3]).encode(x=alt.X("at:Q", **x)))
    return alt.layer(*layers).properties(width=inner, height=(52 if above else 36) * len(lines))


def _plot_width(lines: Sequence[ForestRow], all_rows: Sequence[ForestRow], width: int) -> tuple[bool, int]:
    """Whether any row has a note, and the width of the plot between labels and notes, pixels."""
    everything = [*lines, *all_rows]
    noted = any(line.note for line in everything)
    if width <= _LABELS_ABOVE:
        return noted, width - 28
    left = min(300, 20 + 7 * max(len(line.label) for line in everything))
    right = min(240, 24 + 7 * max(len(line.note) for line in everything)) if noted else 0
    return noted, max(160, width - left - right - 16)


def _links(lines: Sequence[ForestRow]) -> list[dict[str, Any]]:
    return [{"url": line.url} for line in lines]


def _marks(base: Any, y: alt.Y, x: dict[str, Any]) -> list[Any]:
    known = base.transform_filter("isValid(datum.value)")
    shared = {"y": y, "color": literal_colour(), "description": "tip:N", "tooltip": alt.Tooltip("tip:N")}
    bars = known.mark_rule(strokeWidth=3, opacity=0.45, strokeCap="round")
    dots = known.mark_circle(size=110, opacity=1, stroke=colour("paper"), strokeWidth=1.2)
    return [
        bars.encode(x=alt.X("low:Q", **x), x2=alt.X2("high:Q"), **shared),
        dots.encode(x=alt.X("value:Q", **x), **shared),
    ]


def _values(lines: Sequence[ForestRow], hue: str) -> list[dict[str, Any]]:
    rows = []
    for index, line in enumerate(lines):
        low = line.value if line.low is None else line.low
        high = line.value if line.high is None else line.high
        rows.append(
            {"line": str(index), "label": line.label, "note": line.note, "tip": line.tip, "url": line.url}
            | {"value": line.value, "low": low, "high": high}
            | {"ink": colour(hue if line.clear else "unsure"), "shade": colour("ink" if line.clear else "muted")}
        )
    return rows


def _labels(base: Any, y: alt.Y, inner: int, link: dict[str, Any], *, above: bool, noted: bool) -> list[Any]:
    shown = {"y": y, "x": alt.X(value=0), "text": "label:N", "color": literal_colour("shade"), **link}
    if above:
        label = base.mark_text(align="left", dy=-17, fontSize=12).encode(**shown)
        note = base.mark_text(align="right", dy=-17, fontSize=11, color=colour("muted")).encode(
            y=y, x=alt.X(value=inner), text=alt.Text("note:N")
        )
    else:
        label = base.mark_text(align="right", dx=-14, fontSize=13).encode(**shown)
        note = base.mark_text(align="left", dx=14, fontSize=12, color=colour("muted")).encode(
            y=y, x=alt.X(value=inner), text=alt.Text("note:N")
        )
    return [label, note] if noted else [label]
