"""`dwell audit`: which public ratio follows the true watch time of this account."""

from __future__ import annotations

from dwell.cli.options import ChartOut, Creator, Csv, Data, Json
from dwell.cli.output import Output, table
from dwell.cli.waiting import waiting
from dwell.results import Result


def audit(
    *, creator: Creator, data: Data = None, as_json: Json = False, as_csv: Csv = False, output: ChartOut = None
) -> None:
    """For an account with watch time: which public ratio follows it, or "cannot tell".

    Rank correlation with its interval, and what the ratio adds to the prediction of posts that the model did
    not see. Saves are tried with and without, as they are missing from some sources.

    \b
    Example:
      dwell audit --creator @demo
    """
    import dwell

    workspace = dwell.open(data)
    with waiting("Trying each ratio on posts left out"):
        result = workspace.audit(creator=creator)
    Output(as_json, as_csv, output).show(result, lambda: _text(result), lambda: workspace.charts.audit(creator=creator))


def _text(result: Result) -> str:
    return "\n".join(
        [table(result.columns, result.rows) if result.rows else "", "", str(result.meta["verdict"])]
    ).strip("\n")
