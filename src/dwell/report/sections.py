"""The sections of the report in reading order: their charts, their tables, or the reason why they are empty."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import altair as alt
from altair.utils.schemapi import debug_mode

from dwell import charts
from dwell.charts.band_lines import post_line
from dwell.charts.comparison_words import verdict_text
from dwell.charts.context import context_line
from dwell.charts.formatting import bucket_label
from dwell.charts.render import Figure, figure
from dwell.charts.theme import NARROW, WIDE
from dwell.report import model_tables, public_tables
from dwell.report.audit_sentences import audit_sentences
from dwell.report.best_posts import top_table
from dwell.report.comparison_table import comparison_table
from dwell.report.content import ReportContent, Rows, meta
from dwell.report.metric_text import kind_of
from dwell.report.model_notes import fit_note, no_model, score_note, words
from dwell.report.report_table import ReportTable
from dwell.report.retention_sentences import sentences
from dwell.report.retention_table import retention_table
from dwell.report.section_texts import EMPTY, INTRODUCTIONS, SHORT_TITLES, TITLES
from dwell.report.statement import Kind
from dwell.results import Result

_WITH_CHECKS = False


@dataclass(frozen=True, slots=True)
class Plot:
    """One chart, drawn for wide and for narrow screens, with its numbers as a table."""

    kind: Kind
    wide: Figure
    narrow: Figure
    table: ReportTable | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, an introduction and the content; `empty` is the reason why there is none."""

    key: str
    plots: Sequence[Plot] = ()
    tables: Sequence[ReportTable] = ()
    notes: Sequence[str] = ()
    empty: str | None = None

    @property
    def title(self) -> str:
        """The heading."""
        return TITLES[self.key]

    @property
    def short_title(self) -> str:
        """The heading in one or two words, for the navigation."""
        return SHORT_TITLES[self.key]

    @property
    def introduction(self) -> str:
        """One or two sentences on how to read the section."""
        return INTRODUCTIONS[self.key]


def sections(content: ReportContent) -> list[Section]:
    """All sections after the findings; one without data is kept, and says what is missing."""
    return [_with_context(section, content) for section in _sections(content)]


def _with_context(section: Section, content: ReportContent) -> Section:
    """The section with a line below each picture that says whose numbers it shows, from when and from where."""
    status = content.status
    ends = status.get("first_observed_at"), status.get("last_observed_at")
    subject = f"@{content.handle}{f', posts {content.period}' if content.period else ''}"
    line = context_line(subject, *ends, status.get("sources") or ())
    if section.key == "comparison":
        line = content.comparison_accounts
    pictures = [replace(plot, wide=replace(plot.wide, notes=(*plot.wide.notes, line))) for plot in section.plots]
    return replace(section, plots=pictures)


def _sections(content: ReportContent) -> list[Section]:
    return [
        _benchmarks(content),
        *_comparison(content),
        _tiers(content),
        *_retention(content),
        _posting_times(content),
        _trend(content),
        _audit(content),
        _model(content),
        _top(content),
    ]


def _comparison(content: ReportContent) -> list[Section]:
    """Only where the page was asked to compare the account with others."""
    if content.comparison is None:
        return []
    table = comparison_table(content.comparison)
    told = verdict_text(str(content.comparison.meta["verdict"]))
    drawn = plot("public", "comparison", charts.comparison, content.comparison, table=table)
    return [Section("comparison", plots=[drawn], notes=[told])]


def plot(
    kind: Kind,
    key: str,
    draw: Callable[..., alt.TopLevelMixin],
    *rows: Any,
    table: ReportTable | None = None,
    **options: Any,
) -> Plot:
    """A chart function drawn at both widths; `key` keeps the ids of the pictures distinct.

    Altair's validation of each step is off here; the tests of the charts run with it.
    """
    with debug_mode(_WITH_CHECKS):
        wide, narrow = (figure(draw(*rows, width=width, **options), f"{key}-{width}") for width in (WIDE, NARROW))
    return Plot(kind, wide, narrow, table if table and table.rows else None)


def _empty_section(key: str, rows: Rows | None = None) -> Section:
    return Section(key, empty=str(meta(rows).get("verdict") or EMPTY[key]))


def _verdict(rows: Rows | None) -> list[str]:
    verdict = meta(rows).get("verdict")
    return [str(verdict)] if verdict else []


def _reasons(report: Mapping[str, Any], key: str = "reasons") -> list[str]:
    return [str(reason) for reason in report.get(key) or ()]


