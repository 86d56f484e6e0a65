"""`dwell vet`: is this creator worth working with?"""

from __future__ import annotations

from typing import Annotated

import typer

from dwell.cli.live_options import Niche, Provider, bar, stopping
from dwell.cli.options import ChartOut, Csv, Data, Json
from dwell.cli.output import Output, table
from dwell.results import Result


def vet(
    creator: Annotated[str, typer.Argument(help="The account: @handle, link or numeric id.", metavar="@HANDLE")],
    *,
    niche: Niche = None,
    posts: Annotated[int, typer.Option("--posts", min=1, help="Latest posts to look at.", metavar="N")] = 20,
    stored: Annotated[bool, typer.Option("--stored", help="Ask no provider: look at what is stored.")] = False,
    provider: Provider = None,
    data: Data = None,
    as_json: Json = False,
    as_csv: Csv = False,
    output: ChartOut = None,
) -> None:
    """Hold an account's latest posts against norms, against its niche, and against themselves.

    Reads them from a provider first (one or two requests). A verdict comes with its reasons and the number of posts
    behind it; where there is too little, it is "cannot tell".

    \b
    Example:
      dwell vet @demo_pantry --niche cooking
      dwell vet @demo_pantry --stored -o vetting.png
    """
    import dwell

    workspace = dwell.open(data, create=not stored)
    if stored:
        result = workspace.vet(creator=creator, niche=niche, posts=posts)
    else:
        with stopping() as stop, bar(f"Reading {creator}") as watch:
            result = workspace.live.vet(creator, niche=niche, posts=posts, provider=provider, watch=watch, stop=stop)
    Output(as_json, as_csv, output).show(result, lambda: _text(result), lambda: workspace.charts.vetting(result))


def _text(result: Result) -> str:
    meta = result.meta
    left = ", ".join(f"{count} {reason}" for reason, count in meta["left_out"].items())
    head = f"@{meta['handle']}: {meta['verdict']}, from {meta['n']} posts" + (f" (left out: {left})" if left else "")
    lines = [head, *(f"  {reason}" for reason in meta["reasons"]), ""]
    return "\n".join([*lines, table(result.columns, result.rows, most=110)])
