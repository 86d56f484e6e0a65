"""Options that the live commands share, and their progress bar."""

from __future__ import annotations

import re
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dwell.cli import stopping
from dwell.cli.cells import format_cell
from dwell.cli.tables.layout import Layout
from dwell.cli.tables.table import result_table
from dwell.cli.terminal import progress_console, text_column
from dwell.text.iso_times import parse_iso_time
from dwell.text.plurals import pluralize
from dwell.visible import mark_line

if TYPE_CHECKING:
    from dwell.results import Result
    from dwell.workspace.live import Progress

_MAX_ROWS = 40
_UNITS = {"d": "days", "h": "hours"}

PLAN = Layout(essential=("target", "pages_expected", "credits_at_most", "note"), more=("lookups", "pages_at_most"))
SIMULATION_NOTE = "The responses came from a simulation: accounts, posts and numbers are invented."

Provider = Annotated[
    str | None,
    typer.Option(
        "--provider",
        help="Provider: tikliveapi, scavio, display-api, research-api, or one of an installed package; "
        "by default the first with a key.",
        metavar="P",
    ),
]
Posts = Annotated[int, typer.Option("--posts", min=1, help="Number of newest posts to read of each.", metavar="N")]
MaxCredits = Annotated[
    int | None,
    typer.Option("--max-credits", min=0, help="Stop before the whole job costs more than this.", metavar="N"),
]
Niche = Annotated[str | None, typer.Option("--niche", help="Niche to assign to the accounts.", metavar="N")]
Watchlist = Annotated[
    str | None,
    typer.Option("--watchlist", help="A list made with dwell watchlist; read again at each run.", metavar="NAME"),
]
Topics = Annotated[
    int,
    typer.Option(
        "--topics", min=0, help="Also sample this many of their hashtags and sounds, once a day.", metavar="N"
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the plan and its price; send nothing.")]
Fresh = Annotated[bool, typer.Option("--fresh", help="Start over, even if the same job was left unfinished.")]


def check_plan_options(*, stored: bool, dry_run: bool) -> None:
    """Reject `--stored` with `--dry-run`: a command that sends nothing has no plan.

    Raises:
        typer.BadParameter: Both were given.
    """
    if stored and dry_run:
        raise typer.BadParameter("--stored sends nothing, so there is nothing to plan: leave out one of the two.")


def check_since(text: str | None) -> str | None:
    """The text, if `parse_since` reads it: refused before the command does anything."""
    parse_since(text)
    return text


def parse_since(text: str | None) -> datetime | None:
    """Parse `2026-11-01`, an ISO time, or `7d` / `24h` before now.

    Raises:
        typer.BadParameter: It is none of these.
    """
    if text is None:
        return None
    from dwell import clock

    try:
        if re.fullmatch("[0-9]{1,5}[dh]", text):
            return clock.now() - timedelta(**{_UNITS[text[-1]]: int(text[:-1])})
        instant = parse_iso_time(text)
        return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise typer.BadParameter(
            f"{text[:40]!r} isn't a date; write 2026-11-01, or 7d.", param_hint="--since"
        ) from None


@contextmanager
def stop_on_signal() -> Iterator[threading.Event]:
    """Let Ctrl-C and SIGTERM end the work in an orderly way, and a second one end the process at once.

    Even then nothing is lost: the same command resumes the work, as after a crash.
    """
    event = threading.Event()

    def request_stop(number: int, frame: FrameType | None) -> None:
        if event.is_set():
            stopping.stop(number, frame)
        stopping.note(number)
        event.set()

    previous = {number: signal.signal(number, request_stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield event
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


@contextmanager
def progress_bar(what: str) -> Iterator[Callable[[Progress], None] | None]:
    """A progress bar with requests, rate and time left; nothing if stderr is not a terminal, or shows the log."""
    from dwell import logs

    if not sys.stderr.isatty() or logs.is_verbose():
        yield None
        return
    from rich.progress import BarColumn, MofNCompleteColumn
    from rich.progress import Progress as Bars

    progress = Bars(
        text_column("what"),
        BarColumn(),
        MofNCompleteColumn(),
        text_column("words"),
        console=progress_console(),
        transient=True,
    )
    task = progress.add_task("", total=None, what=mark_line(what), words="")

    def advance(now: Progress) -> None:
        rate = f"{now.per_minute:.0f}/min, {format_duration(now.seconds_left)} left"
        if now.paused_until is not None:
            rate = f"waiting for the provider until {now.paused_until:%H:%M:%S} UTC"
        words = f"requests, {now.targets_done}/{now.targets} done, {rate}"
        progress.update(task, completed=now.requests, total=now.planned, words=words)

    with progress:
        yield advance


def format_duration(seconds: float) -> str:
    """Format seconds: 146 is `2 min 26 s`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [(hours, "h"), (minutes, "min"), (rest if not hours else 0, "s")]
    return " ".join(f"{number} {unit}" for number, unit in parts if number) or "0 s"


def format_usd(usd: float) -> str:
    """Format US dollars as in a table."""
    return format_cell("usd", usd)


def _format_rate(per_minute: float) -> str:
    return f"{per_minute:,.0f}" if per_minute >= 100 else f"{per_minute:.3g}"


def cost_lines(meta: Mapping[str, Any]) -> list[str]:
    """Lines with the cost of a sweep; empty if nothing was read."""
    cost = meta.get("paid")
    if not cost:
        return []
    spent = f"{pluralize(cost['credits'], 'credit')}, {format_usd(cost['usd'])} US dollars"
    lines = ["", f"{pluralize(cost['requests'], 'request')}, {spent}."]
    return [*lines, SIMULATION_NOTE] if cost["simulated"] else lines


def price_sentence(meta: dict[str, Any]) -> str:
    """The price of a plan in a sentence."""
    rate = meta["per_minute"]
    duration = "" if rate is None else f" at {_format_rate(rate)} a minute: {format_duration(meta['seconds_at_most'])}"
    expected = meta["requests_expected"]
    likely_note = f" ({expected:,} likely)" if expected != meta["requests_at_most"] else ""
    return (
        f"About {pluralize(meta['requests_at_most'], 'request')}{likely_note} to {meta['provider']}, "
        f"{pluralize(meta['credits_at_most'], 'credit')}, {format_usd(meta['usd_at_most'])} US dollars{duration}."
    )


def plan_text(plan: Result, *, full: bool) -> str:
    """The text of a plan.

    Args:
        plan: One row per target, the price in its meta.
        full: Include every target, as for `--dry-run`; otherwise only the price.
    """
    lines = []
    if full:
        lines.append(result_table(plan.head(_MAX_ROWS), PLAN))
        if len(plan) > _MAX_ROWS:
            lines.append(f" … and {len(plan) - _MAX_ROWS:,} more (--csv lists all)")
        lines.append("")
    lines.append(price_sentence(dict(plan.meta)) if plan.meta["requests_at_most"] else "No requests are needed.")
    lines += plan.meta["warnings"]
    if resumes := plan.meta["resumes"]:
        lines.append(
            f"Resumes the job started at {resumes['started_at']:%Y-%m-%d %H:%M} UTC: {resumes['targets_done']} of "
            f"{resumes['targets']} done, {pluralize(resumes['credits_spent'], 'credit')} spent "
            "(--fresh starts over)."
        )
    if full:
        lines.append("Dry run: nothing was sent.")
    return "\n".join(lines)
