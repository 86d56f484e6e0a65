"""The credits that the polls of a day may spend, over all workers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from dwell.state.tracking_schema import tracking_days
from dwell.state.upsert import insert_into

if TYPE_CHECKING:
    from dwell.state.database import StateDatabase


def day_of(now: datetime) -> str:
    """The day (UTC) that an instant belongs to, such as `2026-11-26`."""
    return now.astimezone(UTC).date().isoformat()


def reserve(database: StateDatabase, day: str, amount: int, limit: int | None) -> bool:
    """Counts credits before they are spent; false, and nothing counted, if the day's limit does not allow them."""
    row = tracking_days.c
    with database.transaction(durable=False) as connection:
        new = insert_into(connection, tracking_days).values(day=day, credits=0)
        connection.execute(new.on_conflict_do_nothing())
        more = update(tracking_days).where(row.day == day).values(credits=row.credits + amount)
        if limit is not None:
            more = more.where(row.credits + amount <= limit)
        return bool(connection.execute(more).rowcount)


def refund(database: StateDatabase, day: str, amount: int) -> None:
    """Gives back credits that were reserved and not spent; a negative number adds what was spent on top."""
    if amount:
        row = tracking_days.c
        with database.transaction(durable=False) as connection:
            less = update(tracking_days).where(row.day == day).values(credits=row.credits - amount)
            connection.execute(less)


def read(database: StateDatabase, day: str) -> int:
    """Credits counted on a day."""
    with database.reading() as connection:
        return int(connection.scalar(select(tracking_days.c.credits).where(tracking_days.c.day == day)) or 0)
