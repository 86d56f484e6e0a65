"""The ledger: every request that was sent, before its response came, and what it cost.

A request whose process died before the response came may or may not have been paid. It stays in the ledger as `lost`
and counts as paid, because a budget must hold in the worse case.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, bindparam, case, delete, func, insert, literal_column, select, type_coerce, update

from dwell.clock import from_micros
from dwell.results import Result
from dwell.state.owner import TRACKING, Owner
from dwell.state.schema import ledger

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection

    from dwell.state.database import StateDatabase

_GROUPS: dict[str, Any] = {
    "provider": ledger.c.provider,
    "command": ledger.c.command,
    "account": ledger.c.subject,
    "endpoint": ledger.c.endpoint,
    "sweep": ledger.c.owner_id,
}
_DAY_US = 86_400_000_000
_MERGED = "day-"  # begins the id of a row that stands for several requests

_INSERT = insert(ledger)
_OUTCOME = (
    update(ledger)
    .where(ledger.c.request_id == bindparam("sent_id"))
    .values(
        {
            name: bindparam(name)
            for name in ("done_at", "outcome", "status", "credits", "certain", "cost_micros", "simulated")
        }
    )
)
_COSTS = (
    func.coalesce(func.sum(ledger.c.requests), 0),
    func.sum(ledger.c.credits),
    func.sum(case((ledger.c.certain == True, 0), else_=ledger.c.credits)),  # noqa: E712 - SQL, not Python
    func.sum(ledger.c.cost_micros),
    func.sum(case((ledger.c.outcome == "ok", 0), else_=ledger.c.requests)),
)


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One request about to be sent.

    Attributes:
        request_id: Its id, unique for ever.
        owner: What it belongs to.
        provider: Whom it goes to.
        endpoint: The provider's name of what is requested.
        command: The command that sends it.
        subject: The account or topic that it is about.
        credits: What it costs if it succeeds.
        price_micros: Micro-dollars for one credit.
    """

    request_id: str
    owner: Owner
    provider: str
    endpoint: str
    command: str
    subject: str
    credits: int
    price_micros: int


def record_sent(connection: Connection, entry: LedgerEntry, at: datetime) -> None:
    """Records a request before it goes out, at its full price, inside the caller's transaction."""
    connection.execute(
        _INSERT,
        {
            "request_id": entry.request_id,
            "owner_kind": entry.owner.kind,
            "owner_id": entry.owner.id,
            "provider": entry.provider,
            "endpoint": entry.endpoint,
            "command": entry.command,
            "subject": entry.subject,
            "sent_at": at,
            "outcome": "sent",
            "credits": entry.credits,
            "certain": False,
            "cost_micros": entry.credits * entry.price_micros,
            "simulated": False,
        },
    )


def record_outcome(
    connection: Connection,
    entry: LedgerEntry,
    at: datetime,
    outcome: str,
    *,
    credits_charged: int,
    certain: bool = True,
    status: int | None = None,
    simulated: bool = False,
) -> None:
    """Records what became of it, inside the caller's transaction."""
    connection.execute(
        _OUTCOME,
        {
            "sent_id": entry.request_id,
            "done_at": at,
            "outcome": outcome,
            "status": status,
            "credits": credits_charged,
            "certain": certain,
            "cost_micros": credits_charged * entry.price_micros,
            "simulated": simulated,
        },
    )


def mark_lost(connection: Connection, owner: Owner) -> int:
    """Requests of an owner whose process died count as paid, not for certain.

    Returns:
        How many the owner has lost, those of earlier processes included.
    """
    mine = (ledger.c.owner_kind == owner.kind) & (ledger.c.owner_id == owner.id)
    connection.execute(update(ledger).where(mine, ledger.c.outcome == "sent").values(outcome="lost"))
    lost = select(func.count()).select_from(ledger).where(mine, ledger.c.outcome == "lost")
    return int(connection.execute(lost).scalar_one())


def mark_stale_polls(database: StateDatabase, before: datetime) -> int:
    """Polls that were sent before then, without an outcome, died with their worker: they count as paid."""
    stale = (ledger.c.owner_kind == TRACKING, ledger.c.outcome == "sent", ledger.c.sent_at < before)
    with database.transaction() as connection:
        return connection.execute(update(ledger).where(*stale).values(outcome="lost")).rowcount


