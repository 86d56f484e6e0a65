"""The legend of the vetting chart: what its marks and the colours of its bands mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

from dwell.charts.theme import InlineRows, colour, literal_colour

MARKS = {"dot": "Median", "span": "Its 95% interval", "tick": "Mean"}
BANDS = {"empty": "Below the norm", "heat2": "Healthy, or viral potential", "heat1": "Above healthy"}
"""Role of the palette -> the meaning of a band in that colour."""

_SWATCH = 22
_LETTER = 7.2  # of a wide font, so that names never run into the next mark
_GAP = 20
_LINE = 22


def legend(shown: Sequence[str], inner: int) -> alt.LayerChart:
    """Each mark and band with its name, in as many lines as needed.

    Args:
        shown: The entries of `MARKS` and `BANDS` that are in the picture.
        inner: Width, pixels.
    """
    rows, lines = _lay_out(
        [*(mark for mark in MARKS if mark in shown), *(band for band in BANDS if band in shown)], inner
    )
    x = {"scale": alt.Scale(domain=[0, inner], nice=False), "axis": None}
    down = {"scale": alt.Scale(domain=[lines * _LINE, 0], nice=False), "axis": None}
    y = alt.Y("y:Q", **down)

    def drawn(*kinds: str) -> alt.Chart:
        return alt.Chart(InlineRows(values=[row for row in rows if row["kind"] in kinds]))

    middle = alt.X("middle:Q", **x)
    layers: dict[str, alt.Chart] = {
        "span": drawn("span").mark_rule(strokeWidth=3, opacity=0.55, strokeCap="round", color=colour("accent")),
        "tick": drawn("tick").mark_tick(thickness=2, size=14, color=colour("warm")).encode(x=middle, y=y),
        "dot": drawn("dot").mark_circle(size=120, opacity=1, color=colour("accent")).encode(x=middle, y=y),
    }
    layers["span"] = layers["span"].encode(x=alt.X("start:Q", **x), x2="stop:Q", y=y)
    bands = drawn(*BANDS).mark_rect(stroke=colour("rule"))
    bands = bands.encode(x=alt.X("start:Q", **x), x2="stop:Q", y=alt.Y("top:Q", **down), y2="bottom:Q")
    words = drawn(*MARKS, *BANDS).mark_text(align="left", baseline="middle", fontSize=12, color=colour("muted"))
    used = [layers[kind] for kind in MARKS if kind in shown]
    return alt.layer(
        bands.encode(color=literal_colour()), *used, words.encode(x=alt.X("text:Q", **x), y=y, text="name:N")
    ).properties(width=inner, height=lines * _LINE)


def _lay_out(kinds: Sequence[str], inner: int) -> tuple[list[dict[str, Any]], int]:
    """The position of each entry in pixels, one after the other; and the number of lines."""
    rows: list[dict[str, Any]] = []
    at, line = 0.0, 0
    for kind in kinds:
        name = MARKS.get(kind) or BANDS[kind]
        width = _SWATCH + 6 + _LETTER * len(name)
        if at and at + width > inner:
            at, line = 0.0, line + 1
        y = (line + 0.5) * _LINE
        place = {"start": at, "stop": at + _SWATCH, "middle": at + _SWATCH / 2, "text": at + _SWATCH + 6}
        ink = {"ink": colour(kind)} if kind in BANDS else {}
        rows.append({"kind": kind, "name": name, "y": y, "top": y - 7, "bottom": y + 7, **place, **ink})
        at += width + _GAP
    return rows, line + 1
