"""`dwell sync` and `dwell syncs`: connected accounts are read, and which syncs there were."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from itertools import groupby
from typing import Annotated, Any

import typer

from dwell.cli.live_options import SIMULATION_NOTE, DryRun, format_duration, progress_bar, stop_on_signal
from dwell.cli.options import Csv, Data, Json, Out, check_zone
from dwell.cli.output import Output
from dwell.cli.tables.choice import current_choice
from dwell.cli.tables.layout import Layout, shows
from dwell.cli.tables.table import paragraph, result_table, table
from dwell.cli.terminal import say
from dwell.results import Result
from dwell.text.iso_times import parse_iso_day
from dwell.text.plurals import pluralize

_MAX_MESSAGES = 12


_LAYOUT = Layout(("account", "table", "rows", "state"), rest=("message",))
_PLAN = Layout(("account", "stream", "requests", "note"))
_HISTORY = Layout(
    ("account", "table", "rows", "state", "started_at"), more=("finished_at", "sync_id"), rest=("message",)
)


@shows(_LAYOUT, _PLAN)
def sync(
    accounts: Annotated[
        list[str] | None,
        typer.Argument(help="Connected accounts, as @handle or open_id; all of them by default.", metavar="@HANDLE..."),
    ] = None,
    *,
    since: Annotated[
        str | None,
        typer.Option("--since", help="Only videos published, and days, since this date.", metavar="2026-01-31"),
    ] = None,
    tables: Annotated[
        str | None,
        typer.Option("--tables", help="Only these tables, e.g. account_metrics,videos.", metavar="LIST"),
    ] = None,
    full: Annotated[
        bool, typer.Option("--full", help="Read from the beginning, not only what may have changed.")
    ] = False,
    comments: Annotated[
        bool, typer.Option("--comments", help="Also read comments, which are personal data of others.")
    ] = False,
    benchmark: Annotated[
        str | None,
        typer.Option("--benchmark", help="Also read TikTok's averages of a business category.", metavar="PETS"),
    ] = None,
    every: Annotated[
        str | None,
        typer.Option(
            "--every",
            help="Sync every day, or each monday ...: dwell run and dwell serve do it. Now as well.",
            metavar="WHEN",
        ),
    ] = None,
    at: Annotated[
        str | None,
        typer.Option("--at", help="Time of day, with --every.", show_default="06:00", metavar="HH:MM"),
    ] = None,
    tz: Annotated[
        str | None,
        typer.Option(
            "--tz",
            help="Time zone of --at, e.g. Europe/Berlin.",
            show_default="UTC",
            metavar="ZONE",
            callback=check_zone,
        ),
    ] = None,
    dry_run: DryRun = False,
    data: Data = None,
    as_json: Json = False,
    as_csv: Csv = False,
    output: Out = None,
) -> int:
    """Read connected accounts: true watch time, retention curves, audiences, and the days of the account.

    What TikTok shows is read whole the first time, and then what may have changed: run it daily. A sync that was
    stopped or killed is resumed by the same command, and no page is read twice.

    \b
    Example:
      dwell sync
      dwell sync @demo_kitchen --every day --at 06:00
      dwell sync --tables videos --full --dry-run
    """  # fmt: skip
    import dwell
    from dwell.workspace.syncs import SyncRequest

    printer = Output(as_json, as_csv, output)
    names = tuple(name.strip() for name in (tables or "").split(",") if name.strip())
    request = SyncRequest(tuple(accounts or ()), _parse_day(since), names, full, comments, benchmark)
    syncs = dwell.open(data).syncs
    if every is None and (at is not None or tz is not None):
        raise typer.BadParameter("--at and --tz need --every, such as --every day.")
    scheduled = None
    if every is not None and not dry_run:  # first: a wrong time must cost no request
        scheduled = syncs.schedule(request, every=every, at=at or "06:00", tz=tz or "UTC")
    plan = syncs.plan(request)
    if dry_run:
        printer.show(plan, _plan_text)
        return 0
    if printer.format == "text":
        say("\n".join(_price(plan.meta)), err=True)
    with stop_on_signal() as stop, progress_bar("Syncing") as on_progress:
        result = syncs.run(request, on_progress=on_progress, stop=stop)
    result = Result(result.columns, result.rows, {**result.meta, "schedule": scheduled})
    printer.show(result, _text)
    return 0 if result.meta["complete"] == result.meta["accounts"] else 1


@shows(_HISTORY)
def syncs(
    *,
    last: Annotated[int, typer.Option("--last", min=1, help="How many syncs.", metavar="N")] = 5,
    data: Data = None,
    as_json: Json = False,
    as_csv: Csv = False,
    output: Out = None,
) -> None:
    """List the last syncs: when, how long, and for each table how many rows and what was missing.

    \b
    Example:
      dwell syncs
      dwell syncs --last 30 --csv
    """
    import dwell

    result = dwell.open(data).syncs.list_all(last)
    Output(as_json, as_csv, output).show(result, _history)


def _parse_day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return parse_iso_day(text)
    except ValueError:
        raise typer.BadParameter(f"{text[:40]!r} isn't a date; write 2026-01-31.", param_hint="--since") from None


def _price(meta: Mapping[str, Any], *, dry_run: bool = False) -> list[str]:
    at_least = "At least " if meta["unknown"] else "About "
    requests, wait = pluralize(meta["requests_expected"], "request"), format_duration(meta["seconds_expected"])
    lines = [
        f"{at_least}{requests} to TikTok, at most {meta['per_minute']} a minute: {wait} of waiting. They are free."
    ]
    if meta["resumes"] is not None:
        lines.append(f"Resumes the sync started at {meta['resumes']:%Y-%m-%d %H:%M} UTC.")
    return [*lines, "Dry run: nothing was sent."] if dry_run else lines


def _plan_text(plan: Result) -> str:
    return "\n".join([result_table(plan, _PLAN), "", *map(paragraph, _price(plan.meta, dry_run=True))])


def _text(result: Result) -> str:
    lines = [result_table(result, _LAYOUT, {"state": [row["state"].replace("_", " ") for row in result]}), ""]
    return "\n".join([*lines, *map(paragraph, (*_messages(result), *_notes(result.meta)))])


def _row(row: Mapping[str, Any]) -> list[Any]:
    return [row["account"], row["table"], row["rows"], row["state"].replace("_", " ")]


def _messages(result: Result) -> Iterator[str]:
    """What is missing, once for all tables that lack it."""
    said = dict.fromkeys((row["account"], row["message"]) for row in result if row["message"])
    for account, message in list(said)[:_MAX_MESSAGES]:
        yield f"{account}: {message}"
    if len(said) > _MAX_MESSAGES:
        yield f"{len(said) - _MAX_MESSAGES:,} more messages: --csv lists all."


def _notes(meta: Mapping[str, Any]) -> Iterator[str]:
    yield f"{pluralize(meta['requests'], 'request')} in {format_duration(meta['seconds'])}."
    for account, withheld in meta["withheld"].items():
        yield (
            f"{account}: TikTok withholds the watch time of {pluralize(withheld, 'video')} that nobody has watched for "
            "7 days. A new view may bring it back: a later sync then stores it."
        )
    for account, streams in meta["lost_days"].items():
        for stream, days in streams.items():
            what = "of the account" if stream == "account_days" else "of its videos"
            yield f"{account}: {pluralize(days, 'day')} {what} can't be read any more (table owned_gaps). Sync daily."
    if meta["rejected"]:
        reasons = "; ".join(f"{times} × {reason}" for reason, times in meta["reject_reasons"].items())
        yield f"{pluralize(meta['rejected'], 'value')} could not be read: {reasons}."
    if meta["unknown_values"]:
        columns = "; ".join(f"{times} × {column}" for column, times in meta["unknown_values"].items())
        yield f"Values that can't be true were left unknown: {columns}."
    if meta["drift"]:
        parts = ", ".join(f"{row['object']}.{row['field']} {row['what']}" for row in meta["drift"][:6])
        yield f"Responses differ from TikTok's documentation: {parts}. No row was dropped for it."
    if meta["unfinished"]:
        yield "Run the same command again to resume."
    if meta.get("schedule"):
        yield (
            f"Scheduled as {meta['schedule']}: dwell run and dwell serve do it. To end it: "
            f"dwell schedule remove {meta['schedule']}"
        )
    if meta["simulated"]:
        yield SIMULATION_NOTE


def _history(result: Result) -> str:
    if not len(result):
        return "No account was synced yet: run dwell sync."
    if current_choice().is_made:
        return result_table(result, _HISTORY)
    parts = []
    for (sync_id, started, finished), group in groupby(
        result, lambda row: (row["sync_id"], row["started_at"], row["finished_at"])
    ):
        rows = list(group)
        parts.append(f"{_when(started, finished)} ({sync_id})")
        parts.append(table(("account", "table", "rows", "state"), [_row(row) for row in rows]))
        parts += dict.fromkeys(f"{row['account']}: {row['message']}" for row in rows if row["message"])
        parts.append("")
    return "\n".join(parts).rstrip()


def _when(started: datetime, finished: datetime | None) -> str:
    begin = f"{started:%Y-%m-%d %H:%M} UTC"
    return (
        f"{begin}, not finished"
        if finished is None
        else f"{begin}, {format_duration((finished - started).total_seconds())}"
    )
