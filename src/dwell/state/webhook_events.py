"""The outbox: what happened, written in the transaction in which it happened, with a delivery for each webhook.

An account without an active webhook costs one indexed query a batch, and no row.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import bindparam, delete, func, insert, select

from dwell.clock import to_micros
from dwell.state.types import Instant
from dwell.state.upsert import insert_into
from dwell.state.webhook_schema import webhook_attempts, webhook_deliveries, webhook_events, webhooks
from dwell.state.webhooks import Subscriptions, subscriptions

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from dwell.state.database import StateDatabase

PENDING, DELIVERED, FAILED, CANCELLED = "pending", "delivered", "failed", "cancelled"
"""States of a delivery: it is still to be sent; a 2xx came back; no attempt is left; its webhook was disabled."""

KEPT_ATTEMPTS = 10_000
"""Entries of the delivery log that are kept of each webhook."""

_CHUNK = 5_000


@dataclass(frozen=True, slots=True)
class Event:
    """Something that an account may be told.

    Attributes:
        account_id: Whose it is.
        video_id: The video that it is about; None for none.
        sequence: Number of the event among those of its video, so that a receiver can restore their order.
        type: Such as `snapshot.created`.
        data: What is told, in addition to `video_id` and `sequence`.
        at: When it happened, UTC.
    """

    account_id: str
    video_id: str | None
    sequence: int | None
    type: str
    data: Mapping[str, Any]
    at: datetime


def record_event(
    connection: Connection,
    account_id: str,
    video_id: str | None,
    sequence: int | None,
    type_: str,
    data: Mapping[str, Any],
    now: datetime,
) -> int:
    """Writes one event for the webhooks of its account; see `record_events`."""
    event = Event(account_id, video_id, sequence, type_, data, now)
    return record_events(connection, [event], subscriptions(connection, [account_id]))


def record_events(connection: Connection, events: Iterable[Event], active: Subscriptions) -> int:
    """Writes events, and a delivery for each webhook that wants one, inside the caller's transaction.

    Args:
        connection: The transaction in which the events happened.
        events: What happened.
        active: `subscriptions` of the accounts.

    Returns:
        How many deliveries are to be made.
    """
    rows: list[dict[str, Any]] = []
    deliveries: list[dict[str, Any]] = []
    for event in events:
        wanting = [webhook_id for webhook_id, types in active.get(event.account_id, ()) if event.type in types]
        if not wanting:
            continue
        row = _row(event)
        rows.append(row)
        deliveries += [_delivery(webhook_id, row["event_id"], event.at) for webhook_id in wanting]
    if rows:
        connection.execute(_INSERT_EVENTS, rows)
        connection.execute(_INSERT_DELIVERIES, deliveries)
    return len(deliveries)


def record_for(connection: Connection, webhook_id: str, event: Event) -> str:
    """Writes an event for one webhook, whatever its types are; returns the event's id."""
    row = _row(event)
    connection.execute(_INSERT_EVENTS, [row])
    connection.execute(_INSERT_DELIVERIES, [_delivery(webhook_id, row["event_id"], event.at)])
    return str(row["event_id"])


_INSERT_EVENTS = insert(webhook_events)
_INSERT_DELIVERIES = insert(webhook_deliveries)


def _row(event: Event) -> dict[str, Any]:
    about: dict[str, Any] = {} if event.video_id is None else {"video_id": event.video_id}
    about |= {} if event.sequence is None else {"sequence": event.sequence}
    body = {"type": event.type, "timestamp": event.at.astimezone(UTC), "data": {**about, **event.data}}
    return {
        "event_id": f"{_first_id(event.at)}{secrets.token_hex(6)}",
        "account_id": event.account_id,
        "video_id": event.video_id,
        "type": event.type,
        "body": msgspec.json.encode(body).decode(),
    }


def _delivery(webhook_id: str, event_id: str, at: datetime) -> dict[str, Any]:
    return {"webhook_id": webhook_id, "event_id": event_id, "run_at": at, "state": PENDING}


def _first_id(at: datetime) -> str:
    """Where the ids of an instant begin."""
    return f"evt_{max(0, to_micros(at)):014x}"


