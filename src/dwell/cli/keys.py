"""`dwell keys`: API keys and accounts of the servers on a data folder, or those of the account on a server."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dwell.cli.cells import format_cell
from dwell.cli.options import Csv, Data, Json, Out
from dwell.cli.output import Output
from dwell.cli.tables.layout import Layout, shows
from dwell.cli.tables.table import result_table
from dwell.cli.terminal import mark_texts
from dwell.cli.tracking_options import Key, Server, as_row, open_tracking
from dwell.results import Result
from dwell.text.iso_times import parse_iso_time
from dwell.visible import mark_line

if TYPE_CHECKING:
    from dwell.tracking.objects import ApiKey, NewApiKey

_SCOPES = ("read", "track", "admin")

_LAYOUT = Layout(
    essential=("id", "name", "plan", "prefix", "revoked_at"),
    more=("account_id", "scopes", "created_at", "expires_at"),
)


app = typer.Typer(
    help="API keys of the servers on a data folder, and the money of their accounts.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


class PlanName(StrEnum):
    """What an account may do."""

    FREE = "free"
    PRO = "pro"
    ENTERPRISE = "enterprise"


@app.command("create")
def create(
    *,
    plan: Annotated[
        PlanName | None,
        typer.Option("--plan", help="Requests a minute and videos at once of the new account.", show_default="free"),
    ] = None,
    name: Annotated[str, typer.Option("--name", help="What you call it.", metavar="TEXT")] = "",
    scope: Annotated[
        str, typer.Option("--scope", help="What the key may do: any of read,track,admin.", metavar="LIST")
    ] = "read,track",
    expires: Annotated[
        str | None, typer.Option("--expires", help="When it ends, e.g. 90d or 2027-01-31.", metavar="WHEN")
    ] = None,
    credit: Annotated[str, typer.Option("--credit", help="US dollars to begin with.", metavar="USD")] = "0",
    account: Annotated[
        str | None,
        typer.Option("--account", help="Another key of this account, instead of a new account.", metavar="ID"),
    ] = None,
    server: Server = None,
    key: Key = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Make an API key, with an account of its own. The key is shown once.

    With --server, it is another key of the account that the key for it belongs to, which needs the scope admin.

    \b
    Example:
      dwell keys create --plan pro --name "web app" --scope read,track --expires 90d
      dwell keys create --account acc_0fz8k2m1q7xa1b2c3d4e5f6 --name "its second key"
    """
    scopes = [part.strip() for part in scope.split(",") if part.strip()]
    if unknown := sorted(set(scopes) - set(_SCOPES)):
        raise typer.BadParameter(f"Unknown scope {unknown[0]}: choose from {', '.join(_SCOPES)}.", param_hint="--scope")
    ends, amount = _parse_expires(expires), _parse_usd(credit, "--credit")
    if server and (plan or account or amount):
        raise typer.BadParameter(
            "--plan, --account and --credit work on the data folder alone: with --server, the new key belongs to the "
            "account of the key that you use."
        )
    chosen = plan or (None if account else PlanName.FREE)
    local: dict[str, Any] = {"plan": chosen.value if chosen else None, "account_id": account, "credit_usd": amount}
    with open_tracking(data, server, key, create=True) as tracking:
        made = tracking.create_key(name=name, scopes=scopes, expires_at=ends, **({} if server else local))
    row = {**_row(made), "key": made.key}
    Output(as_json).show(Result(tuple(row), [tuple(row.values())]), lambda _: _created_text(mark_texts(made)))


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
    """Show all keys by their first characters. Those that ended, too; with --server, those of the account.

    \b
    Example:
      dwell keys list
    """
    with open_tracking(data, server, key) as tracking:
        rows = [_row(each) for each in tracking.list_keys()]
    columns = tuple(rows[0]) if rows else _LAYOUT.columns
    result = Result(columns, [tuple(row.values()) for row in rows])
    empty = "No keys yet; make one with: dwell keys create --plan free"
    Output(as_json, as_csv, output).show(result, lambda shown: _table(list(shown)) if rows else empty)


