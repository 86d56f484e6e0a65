"""The last section: what was counted, what was left out, where the data comes from and what is not known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dwell.charts.formatting import column_label, day, percent, pluralize, sentence_case
from dwell.metrics.counters import COUNTERS
from dwell.report.content import ReportContent
from dwell.report.report_table import ReportTable, TableColumn, make_table

_FILTERS = {
    "photos": "photo posts (they have no length)",
    "ads": "promoted posts",
    "pinned": "posts pinned to the profile",
    "young": "posts observed less than 72 hours after posting, by default",
    "unknown_views": "posts whose views are unknown",
    "implausible": "posts with counters or a length that cannot be (more likes than views, on TikTok over 60 minutes)",
}
_DEFINITIONS = {
    "engagement_rate": "(likes + comments + shares) ÷ views. Unknown where views are unknown or 0.",
    "like_rate, comment_rate, share_rate, save_rate": "that counter ÷ views, from public counters.",
    "watch_ratio": "average watch time ÷ length, as measured by the platform. Above 100% where viewers let it loop.",
    "full_watch_rate": "share of views that reached the end, measured by the platform.",
    "predicted watch ratio": "what a model expects from public counters; always with an interval and the model's name.",
    "percentile": "share of this account's eligible posts of the same length with a lower value.",
    "own baseline": "median engagement rate of the account's 20 eligible posts before the post.",
    "interval": "for a median, the range between two ranks that contains the true median with 95% confidence.",
}


@dataclass(frozen=True, slots=True)
class Method:
    """The content of the last section.

    Attributes:
        definitions: Metric and its rule.
        filters: Number of posts that each filter excluded.
        unknown: Share of unknown values per counter.
        facts: Label and value: observed between, sources, rounding, versions.
    """

    definitions: list[tuple[str, str]]
    filters: ReportTable
    unknown: ReportTable
    facts: list[tuple[str, str]]


def method(content: ReportContent) -> Method:
    """The method and the state of the data of a report."""
    return Method(
        [(column_label(key), text) for key, text in _DEFINITIONS.items()],
        _filters(content),
        _unknown(content),
        _facts(content),
    )


def _filters(content: ReportContent) -> ReportTable:
    row = content.exclusions
    body = [
        [f"All {'' if label is None else label}".strip(), f"{row[key]:,}"]
        for key, label in (("total", "posts"),)
        if key in row
    ]
    body += [[f"Left out: {label}", f"{row[key]:,}"] for key, label in _FILTERS.items() if row.get(key) is not None]
    body += [["Eligible", f"{row['eligible']:,}"]] if "eligible" in row else []
    compared = content.findings.meta["metric"]["n"]
    body += [[f"Compared on this page, by {column_label(content.metric)}", f"{compared:,}"]] if body else []
    body += [
        [f"Of all, {label}", f"{row[key]:,}"]
        for key, label in (("unknown_age", "with unknown age"), ("unknown_duration", "with unknown length"))
        if row.get(key) is not None
    ]
    return make_table("Filters", [TableColumn("Posts", numeric=False), TableColumn("Count")], body)


def _unknown(content: ReportContent) -> ReportTable:
    shares = content.status.get("unknown_share") or {}
    body = [[sentence_case(counter), percent(shares[counter], 0)] for counter in COUNTERS if counter in shares]
    return make_table("Unknown values", [TableColumn("Counter", numeric=False), TableColumn("Unknown", "public")], body)


def _facts(content: ReportContent) -> list[tuple[str, str]]:
    status, rounded = content.status, content.findings.meta["rounded"]
    facts = [("Observed", _span(status.get("first_observed_at"), status.get("last_observed_at")))]
    sources = status.get("sources")
    if sources:
        facts.append(("Sources", ", ".join(_source(source, sources) for source in sources)))
    if rounded["known"]:
        posts = f"{pluralize(rounded['posts'], 'post')} of {rounded['known']:,}"
        facts.append(("Rounded at the source", f"{posts} (such as 17.7K); small differences are not meaningful"))
    facts.append(("Time zone of hours and weekdays", content.tz))
    if content.fit is not None and content.fit.get("model_id"):
        facts.append(("Model", str(content.fit["model_id"])))
    return facts + [(part, version) for part, version in content.versions.items()]


def _source(source: str, sources: Any) -> str:
    return f"{source} ({pluralize(sources[source], 'observation')})" if isinstance(sources, Mapping) else source


def _span(first: Any, last: Any) -> str:
    return f"{day(first)} to {day(last)}" if first or last else "nothing stored yet"
