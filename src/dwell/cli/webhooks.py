"""`dwell webhooks`: which URLs are told of snapshots and of the ends of jobs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

import typer

from dwell.cli.options import Csv, Data, Json, Out
from dwell.cli.output import Output
from dwell.cli.tables.layout import Layout, shows
from dwell.cli.tables.table import result_table
from dwell.cli.terminal import say
from dwell.cli.tracking_options import Key, Server, as_row, open_tracking, where_options
from dwell.results import Result
from dwell.text.iso_times import parse_iso_time
from dwell.visible import mark_line

Id = Annotated[str, typer.Argument(help="Id of the webhook, from dwell webhooks list.", metavar="ID")]
Secret = Annotated[
    str | None,
    typer.Option(
        "--secret",
        envvar="DWELL_WEBHOOK_SECRET",
        help="Sign with this: whsec_ and the base64 of 24 to 64 random bytes. Made and shown once if left out.",
        metavar="SECRET",
    ),
]

_LAYOUT = Layout(
    essential=("id", "url", "status", "disabled_reason"),
    more=("events", "failures", "failing_since", "disabled_at"),
    rest=("account_id", "rotating_until", "created_at"),
)
_LOG = Layout(
    essential=("attempted_at", "type", "delivered", "status", "error"),
    more=("attempt", "next_attempt_at", "duration_ms", "event_id"),
    rest=("id",),
)


app = typer.Typer(
    help="URLs that are told of snapshots and of the ends of jobs.", no_args_is_help=True, rich_markup_mode=None
)


@app.command("add")
def add(
    url: Annotated[str, typer.Argument(help="Where to send events: https://... or http://...", metavar="URL")],
    events: Annotated[
        list[str],
        typer.Option(
            "--event",
            help="snapshot.created, tracking.completed, tracking.failed, balance.low, sync.failed or "
            "connection.ending; can be repeated.",
            metavar="EVENT",
        ),
    ],
    *,
    secret: Secret = None,
    account: Annotated[
        str | None,
        typer.Option(
            "--account", help="Whose events, if there are several accounts; see dwell keys list.", metavar="ID"
        ),
    ] = None,
    server: Server = None,
    key: Key = None,
    data: Data = None,
    as_json: Json = False,
    as_csv: Csv = False,
    output: Out = None,
) -> None:
    """Tell a URL of events from now on. The secret that signs them is shown once.

    Only addresses of the public internet are sent to; DWELL_WEBHOOK_ALLOW=192.168.1.0/24,hooks.local adds your own.

    \b
    Example:
      dwell webhooks add https://example.com/hook --event snapshot.created --event tracking.completed
    """
    if server and account:
        raise typer.BadParameter("leave it out: the key for --server names the account.", param_hint="--account")
    chosen = {"account_id": account} if account else {}
    with open_tracking(data, server, key) as tracking:
        made = tracking.webhooks.create(url, events, secret=secret, **chosen)
    _show_secret(as_row(made), Output(as_json, as_csv, output), "")


@app.command("list")
@shows(_LAYOUT)
def show(
    *,
    server: Server = None,
    key: Key = None,
    data: Data = None,
    as_json: Json = False,
    as_csv: Csv = False,
    output: Out = None,
) -> None:
    """Show all webhooks, and why one is disabled.

    \b
    Example:
      dwell webhooks list
    """
    with open_tracking(data, server, key) as tracking:
        rows = [as_row(webhook) for webhook in tracking.webhooks.list()]
    empty = "No webhooks yet; add one with: dwell webhooks add URL --event snapshot.created"
    _show_rows(rows, Output(as_json, as_csv, output), empty)


@app.command("disable")
def disable(webhook: Id, *, server: Server = None, key: Key = None, data: Data = None, as_json: Json = False) -> None:
    """Send nothing to a webhook. Events that are due meanwhile can be replayed.

    \b
    Example:
      dwell webhooks disable wh_5f0c6a9d1e2b3c4d5e6f7a8b
    """
    with open_tracking(data, server, key) as tracking:
        changed = tracking.webhooks.disable(webhook)
    _show_rows([as_row(changed)], Output(as_json))


@app.command("enable")
def enable(webhook: Id, *, server: Server = None, key: Key = None, data: Data = None, as_json: Json = False) -> None:
    """Send to a webhook again.

    \b
    Example:
      dwell webhooks enable wh_5f0c6a9d1e2b3c4d5e6f7a8b
    """
    with open_tracking(data, server, key) as tracking:
        changed = tracking.webhooks.enable(webhook)
    _show_rows([as_row(changed)], Output(as_json))


@app.command("rotate")
def rotate(
    webhook: Id,
    *,
    secret: Secret = None,
    server: Server = None,
    key: Key = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Replace the secret of a webhook. For 24 hours events are signed with both.

    \b
    Example:
      dwell webhooks rotate wh_5f0c6a9d1e2b3c4d5e6f7a8b
    """
    with open_tracking(data, server, key) as tracking:
        changed = tracking.webhooks.rotate(webhook, secret=secret)
    _show_secret(
        as_row(changed), Output(as_json), " For 24 hours, events are signed with the secret before it as well."
    )


