"""Requests that must not be done twice: the key that the client gave, and the answer that it got."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select, update

from dwell.state.tracking_schema import idempotency_keys as keys
from dwell.state.upsert import insert_into

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from dwell.state.database import StateDatabase

REPLAY_FOR = timedelta(hours=24)
"""How long an answer is replayed."""


@dataclass(frozen=True, slots=True)
class EarlierRequest:
    """What is known of an idempotency key.

    Attributes:
        request_digest: Of the request that it was first used for.
        response: What that was answered; None while it runs.
    """

    request_digest: str
    response: Mapping[str, Any] | None


def begin(
    database: StateDatabase, account_id: str, key: str, digest: str, holder: str, now: datetime, lease_s: float
) -> EarlierRequest | None:
    """Takes a key for this request; None if it was taken, otherwise the earlier request with it."""
    lease = {"request_digest": digest, "holder": holder, "leased_until": now + timedelta(seconds=lease_s)}
    same = (keys.c.account_id == account_id, keys.c.idempotency_key == key)
    over = (keys.c.leased_until < now) | (keys.c.leased_until > now + timedelta(seconds=2 * lease_s))
    while True:
        with database.transaction() as connection:
            connection.execute(delete(keys).where(*same, keys.c.created_at <= now - REPLAY_FOR))
            new = insert_into(connection, keys).values(
                account_id=account_id, idempotency_key=key, created_at=now, **lease
            )
            if connection.execute(new.on_conflict_do_nothing().returning(keys.c.holder)).first() is not None:
                return None
            # Its process died, or a clock was ahead when it began.
            again = update(keys).where(*same, keys.c.response.is_(None), keys.c.request_digest == digest, over)
            if connection.execute(again.values(created_at=now, **lease)).rowcount:
                return None
            row = connection.execute(select(keys.c.request_digest, keys.c.response).where(*same)).one_or_none()
        if row is not None:  # on PostgreSQL the earlier request may have given the key back in between
            return EarlierRequest(*row)


def finish(
    connection: Connection, account_id: str, key: str, holder: str, video_id: str, response: Mapping[str, Any]
) -> bool:
    """Stores the answer in the transaction that did the work; false if another request has taken the key over."""
    mine = (keys.c.account_id == account_id, keys.c.idempotency_key == key, keys.c.holder == holder)
    answered = update(keys).where(*mine, keys.c.response.is_(None)).values(video_id=video_id, response=response)
    return bool(connection.execute(answered).rowcount)


def abandon(database: StateDatabase, account_id: str, key: str, holder: str) -> None:
    """Frees a key whose request did nothing."""
    mine = (keys.c.account_id == account_id, keys.c.idempotency_key == key, keys.c.holder == holder)
    with database.transaction() as connection:
        connection.execute(delete(keys).where(*mine, keys.c.response.is_(None)))


def delete_before(database: StateDatabase, before: datetime) -> int:
    """Removes keys that were first used before then; returns how many."""
    with database.transaction() as connection:
        return connection.execute(delete(keys).where(keys.c.created_at < before)).rowcount
