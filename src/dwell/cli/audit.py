"""`dwell audit`: which public figure follows the measured watch time of an account."""

from __future__ import annotations

from dwell.cli.fail_on import FailOn, require_verdict
from dwell.cli.options import ChartOut, Creator, Csv, Data, Engine, Json, OnePlatform
from dwell.cli.output import Output, table
from dwell.cli.spinner import spinner
from dwell.results import Result


def audit(
    *,
    creator: Creator,
    platform: OnePlatform = None,
    fail_on: FailOn = None,
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

    workspace = dwell.open(data, engine=engine)
    with spinner("Testing each ratio on unseen posts"):
        chosen = platform.value if platform else None
        result = workspace.audit(creator=creator, platform=chosen)
    Output(as_json, as_csv, output).show(
        result, _text, lambda: workspace.charts.audit(creator=creator, platform=chosen)
    )
    clear = any(row["verdict"] != "cannot tell" for row in result)
    require_verdict(
        fail_on,
        "The audit cannot tell",
        [str(result.meta["verdict"]).removeprefix("Cannot tell: ")],
        abstained=not clear,
    )


def _text(result: Result) -> str:
    return "\n".join(
        [table(result.columns, result.rows) if result.rows else "", "", str(result.meta["verdict"])]
    ).strip("\n")
