"""`dwell findings`: what holds an account's viewers, in sentences and as figures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dwell.charts.formatting import percent
from dwell.charts.tier_words import dimension_label
from dwell.cli.cells import format_cell
from dwell.cli.options import (
    ByMetric,
    Creator,
    Csv,
    Data,
    Engine,
    FitNow,
    Json,
    Last,
    OnePlatform,
    Out,
    Since,
    TimeZone,
    Until,
    parse_period,
)
from dwell.cli.output import Output
from dwell.cli.spinner import spinner
from dwell.cli.tables.layout import Layout, shows
from dwell.cli.tables.table import paragraph, result_table
from dwell.results import Result
from dwell.text.lengths import bucket_label
from dwell.text.plurals import pluralize

if TYPE_CHECKING:
    from dwell.report.statement import Statement

_SHARES = ("hashtag", "hour", "weekday", "sound_original", "media_type")
"""Metrics that are shares of posts with a level, such as an hour of publishing."""

_TIMES = ("hour", "weekday")
"""Those of them whose level is a number, which `metric` has in words."""


def _group(name: str) -> str:
    """`top_quarter` is "top quarter", `<=20` "10–20 s"."""
    return name.replace("_", " ") if name[:1].isalpha() else bucket_label(name)


_WORDS: dict[str, Callable[[str], str]] = {
    "group": _group,
    "other_group": _group,
    "effect_name": lambda name: "rank correlation" if name == "spearman" else name,
}
"""Columns of codes, and what makes words of them."""

_ANSWERS = {"found": None, "nothing": "no large difference", "unknown": "cannot tell"}


_LAYOUT = Layout(
    essential=("statement", "metric", "value", "n", "other_value", "other_n", "clear"),
    more=(
        *("level", "group", "low", "high", "other_group", "other_low", "other_high", "effect_name", "effect"),
        *("effect_low", "effect_high", "q_value"),
    ),
    rest=("finding", "sentence", "kind", "verdict", "target", "p_value", "confidence", "comparisons", "reason"),
)


@shows(_LAYOUT)
def findings(
    *,
    creator: Creator,
    platform: OnePlatform = None,
    metric: ByMetric = None,
    tz: TimeZone = "UTC",
    fit: FitNow = False,
    since: Since = None,
    until: Until = None,
    last: Last = None,
    data: Data = None,
    engine: Engine = None,
    as_json: Json = False,
    as_csv: Csv = False,
    output: Out = None,
) -> None:
    """Say what holds an account's viewers, and what is not known.

    The sentences are those of the report, and the table has the figures behind each: medians with their intervals,
    differences between lengths, between best and weakest posts and over time, and what predicts watch time. That
    is the account's own model that dwell fit stored; without a current one it says so.

    \b
    Example:
      dwell findings --creator @demo
      dwell findings --creator @demo --json
    """
    import dwell

    period: Any = parse_period(since, until, last, tz)
    with spinner("Collecting the figures"):
        result = dwell.open(data, engine=engine).findings(
            creator=creator,
            platform=platform.value if platform else None,
            metric=metric.value if metric else None,
            tz=tz,
            fit=fit,
            **period,
        )
    Output(as_json, as_csv, output).show(result, _text)


def _text(result: Result) -> str:
    from dwell.report.statements import statements

    meta = result.meta
    where = f" on {meta['platform']}" if meta["platform"] else ""
    lines = [
        f"@{meta['handle']}{where}: {meta['metric']['n']:,} of {pluralize(meta['posts'], 'post')} compared.",
        paragraph(f"{meta['metric']['reason']} Times in {meta['tz']}."),
        "",
    ]
    for number, statement in enumerate(statements(result), start=1):
        lines += [
            paragraph(f"{number}. {statement.text}", "   "),
            paragraph(f"   ({_label(statement)}) {statement.detail}", "   "),
        ]
    figures = replace(result, rows=[row for row in result.rows if row[result.columns.index("metric")] is not None])
    if not len(figures):
        return "\n".join(lines)
    words = {name: [_cell(name, row) for row in figures] for name in result.columns}
    return "\n".join([*lines, "", result_table(figures, _LAYOUT, words)])


def _label(statement: Statement) -> str:
    """`measured, no large difference`; no kind where nothing has one."""
    return ", ".join(part for part in (statement.kind, _ANSWERS[statement.answer]) if part)


def _cell(name: str, row: dict[str, Any]) -> Any:
    """A figure as its metric is written: a rate in percent, a length in seconds."""
    if name in _WORDS and row[name] is not None:
        return _WORDS[name](row[name])
    if name == "level" and row["metric"] in _TIMES:
        return None
    figure = name.removeprefix("other_") in {"value", "low", "high"}
    if row["metric"] in _SHARES and row["level"] is not None:
        if name == "metric":
            return dimension_label({"dimension": row["metric"], "level": row["level"]})
        return percent(row[name], 0) if figure and row[name] is not None else row[name]
    return format_cell(str(row["metric"]), row[name]) if figure else row[name]