def _benchmarks(content: ReportContent) -> Section:
    if not list(content.benchmarks):
        return _empty_section("benchmarks")
    if content.metric == "watch_ratio":
        watched = plot("measured", "watch", charts.watch_time, content.posts, content.findings.meta["lengths"])
        rows = content.posts, content.benchmarks
        plots = [watched, plot("public", "strip", charts.benchmarks, *rows, rate="engagement_rate")]
    else:
        plots = [plot(kind_of(content.metric), "strip", charts.benchmarks, content.posts, content.benchmarks)]
    return Section("benchmarks", plots, [public_tables.benchmark_table(content.benchmarks)])


def _tiers(content: ReportContent) -> Section:
    if not list(content.tiers):
        return _empty_section("tiers", content.tiers)
    numbers = public_tables.tier_table(content.tiers)
    drawn = plot(kind_of(content.metric), "tiers", charts.tiers, content.tiers, table=numbers)
    return Section("tiers", [drawn], notes=_verdict(content.tiers))


def _retention(content: ReportContent) -> list[Section]:
    """No section without curves: most accounts cannot have any."""
    found = content.retention
    if found is None:
        return []
    names = ("best", "weakest")
    lines = [
        post_line(result.meta["post"], result, name)
        for name, result in zip(names, content.retention_posts, strict=False)
    ]
    comparison, plots = found.meta["comparison"], []
    if lines:
        bucket = content.retention_posts[0].meta["post"]["bucket"]
        pair = f"The best and the weakest post{f' of {bucket_label(bucket)}' if bucket else ''}, by views"
        title = pair if len(lines) > 1 else "The post with a known curve"
        plots.append(plot("measured", "curves", charts.retention_band, lines, bucket=bucket, title=title))
    if found.meta["quartiles"]:
        numbers = retention_table(comparison["rows"])
        options = {"by": found.meta["by"], "verdict": comparison["verdict"]}
        drawn = plot(
            "measured", "quarters", charts.retention_quartiles, found.meta["quartiles"], table=numbers, **options
        )
        plots.append(drawn)
    return [Section("retention", plots, notes=sentences(found))]


def _posting_times(content: ReportContent) -> Section:
    rows = content.posting_times
    if not list(rows):
        return _empty_section("posting-times")
    numbers = public_tables.posting_table(rows)
    drawn = plot(kind_of(content.metric), "times", charts.posting_times, rows, tz=content.tz, table=numbers)
    return Section("posting-times", [drawn])


def _trend(content: ReportContent) -> Section:
    rows = content.trend
    if not list(rows):
        return _empty_section("trend")
    numbers = public_tables.trend_table(rows)
    plots = [plot(kind_of(content.metric), "trend", charts.trend, rows, every=content.every, table=numbers)]
    warnings = list(getattr(content.growth, "meta", {}).get("warnings", ()))
    if any(row.get("views_per_hour") is not None for row in content.growth):
        numbers = public_tables.growth_table(content.growth, content.posts)
        plots.append(plot("counter", "growth", charts.growth, content.growth, content.posts, table=numbers))
    return Section("trend", plots, notes=warnings)


def _audit(content: ReportContent) -> Section:
    rows = content.audit
    if rows is None or not list(rows):
        return _empty_section("audit", rows)
    drawn = plot("measured", "audit", charts.audit, rows, table=model_tables.audit_table(rows))
    return Section("audit", [drawn], notes=audit_sentences(rows) if isinstance(rows, Result) else [])


def _model(content: ReportContent) -> Section:
    fit, score = content.fit, content.scored()
    if fit is None and score is None:
        reason = no_model(content)
        return Section("model", empty=reason or EMPTY["model"])
    plots, notes = _fit(fit, content.findings.meta["coverage"]) if fit is not None else ([], [])
    notes = [*fit_note(content), *notes]
    if score is not None:
        numbers = model_tables.score_table(score, content.posts)
        plots.append(plot("predicted", "scores", charts.scores, score, content.posts, table=numbers))
        notes += score_note(score) + _reasons(score) + _reasons(score, "warnings")
    return Section("model", plots, notes=words(notes))


def _fit(fit: Mapping[str, Any], shares: Sequence[Mapping[str, Any]]) -> tuple[list[Plot], list[str]]:
    plots, notes = [plot("predicted", "skill", charts.skill, fit, table=model_tables.skill_table(fit))], []
    if fit.get("verdict") != "usable":
        why = "; ".join(_reasons(fit)) or "no reason was given"
        notes.append(f"The model abstains, so there are no predictions: {why.rstrip('.')}.")
    elif (fit.get("interval") or {}).get("coverage") is not None:
        numbers = model_tables.coverage_table(fit)
        plots.append(plot("predicted", "coverage", charts.coverage, fit, shares, table=numbers))
    return plots, notes + _reasons(fit, "warnings")


def _top(content: ReportContent) -> Section:
    ranked = top_table(content.posts, content.metric)
    return Section("top-posts", tables=[ranked]) if ranked.rows else _empty_section("top-posts")
