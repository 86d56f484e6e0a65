"""Jobs that ask providers: what was asked for, and what became of each thing in it, so that a killed one goes on."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from dwell.warehouse.live.database import Execute, StateDatabase, instant, micros
from dwell.warehouse.lock import exclusive, exclusive_now

FOLDER = "locks"


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
    """One thing in a job.

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


def create(database: StateDatabase, job: SweepJob, targets: Sequence[tuple[str, str]]) -> None:
    """Notes a new job with its targets, (kind, name) in order."""
    with database.transaction() as run:
        run(
            "INSERT INTO sweeps (sweep_id, command, request, started_at) VALUES (?, ?, ?, ?)",
            (job.sweep_id, job.command, _to_json(job.spec), micros(job.started_at)),
        )
        _insert_targets(run, job.sweep_id, 0, targets)


def append_targets(database: StateDatabase, sweep_id: str, first: int, targets: Sequence[tuple[str, str]]) -> None:
    """Adds targets, (kind, name) in order, to a job from this position on."""
    with database.transaction() as run:
        _insert_targets(run, sweep_id, first, targets)


def find_unfinished(database: StateDatabase, command: str, since: datetime) -> list[SweepJob]:
    """The jobs of a command that began since then and have not ended, newest first."""
    found = database.rows(
        "SELECT sweep_id, command, request, started_at, finished_at, summary FROM sweeps WHERE finished_at IS NULL"
        " AND command = ? AND started_at >= ? ORDER BY started_at DESC, sweep_id DESC",
        (command, micros(since)),
    )
    return [_from_row(row) for row in found]


def get_spec(database: StateDatabase, sweep_id: str) -> Mapping[str, Any]:
    """What a job was asked to do; nothing where there is no such job any more."""
    found = database.rows("SELECT request FROM sweeps WHERE sweep_id = ?", (sweep_id,))
    return json.loads(found[0][0]) if found else {}


def list_latest(database: StateDatabase, limit: int) -> list[SweepJob]:
    """The newest jobs, newest first."""
    return [
        _from_row(row)
        for row in database.rows(
            "SELECT sweep_id, command, request, started_at, finished_at, summary FROM sweeps"
            " ORDER BY started_at DESC, sweep_id DESC LIMIT ?",
            (limit,),
        )
    ]


def list_targets(database: StateDatabase, sweep_id: str) -> list[JobTarget]:
    """The things in a job, in order."""
    rows = database.rows(
        "SELECT position, kind, name, outcome FROM targets WHERE sweep_id = ? ORDER BY position", (sweep_id,)
    )
    return [
        JobTarget(position, kind, name, json.loads(outcome) if outcome else None)
        for position, kind, name, outcome in rows
    ]


def save_outcome(database: StateDatabase, sweep_id: str, position: int, outcome: Mapping[str, Any]) -> None:
    """Notes what became of one thing: it is not asked about again in this job."""
    with database.transaction() as run:
        run(
            "UPDATE targets SET outcome = ? WHERE sweep_id = ? AND position = ?",
            (_to_json(outcome), sweep_id, position),
        )


def finish(database: StateDatabase, sweep_id: str, at: datetime, summary: Mapping[str, Any]) -> None:
    """The job has ended; what it was asked for counts as done."""
    with database.transaction() as run:
        run(
            "UPDATE sweeps SET finished_at = ?, summary = ? WHERE sweep_id = ?",
            (micros(at), _to_json(summary), sweep_id),
        )


def lock_creation(root: Path) -> AbstractContextManager[None]:
    """Looks for a job, or makes it, for this process alone; waits for whoever is at it."""
    folder = root / FOLDER
    folder.mkdir(exist_ok=True)
    return exclusive(folder / "new.lock")


def lock_job(root: Path, sweep_id: str) -> AbstractContextManager[bool]:
    """Holds a job for this process alone; false where another process is at it. kill -9 frees it."""
    folder = root / FOLDER
    folder.mkdir(exist_ok=True)
    return exclusive_now(folder / f"{sweep_id}.lock")


def remove_lock(root: Path, sweep_id: str) -> None:
    """Removes the lock file of a job that has ended: nobody takes it up again."""
    (root / FOLDER / f"{sweep_id}.lock").unlink(missing_ok=True)


def _insert_targets(run: Execute, sweep_id: str, first: int, targets: Sequence[tuple[str, str]]) -> None:
    for position, (kind, name) in enumerate(targets, first):
        run(
            "INSERT INTO targets (sweep_id, position, kind, name) VALUES (?, ?, ?, ?)",
            (sweep_id, position, kind, name),
        )


def _from_row(row: tuple[Any, ...]) -> SweepJob:
    sweep_id, command, spec, started, finished, summary = row
    began = instant(started)
    assert began is not None, "started_at is NOT NULL"
    return SweepJob(
        sweep_id, command, json.loads(spec), began, instant(finished), json.loads(summary) if summary else None
    )


def _to_json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
