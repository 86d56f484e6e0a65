"""`dwell replay`: parses stored responses again with the current parser."""

from __future__ import annotations

from typing import Annotated

import typer

from dwell.cli import live_options
from dwell.cli.options import Csv, Data, Json, Out
from dwell.cli.output import Output
from dwell.cli.spinner import spinner
from dwell.cli.tables.layout import Layout, shows
from dwell.cli.tables.table import result_table
from dwell.results import Result

_LAYOUT = Layout(("answers", "read_again", "posts_new", "snapshots_new", "rows_updated", "rejected"))


@shows(_LAYOUT)
def replay(
    *,
    provider: Annotated[
        str | None, typer.Option("--provider", help="Only responses of this provider.", metavar="P")
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(
            "--since",
            help="Only responses since then, e.g. 2026-11-01 or 7d.",
            metavar="TIME",
            callback=live_options.check_since,
        ),
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Include responses that the current parser has already read.")
    ] = False,
    data: Data = None,
    as_json: Json = False,
    as_csv: Csv = False,
    output: Out = None,
) -> None:
    """Parse stored responses again after an upgrade.

    Corrects the stored rows. Sends nothing and costs nothing. Values that the new parser does not read are kept.

    \b
    Example:
      dwell replay --since 30d
    """
    import dwell

    with spinner("Parsing stored responses"):
        result = dwell.open(data).live.replay(provider=provider, since=live_options.parse_since(since), every=every)
    Output(as_json, as_csv, output).show(result, _text)


def _text(result: Result) -> str:
    reasons = "".join(f"\n{times} × {reason}" for reason, times in result.meta["reject_reasons"].items())
    return result_table(result, _LAYOUT) + reasons
