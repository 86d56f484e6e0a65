"""The result of a sync: one row per account and table, and totals over all processes that worked on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from dwell.live.load_stats import LoadStats
from dwell.providers.tiktok_organic.api import NAME
from dwell.results import Result
from dwell.state import StateDatabase, drift, ledger, owner, responses, sweeps
from dwell.state.sweeps import SweepJob
from dwell.sync.outcome import AccountOutcome
from dwell.sync.request import PREFIX, STREAM_TABLES
from dwell.warehouse.store import Store

COLUMNS = ("account", "table", "rows", "state", "message")


def summarize(
    store: Store, database: StateDatabase, job: SweepJob, outcomes: Sequence[AccountOutcome], stats: LoadStats, *,
    resumed: bool, lost: int,
) -> Result:  # fmt: skip
    """Summarize a sync; if nothing is left to do, also finish it and delete responses that are too old to keep.

    Args:
        store: Where its rows are stored.
        database: Where the sync is stored.
        job: The sync.
        outcomes: One an account.
        stats: What this process loaded.
        resumed: An earlier process began it.
        lost: Requests that were in flight when an earlier process of it died.
    """
    figures = ledger.owner_totals(database, owner.sweep(job.sweep_id))
    now = database.now()
    meta: dict[str, Any] = {
        "sync_id": job.sweep_id,
        "provider": NAME,
        "started_at": job.started_at,
        "seconds": (now - job.started_at).total_seconds(),
        "accounts": len(outcomes),
        "complete": sum(outcome.complete for outcome in outcomes),
        "unfinished": sum(outcome.again for outcome in outcomes),
        "requests": figures["requests"],
        "lost_requests": lost,
        "resumed": resumed,
        "videos": sum(outcome.videos for outcome in outcomes),
        "withheld": {outcome.account: outcome.withheld for outcome in outcomes if outcome.withheld},
        "first": any(outcome.first for outcome in outcomes),
        "lost_days": {
            outcome.account: {stream: len(days) for stream, days in outcome.lost_days.items()}
            for outcome in outcomes
            if outcome.lost_days
        },
        "rejected": stats.rejected,
        "reject_reasons": stats.reasons,
        "unknown_values": stats.unknown_values,
        "drift": [dict(row) for row in drift.list_since(database, NAME, job.started_at)],
        "simulated": any(outcome.simulated for outcome in outcomes),
    }
    rows = [row for outcome in outcomes for row in list_rows(outcome)]
    if not meta["unfinished"]:
        summary = {"rows": [list(row) for row in rows], "seconds": meta["seconds"], "requests": meta["requests"]}
        sweeps.finish(database, job.sweep_id, now, summary)
        responses.delete_before(database, now - timedelta(days=store.settings.keep_days))
    return Result(COLUMNS, rows, meta)


def list_rows(outcome: AccountOutcome) -> Iterator[tuple[str, str, int, str, str]]:
    """Account, table, rows, state and message of every table of an account."""
    for stream, read in outcome.streams.items():
        for table in STREAM_TABLES[stream]:
            state = "not_allowed" if table in read.not_allowed else read.state
            yield outcome.account, PREFIX + table, read.rows.get(table, 0), state, read.message
