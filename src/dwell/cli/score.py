"""`dwell score`: the posts of an account without watch time, best first."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

import typer

from dwell.cli.fail_on import FailOn, require_verdict
from dwell.cli.options import (
    ChartOut,
    Creator,
    Csv,
    Data,
    Engine,
    Json,
    Last,
    OnePlatform,
    Since,
    Target,
    TimeZone,
    Until,
    parse_period,
)
from dwell.cli.output import Output
from dwell.cli.tables.layout import Layout, shows
from dwell.cli.tables.table import paragraph, result_table
from dwell.results import Result
from dwell.text.plurals import name_counts

_PREDICTED = tuple(f"{target.value}_predicted{end}" for target in Target for end in ("", "_low", "_high"))
_LAYOUT = Layout(
    essential=("rank", "posted_at", "percentile", "percentile_low", "percentile_high"),
    more=(*_PREDICTED, "post_id", "duration_s", "views"),
    rest=("url",),
    text="caption",
)

_WITHOUT_LEVEL = replace(_LAYOUT, more=("post_id", "duration_s", "views"), rest=(*_PREDICTED, "url"))


@shows(_LAYOUT)
def score(
    *,
    creator: Creator,
    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            help="Model id; by default the better one out of fold of those that know this account, else the newest.",
            metavar="ID",
        ),
    ] = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="Maximum number of rows.", metavar="N")] = None,
    platform: OnePlatform = None,
    since: Since = None,
    until: Until = None,
    last: Last = None,
    tz: TimeZone = "UTC",
    fail_on: FailOn = None,
    data: Data = None,
    engine: Engine = None,
    as_json: Json = False,
    as_csv: Csv = False,
    output: ChartOut = None,
) -> None:
    """Rank an account's posts by predicted watch time.

    Shows a level of watch time only if the model is known to transfer to the account.

    \b
    Example:
      dwell score --creator @competitor --limit 20
    """
    import dwell

    period: Any = parse_period(since, until, last, tz)
    workspace = dwell.open(data, engine=engine)
    place = platform.value if platform else None
    result = workspace.score(creator=creator, model=model, limit=limit, platform=place, **period)
    Output(as_json, as_csv, output).show(result, _text, lambda: workspace.charts.scores(result))
    no_level = not result.meta["level_shown"]
    require_verdict(fail_on, "Ranks only, no level of watch time", result.meta["reasons"], abstained=no_level)


def _text(result: Result) -> str:
    layout = _LAYOUT if result.meta["level_shown"] else _WITHOUT_LEVEL
    lines = [f"Predicted by {result.meta['model_id']}: a rank within the account, not a measurement."]
    lines.append(result.meta["model_choice"])
    if result.meta["left_out"]:
        lines.append(f"Left out: {name_counts(result.meta['left_out'])}.")
    return "\n".join([*map(paragraph, (*lines, *result.meta["reasons"])), "", result_table(result, layout)])
