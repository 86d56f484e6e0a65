"""The slots that are due: claimed by one worker for a while, and given back if it dies.

A claim is one statement and a short transaction of its own; the provider is asked outside of it. What a worker found is
recorded only if its claim still stands (`slot_results`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, select, true, type_coerce, update

from dwell.clock import from_micros
from dwell.state import leases
from dwell.state.tracking_schema import accounts, due_slots, tracked_videos
from dwell.state.types import Big, Instant

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement
    from sqlalchemy.sql.dml import ReturningUpdate

    from dwell.state.database import StateDatabase

_MOST_OF_CREATORS = 5_000
"""Videos that are claimed at once because others of the same accounts were."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A slot that this worker holds.

    Attributes:
        video_id: The job.
        slot: The slot.
        token: The claim: whoever has another one has lost it; None of a job that is just being made.
        attempts: How often it was claimed, this time included.
        post_id: The platform's id of the video, and `media` its kind.
        creator_key: The account that posted it, as videos are grouped by.
        handle: The account's handle; None while it is unknown.
        creator_id: The account's id; None while it is unknown.
        ends_at: When the job's last slot ends.
        is_paid: The balance covers the snapshot.
    """

    video_id: str
    slot: int
    token: str | None
    attempts: int
    post_id: str
    creator_key: str
    handle: str | None
    creator_id: str | None
    ends_at: datetime
    is_paid: bool


def _take(which: ColumnElement[bool], limit: int) -> ReturningUpdate[Any]:
    """Takes the slots that are due first; another process skips those that this one has just locked."""
    pick = (
        select(due_slots.c.video_id)
        .where(due_slots.c.run_at <= bindparam("now", type_=Instant), which)
        .order_by(due_slots.c.run_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("pick")
    )
    return (
        update(due_slots)
        .where(due_slots.c.video_id == pick.c.video_id)
        .values(
            run_at=bindparam("until", type_=Instant),
            token=bindparam("holder"),
            attempts=due_slots.c.attempts + 1,
        )
        .returning(due_slots.c.creator_key)
    )


# Built once: building a statement takes longer than the database takes to run it.
_TAKE = cache(partial(_take, true()))
_TAKE_OTHERS = _take(due_slots.c.creator_key.in_(bindparam("creators", expanding=True)), _MOST_OF_CREATORS)
_CLAIMED = (
    select(
        due_slots.c.video_id,
        due_slots.c.slot,
        due_slots.c.token,
        due_slots.c.attempts,
        tracked_videos.c.post_id,
        due_slots.c.creator_key,
        tracked_videos.c.handle,
        tracked_videos.c.creator_id,
        type_coerce(tracked_videos.c.aligned_at, Big) + (tracked_videos.c.slots - 1) * tracked_videos.c.interval_us,
        accounts.c.balance_micros >= tracked_videos.c.price_micros,
    )
    .join(tracked_videos, tracked_videos.c.video_id == due_slots.c.video_id)
    .join(accounts, accounts.c.account_id == tracked_videos.c.account_id)
    .where(due_slots.c.token == bindparam("holder"))
    .order_by(due_slots.c.slot_at, due_slots.c.video_id)
)


def claim(database: StateDatabase, token: str, limit: int, now: datetime, lease_s: float) -> list[Claim]:
    """Claims slots that are due, the longest due first, and all that are due of the same accounts.

    Args:
        database: Where they are.
        token: A new name for this claim, which says which process makes it (`leases.new_holder`).
        limit: How many to claim; those of the same accounts come on top.
        now: The present.
        lease_s: Seconds after which others may claim them.
    """
    values: dict[str, Any] = {"now": now, "until": now + timedelta(seconds=lease_s), "holder": token}
    with database.transaction() as connection:
        creators = sorted(set(connection.scalars(_TAKE(limit), values)))
        if not creators:
            return []
        connection.execute(_TAKE_OTHERS, {**values, "creators": creators})
        rows: list[Any] = list(connection.execute(_CLAIMED, values))
    return [Claim(*_with_types(row)) for row in rows]


def _with_types(row: Any) -> Iterable[Any]:
    *columns, ends_at, is_paid = row
    return (*columns, from_micros(ends_at), bool(is_paid))


def extend(database: StateDatabase, token: str, lease_s: float) -> bool:
    """Holds the slots of a claim for longer; false where none of them is held any more."""
    until = database.now() + timedelta(seconds=lease_s)
    with database.transaction() as connection:
        return bool(
            connection.execute(update(due_slots).where(due_slots.c.token == token).values(run_at=until)).rowcount
        )


def release(database: StateDatabase, claims: Collection[Claim], run_at: datetime) -> None:
    """Gives claims back unchanged: they may be tried again from then on, and the try doesn't count."""
    with database.transaction() as connection:
        for held in claims:
            mine = (due_slots.c.video_id == held.video_id) & (due_slots.c.token == held.token)
            given = update(due_slots).where(mine)
            connection.execute(given.values(run_at=run_at, token=None, attempts=due_slots.c.attempts - 1))


def next_run_at(database: StateDatabase) -> datetime | None:
    """When the next slot may be claimed; None where no video is tracked."""
    with database.reading() as connection:
        found: datetime | None = connection.scalar(select(due_slots.c.run_at).order_by(due_slots.c.run_at).limit(1))
        return found


def free_dead_claims(database: StateDatabase) -> int:
    """Frees the slots of processes of this machine that have ended; returns how many slots."""
    tokens = select(due_slots.c.token).where(due_slots.c.token.is_not(None)).distinct()
    with database.reading() as connection:
        dead = [token for (token,) in connection.execute(tokens) if leases.is_gone(token)]
    if not dead:
        return 0
    with database.transaction() as connection:
        freed = update(due_slots).where(due_slots.c.token.in_(dead))
        return connection.execute(freed.values(run_at=database.now(), token=None)).rowcount


def free_future_claims(database: StateDatabase, now: datetime, lease_s: float) -> int:
    """Frees claims that end later than any claim made now could: a clock was ahead; returns how many."""
    ahead = (due_slots.c.token.is_not(None)) & (due_slots.c.run_at > now + timedelta(seconds=2 * lease_s))
    with database.transaction() as connection:
        return connection.execute(update(due_slots).where(ahead).values(run_at=now, token=None)).rowcount


def count_due(database: StateDatabase, now: datetime, late_s: float) -> tuple[int, int, int]:
    """How many slots are due and not held, how many of them are late by so many seconds, and how many videos exist."""
    number = func.count(due_slots.c.video_id)
    late = now - timedelta(seconds=late_s)
    with database.reading() as connection:
        return (
            int(connection.scalar(select(number).where(due_slots.c.run_at <= now)) or 0),
            int(connection.scalar(select(number).where(due_slots.c.run_at <= late)) or 0),
            int(connection.scalar(select(number)) or 0),
        )