def replay(
    database: StateDatabase,
    webhook_id: str,
    types: Sequence[str],
    since: datetime,
    until: datetime,
    now: datetime,
) -> int:
    """Makes the events of a time due again for one webhook, with the ids that they had.

    Deliveries that are still to be made stay as they are.

    Args:
        database: Where they are.
        webhook_id: The webhook.
        types: Types of events.
        since: From this instant on.
        until: Before this instant.
        now: When they are due.

    Returns:
        How many deliveries are to be made.
    """
    event, delivery = webhook_events.c, webhook_deliveries.c
    after, count = _first_id(since), 0
    while True:
        with database.transaction() as connection:
            account = select(webhooks.c.account_id).where(webhooks.c.webhook_id == webhook_id).scalar_subquery()
            wanted = (event.account_id == account, event.event_id >= after, event.event_id < _first_id(until))
            page = select(event.event_id, event.type).where(*wanted).order_by(event.event_id).limit(_CHUNK)
            rows = connection.execute(page).all()
            due = [_delivery(webhook_id, row.event_id, now) for row in rows if row.type in types]
            if due:
                again = insert_into(connection, webhook_deliveries)
                fresh = {"run_at": bindparam("again", now, Instant), "state": PENDING, "attempts": 0}
                fresh |= {"token": None, "status": None, "error": None}
                again = again.on_conflict_do_update(
                    index_elements=[delivery.webhook_id, delivery.event_id], set_=fresh, where=delivery.run_at.is_(None)
                ).returning(delivery.event_id)
                count += len(connection.execute(again, due).all())
        if len(rows) < _CHUNK:
            return count
        after = f"{rows[-1].event_id}0"  # the first id after it


def erase_video(connection: Connection, video_id: str) -> None:
    """Removes the events of a video with their bodies and deliveries, inside the caller's transaction."""
    event = webhook_events.c
    ids = select(event.event_id).where(event.video_id == video_id)
    accounts = select(event.account_id).where(event.video_id == video_id)
    of_account = select(webhooks.c.webhook_id).where(webhooks.c.account_id.in_(accounts))
    for other in (webhook_deliveries, webhook_attempts):
        connection.execute(delete(other).where(other.c.webhook_id.in_(of_account), other.c.event_id.in_(ids)))
    connection.execute(delete(webhook_events).where(event.video_id == video_id))


def purge(database: StateDatabase, before: datetime) -> int:
    """Removes events from before an instant that nobody is to be told any longer, with their deliveries and their log.

    Of the delivery log, the newest `KEPT_ATTEMPTS` entries of each webhook stay at most.

    Returns:
        How many events were removed.
    """
    delivery, attempt, bound = webhook_deliveries.c, webhook_attempts.c, _first_id(before)
    with database.reading() as connection:
        webhook_ids = list(connection.scalars(select(webhooks.c.webhook_id)))
    for webhook_id in webhook_ids:
        ended = (delivery.webhook_id == webhook_id, delivery.event_id < bound, delivery.run_at.is_(None))
        page = select(delivery.event_id).where(*ended).order_by(delivery.event_id).limit(_CHUNK)
        _delete_by_pages(
            database,
            delete(webhook_deliveries).where(delivery.webhook_id == webhook_id, delivery.event_id.in_(page)),
        )
        log = attempt.webhook_id == webhook_id
        newest = select(attempt.attempt_id).where(log).order_by(attempt.attempt_id.desc())
        oldest_kept = func.coalesce(newest.offset(KEPT_ATTEMPTS).limit(1).scalar_subquery(), 0)
        old = select(attempt.attempt_id).where(log, (attempt.attempt_id <= oldest_kept) | (attempt.at < before))
        page = old.order_by(attempt.attempt_id).limit(_CHUNK)
        _delete_by_pages(database, delete(webhook_attempts).where(attempt.attempt_id.in_(page)))
    event_id = webhook_events.c.event_id
    waiting = select(delivery.event_id).where(delivery.run_at.is_not(None), delivery.event_id < bound)
    page = select(event_id).where(event_id < bound, event_id.not_in(waiting)).order_by(event_id).limit(_CHUNK)
    return _delete_by_pages(database, delete(webhook_events).where(event_id.in_(page)))


def _delete_by_pages(database: StateDatabase, statement: Any) -> int:
    """Runs a statement that removes at most `_CHUNK` rows until none is left; nobody waits long for the database."""
    removed = 0
    while True:
        with database.transaction(durable=False) as connection:
            count = connection.execute(statement).rowcount
        removed += count
        if count < _CHUNK:
            return removed
