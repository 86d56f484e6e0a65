"""Options that the live commands share, and the bar that shows how far a job is."""

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

from dwell.cli.cells import cell
from dwell.cli.output import table

if TYPE_CHECKING:
    from dwell.results import Result
    from dwell.workspace.live import Progress

_PLANNED_SHOWN = 40
_UNITS = {"d": "days", "h": "hours"}

SIMULATED = "The answers came from a simulation: accounts, posts and numbers are invented."

Provider = Annotated[
    str | None,
    typer.Option(
        "--provider",
        help="Whom to ask: tikliveapi, scavio, display-api, research-api, or an installed package's; "
        "the first with a key otherwise.",
        metavar="P",
    ),
]
Posts = Annotated[int, typer.Option("--posts", min=1, help="Newest posts to read of each.", metavar="N")]
MaxCredits = Annotated[
    int | None,
    typer.Option("--max-credits", min=0, help="Stop before the whole job costs more than this.", metavar="N"),
]
Niche = Annotated[str | None, typer.Option("--niche", help="Subject to give to the accounts.", metavar="N")]
Watchlist = Annotated[
    str | None,
    typer.Option("--watchlist", help="A list made with dwell watchlist; read anew each time.", metavar="NAME"),
]
Topics = Annotated[
    int,
    typer.Option("--topics", min=0, help="Then sample so many of their hashtags and sounds, once a day.", metavar="N"),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the plan and its price; ask nobody.")]
Fresh = Annotated[bool, typer.Option("--fresh", help="Begin anew, even where the same job was left unfinished.")]


def asks_somebody(*, stored: bool, dry_run: bool) -> None:
    """What asks nobody has no plan.

    Raises:
        typer.BadParameter: Both were given.
    """
    if stored and dry_run:
        raise typer.BadParameter("--stored asks nobody, so there is nothing to plan: leave out one of the two.")


def since(text: str | None) -> datetime | None:
    """`2026-11-01`, an ISO instant, or `7d` / `24h` before now.

    Raises:
        typer.BadParameter: It is none of these.
    """
    if text is None:
        return None
    from dwell import clock

    try:
        if re.fullmatch("[0-9]{1,5}[dh]", text):
            return clock.now() - timedelta(**{_UNITS[text[-1]]: int(text[:-1])})
        said = datetime.fromisoformat(text)
        return said if said.tzinfo else said.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise typer.BadParameter(f"{text[:40]!r} is no time; write 2026-11-01, or 7d.", param_hint="--since") from None


@contextmanager
def stopping() -> Iterator[threading.Event]:
    """Ctrl-C and a polite kill end the work at its next request instead of in the middle of one."""
    event = threading.Event()

    def ask(_signal: int, _frame: FrameType | None) -> None:
        event.set()

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield event
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def bar(what: str) -> Iterator[Callable[[Progress], None] | None]:
    """Requests, rate and time left on a terminal, nothing where nobody looks."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
    from rich.progress import Progress as Bars

    bars = Bars(
        TextColumn(what),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.description}"),
        console=Console(stderr=True),
        transient=True,
    )
    task = bars.add_task("", total=None)

    def advance(now: Progress) -> None:
        words = (
            f"requests, {now.targets_done}/{now.targets} done, {now.per_minute:.0f}/min, {span(now.seconds_left)} left"
        )
        bars.update(task, completed=now.requests, total=now.planned, description=words)

    with bars:
        yield advance


def span(seconds: float) -> str:
    """`2 min 26 s` of 146."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [(hours, "h"), (minutes, "min"), (rest if not hours else 0, "s")]
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or "0 s"


def money(usd: float) -> str:
    """US dollars as in a table."""
    return cell("usd", usd)


def count(number: int, what: str) -> str:
    """`1 request`, `2 requests`."""
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def _rate(per_minute: float) -> str:
    return f"{per_minute:,.0f}" if per_minute >= 100 else f"{per_minute:.3g}"


def paid(meta: Mapping[str, Any]) -> list[str]:
    """What a reading cost, in lines; none where nothing was read."""
    cost = meta.get("paid")
    if not cost:
        return []
    spent = f"{count(cost['credits'], 'credit')}, {money(cost['usd'])} US dollars"
    lines = ["", f"{count(cost['requests'], 'request')}, {spent}."]
    return [*lines, SIMULATED] if cost["simulated"] else lines


def price(meta: dict[str, Any]) -> str:
    """A plan's price in a sentence."""
    rate = meta["per_minute"]
    pace = "" if rate is None else f" at {_rate(rate)} a minute: {span(meta['seconds_at_most'])}"
    likely = meta["requests_expected"]
    expected = f" ({likely:,} likely)" if likely != meta["requests_at_most"] else ""
    return (
        f"At most {count(meta['requests_at_most'], 'request')}{expected} to {meta['provider']}, "
        f"{count(meta['credits_at_most'], 'credit')}, {money(meta['usd_at_most'])} US dollars{pace}."
    )


def planned(plan: Result, *, whole: bool) -> str:
    """A plan to read.

    Args:
        plan: A row a target, the price in its meta.
        whole: With every target, for whoever asked for the plan alone; else only its price.
    """
    lines = []
    if whole:
        lines.append(table(plan.columns, plan.rows[:_PLANNED_SHOWN]))
        if len(plan) > _PLANNED_SHOWN:
            lines.append(f" … and {len(plan) - _PLANNED_SHOWN:,} more (--csv lists all)")
        lines.append("")
    lines.append(price(dict(plan.meta)) if plan.meta["requests_at_most"] else "Nothing would be asked.")
    if begun := plan.meta["resumes"]:
        lines.append(
            f"Goes on with what was begun at {begun['started_at']:%Y-%m-%d %H:%M} UTC: {begun['targets_done']} of "
            f"{begun['targets']} done, {begun['credits_spent']:,} credits spent (--fresh begins anew)."
        )
    if whole:
        lines.append("Dry run: nobody was asked.")
    return "\n".join(lines)
