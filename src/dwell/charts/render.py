"""A chart as SVG, PNG, a standalone page or a figure inside a page; no browser, no network."""

from __future__ import annotations

import html as markup
import json
import re
from dataclasses import dataclass
from typing import Any

import altair as alt
import vl_convert

from dwell.charts.theme import darken

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

    Altair's check against the schema is left to the tests: it takes longer than drawing.
    """
    spec: dict[str, Any] = chart.to_dict(validate=False)
    return darken(spec) if dark else spec


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
    picture = _make_responsive(_add_mark_titles(_svg(spec)), title["text"])
    return Figure(title["text"], tuple(title["subtitle"]), _unique_ids(picture, key))


def _svg(spec: dict[str, Any]) -> str:
    drawing: str = vl_convert.vegalite_to_svg(spec, vl_version=VEGA_LITE, allowed_base_urls=[])
    return drawing


def _unique_ids(drawing: str, key: str) -> str:
    """Ids that are unique on the page and the same at each rendering; the renderer only counts up."""
    for at, identifier in enumerate(dict.fromkeys(re.findall(r'\bid="([^"]+)"', drawing))):
        drawing = drawing.replace(f'id="{identifier}"', f'id="{key}-{at}"').replace(
            f"url(#{identifier})", f"url(#{key}-{at})"
        )
    return drawing


def _add_mark_titles(drawing: str) -> str:
    """Each described mark gets a `<title>`, which browsers show on hover; links leave the tab order.

    A strip plot would otherwise add hundreds of tab stops; the table under each chart has the same links.
    """
    described = re.compile(
        r'<(path|line|rect) aria-label="([^"]*)" role="graphics-symbol" aria-roledescription="[^"]*"([^>]*?)/>'
    )
    drawing = described.sub(r"<\1\3><title>\2</title></\1>", drawing)
    drawing = re.sub(r' (?:role|aria-roledescription|aria-label|aria-hidden|pointer-events)="[^"]*"', "", drawing)
    drawing = re.sub(r' (?:class|font-family)="[^"]*"| opacity="1"', "", drawing)
    drawing = re.sub(r'<path d="[^"]*" display="none"/>', "", drawing)
    drawing = re.sub(r"\d+\.\d{3,}", lambda digits: f"{float(digits[0]):.2f}", drawing)
    return drawing.replace("<a xlink:href=", '<a tabindex="-1" target="_blank" rel="noopener noreferrer" xlink:href=')


def _make_responsive(drawing: str, label: str) -> str:
    """The outer tag: an image with a name, as wide as the space allows and never wider than drawn."""
    opening = re.match(r'<svg [^>]*?width="([\d.]+)" height="([\d.]+)" viewBox="([^"]*)">', drawing)
    if opening is None:
        raise ValueError("the SVG renderer changed the format of its outer tag")
    width, height, box = opening.groups()
    tag = (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" role="img" '
        f'aria-label="{markup.escape(label)}" width="{width}" height="{height}" viewBox="{box}">'
    )
    return tag + drawing[opening.end() :]
