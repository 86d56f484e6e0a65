"""What is to be done every day or week, and the due moments that were taken."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from dwell.results import Result
from dwell.warehouse.live.database import StateDatabase, instant, micros


@dataclass(frozen=True, slots=True)
class Schedule:
    """One standing order.

    Attributes:
        name: As the user calls it.
        every: `day`, or a weekday: `monday` ... `sunday`.
        at: Clock time `HH:MM` in `tz`.
        tz: IANA zone.
        spec: What to do, as `SweepRequest` has it.
        added_at: Moments before this were never due, UTC.
    """

    name: str
    every: str
    at: str
    tz: str
    spec: Mapping[str, Any]
    added_at: datetime


def save(database: StateDatabase, schedule: Schedule) -> None:
    """Adds a standing order, or changes the one of that name."""
    text = json.dumps(schedule.spec, sort_keys=True, ensure_ascii=False)
    with database.transaction() as run:
        run(
            "INSERT INTO schedules VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (schedule) DO UPDATE SET every ="
            " excluded.every, at = excluded.at, tz = excluded.tz, request = excluded.request,"
            " added_at = excluded.added_at",
            (schedule.name, schedule.every, schedule.at, schedule.tz, text, micros(schedule.added_at)),
        )


def remove(database: StateDatabase, name: str) -> bool:
    """Ends a standing order; false where there is none of that name."""
    with database.transaction() as run:
        return bool(run("DELETE FROM schedules WHERE schedule = ?", (name,)).rowcount)


def list_all(database: StateDatabase) -> list[Schedule]:
    """All standing orders by name."""
    rows = database.rows("SELECT schedule, every, at, tz, request, added_at FROM schedules ORDER BY schedule")
    found = []
    for name, often, at, tz, spec, added in rows:
        added_at = instant(added)
        assert added_at is not None, "added_at is NOT NULL"
        found.append(Schedule(name, often, at, tz, json.loads(spec), added_at))
    return found


def acquire(database: StateDatabase, name: str, slot: datetime, token: str, now: datetime, lease_s: float) -> bool:
    """Takes a due moment for this process; false where it is done, or another process is at it."""
    until = micros(now + timedelta(seconds=lease_s))
    with database.transaction() as run:
        taken = run(
            "INSERT INTO runs VALUES (?, ?, ?, ?, ?, NULL, NULL) ON CONFLICT (schedule, slot) DO UPDATE SET"
            " token = excluded.token, lease_until = excluded.lease_until WHERE runs.finished_at IS NULL"
            " AND runs.lease_until < ? RETURNING token",
            (name, micros(slot), token, until, micros(now), micros(now)),
        ).fetchall()
    return bool(taken)


def extend(database: StateDatabase, name: str, slot: datetime, token: str, now: datetime, lease_s: float) -> bool:
    """Keeps a moment that this process holds; false where it was lost to another."""
    with database.transaction() as run:
        return bool(
            run(
                "UPDATE runs SET lease_until = ? WHERE schedule = ? AND slot = ? AND token = ? AND finished_at IS NULL",
                (micros(now + timedelta(seconds=lease_s)), name, micros(slot), token),
            ).rowcount
        )


def release(database: StateDatabase, name: str, slot: datetime, token: str, now: datetime) -> None:
    """Gives a moment that this process holds back undone: from now on another may take it."""
    with database.transaction() as run:
        run(
            "UPDATE runs SET lease_until = ? WHERE schedule = ? AND slot = ? AND token = ? AND finished_at IS NULL",
            (micros(now) - 1, name, micros(slot), token),
        )


def leased_until(database: StateDatabase, name: str, slot: datetime) -> datetime | None:
    """The end of the lease of a moment that was taken and is not done; None where it is done or nobody took it."""
    rows = database.rows(
        "SELECT lease_until FROM runs WHERE schedule = ? AND slot = ? AND finished_at IS NULL", (name, micros(slot))
    )
    return instant(rows[0][0]) if rows else None


def finish(database: StateDatabase, name: str, slot: datetime, token: str, now: datetime, outcome: str) -> None:
    """The moment is done and never due again."""
    with database.transaction() as run:
        run(
            "UPDATE runs SET finished_at = ?, outcome = ? WHERE schedule = ? AND slot = ? AND token = ?",
            (micros(now), outcome, name, micros(slot), token),
        )


def latest_run(database: StateDatabase, name: str) -> tuple[datetime, datetime | None, str | None] | None:
    """Slot, end and outcome of the newest moment that was taken."""
    rows = database.rows(
        "SELECT slot, finished_at, outcome FROM runs WHERE schedule = ? ORDER BY slot DESC LIMIT 1", (name,)
    )
    if not rows:
        return None
    slot = instant(rows[0][0])
    assert slot is not None, "slot is NOT NULL"
    return slot, instant(rows[0][1]), rows[0][2]


def list_runs(database: StateDatabase, limit: int) -> Result:
    """The newest moments that were taken, newest first."""
    rows = database.rows(
        "SELECT schedule, slot, started_at, finished_at, outcome FROM runs ORDER BY slot DESC, schedule LIMIT ?",
        (limit,),
    )
    shown = [
        (name, instant(slot), instant(began), instant(ended), outcome) for name, slot, began, ended, outcome in rows
    ]
    return Result(("schedule", "due_at", "started_at", "finished_at", "outcome"), shown)
