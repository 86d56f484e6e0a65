"""`dwell watchlist`: named lists of accounts and topics to read."""

from __future__ import annotations

from typing import Annotated

import typer

from dwell.cli.options import Csv, Data, Json, Out
from dwell.cli.output import Output
from dwell.cli.tables.layout import Layout, shows
from dwell.cli.tables.table import result_table
from dwell.cli.terminal import say
from dwell.visible import mark_line

Name = Annotated[str, typer.Argument(help="Name of the list.", metavar="LIST")]
Members = Annotated[
    list[str],
    typer.Argument(help="@name, link or id of an account; #hashtag, sound:ID, search:words.", metavar="NAME..."),
]

_LAYOUT = Layout(("watchlist", "kind", "name", "added_at"))


app = typer.Typer(
    help="Named lists of accounts, hashtags, sounds and searches.", no_args_is_help=True, rich_markup_mode=None
)


@app.command("add")
def add(watchlist: Name, names: Members, *, data: Data = None) -> None:
    """Add names to a list; creates the list if needed.

    \b
    Example:
      dwell watchlist add rivals @demo_pantry @demo_bigtable "#onepan"
    """
    import dwell

    added = dwell.open(data, create=True).live.watchlist_add(watchlist, names)
    rest = f", {len(names) - added} were already on it." if added < len(names) else "."
    say(f"{added} added to {mark_line(watchlist)}{rest}")


@app.command("remove")
def remove(watchlist: Name, names: Members, *, data: Data = None) -> None:
    """Remove names from a list.

    \b
    Example:
      dwell watchlist remove rivals @demo_pantry
    """
    import dwell

    removed = dwell.open(data).live.watchlist_remove(watchlist, names)
    missing = len(names) - removed
    rest = f", {missing} were not on it." if missing else "."
    say(f"{removed} removed from {mark_line(watchlist)}{rest}")


@app.command("list")
@shows(_LAYOUT)
def show(*, data: Data = None, as_json: Json = False, as_csv: Csv = False, output: Out = None) -> None:
    """Show all lists.

    \b
    Example:
      dwell watchlist list --csv
    """
    import dwell

    result = dwell.open(data).live.watchlists()
    empty = "No watchlists yet; make one with: dwell watchlist add NAME @account"
    Output(as_json, as_csv, output).show(result, lambda shown: result_table(shown, _LAYOUT) if len(shown) else empty)