def credits_spent(database: StateDatabase, owner: Owner) -> int:
    """Credits of an owner, the uncertain ones included."""
    statement = select(func.coalesce(func.sum(ledger.c.credits), 0)).where(_of(owner))
    with database.reading() as connection:
        return int(connection.execute(statement).scalar_one())


def owner_totals(database: StateDatabase, owner: Owner) -> dict[str, float]:
    """Requests, credits and money of an owner."""
    with database.reading() as connection:
        requests, charged, uncertain, cost, failed = connection.execute(select(*_COSTS).where(_of(owner))).one()
    return {
        "requests": int(requests),
        "failed_requests": int(failed or 0),
        "credits": int(charged or 0),
        "uncertain_credits": int(uncertain or 0),
        "usd": int(cost or 0) / 1_000_000,
    }


def group_totals(database: StateDatabase, by: str, since: datetime | None = None) -> Result:
    """Requests, credits and money in groups.

    Args:
        database: The ledger.
        by: `provider`, `command`, `account`, `endpoint`, `sweep` or `day`.
        since: Only requests sent from then on.

    Returns:
        Rows with `requests`, `credits`, `uncertain_credits` (sent, and without a response), `usd`, `failed` requests,
        and the first and last time; the total in `meta`.
    """
    # Days are whole numbers since 1970 in both databases; neither has a date function that the other knows.
    group = type_coerce(ledger.c.sent_at, BigInteger).op("/")(_DAY_US) if by == "day" else _GROUPS[by]
    figures = (*_COSTS, func.min(ledger.c.sent_at), func.max(ledger.c.sent_at))
    late = [] if since is None else [ledger.c.sent_at >= since]
    grouped = (
        select(group.label("grouped"), ledger.c.provider, *figures)
        .where(*late)
        .group_by(literal_column("1"), ledger.c.provider)
        .order_by(literal_column("4").desc(), literal_column("1"))
    )
    with database.reading() as connection:
        rows = [tuple(row) for row in connection.execute(grouped)]
        whole = tuple(connection.execute(select(*figures).where(*late)).one())
    columns = ("requests", "credits", "uncertain_credits", "usd", "failed", "first_at", "last_at")
    shown = [(_group_name(by, row[0]), *(() if by == "provider" else (row[1],)), *_figures(row[2:])) for row in rows]
    names = (by, *(() if by == "provider" else ("provider",)), *columns)
    total = dict(zip(columns, _figures(whole), strict=True))
    return Result(names, shown, {"by": by, "since": since, "total": total})


def merge_days(database: StateDatabase, before: datetime) -> int:
    """Makes one row of the polls of each day before then, by endpoint and outcome; returns how many rows went.

    What was paid stays; which account or post each poll was about is forgotten.
    """
    same = tuple(
        ledger.c[name]
        for name in ("owner_kind", "owner_id", "provider", "endpoint", "command", "outcome", "certain", "simulated")
    )
    old = (ledger.c.owner_kind == TRACKING) & (ledger.c.owner_id < before.date().isoformat())
    single = old & ~ledger.c.request_id.startswith(_MERGED)
    sums = {name: func.sum(ledger.c[name]).label(name) for name in ("requests", "credits", "cost_micros")}
    times = {"sent_at": func.min(ledger.c.sent_at), "done_at": func.max(ledger.c.done_at)}
    grouped = select(*same, *sums.values(), *(value.label(name) for name, value in times.items())).where(single)
    with database.transaction() as connection:
        rows = [row._asdict() for row in connection.execute(grouped.group_by(*same))]
        for row in rows:
            connection.execute(_INSERT, {**row, "request_id": _MERGED + uuid.uuid4().hex, "subject": ""})
        removed = connection.execute(delete(ledger).where(single, ledger.c.request_id.not_like(f"{_MERGED}%")))
        return removed.rowcount


def _of(owner: Owner) -> ColumnElement[bool]:
    return (ledger.c.owner_kind == owner.kind) & (ledger.c.owner_id == owner.id)


def _group_name(by: str, value: Any) -> Any:
    return from_micros(int(value) * _DAY_US).date() if by == "day" else value


def _figures(row: tuple[Any, ...]) -> tuple[object, ...]:
    requests, charged, uncertain, cost, failed, first, last = row
    money = round(int(cost or 0) / 1_000_000, 6)
    return int(requests), int(charged or 0), int(uncertain or 0), money, int(failed or 0), first, last
