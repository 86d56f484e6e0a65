"""`dwell compare`: accounts side by side, at equal length."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

import typer

from dwell.charts.comparison_words import VERDICTS, amount, metric_label, verdict_text
from dwell.cli.at_age import At
from dwell.cli.options import (
    AllRows,
    Buckets,
    ChartOut,
    Csv,
    Data,
    Engine,
    Include,
    Json,
    Last,
    MinAge,
    OnePlatform,
    Scheme,
    Since,
    TimeZone,
    Until,
    parse_age,
    parse_include,
    parse_period,
)
from dwell.cli.output import Output
from dwell.cli.tables.layout import Layout, shows
from dwell.cli.tables.table import FIRST_ROWS, paragraph, result_table
from dwell.results import Result
from dwell.text.plurals import pluralize

_LAYOUT = Layout(
    essential=("metric", "handle", "value", "own_value", "difference", "verdict"),
    more=("difference_low", "difference_high", "n", "own_n", "share", "q_value", "low", "high", "own_low", "own_high"),
    rest=("kind", "buckets", "effect", "effect_low", "effect_high", "p_value", "reason"),
)
_SIGNED = {"difference", "difference_low", "difference_high"}
_AMOUNTS = ("value", "own_value", "low", "high", "own_low", "own_high", *sorted(_SIGNED))


@shows(_LAYOUT)
def compare(
    creators: Annotated[
        list[str],
        typer.Argument(
            help="Two to ten accounts (@handle, link or id); all are compared with the first.", metavar="@YOU @RIVAL..."
        ),
    ],
    *,
    platform: OnePlatform = None,
    at: At = None,
    scheme: Buckets = Scheme.PROXY,
    include: Include = "",
    min_age: MinAge = "72h",
    since: Since = None,
    until: Until = None,
    last: Last = None,
    tz: TimeZone = "UTC",
    every: AllRows = False,
    data: Data = None,
    engine: Engine = None,
    as_json: Json = False,
    as_csv: Csv = False,
    output: ChartOut = None,
) -> None:
    """Show accounts side by side, at equal length.

    Posts are compared with posts of the same length, weighted as the first account's posts are, each difference with
    its 95% interval. Too few posts give no verdict.

    \b
    Example:
      dwell compare @you @rival
      dwell compare @you @rival --at 7d
      dwell compare @you @rival @other -o compare.svg
    """
    import dwell

    period: Any = parse_period(since, until, last, tz)
    workspace = dwell.open(data, engine=engine)
    options: dict[str, Any] = {
        **period,
        "tz": tz,
        "at": at.value if at else None,
        "platform": platform.value if platform else None,
        "scheme": scheme.value,
        "include": parse_include(include),
        "min_age_h": parse_age(min_age),
    }
    result = workspace.compare(creators, **options)
    Output(as_json, as_csv, output).show(
        result, lambda shown: _text(shown, every=every), lambda: workspace.charts.compare(creators, **options)
    )


def _text(result: Result, *, every: bool) -> str:
    """The verdict, the table, and below it how many posts of which age were compared."""
    shown = result if every else result.head(FIRST_ROWS)
    rows = list(shown)
    words: dict[str, list[str]] = {
        "metric": [metric_label(row) for row in rows],
        "handle": [f"@{row['handle']}" for row in rows],
        "verdict": [VERDICTS[row["verdict"]] for row in rows],
        **{name: [amount(row, name, sign=name in _SIGNED) for row in rows] for name in _AMOUNTS},
    }
    table = result_table(shown, _layout(result), words, more_rows=len(result) - len(shown))
    told = paragraph(verdict_text(str(result.meta["verdict"])))
    return "\n".join([told, "", table, "", *_reasons(rows), paragraph(about(result))])


def _reasons(rows: list[dict[str, Any]]) -> list[str]:
    """Why nothing can be told of some rows, each reason once, with what it is about."""
    about_reason: dict[str, list[str]] = {}
    for row in rows:
        if row["reason"]:
            about_reason.setdefault(row["reason"], []).append(f"{metric_label(row)} (@{row['handle']})")
    return [paragraph(f"{', '.join(names)}: {reason}.") for reason, names in about_reason.items()]


def _layout(result: Result) -> Layout:
    """Where there is one further account, the sentence above names it: its column comes with `--wide`."""
    if len(result.meta["accounts"]) > 2:
        return _LAYOUT
    essential = tuple(name for name in _LAYOUT.essential if name != "handle")
    return replace(_LAYOUT, essential=essential, rest=("handle", *_LAYOUT.rest))


def about(result: Result) -> str:
    """How many posts of which account were compared, how old they were, and how."""
    at, reference = result.meta["at"], result.meta["reference"]
    parts = []
    for account in result.meta["accounts"]:
        age, n = account["age_h_median"], account["known" if at else "eligible"]
        read = f", read {age / 24:,.0f} days after posting (median)" if age is not None else ""
        parts.append(f"@{account['handle']} {n:,} of {pluralize(account['posts'], 'post')}{read}")
    rivals = [f"@{account['handle']}" for account in result.meta["accounts"][1:]]
    value = f"Value is {rivals[0]}'s. " if len(rivals) == 1 else ""
    return (
        f"{value}Compared{f' at {at}' if at else ''}: {'; '.join(parts)}. Rates are compared inside each length, "
        f"weighted as @{reference}'s posts are; a verdict controls false discoveries over all comparisons."
    )
