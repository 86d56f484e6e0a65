"""`dwell tiers`: what an account's best posts have in common that its weakest lack."""

from __future__ import annotations

from typing import Any

from dwell.cli.options import (
    ChartOut,
    Creator,
    Csv,
    Data,
    Engine,
    Include,
    Json,
    MinAge,
    OnePlatform,
    TimeZone,
    parse_age,
    parse_include,
)
from dwell.cli.output import Output, table
from dwell.results import Result


def tiers(
    *,
    creator: Creator,
    platform: OnePlatform = None,
    tz: TimeZone = "UTC",
    include: Include = "",
    min_age: MinAge = "72h",
    data: Data = None,
    engine: Engine = None,
    as_json: Json = False,
    as_csv: Csv = False,
    output: ChartOut = None,
) -> None:
    """Show what separates the best posts from the weakest.

    Compares the top and bottom quartiles by engagement rate, and says so if nothing separates them.

    \b
    Example:
      dwell tiers --creator @demo --tz Europe/Berlin
    """
    import dwell

    workspace = dwell.open(data, engine=engine)
    options: dict[str, Any] = {
        "creator": creator,
        "platform": platform.value if platform else None,
        "tz": tz,
        "include": parse_include(include),
        "min_age_h": parse_age(min_age),
    }
    result = workspace.tiers(**options)
    Output(as_json, as_csv, output).show(result, _text, lambda: workspace.charts.tiers(**options))


def _text(result: Result) -> str:
    columns = [
        name
        for name in (
            "dimension",
            "level",
            "top",
            "bottom",
            "effect",
            "low",
            "high",
            "effect_name",
            "q_value",
            "separates",
        )
        if name in result.columns
    ]
    rows = [[row[name] for name in columns] for row in result]
    return "\n".join([table(columns, rows) if rows else "", "", str(result.meta["verdict"])]).strip("\n")
