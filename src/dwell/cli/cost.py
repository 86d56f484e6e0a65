"""`dwell cost`: the ledger of paid requests."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from dwell.cli import live_options
from dwell.cli.options import Csv, Data, Json, Out
from dwell.cli.output import Output
from dwell.cli.tables.layout import Layout, shows
from dwell.cli.tables.table import result_table
from dwell.results import Result
from dwell.text.plurals import pluralize

_LAYOUT = Layout(
    essential=("account", "endpoint", "sweep", "day", "command", "provider", "requests", "credits", "usd"),
    more=("uncertain_credits", "failed", "last_at"),
    rest=("first_at",),
)


class CostGrouping(StrEnum):
    """How to group requests."""

    PROVIDER = "provider"
    COMMAND = "command"
    ACCOUNT = "account"
    ENDPOINT = "endpoint"
    SWEEP = "sweep"
    DAY = "day"


@shows(_LAYOUT)
def cost(
    *,
    by: Annotated[CostGrouping, typer.Option("--by", help="How to group.")] = CostGrouping.PROVIDER,
    since: Annotated[
        str | None,
        typer.Option(
            "--since",
            help="Only requests since then, e.g. 2026-11-01 or 7d.",
            metavar="TIME",
            callback=live_options.check_since,
        ),
    ] = None,
    data: Data = None,
    as_json: Json = False,
    as_csv: Csv = False,
    output: Out = None,
) -> None:
    """Show the requests sent to providers and their cost.

    For a price beforehand use `dwell sweep --dry-run`. A request without a response may have been charged: its
    credits count, and are listed as uncertain.

    \b
    Example:
      dwell cost --by account --since 7d
    """
    import dwell

    result = dwell.open(data).live.cost(by=by.value, since=live_options.parse_since(since))
    Output(as_json, as_csv, output).show(result, _text)


def _text(result: Result) -> str:
    total = result.meta["total"]
    if not total["requests"]:
        return "No requests were sent."
    uncertain = f", {total['uncertain_credits']:,} of them uncertain" if total["uncertain_credits"] else ""
    totals = (
        f"Total: {pluralize(total['requests'], 'request')}, "
        f"{pluralize(total['credits'], 'credit')}{uncertain}, "
        f"{live_options.format_usd(total['usd'])} US dollars."
    )
    return "\n".join([result_table(result, _LAYOUT), "", totals])
