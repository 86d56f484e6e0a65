"""`dwell audit`: which public figure follows the measured watch time of an account."""

from __future__ import annotations

from typing import Any

from dwell.cli.fail_on import FailOn, require_verdict
from dwell.cli.options import (
    AllRows,
    ChartOut,
    Creator,
    Csv,
    Data,
    Engine,
    Json,
    Last,
    OnePlatform,
    Since,
    TimeZone,
    Until,
    parse_period,
)
from dwell.cli.output import Output
from dwell.cli.spinner import spinner
from dwell.cli.tables.layout import Layout, shows
from dwell.cli.tables.table import FIRST_ROWS, paragraph, result_table
from dwell.results import Result

_LAYOUT = Layout(
    essential=("target", "proxy", "spearman", "gain_r2", "verdict"),
    more=("n", "low", "high", "gain_low", "gain_high", "q_value", "spearman_overall"),
    rest=("drop_r2", "drop_low", "drop_high"),
)


@shows(_LAYOUT)
def audit(
    *,
    creator: Creator,
    platform: OnePlatform = None,
    every: AllRows = False,
    fail_on: FailOn = None,
    since: Since = None,
    until: Until = None,
    last: Last = None,
    tz: TimeZone = "UTC",
    data: Data = None,
    engine: Engine = None,
    as_json: Json = False,
    as_csv: Csv = False,
    output: ChartOut = None,
) -> None:
    """Show which public figure follows measured watch time.

    Asks every public ratio, views and length. The verdict is "cannot tell" if the data does not show it. Gives the
    rank correlation with its interval, and how much a ratio improves predictions of posts that the model has not
    seen, beyond length and views; with and without saves, because some sources lack them.

    \b
    Example:
      dwell audit --creator @demo
    """
    import dwell

    period: Any = parse_period(since, until, last, tz)
    workspace = dwell.open(data, engine=engine)
    with spinner("Testing each ratio on unseen posts"):
        chosen = platform.value if platform else None
        result = workspace.audit(creator=creator, platform=chosen, **period)
    Output(as_json, as_csv, output).show(
        result,
        lambda shown: _text(shown, every=every),
        lambda: workspace.charts.audit(creator=creator, platform=chosen, **period),
    )
    clear = any(row["verdict"] != "cannot tell" for row in result)
    require_verdict(
        fail_on,
        "The audit cannot tell",
        [str(result.meta["verdict"]).removeprefix("Cannot tell: ")],
        abstained=not clear,
    )


def _text(result: Result, *, every: bool) -> str:
    from dwell.charts.formatting import plain_words

    verdict = plain_words(str(result.meta["verdict"]))
    if not len(result):
        return verdict
    shown = result if every else result.head(FIRST_ROWS)
    table = result_table(shown, _LAYOUT, more_rows=len(result) - len(shown))
    return "\n".join([paragraph(verdict), "", table])