@app.command("revoke")
def revoke(
    key_id: Annotated[str, typer.Argument(help="Id of the key, from dwell keys list.", metavar="ID")],
    *,
    server: Server = None,
    key: Key = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Refuse a key from now on. The videos of its account are tracked on.

    \b
    Example:
      dwell keys revoke key_0fz8k2m1q7xa1b2c3d4e5f6
    """
    with open_tracking(data, server, key) as tracking:
        row = _row(tracking.revoke_key(key_id))
    text = mark_line(
        f"{row['prefix']}… is refused from now on, by every running server within 4 seconds; its account "
        f"{row['account_id']} keeps its videos."
    )
    Output(as_json).show(Result(tuple(row), [tuple(row.values())]), lambda _: text)


@app.command("top-up")
def top_up(
    account: Annotated[str, typer.Argument(help="Id of the account, from dwell keys list.", metavar="ACCOUNT")],
    amount: Annotated[str, typer.Argument(help="US dollars to add.", metavar="USD")],
    *,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Add money to an account; its paused videos go on. It works on the data folder alone: no key can do it.

    \b
    Example:
      dwell keys top-up acc_0fz8k2m1q7xa1b2c3d4e5f6 25
    """
    from dwell.tracking.folder import open_folder

    added = _parse_usd(amount, "USD")
    with open_folder(data) as folder:
        balance = folder.top_up(account, added)
    row = {"account_id": account, "added_usd": float(added), "balance_usd": float(balance)}
    text = mark_line(f"Added {added:,.2f} US dollars: {account} has {balance:,.2f} now.")
    Output(as_json).show(Result(tuple(row), [tuple(row.values())]), lambda _: text)


def _row(key: ApiKey) -> dict[str, Any]:
    row = dict(as_row(key))
    row.pop("key", None)
    return row


def _table(rows: list[dict[str, Any]]) -> str:
    shown = [{**row, "plan": row["plan"]["name"], "scopes": ",".join(row["scopes"])} for row in rows]
    return result_table(Result(tuple(shown[0]), [tuple(row.values()) for row in shown]), _LAYOUT)


def _created_text(made: NewApiKey) -> str:
    plan = made.plan
    requests = "any number of" if plan.requests_per_minute is None else f"{plan.requests_per_minute:,}"
    videos = "any number of" if plan.concurrent_videos is None else f"{plan.concurrent_videos:,}"
    ends = "" if made.expires_at is None else f" It ends at {format_cell('at', made.expires_at)} UTC."
    return "\n".join(
        [
            made.key,
            "",
            "This is the only time that the key is shown: store it now.",
            f"It is {made.id} of account {made.account_id}, with the scopes {', '.join(made.scopes)}.{ends}",
            f"Plan {plan.name}: {requests} requests a minute, {videos} videos at once.",
            "Send it as the header X-API-Key, or set DWELL_SERVER_KEY for --server.",
        ]
    )


def _parse_expires(text: str | None) -> datetime | None:
    """Parse `90d`, `12h`, a date or an ISO time."""
    if text is None:
        return None
    from dwell import clock

    try:
        if match := re.fullmatch(r"([0-9]{1,5})([dh])", text):
            number = int(match[1])
            return clock.now() + (timedelta(days=number) if match[2] == "d" else timedelta(hours=number))
        instant = parse_iso_time(text)
        return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise typer.BadParameter(
            f"{text[:40]!r} isn't a date; write 2027-01-31, or 90d.", param_hint="--expires"
        ) from None


def _parse_usd(text: str, hint: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal(-1)
    if not amount.is_finite() or not 0 <= amount <= 1_000_000 or amount != amount.quantize(Decimal("0.000001")):
        raise typer.BadParameter(f"{text[:40]!r} isn't an amount of US dollars; write 25 or 2.50.", param_hint=hint)
    return amount
