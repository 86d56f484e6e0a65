"""`dwell tiers`: what an account's best posts have in common that its weakest lack."""

from __future__ import annotations

from typing import Any

from dwell.charts.tier_words import dimension_label, side
from dwell.cli.options import (
    AllRows,
    ByMetric,
    ChartOut,
    Creator,
    Csv,
    Data,
    Engine,
    Include,
    Json,
    Last,
    MinAge,
    OnePlatform,
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

_LAYOUT = Layout(
    essential=("dimension", "top", "bottom", "effect", "separates"),
    more=("low", "high", "q_value", "effect_name", "p_value"),
    rest=("level",),
)


@shows(_LAYOUT)
def tiers(
    *,
    creator: Creator,
    platform: OnePlatform = None,
    tz: TimeZone = "UTC",
    metric: ByMetric = None,
    include: Include = "",
    min_age: MinAge = "72h",
    every: AllRows = False,
    since: Since = None,
    until: Until = None,
    last: Last = None,
    data: Data = None,
    engine: Engine = None,
    as_json: Json = False,
    as_csv: Csv = False,
    output: ChartOut = None,
) -> None:
    """Show what separates the best posts from the weakest.

    Compares the top and bottom quartiles by the metric, and says so if nothing separates them.

    \b
    Example:
      dwell tiers --creator @demo --tz Europe/Berlin
    """
    import dwell

    period: Any = parse_period(since, until, last, tz)
    workspace = dwell.open(data, engine=engine)
    options: dict[str, Any] = {
        "creator": creator,
        "platform": platform.value if platform else None,
        "tz": tz,
        "include": parse_include(include),
        "min_age_h": parse_age(min_age),
        "metric": metric.value if metric else None,
        **period,
    }
    result = workspace.tiers(**options)
    Output(as_json, as_csv, output).show(
        result, lambda shown: _text(shown, every=every), lambda: workspace.charts.tiers(**options)
    )


def _text(result: Result, *, every: bool) -> str:
    verdict = str(result.meta["verdict"])
    by = f"{result.meta['metric']['reason']} Times in {result.meta['tz']}."
    if not len(result):
        return "\n".join([paragraph(verdict), paragraph(by)])
    shown = result if every else result.head(FIRST_ROWS)
    rows = list(shown)
    words = {
        "dimension": [dimension_label(row) for row in rows],
        "top": [side(row, "top") for row in rows],
        "bottom": [side(row, "bottom") for row in rows],
    }
    table = result_table(shown, _LAYOUT, words, more_rows=len(result) - len(shown))
    return "\n".join([paragraph(verdict), paragraph(by), "", table])
