"""Deliveries: claimed under a lease, sent outside any transaction, and recorded only by who still holds the lease.

A sender that dies loses its lease, and another one sends again: at least once, never lost.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, func, insert, select, update

from dwell.state import webhooks
from dwell.state.types import Big, Instant
from dwell.state.webhook_events import CANCELLED, PENDING
from dwell.state.webhook_schema import webhook_attempts as attempts
from dwell.state.webhook_schema import webhook_deliveries as deliveries
from dwell.state.webhook_schema import webhook_events as events
from dwell.state.webhooks import Health, Webhook

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from dwell.state.database import StateDatabase


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery that a sender holds.

    Attributes:
        webhook: Whom to tell.
        event_id: The event's id, the same at every attempt.
        type: The event's type.
        body: What to send, as it is signed.
        attempts: Attempts so far.
        token: Proves that the delivery is still held.
    """

    webhook: Webhook
    event_id: str
    type: str
    body: str
    attempts: int
    token: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of one attempt.

    Attributes:
        claim: The delivery.
        at: When it began.
        duration: How long it took.
        state: `delivered`, `failed`, or `pending` if there is another attempt.
        next_at: When the next attempt is; None if there is none.
        status: HTTP status; None where there was no response.
        error: What went wrong; None if nothing did.
    """

    claim: Claim
    at: datetime
    duration: timedelta
    state: str
    next_at: datetime | None
    status: int | None
    error: str | None


@dataclass(frozen=True, slots=True)
class LoggedAttempt:
    """An entry of the delivery log.

    Attributes:
        attempt_id: Its number: newer ones have higher ones.
        event_id: The event.
        type: The event's type.
        attempt: Which attempt of the delivery, from 1.
        at: When it began.
        duration_us: How long it took.
        status: HTTP status; None where there was no response.
        error: What went wrong; None if nothing did.
        next_at: When the next attempt was due; None if there was none.
    """

    attempt_id: int
    event_id: str
    type: str
    attempt: int
    at: datetime
    duration_us: int
    status: int | None
    error: str | None
    next_at: datetime | None


_KEY = (deliveries.c.webhook_id, deliveries.c.event_id)

_PICK = (
    select(*_KEY)
    .where(deliveries.c.run_at <= bindparam("now", type_=Instant))
    .order_by(deliveries.c.run_at)
    .limit(bindparam("limit", type_=Big, literal_execute=True))  # PostgreSQL plans for the limit that it sees
    .with_for_update(skip_locked=True)
    .cte("pick")
)
_CLAIM = (
    update(deliveries)
    .where(deliveries.c.webhook_id == _PICK.c.webhook_id, deliveries.c.event_id == _PICK.c.event_id)
    .values(run_at=bindparam("until", type_=Instant), token=bindparam("by"))
    .returning(*_KEY, deliveries.c.attempts)
)
_EVENTS = select(events.c.event_id, events.c.type, events.c.body).where(
    events.c.event_id.in_(bindparam("ids", expanding=True))
)


_IS = (deliveries.c.webhook_id == bindparam("of_webhook")) & (deliveries.c.event_id == bindparam("of_event"))
_IS_HELD = _IS & (deliveries.c.token == bindparam("by"))
# SQLite looks for a list of pairs in every row, and for two lists by the key.
_HELD = (
    select(*_KEY, deliveries.c.token)
    .where(
        deliveries.c.webhook_id.in_(bindparam("webhooks", expanding=True)),
        deliveries.c.event_id.in_(bindparam("events", expanding=True)),
        deliveries.c.token.in_(bindparam("tokens", expanding=True)),
    )
    .with_for_update()
)
_REMOVE = delete(deliveries).where(_IS)
_CANCEL = update(deliveries).where(_IS).values(run_at=None, token=None, state=CANCELLED)
_RECORD = (
    update(deliveries)
    .where(_IS_HELD)
    .values(
        run_at=bindparam("next_at", type_=Instant),
        token=None,
        attempts=deliveries.c.attempts + 1,
        state=bindparam("new_state"),
        status=bindparam("new_status"),
        error=bindparam("new_error"),
    )
)
_POSTPONE = update(deliveries).where(_IS_HELD).values(run_at=bindparam("next_at", type_=Instant), token=None)


def claim(database: StateDatabase, now: datetime, limit: int, lease: timedelta) -> list[Claim]:
    """Takes the deliveries that are due longest; those of webhooks that are disabled or gone end here.

    Args:
        database: Where they are.
        now: The present instant.
        limit: The most to take.
        lease: How long nobody else takes them.
    """
    token = secrets.token_hex(8)
    # A claim that a power cut undoes was only a lease.
    with database.transaction(durable=False) as connection:
        values = {"now": now, "limit": limit, "until": now + lease, "by": token}
        taken = sorted(connection.execute(_CLAIM, values).all(), key=lambda row: row.event_id)
        if not taken:
            return []
        found = webhooks.find_many(connection, list({row.webhook_id for row in taken}))
        happened = {row.event_id: row for row in connection.execute(_EVENTS, {"ids": [row.event_id for row in taken]})}
        claims, gone, disabled = [], [], []
        for row in taken:
            webhook, event = found.get(row.webhook_id), happened.get(row.event_id)
            if webhook is None or event is None:
                gone.append({"of_webhook": row.webhook_id, "of_event": row.event_id})
            elif webhook.disabled_at is not None:
                disabled.append({"of_webhook": row.webhook_id, "of_event": row.event_id})
            else:
                claims.append(Claim(webhook, row.event_id, event.type, event.body, row.attempts, token))
        if gone:
            connection.execute(_REMOVE, gone)
        if disabled:
            connection.execute(_CANCEL, disabled)
        return claims


def postpone(database: StateDatabase, claims: Sequence[tuple[Claim, datetime]]) -> None:
    """Gives deliveries back that were not tried, each due at an instant."""
    values = [{**_named(claim), "next_at": at} for claim, at in claims]
    with database.transaction(durable=False) as connection:
        connection.execute(_POSTPONE, values)


def record(
    database: StateDatabase, results: Sequence[Attempt], healths: Sequence[Health], now: datetime
) -> tuple[list[Attempt], list[str]]:
    """Writes what came of attempts, the log, and how the webhooks do, in one transaction.

    Returns:
        The attempts whose lease had ended before, of which nothing is written; and the webhooks that are disabled now.
    """
    with database.transaction(durable=False) as connection:
        held = _find_held(connection, results)
        mine = [one for one in results if _identity(one) in held]
        if mine:
            connection.execute(_RECORD, [_recorded(one) for one in mine])
            connection.execute(insert(attempts), [_logged(one) for one in mine])
        disabled = webhooks.record_health(connection, healths, now)
    return [one for one in results if _identity(one) not in held], disabled


def _find_held(connection: Connection, results: Sequence[Attempt]) -> set[tuple[str, str, str]]:
    webhook_ids, event_ids, tokens = (sorted(set(column)) for column in zip(*map(_identity, results), strict=True))
    rows = connection.execute(_HELD, {"webhooks": webhook_ids, "events": event_ids, "tokens": tokens})
    return {(row[0], row[1], row[2]) for row in rows}


def _identity(one: Attempt) -> tuple[str, str, str]:
    return one.claim.webhook.webhook_id, one.claim.event_id, one.claim.token


def _named(claim: Claim) -> dict[str, Any]:
    return {"of_webhook": claim.webhook.webhook_id, "of_event": claim.event_id, "by": claim.token}


def _recorded(one: Attempt) -> dict[str, Any]:
    new = {"new_state": one.state, "new_status": one.status, "new_error": one.error}
    return {**_named(one.claim), **new, "next_at": one.next_at}


def _logged(one: Attempt) -> dict[str, Any]:
    return {
        "webhook_id": one.claim.webhook.webhook_id,
        "event_id": one.claim.event_id,
        "type": one.claim.type,
        "attempt": one.claim.attempts + 1,
        "at": one.at,
        "duration_us": one.duration // timedelta(microseconds=1),
        "status": one.status,
        "error": one.error,
        "next_at": one.next_at,
    }


def list_attempts(
    database: StateDatabase, webhook_id: str, limit: int, before: int | None = None
) -> list[LoggedAttempt]:
    """The delivery log of a webhook, newest first.

    Args:
        database: Where it is.
        webhook_id: The webhook.
        limit: The most entries.
        before: Only entries before this one, by `attempt_id`.
    """
    columns = [attempts.c[name] for name in LoggedAttempt.__slots__]
    statement = select(*columns).where(attempts.c.webhook_id == webhook_id)
    if before is not None:
        statement = statement.where(attempts.c.attempt_id < before)
    with database.reading() as connection:
        rows = connection.execute(statement.order_by(attempts.c.attempt_id.desc()).limit(limit)).all()
        return [LoggedAttempt(*row) for row in rows]


def count_waiting(database: StateDatabase, now: datetime) -> tuple[int, datetime | None]:
    """How many deliveries are due, and since when the oldest of them is."""
    due = select(func.count(), func.min(deliveries.c.run_at)).where(deliveries.c.run_at <= now)
    with database.reading() as connection:
        count, oldest = connection.execute(due).one()
        return count, oldest


def repair_future(database: StateDatabase, now: datetime, furthest: timedelta) -> int:
    """Makes due what is due further ahead than anything can be: a clock was ahead when it was written."""
    ahead = update(deliveries).where(deliveries.c.run_at > now + furthest, deliveries.c.state == PENDING)
    with database.transaction(durable=False) as connection:
        return connection.execute(ahead.values(run_at=now, token=None)).rowcount
