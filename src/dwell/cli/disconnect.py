"""`dwell disconnect`: dwell may no longer read an account."""

from __future__ import annotations

from typing import Annotated

import typer

from dwell.cli.options import Data, Json
from dwell.cli.output import Output
from dwell.results import Result


def disconnect(
    account: Annotated[
        str, typer.Argument(help="The account: @handle, or its open_id from dwell accounts.", metavar="@HANDLE")
    ],
    *,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """End the access to a connected account: TikTok is told, and the tokens are erased. What was read stays.

    \b
    Example:
      dwell disconnect @demo
    """
    import dwell

    result = dwell.open(data).connections.disconnect(account)
    Output(as_json).show(result, _text)


def _text(result: Result) -> str:
    row = next(iter(result))
    told = (
        "TikTok has revoked the access."
        if row["revoked"]
        else f"TikTok was not told ({row['problem']}): remove the app in the TikTok app, too, at Settings, Security, "
        "App permissions."
    )
    return (
        f"{row['account']} is disconnected, and its tokens are erased. {told}\n"
        "What was read of it stays in the tables, and its old tokens in older backups, encrypted. To erase what was "
        f"read: dwell forget {row['account']}"
    )
