"""What is to be done every day or week, and the scheduled times that were taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select, update

from dwell.results import Result
from dwell.state.schema import schedule_runs as runs
from dwell.state.schema import schedules
from dwell.state.upsert import insert_into

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from dwell.state.database import StateDatabase

_JUST_NOW = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Schedule:
    """One schedule.

    Attributes:
        name: As the user calls it.
        every: `day`, a weekday (`monday` ... `sunday`), or a cron expression of five fields.
        at: Clock time `HH:MM` in `tz`; empty for a cron expression.
        tz: IANA zone.
        spec: What to do, as `SweepRequest` has it.
        added_at: Times before this were never due, UTC.
    """

    name: str
    every: str
    at: str
    tz: str
    spec: Mapping[str, Any]
    added_at: datetime


def save(database: StateDatabase, schedule: Schedule) -> None:
    """Adds a schedule, or changes the one of that name."""
    values = {
        "every": schedule.every,
        "at": schedule.at,
        "tz": schedule.tz,
        "spec": schedule.spec,
        "added_at": schedule.added_at,
    }
    with database.transaction() as connection:
        connection.execute(
            insert_into(connection, schedules)
            .values(schedule=schedule.name, **values)
            .on_conflict_do_update(index_elements=[schedules.c.schedule], set_=values)
        )


def remove(database: StateDatabase, name: str) -> bool:
    """Removes a schedule; false where there is none of that name."""
    with database.transaction() as connection:
        return bool(connection.execute(delete(schedules).where(schedules.c.schedule == name)).rowcount)


def list_all(database: StateDatabase) -> list[Schedule]:
    """All schedules by name."""
    row = schedules.c
    columns = (row.schedule, row.every, row.at, row.tz, row.spec, row.added_at)
    with database.reading() as connection:
        return [Schedule(*found) for found in connection.execute(select(*columns).order_by(row.schedule))]


def acquire(database: StateDatabase, name: str, slot: datetime, token: str, now: datetime, lease_s: float) -> bool:
    """Takes a scheduled time for this process; false where it is done, or another process does it."""
    lease = {"token": token, "leased_until": now + timedelta(seconds=lease_s)}
    with database.transaction() as connection:
        taken = connection.execute(
            insert_into(connection, runs)
            .values(schedule=name, slot=slot, started_at=now, **lease)
            .on_conflict_do_update(
                index_elements=[runs.c.schedule, runs.c.slot],
                set_=lease,
                where=runs.c.finished_at.is_(None) & (runs.c.leased_until < now),
            )
            .returning(runs.c.token)
        ).all()
    return bool(taken)


def extend(database: StateDatabase, name: str, slot: datetime, token: str, now: datetime, lease_s: float) -> bool:
    """Keeps a time that this process holds; false where it was lost to another."""
    until = now + timedelta(seconds=lease_s)
    mine = update(runs).where(_held(name, slot, token), runs.c.finished_at.is_(None)).values(leased_until=until)
    with database.transaction() as connection:
        return bool(connection.execute(mine).rowcount)


def release(database: StateDatabase, name: str, slot: datetime, token: str, now: datetime) -> None:
    """Gives a time that this process holds back undone: from now on another may take it."""
    mine = update(runs).where(_held(name, slot, token), runs.c.finished_at.is_(None))
    with database.transaction() as connection:
        connection.execute(mine.values(leased_until=now - _JUST_NOW))


def leased_until(database: StateDatabase, name: str, slot: datetime) -> datetime | None:
    """The end of the lease of a time that was taken and is not done; None where it is done or nobody took it."""
    taken = (runs.c.schedule == name, runs.c.slot == slot, runs.c.finished_at.is_(None))
    with database.reading() as connection:
        found: datetime | None = connection.scalar(select(runs.c.leased_until).where(*taken))
        return found


def finish(database: StateDatabase, name: str, slot: datetime, token: str, now: datetime, outcome: str) -> None:
    """The time is done and never due again."""
    mine = update(runs).where(_held(name, slot, token)).values(finished_at=now, outcome=outcome)
    with database.transaction() as connection:
        connection.execute(mine)


def latest_run(
    database: StateDatabase, name: str, now: datetime
) -> tuple[datetime, datetime | None, str | None] | None:
    """Time, end and outcome of the newest scheduled time up to now that was taken.

    A later one was taken while the clock was wrong, and must not keep the schedule from running.
    """
    columns = (runs.c.slot, runs.c.finished_at, runs.c.outcome)
    newest = select(*columns).where(runs.c.schedule == name, runs.c.slot <= now).order_by(runs.c.slot.desc()).limit(1)
    with database.reading() as connection:
        row = connection.execute(newest).one_or_none()
    return None if row is None else (row[0], row[1], row[2])


def list_runs(database: StateDatabase, limit: int) -> Result:
    """The newest scheduled times that were taken, newest first."""
    columns = (runs.c.schedule, runs.c.slot, runs.c.started_at, runs.c.finished_at, runs.c.outcome)
    newest = select(*columns).order_by(runs.c.slot.desc(), runs.c.schedule).limit(limit)
    with database.reading() as connection:
        rows = connection.execute(newest).all()
    return Result(("schedule", "due_at", "started_at", "finished_at", "outcome"), [tuple(row) for row in rows])


def _held(name: str, slot: datetime, token: str) -> ColumnElement[bool]:
    return (runs.c.schedule == name) & (runs.c.slot == slot) & (runs.c.token == token)
