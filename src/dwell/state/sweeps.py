"""Jobs that ask providers: what was asked for, and what became of each target, so that a killed one can be resumed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, insert, select, update

from dwell.state import leases
from dwell.state.schema import sweep_targets as targets
from dwell.state.schema import sweeps

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from dwell.state.database import StateDatabase

_COLUMNS = (
    sweeps.c.sweep_id,
    sweeps.c.command,
    sweeps.c.spec,
    sweeps.c.started_at,
    sweeps.c.finished_at,
    sweeps.c.summary,
)
_CREATION_LOCK = 0x73776565  # "swee": on PostgreSQL, one process at a time looks for a job and makes it


@dataclass(frozen=True, slots=True)
class SweepJob:
    """One job.

    Attributes:
        sweep_id: Its id; sorts by time.
        command: The command that made it.
        spec: What was asked for, JSON-compatible: two jobs with the same spec are the same job.
        started_at: When it began, UTC.
        finished_at: When it ended; None while it has not.
        summary: What came of it.
    """

    sweep_id: str
    command: str
    spec: Mapping[str, Any]
    started_at: datetime
    finished_at: datetime | None
    summary: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class JobTarget:
    """One target of a job.

    Attributes:
        position: Its place, from 0.
        kind: `account`, `hashtag`, `sound` or `search`.
        name: As the user named it, cleaned.
        outcome: What became of it; None while it is not done.
    """

    position: int
    kind: str
    name: str
    outcome: Mapping[str, Any] | None


_SAVE_OUTCOME = (
    update(targets)
    .where(targets.c.sweep_id == bindparam("of"), targets.c.position == bindparam("at"))
    .values(outcome=bindparam("became"))
)


def create(database: StateDatabase, job: SweepJob, members: Sequence[tuple[str, str]]) -> None:
    """Records a new job with its targets, (kind, name) in order."""
    with database.transaction() as connection:
        _create(connection, job, members)


def find_or_create(
    database: StateDatabase,
    command: str,
    since: datetime,
    is_same: Callable[[SweepJob], bool],
    make: Callable[[], tuple[SweepJob, Sequence[tuple[str, str]]]],
) -> tuple[SweepJob, bool]:
    """The unfinished job that is the same, or a new one; two processes that ask at once get one and the same.

    Args:
        database: Where the jobs are.
        command: The command that makes such jobs.
        since: Older ones are not resumed.
        is_same: Tells the job that is looked for.
        make: Makes a new one, with its targets.

    Returns:
        The job, and whether it was there.
    """
    with database.transaction() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_CREATION_LOCK})")
        found = next((job for job in _unfinished(connection, command, since) if is_same(job)), None)
        if found is not None:
            return found, True
        job, members = make()
        _create(connection, job, members)
        return job, False


def append_targets(database: StateDatabase, sweep_id: str, first: int, members: Sequence[tuple[str, str]]) -> None:
    """Adds targets, (kind, name) in order, to a job from this position on."""
    with database.transaction() as connection:
        _insert_targets(connection, sweep_id, first, members)


def find_unfinished(database: StateDatabase, command: str, since: datetime) -> list[SweepJob]:
    """The jobs of a command that began since then and have not ended, newest first."""
    with database.reading() as connection:
        return _unfinished(connection, command, since)


def list_newest(database: StateDatabase, command: str, last: int | None = None) -> list[SweepJob]:
    """The jobs of a command, newest first; only so many of them where `last` is given."""
    mine = select(*_COLUMNS).where(sweeps.c.command == command)
    newest = mine.order_by(sweeps.c.started_at.desc(), sweeps.c.sweep_id.desc()).limit(last)
    with database.reading() as connection:
        return [SweepJob(*row) for row in connection.execute(newest)]


def get_spec(database: StateDatabase, sweep_id: str) -> Mapping[str, Any]:
    """What a job was asked to do; nothing where there is no such job any more."""
    with database.reading() as connection:
        found: Mapping[str, Any] | None = connection.scalar(select(sweeps.c.spec).where(sweeps.c.sweep_id == sweep_id))
        return found or {}


def list_targets(database: StateDatabase, sweep_id: str) -> list[JobTarget]:
    """The targets of a job, in order."""
    columns = (targets.c.position, targets.c.kind, targets.c.name, targets.c.outcome)
    mine = select(*columns).where(targets.c.sweep_id == sweep_id).order_by(targets.c.position)
    with database.reading() as connection:
        return [JobTarget(*row) for row in connection.execute(mine)]


def save_outcome(database: StateDatabase, sweep_id: str, position: int, outcome: Mapping[str, Any]) -> None:
    """Records what became of one target: it is not asked about again in this job."""
    with database.transaction() as connection:
        connection.execute(_SAVE_OUTCOME, {"of": sweep_id, "at": position, "became": outcome})


def finish(database: StateDatabase, sweep_id: str, at: datetime, summary: Mapping[str, Any]) -> None:
    """The job has ended; what it was asked for counts as done."""
    with database.transaction() as connection:
        connection.execute(update(sweeps).where(sweeps.c.sweep_id == sweep_id).values(finished_at=at, summary=summary))


def acquire(
    database: StateDatabase, sweep_id: str, holder: str, now: datetime, lease_s: float = leases.LEASE_S
) -> bool:
    """Takes a job for this process; false where another one does it."""
    held = select(sweeps.c.holder, sweeps.c.leased_until).where(sweeps.c.sweep_id == sweep_id).with_for_update()
    with database.transaction() as connection:
        before, until = connection.execute(held).one()
        # A lease far ahead of now is left of a clock that was once wrong.
        alive = before is not None and until is not None and now <= until <= now + timedelta(seconds=2 * lease_s)
        if alive and before != holder and not leases.is_gone(before):
            return False
        _lease(connection, sweep_id, holder, now + timedelta(seconds=lease_s))
        return True


def extend(database: StateDatabase, sweep_id: str, holder: str, now: datetime, lease_s: float = leases.LEASE_S) -> bool:
    """Keeps a job that this process holds; false where it was lost to another."""
    mine = (sweeps.c.sweep_id == sweep_id, sweeps.c.holder == holder)
    with database.transaction() as connection:
        until = now + timedelta(seconds=lease_s)
        return bool(connection.execute(update(sweeps).where(*mine).values(leased_until=until)).rowcount)


def release(database: StateDatabase, sweep_id: str, holder: str) -> None:
    """Another process may take the job from now on."""
    mine = (sweeps.c.sweep_id == sweep_id, sweeps.c.holder == holder)
    with database.transaction() as connection:
        connection.execute(update(sweeps).where(*mine).values(holder=None, leased_until=None))


def _lease(connection: Connection, sweep_id: str, holder: str, until: datetime) -> None:
    mine = update(sweeps).where(sweeps.c.sweep_id == sweep_id)
    connection.execute(mine.values(holder=holder, leased_until=until))


def _create(connection: Connection, job: SweepJob, members: Sequence[tuple[str, str]]) -> None:
    row = {"sweep_id": job.sweep_id, "command": job.command, "spec": job.spec, "started_at": job.started_at}
    connection.execute(insert(sweeps), row)
    _insert_targets(connection, job.sweep_id, 0, members)


def _insert_targets(connection: Connection, sweep_id: str, first: int, members: Sequence[tuple[str, str]]) -> None:
    rows = [
        {"sweep_id": sweep_id, "position": position, "kind": kind, "name": name}
        for position, (kind, name) in enumerate(members, first)
    ]
    if rows:
        connection.execute(insert(targets), rows)


def _unfinished(connection: Connection, command: str, since: datetime) -> list[SweepJob]:
    open_ = (sweeps.c.finished_at.is_(None), sweeps.c.command == command, sweeps.c.started_at >= since)
    newest = select(*_COLUMNS).where(*open_).order_by(sweeps.c.started_at.desc(), sweeps.c.sweep_id.desc())
    return [SweepJob(*row) for row in connection.execute(newest)]
