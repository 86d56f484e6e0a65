"""The syncs so far: one row per sync, account and table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dwell.results import Result
from dwell.state import StateDatabase, sweeps
from dwell.state.sweeps import SweepJob
from dwell.sync.outcome import AccountOutcome
from dwell.sync.spec import COMMAND
from dwell.sync.summary import list_rows

COLUMNS = ("sync_id", "started_at", "finished_at", "account", "table", "rows", "state", "message")


def list_syncs(database: StateDatabase, last: int | None = None) -> Result:
    """One row per sync, account and table, newest sync first; a sync that is under way has the accounts that are done.

    Args:
        database: The state.
        last: Only so many syncs.
    """
    jobs = sweeps.list_newest(database, COMMAND, last)
    return Result(COLUMNS, [row for job in jobs for row in _rows(database, job)])


def _rows(database: StateDatabase, job: SweepJob) -> Iterator[tuple[Any, ...]]:
    start = (job.sweep_id, job.started_at, job.finished_at)
    if job.summary is not None:
        yield from ((*start, *row) for row in job.summary.get("rows", ()))
        return
    for target in sweeps.list_targets(database, job.sweep_id):
        if target.outcome is None:
            yield (*start, target.name, None, None, "unfinished", "")
        else:
            yield from ((*start, *row) for row in list_rows(AccountOutcome.from_json(target.outcome)))
