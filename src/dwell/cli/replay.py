"""`dwell replay`: kept answers, read again with the parser of today."""

from __future__ import annotations

from typing import Annotated

import typer

from dwell.cli import live_options
from dwell.cli.options import Csv, Data, Json, Out
from dwell.cli.output import Output, table
from dwell.cli.waiting import waiting
from dwell.results import Result


def replay(
    *,
    provider: Annotated[
        str | None, typer.Option("--provider", help="Only answers of this provider.", metavar="P")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", help="Only answers from then on, e.g. 2026-11-01 or 7d.", metavar="TIME")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Also answers that today's parser has read before.")] = False,
    data: Data = None,
    as_json: Json = False,
    as_csv: Csv = False,
    output: Out = None,
) -> None:
    """Read the answers that were kept again: after an update whose parser reads more, stored rows are corrected.

    No provider is asked and nothing is paid. What the new parser does not know stays as it was stored.

    \b
    Example:
      dwell replay --since 30d
    """
    import dwell

    with waiting("Reading kept answers"):
        result = dwell.open(data).live.replay(provider=provider, since=live_options.since(since), every=every)
    Output(as_json, as_csv, output).show(result, lambda: _text(result))


def _text(result: Result) -> str:
    reasons = "".join(f"\n{times} × {reason}" for reason, times in result.meta["reject_reasons"].items())
    return table(result.columns, result.rows) + reasons
