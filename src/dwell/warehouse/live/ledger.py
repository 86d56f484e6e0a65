"""The ledger: every request that was sent, before its answer came, and what it cost.

A request whose process died before the answer came may or may not have been paid. It stays in the ledger as `lost` and
counts as paid, because a budget must hold in the worse case.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dwell.results import Result
from dwell.warehouse.live.database import Execute, StateDatabase, instant, micros

_GROUPS = {
    "provider": "provider",
    "command": "command",
    "account": "subject",
    "endpoint": "endpoint",
    "sweep": "sweep_id",
    "day": "date(sent_at / 1000000, 'unixepoch')",
}


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One request about to be sent.

    Attributes:
        call_id: Its id, unique for ever.
        sweep_id: The job that it belongs to.
        provider: Whom it goes to.
        endpoint: The provider's name of what is asked.
        command: The command that asks.
        subject: The account or topic that it is about.
        credits: What it costs if it succeeds.
        price_micros: Micro-dollars for one credit.
    """

    call_id: str
    sweep_id: str
    provider: str
    endpoint: str
    command: str
    subject: str
    credits: int
    price_micros: int


def record_sent(run: Execute, entry: LedgerEntry, at: datetime) -> None:
    """Notes a request before it goes out, at its full price, inside the caller's transaction."""
    run(
        "INSERT INTO calls VALUES (?, ?, ?, ?, ?, ?, ?, NULL, 'sent', NULL, ?, 0, ?, 0)",
        (entry.call_id, entry.sweep_id, entry.provider, entry.endpoint, entry.command, entry.subject, micros(at),
         entry.credits, entry.credits * entry.price_micros),
    )  # fmt: skip


def record_outcome(
    run: Execute, entry: LedgerEntry, at: datetime, outcome: str, *, credits_charged: int, certain: bool = True,
    status: int | None = None, simulated: bool = False,
) -> None:  # fmt: skip
    """Notes what became of it, inside the caller's transaction."""
    run(
        "UPDATE calls SET done_at = ?, outcome = ?, status = ?, credits = ?, certain = ?, cost_micros = ?,"
        " simulated = ? WHERE call_id = ?",
        (
            micros(at), outcome, status, credits_charged, int(certain), credits_charged * entry.price_micros,
            int(simulated), entry.call_id,
        ),
    )  # fmt: skip


def mark_lost(run: Execute, sweep_id: str) -> int:
    """Requests of a job whose process died count as paid, not for certain; returns how many there were."""
    return run("UPDATE calls SET outcome = 'lost' WHERE sweep_id = ? AND outcome = 'sent'", (sweep_id,)).rowcount


def credits_spent(database: StateDatabase, sweep_id: str) -> int:
    """Credits of a job, the uncertain ones included."""
    return int(database.rows("SELECT coalesce(sum(credits), 0) FROM calls WHERE sweep_id = ?", (sweep_id,))[0][0])


def sweep_totals(database: StateDatabase, sweep_id: str) -> dict[str, float]:
    """Requests, credits and money of a job."""
    ((requests, failed, credits_charged, uncertain, cost),) = database.rows(
        "SELECT count(*), coalesce(sum(outcome <> 'ok'), 0), coalesce(sum(credits), 0),"
        " coalesce(sum(CASE WHEN certain THEN 0 ELSE credits END), 0), coalesce(sum(cost_micros), 0)"
        " FROM calls WHERE sweep_id = ?",
        (sweep_id,),
    )
    usd = cost / 1_000_000
    return {
        "requests": requests,
        "failed_requests": failed,
        "credits": credits_charged,
        "uncertain_credits": uncertain,
        "usd": usd,
    }


def group_totals(database: StateDatabase, by: str, since: datetime | None = None) -> Result:
    """Requests, credits and money in groups.

    Args:
        database: The ledger.
        by: `provider`, `command`, `account`, `endpoint`, `sweep` or `day`.
        since: Only requests sent from then on.

    Returns:
        Rows with `requests`, `credits`, `uncertain_credits` (sent, and never answered), `usd`, `failed` requests,
        and the first and last time; the total in `meta`.
    """
    group, start = _GROUPS[by], 0 if since is None else micros(since)
    figures = (
        "count(*), sum(credits), sum(CASE WHEN certain THEN 0 ELSE credits END), sum(cost_micros),"
        " sum(outcome <> 'ok'), min(sent_at), max(sent_at)"
    )
    rows = database.rows(
        f"SELECT {group}, provider, {figures} FROM calls WHERE sent_at >= ? GROUP BY 1, 2 ORDER BY 4 DESC, 1", (start,)
    )
    whole = database.rows(f"SELECT {figures} FROM calls WHERE sent_at >= ?", (start,))[0]
    columns = ("requests", "credits", "uncertain_credits", "usd", "failed", "first_at", "last_at")
    shown = [(row[0], *(() if by == "provider" else (row[1],)), *_figures(row[2:])) for row in rows]
    names = (by, *(() if by == "provider" else ("provider",)), *columns)
    total = dict(zip(columns, _figures(whole), strict=True))
    return Result(names, shown, {"by": by, "since": since, "total": total})


def _figures(row: tuple[int | None, ...]) -> tuple[object, ...]:
    requests, credits_charged, uncertain, cost, failed, first, last = row
    money = round((cost or 0) / 1_000_000, 6)
    return (requests, credits_charged or 0, uncertain or 0, money, failed or 0, instant(first), instant(last))
