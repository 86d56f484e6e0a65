"""The report as one self-contained HTML page: no network, no server, no browser extension."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from dwell.charts import theme
from dwell.charts.formatting import day, number, parse_instant, percent, pluralize
from dwell.report.content import ReportContent
from dwell.report.method import method
from dwell.report.sections import sections
from dwell.report.statement import Kind, format_median
from dwell.report.statements import statements
from dwell.visible import mark

KINDS = {"measured": "measured", "public": "public proxy", "counter": "public counter", "predicted": "predicted"}


@dataclass(frozen=True, slots=True)
class Tile:
    """One headline number with its kind, its n and its interval."""

    kind: Kind | None
    label: str
    value: str
    detail: str


def render(content: ReportContent) -> str:
    """The whole page; the same content gives the same bytes.

    Captions and handles are untrusted text: all texts are escaped and have visible signs only. A content security
    policy in the page forbids loading anything, and running any script but its own.
    """
    environment = Environment(
        loader=PackageLoader("dwell.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_mark,
    )
    environment.filters["svg"] = Markup
    style, script = _style(), _asset("page.js")
    return environment.get_template("page.html").render(
        content=content,
        kinds=KINDS,
        tiles=tiles(content),
        findings=statements(content.findings),
        yardstick=_yardstick(content),
        sections=sections(content),
        method=method(content),
        subtitle=_subtitle(content),
        generated=_generated_text(content),
        style=Markup(style),
        script=Markup(script),
        policy=_content_policy(style, script),
    )


def _mark(value: Any) -> Any:
    """What stands in a page: text with visible signs only."""
    return mark(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def tiles(content: ReportContent) -> list[Tile]:
    """The headline numbers; an unknown number is left out, not shown as 0."""
    meta = content.findings.meta
    medians = meta["medians"]
    headline = [Tile(None, "Posts compared", number(meta["eligible"]), f"of {pluralize(meta['posts'], 'post')} stored")]
    if (middle := medians["watch_ratio"]) is not None:
        shown = _inside_parentheses(format_median(middle))
        headline.append(Tile("measured", "Median watch ratio", percent(middle["value"], 0), shown))
    if (middle := medians["engagement_rate"]) is not None:
        shown = _inside_parentheses(format_median(middle))
        headline.append(Tile("public", "Median engagement rate", percent(middle["value"]), shown))
    r2 = ((content.fit or {}).get("out_of_fold") or {}).get("r2")
    if content.fit is not None and content.fit.get("verdict") == "usable" and r2 is not None:
        length = ((content.fit.get("baselines") or {}).get("duration_only") or {}).get("out_of_fold") or {}
        alone = f" ({number(length['r2'])} from length alone)" if length.get("r2") is not None else ""
        detail = f"R² {number(r2)}{alone} on posts left out, n\u00a0=\u00a0{content.fit.get('n')}"
        headline.append(Tile("predicted", "Variation predicted", percent(r2, 0), detail))
    elif content.fit is not None:
        headline.append(Tile("predicted", "Watch-time model", "abstains", "no prediction is better than a wrong one"))
    return headline


def _inside_parentheses(text: str) -> str:
    return text[text.index("(") + 1 : -1]


def _yardstick(content: ReportContent) -> str:
    """What "best" means on this page, and why."""
    return f"Posts are compared b{content.findings.meta['metric']['reason'][1:]}"


def _subtitle(content: ReportContent) -> str:
    status = content.status
    meta = content.findings.meta
    where = f" on {meta['platform']}" if meta.get("platform") else ""
    posts = f"{pluralize(meta['posts'], 'post')}{where}"
    first, last = status.get("first_observed_at"), status.get("last_observed_at")
    return f"{posts}, observed {day(first)} to {day(last)}" if first and last else posts


def _generated_text(content: ReportContent) -> str:
    moment = parse_instant(content.generated_at)
    return f"{day(moment)}, {moment:%H:%M} {moment:%Z}" if moment is not None else ""


def _style() -> str:
    light, dark = theme.properties(dark=False), theme.properties(dark=True)
    roots = (
        f":root{{color-scheme:light dark;{light}}}\n@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}\n"
    )
    return roots + _asset("page.css") + "\n" + theme.css(".plot")


def _asset(file: str) -> str:
    return files("dwell.report").joinpath(file).read_text(encoding="utf-8").strip()


def _content_policy(style: str, script: str) -> str:
    rules = {"default-src": "'none'", "img-src": "data:", "style-src": _hash(style), "script-src": _hash(script)}
    return "; ".join(
        f"{rule} {allowed}" for rule, allowed in (rules | {"base-uri": "'none'", "form-action": "'none'"}).items()
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
