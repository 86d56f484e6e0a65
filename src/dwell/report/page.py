"""The report as one self-contained HTML page: no network, no server, no browser extension."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from dwell.charts import theme
from dwell.charts.formatting import day, parse_instant, pluralize
from dwell.report.answer import answer
from dwell.report.best_posts import best_posts, title_of
from dwell.report.cards import cards
from dwell.report.content import ReportContent
from dwell.report.method import method
from dwell.report.next_steps import next_steps
from dwell.report.sections import sections
from dwell.report.statements import statements
from dwell.visible import mark

KINDS = {"measured": "measured", "public": "public proxy", "counter": "public counter", "predicted": "predicted"}


_ANSWERS = {"nothing": "no large difference", "unknown": "cannot tell"}
_FOLDS = {"nothing": "Tested, and no large difference found", "unknown": "Not known yet"}
"""The answers that are folded, with their headings."""


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
        answer=answer(content.findings),
        answers=_ANSWERS,
        cards=cards(content),
        best_posts=best_posts(content.posts, content.metric),
        best_title=title_of(content.metric),
        steps=next_steps(content),
        findings=statements(content.findings),
        folds=_FOLDS,
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


def _yardstick(content: ReportContent) -> str:
    """What "best" means on this page, and why."""
    meta = content.findings.meta
    hours = f" Hours are those of {meta['tz']}." if meta.get("tz") else ""
    return f"Posts are compared b{meta['metric']['reason'][1:]}{hours}"


def _subtitle(content: ReportContent) -> str:
    status = content.status
    meta = content.findings.meta
    where = f" on {meta['platform']}" if meta.get("platform") else ""
    posts = f"{meta['metric']['n']:,} of {pluralize(meta['posts'], 'post')}{where} compared"
    posts = f"{posts}, {content.period}" if content.period else posts
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
