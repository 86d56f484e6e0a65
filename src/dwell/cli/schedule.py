"""`dwell schedule`: sweeps to run every day or week; `dwell run` runs them."""

from __future__ import annotations

from typing import Annotated

import typer

from dwell.cli.live_options import MaxCredits, Niche, Posts, Provider, Topics, Watchlist
from dwell.cli.options import Csv, Data, Json, Out, check_zone
from dwell.cli.output import Output
from dwell.cli.tables.choice import current_choice
from dwell.cli.tables.layout import Layout, shows
from dwell.cli.tables.table import result_table
from dwell.cli.terminal import say
from dwell.results import Result
from dwell.text.plurals import pluralize
from dwell.visible import mark_line

Name = Annotated[str, typer.Argument(help="Name of the schedule.", metavar="SCHEDULE")]

_LAYOUT = Layout(
    essential=("schedule", "what", "every", "at", "next_due_at", "last_outcome"),
    more=("tz", "posts", "last_due_at", "max_credits", "provider", "topics", "niche"),
)


app = typer.Typer(
    help="Sweeps to run every day or week; `dwell run` runs them.", no_args_is_help=True, rich_markup_mode=None
)


@app.command("add")
@shows(_LAYOUT)
def add(
    schedule: Name,
    names: Annotated[
        list[str] | None, typer.Argument(help="Accounts, #hashtag, sound:ID, search:words.", metavar="NAME...")
    ] = None,
    *,
    watchlist: Watchlist = None,
    every: Annotated[
        str, typer.Option("--every", help="day, or a weekday such as monday for a weekly run.", metavar="WHEN")
    ] = "day",
    at: Annotated[str, typer.Option("--at", help="Time of day.", metavar="HH:MM")] = "00:00",
    cron: Annotated[
        str | None,
        typer.Option(
            "--cron", help='Cron expression in place of --every and --at, e.g. "0 7 * * 1-5".', metavar="EXPR"
        ),
    ] = None,
    tz: Annotated[
        str,
        typer.Option(
            "--tz", help="Time zone of the schedule, e.g. Europe/Berlin.", metavar="ZONE", callback=check_zone
        ),
    ] = "UTC",
    posts: Posts = 200,
    provider: Provider = None,
    niche: Niche = None,
    topics: Topics = 0,
    max_credits: MaxCredits = None,
    data: Data = None,
    as_json: Json = False,
    as_csv: Csv = False,
    output: Out = None,
) -> None:
    """Add or replace a schedule. It runs a sweep every day (at 00:00 UTC by default), every week, or by --cron.

    \b
    Example:
      dwell schedule add daily --watchlist rivals --posts 500
      dwell schedule add weekly @demo_kitchen --every monday --at 06:00 --tz Europe/Berlin
      dwell schedule add working-days @demo_kitchen --cron "0 7 * * 1-5" --tz Europe/Berlin
    """
    import dwell
    from dwell.workspace.live import SweepRequest

    if cron is not None and (every, at) != ("day", "00:00"):
        raise typer.BadParameter("choose either --cron, or --every and --at.")

    request = SweepRequest(tuple(names or ()), watchlist, posts, provider, niche, topics, max_credits)
    what = f"watchlist {watchlist}" if watchlist else ", ".join(names or ())
    live = dwell.open(data, create=True).live
    result = live.schedule_add(schedule, request, every=every, at=at, tz=tz, cron=cron)
    Output(as_json, as_csv, output).show(result, lambda shown: _added(shown, schedule, what))


def _added(schedules: Result, name: str, what: str) -> str:
    """`daily: watchlist rivals, 500 posts, every day 00:00 UTC, next 27 Nov 00:00`."""
    row = next(row for row in schedules if row["schedule"] == mark_line(name.strip()))
    when = f"every {row['every']} {row['at']}" if row["at"] else f"cron {row['every']}"
    due = row["next_due_at"]
    following = "never" if due is None else f"{due.day} {due:%b %H:%M} UTC"
    posts = pluralize(row["posts"], "post")
    if current_choice().is_made:
        return result_table(schedules, _LAYOUT)
    return f"{row['schedule']}: {mark_line(what)}, {posts}, {when} {row['tz']}, next {following}"


@app.command("list")
@shows(_LAYOUT)
def show(*, data: Data = None, as_json: Json = False, as_csv: Csv = False, output: Out = None) -> None:
    """Show all schedules with their next and last runs.

    \b
    Example:
      dwell schedule list
    """
    import dwell

    result = dwell.open(data).live.schedules()
    empty = "No schedules yet; add one with: dwell schedule add NAME @account"
    Output(as_json, as_csv, output).show(result, lambda shown: result_table(shown, _LAYOUT) if len(shown) else empty)


@app.command("remove")
def remove(schedule: Name, *, data: Data = None) -> None:
    """Remove a schedule; the data it stored is kept.

    \b
    Example:
      dwell schedule remove daily
    """
    import dwell

    dwell.open(data).live.schedule_remove(schedule)
    say(f"{mark_line(schedule)} is no longer scheduled.")