@app.command("delete")
def delete(webhook: Id, *, server: Server = None, key: Key = None, data: Data = None) -> None:
    """Remove a webhook with its delivery log.

    \b
    Example:
      dwell webhooks delete wh_5f0c6a9d1e2b3c4d5e6f7a8b
    """
    with open_tracking(data, server, key) as tracking:
        tracking.webhooks.delete(webhook)
    say(f"Deleted {mark_line(webhook)}.")


@app.command("test")
def send_test(webhook: Id, *, server: Server = None, key: Key = None, data: Data = None, as_json: Json = False) -> None:
    """Send a test event to a webhook. dwell webhooks log says what came of it.

    It is sent by the server that runs on the folder, as every event is.

    \b
    Example:
      dwell webhooks test wh_5f0c6a9d1e2b3c4d5e6f7a8b
    """
    with open_tracking(data, server, key) as tracking:
        event_id = tracking.webhooks.send_test(webhook).event_id
    text = mark_line(f"{event_id} will be sent; see: dwell webhooks log {webhook}{where_options(server)}")
    Output(as_json).show(Result(("event_id",), [(event_id,)]), lambda _: text)


@app.command("log")
@shows(_LOG)
def log(
    webhook: Id,
    *,
    limit: Annotated[int, typer.Option("--limit", help="The most attempts to show.", min=1, max=1_000)] = 50,
    server: Server = None,
    key: Key = None,
    data: Data = None,
    as_json: Json = False,
    as_csv: Csv = False,
    output: Out = None,
) -> None:
    """Show what was sent to a webhook, newest first.

    \b
    Example:
      dwell webhooks log wh_5f0c6a9d1e2b3c4d5e6f7a8b --limit 10
    """
    from dwell.tracking.webhook_objects import DeliveryAttempt

    with open_tracking(data, server, key) as tracking:
        attempts = tracking.webhooks.list_attempts(webhook, limit=limit)
    columns = DeliveryAttempt.__struct_fields__
    result = Result(columns, [tuple(getattr(one, name) for name in columns) for one in attempts])
    empty = "Nothing was sent yet."
    Output(as_json, as_csv, output).show(result, lambda shown: result_table(shown, _LOG) if len(shown) else empty)


@app.command("replay")
def replay(
    webhook: Id,
    *,
    since: Annotated[str, typer.Option("--since", help="From this time on, e.g. 2026-06-10T12:00Z.", metavar="TIME")],
    until: Annotated[
        str | None, typer.Option("--until", help="Before this time; now if left out.", metavar="TIME")
    ] = None,
    server: Server = None,
    key: Key = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Send the events of a time again, with the ids that they had. Events are kept for seven days.

    \b
    Example:
      dwell webhooks replay wh_5f0c6a9d1e2b3c4d5e6f7a8b --since 2026-06-10T12:00Z
    """
    begin, end = _parse_time("--since", since), None if until is None else _parse_time("--until", until)
    with open_tracking(data, server, key) as tracking:
        count = tracking.webhooks.replay(webhook, begin, end).deliveries
    text = f"{count} {'event' if count == 1 else 'events'} will be sent again."
    Output(as_json).show(Result(("deliveries",), [(count,)]), lambda _: text)


def _show_rows(rows: Sequence[Mapping[str, Any]], output: Output, empty: str = "") -> None:
    result = Result(tuple(rows[0]) if rows else ("id",), [tuple(row.values()) for row in rows])
    output.show(result, lambda shown: _table(list(shown)) if rows else empty)


def _show_secret(row: Mapping[str, Any], output: Output, more: str) -> None:
    """A webhook whose secret may have been made just now: then it stands on a line of its own, this once."""
    secret = row["secret"]
    made = [secret, "", "This is the only time that the secret is shown: store it now."] if secret else []
    told = f"{row['id']} tells {row['url']} of {', '.join(row['events'])}.{more}"
    output.show(Result(tuple(row), [tuple(row.values())]), lambda _: "\n".join(map(mark_line, [*made, told])))


def _table(rows: Sequence[Mapping[str, Any]]) -> str:
    return result_table(Result(tuple(rows[0]), [tuple(row.values()) for row in rows]), _LAYOUT)


def _parse_time(option: str, text: str) -> datetime:
    try:
        found = parse_iso_time(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise typer.BadParameter(f"{option} {text!r} isn't a time with its zone, such as 2026-06-10T12:00Z.")
    return found
