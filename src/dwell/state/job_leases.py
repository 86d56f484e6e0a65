"""Leases of the jobs that a data folder needs now and then, whoever does them; sealing is one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update

from dwell.state import leases
from dwell.state.schema import job_leases
from dwell.state.upsert import insert_into

if TYPE_CHECKING:
    from dwell.state.database import StateDatabase

SEAL, LOAD = "seal", "load"


def acquire(database: StateDatabase, job: str, holder: str, now: datetime, lease_s: float = leases.LEASE_S) -> bool:
    """Takes a job for this process; false where another one does it."""
    until = now + timedelta(seconds=lease_s)
    with database.transaction() as connection:
        taken = insert_into(connection, job_leases).values(job=job, holder=holder, leased_until=until)
        if connection.execute(taken.on_conflict_do_nothing().returning(job_leases.c.job)).first() is not None:
            return True
        held = select(job_leases.c.holder, job_leases.c.leased_until).where(job_leases.c.job == job)
        before = connection.execute(held.with_for_update()).one_or_none()
        if before is None:  # released between the two statements: the next round takes it
            return False
        # A lease far ahead of now is left of a clock that was once wrong.
        alive = now <= before.leased_until <= now + timedelta(seconds=2 * lease_s)
        if alive and before.holder != holder and not leases.is_gone(before.holder):
            return False
        connection.execute(update(job_leases).where(job_leases.c.job == job).values(holder=holder, leased_until=until))
        return True


def extend(database: StateDatabase, job: str, holder: str, now: datetime, lease_s: float = leases.LEASE_S) -> bool:
    """Keeps a job that this process holds; false where it was lost to another."""
    mine = (job_leases.c.job == job, job_leases.c.holder == holder)
    until = now + timedelta(seconds=lease_s)
    with database.transaction() as connection:
        return bool(connection.execute(update(job_leases).where(*mine).values(leased_until=until)).rowcount)


def release(database: StateDatabase, job: str, holder: str) -> None:
    """Another process may take the job from now on."""
    with database.transaction() as connection:
        connection.execute(delete(job_leases).where(job_leases.c.job == job, job_leases.c.holder == holder))
