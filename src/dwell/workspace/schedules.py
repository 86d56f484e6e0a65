"""Schedules: a table of them, and the runs that are due."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime

from dwell.live import scheduler
from dwell.live.sealer import seal_if_due
from dwell.results import Result
from dwell.state import StateDatabase, schedules
from dwell.state.schedules import Schedule
from dwell.sync import request as sync_request
from dwell.sync.request import SyncRequest
from dwell.warehouse.store import Store
from dwell.workspace.loads import SPEC, from_spec, load
from dwell.workspace.sweep_request import SweepRequest, from_schedule

_FIELDS = ("posts", "topics", "provider", "niche", "max_credits")
_TIMES = ("every", "at", "tz", "next_due_at", "last_due_at", "last_outcome")


def list_schedules(database: StateDatabase) -> Result:
    """One row per schedule, with its next and last runs."""
    now, rows = database.now(), []
    for schedule in schedules.list_all(database):
        latest = schedules.latest_run(database, schedule.name, now)
        last_due, outcome = (latest[0], latest[2]) if latest else (None, None)
        what = _describe(schedule)
        fields = tuple(schedule.spec.get(name) for name in _FIELDS)
        times = (schedule.every, schedule.at or None, schedule.tz, scheduler.next_due(schedule, now), last_due, outcome)
        rows.append((schedule.name, what, *fields, *times))
    return Result(("schedule", "what", *_FIELDS, *_TIMES), rows)


def _describe(schedule: Schedule) -> str:
    if SPEC in schedule.spec:
        return f"load into {from_spec(schedule.spec).to}"
    if sync_request.SPEC in schedule.spec:
        return f"sync of {', '.join(sync_request.from_spec(schedule.spec).accounts) or 'all connected accounts'}"
    return schedule.spec.get("watchlist") or ", ".join(schedule.spec.get("names", ()))


def run_schedules(
    store: Store,
    database: StateDatabase,
    sweep: Callable[[SweepRequest, str], Result],
    sync: Callable[[SyncRequest], Result],
    *,
    only_syncs: bool = False,
) -> Result:
    """Do the runs that are due and that no other process is doing, then seal if enough rows wait.

    A missed run is caught up once.

    Args:
        store: Where the rows are stored.
        database: Where the schedules are stored.
        sweep: Runs the request of a schedule; also gets the schedule's name with the scheduled time.
        sync: Syncs connected accounts.
        only_syncs: Leave the other schedules to `dwell run`.

    Returns:
        One row per run done here; in `meta` the runs that are `held` elsewhere, and `trouble`: a run failed or could
        read nothing.
    """
    without_data = []

    def work(schedule: Schedule, slot: datetime) -> str:
        if SPEC in schedule.spec:
            loaded = load(store, from_spec(schedule.spec))
            return f"{sum(row['loaded'] for row in loaded):,} rows of {len(loaded)} tables loaded"
        if sync_request.SPEC in schedule.spec:
            return _sync(sync, sync_request.from_spec(schedule.spec))
        result = sweep(from_schedule(schedule.spec), f"{schedule.name} {slot.isoformat()}")
        meta = result.meta
        incomplete = Counter(row["reason"].replace("_", " ") for row in result if not row["complete"])
        reasons = ", ".join(f"{count} {reason}" for reason, count in incomplete.most_common())
        outcome = f"{meta['complete']} of {meta['targets']} complete" + (f" ({reasons})" if reasons else "")
        if any(row["again"] and row["reason"] in {"failed", "held"} for row in result):
            raise scheduler.UnfinishedError(outcome)
        if not meta["complete"]:
            without_data.append(schedule.name)
        return f"{outcome}, {meta['posts_new']} new posts, {meta['credits']} credits"

    runs = scheduler.run_due(database, work, choose=_is_sync if only_syncs else None)
    seal_if_due(store, database)
    done_here = {name for name, *_ in runs}
    held = [lease for lease in scheduler.find_leased(database, database.now()) if lease[0] not in done_here]
    trouble = bool(without_data) or any(outcome.startswith(("failed", "not finished")) for *_, outcome in runs)
    return Result(("schedule", "due_at", "outcome"), runs, {"held": held, "trouble": trouble})


def _is_sync(schedule: Schedule) -> bool:
    return sync_request.SPEC in schedule.spec


def _sync(sync: Callable[[SyncRequest], Result], request: SyncRequest) -> str:
    """Do a scheduled sync; returns a sentence about it.

    Raises:
        UnfinishedError: An account could not be read, and may be later.
    """
    result = sync(request)
    meta = result.meta
    outcome = f"{meta['complete']} of {meta['accounts']} accounts complete"
    if failed := {row["account"]: row["message"] for row in result if row["state"] == "failed"}:
        outcome += f" ({'; '.join(f'{account}: {message}' for account, message in failed.items())})"
    if meta["unfinished"]:
        raise scheduler.UnfinishedError(outcome)
    return f"{outcome}, {sum(row['rows'] for row in result):,} rows read"
