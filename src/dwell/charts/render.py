"""A chart as SVG, PNG, a standalone page or a figure inside a page; no browser, no network."""

from __future__ import annotations

import html as markup
import json
from dataclasses import dataclass
from typing import Any

import altair as alt
import vl_convert

from dwell.charts.page_svg import page_svg
from dwell.charts.theme import darken
from dwell.visible import mark

VEGA_LITE = ".".join(alt.SCHEMA_VERSION.lstrip("v").split(".")[:2])


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart ready for a page: its titles as text that wraps, its marks as SVG.

    Attributes:
        title: What the chart is about.
        notes: Subtitle lines: units, n, what the marks mean.
        svg: The picture without its title, scaling to the available width.
    """

    title: str
    notes: tuple[str, ...]
    svg: str


def specification(chart: alt.TopLevelMixin, *, dark: bool = False) -> dict[str, Any]:
    """The Vega-Lite specification with its data inside, in the light or the dark palette.

    Its texts have visible signs only: XML has no place for the others, and browsers obey some of them. Altair's check
    against the schema is left to the tests: it takes longer than drawing.
    """
    spec: dict[str, Any] = _mark_texts(chart.to_dict(validate=False))
    return darken(spec) if dark else spec


def _mark_texts(value: Any) -> Any:
    if isinstance(value, str):
        return mark(value)
    if isinstance(value, dict):
        return {key: _mark_texts(each) for key, each in value.items()}
    return [_mark_texts(each) for each in value] if isinstance(value, list) else value


def svg(chart: alt.TopLevelMixin, *, dark: bool = False) -> str:
    """The chart as an SVG document."""
    return _svg(specification(chart, dark=dark))


def png(chart: alt.TopLevelMixin, *, dark: bool = False, scale: float = 2) -> bytes:
    """The chart as a PNG picture, `scale` pixels to a CSS pixel."""
    spec = specification(chart, dark=dark)
    picture: bytes = vl_convert.vegalite_to_png(spec, vl_version=VEGA_LITE, scale=scale, allowed_base_urls=[])
    return picture


def html(chart: alt.TopLevelMixin, *, dark: bool = False) -> str:
    """The chart as an interactive page that needs no network: the JavaScript (0.9 MB) is inside.

    Captions are untrusted text: `<` is escaped in the data, so that none of it can end the script.
    """
    spec = specification(chart, dark=dark)
    data = json.dumps(spec).replace("<", "\\u003c")
    bundle = vl_convert.javascript_bundle(
        'const spec = JSON.parse(document.getElementById("spec").textContent);'
        'vegaEmbed("#chart", spec, {actions: false, renderer: "svg"});',
        vl_version=VEGA_LITE,
    )
    title = markup.escape(str(spec["title"]["text"]))
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>\n'
        f'<body style="margin:24px;background:{spec["config"]["background"]}"><div id="chart"></div>\n'
        f'<script type="application/json" id="spec">{data}</script>\n'
        f'<script type="module">{bundle}</script></body></html>\n'
    )


def figure(chart: alt.TopLevelMixin, key: str) -> Figure:
    """The chart for use inside a page: text separate from the picture, transparent background, tooltips on the marks.

    Args:
        chart: A chart of this package.
        key: A name that is unique on the page; it keeps the ids inside the picture distinct from others.
    """
    spec = specification(chart)
    title = spec.pop("title")
    spec["config"]["background"] = None
    return Figure(title["text"], tuple(title["subtitle"]), page_svg(_svg(spec), title["text"], key))


def _svg(spec: dict[str, Any]) -> str:
    drawing: str = vl_convert.vegalite_to_svg(spec, vl_version=VEGA_LITE, allowed_base_urls=[])
    return drawing
