"""`dwell connect`: the owner of an account allows dwell to read it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dwell.cli.accounts import account_text
from dwell.cli.options import Data, Json
from dwell.cli.output import Output
from dwell.cli.terminal import say
from dwell.errors import NoDataError
from dwell.results import Result

if TYPE_CHECKING:
    from dwell.workspace.connections import Connections, Consent

app = typer.Typer(
    help="Connect your own accounts: true watch time and retention, read with the consent of the owner.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.callback()
def _root() -> None:
    """With a callback, the one command keeps its name."""


@app.command("tiktok")
def connect_tiktok(
    *,
    redirected: Annotated[
        str | None,
        typer.Option(
            "--redirected",
            help="The whole address that the browser shows after the consent, in quotes; - reads it from stdin.",
            metavar="URL",
        ),
    ] = None,
    only_begin: Annotated[
        bool,
        typer.Option(
            "--begin", help="Only print the address of the consent page; --redirected or dwell serve does the rest."
        ),
    ] = False,
    comments: Annotated[
        bool, typer.Option("--comments", help="Also ask for comments, which are personal data of others.")
    ] = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Connect a TikTok account of yours. Prints the address of TikTok's consent page, and waits for what comes back.

    It needs an app that TikTok approved for its Accounts API: DWELL_TIKTOK_ORGANIC_APP_ID, _APP_SECRET and _REDIRECT.
    Log in as in the TikTok app, allow everything, and paste the whole address that the browser shows afterwards, even
    if the page is missing. Where `dwell serve` answers at that address, press Enter instead.

    \b
    Example:
      dwell connect tiktok
      dwell connect tiktok --begin
      dwell connect tiktok --redirected 'https://dwell.example.com/oauth/tiktok/?code=...&state=...'
    """
    import dwell

    if redirected is not None and only_begin:
        raise typer.BadParameter("choose either --begin or --redirected.")
    accounts = dwell.open(data, create=True).connections
    if redirected is not None:
        result = accounts.complete(sys.stdin.readline() if redirected == "-" else redirected)
    elif only_begin:
        _show_consent(accounts.begin(comments=comments), as_json=as_json)
        return
    else:
        result = _ask(accounts, comments=comments)
    Output(as_json).show(result, _connected)


def _connected(result: Result) -> str:
    accounts = "\n\n".join(f"Connected {account_text(row)}" for row in result)
    return (
        f"{accounts}\n\nRead it now with dwell sync. dwell run and dwell serve read it daily (dwell schedule list): "
        "what TikTok shows of a day is gone for ever if nothing reads it in time."
    )


def _ask(accounts: Connections, *, comments: bool) -> Result:
    """Print the address and wait: for the browser on this machine, or for a pasted address."""
    with accounts.listening(comments=comments) as listening:
        if listening is not None:
            asked, wait = listening
            _tell(f"Open this address in a browser, and allow the access:\n\n  {asked.address}\n")
            _tell("Waiting for the browser; Ctrl-C ends it.")
            return wait()
    asked = accounts.begin(comments=comments)
    _tell(f"Open this address in a browser, log in as in the TikTok app, and allow the access:\n\n  {asked.address}\n")
    _tell(f"The browser then goes to {asked.redirect}, even if nothing is there. Paste the whole address here:")
    while True:
        line = sys.stdin.readline()
        if line.strip():
            return accounts.complete(line)
        made = accounts.find_completed(asked)
        if made is not None:
            return made
        if not line or not sys.stdin.isatty():
            raise NoDataError(
                "Nothing was pasted, so nothing is connected yet: until "
                f"{asked.expires_at:%H:%M} UTC, run dwell connect tiktok --redirected with the address in quotes."
            )
        _tell("Not connected yet: paste the whole address, or press Enter once dwell serve says that it is connected.")


def _show_consent(asked: Consent, *, as_json: bool) -> None:
    row: dict[str, Any] = {
        "consent_address": asked.address,
        "redirect": asked.redirect,
        "expires_at": asked.expires_at,
    }
    text = (
        f"{asked.address}\n\nOpen this address in a browser and allow the access. Until {asked.expires_at:%H:%M} UTC, "
        "dwell serve completes the connection, or dwell connect tiktok --redirected with the address that the browser "
        "then shows, in quotes."
    )
    Output(as_json).show(Result(tuple(row), [tuple(row.values())]), lambda _: text)


def _tell(text: str) -> None:
    """To stderr: stdout has the result alone."""
    say(text, err=True)
