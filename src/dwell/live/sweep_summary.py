"""The result of a sweep: one row per target, and totals over all processes that worked on it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from dwell.live.job_spec import JobSpec
from dwell.live.load_stats import LoadStats
from dwell.live.outcome import Outcome
from dwell.results import Result
from dwell.state import StateDatabase, drift, ledger, owner, responses, sweeps
from dwell.state.sweeps import SweepJob
from dwell.warehouse.store import Store


def summarize(
    store: Store, database: StateDatabase, job: SweepJob, spec: JobSpec, outcomes: Sequence[Outcome],
    stats: LoadStats, *, resumed: bool, lost: int,
) -> Result:  # fmt: skip
    """Summarize a sweep; if nothing is left to do, also finish it and delete responses that are too old to keep.

    Args:
        store: Where its rows are stored.
        database: Where the sweep is stored.
        job: The sweep.
        spec: What it was asked to do.
        outcomes: One outcome per target.
        stats: What this process loaded.
        resumed: An earlier process began it.
        lost: Requests that were in flight when an earlier process of it died.
    """
    unfinished = [outcome for outcome in outcomes if outcome.again]
    totals = _stored_totals(store, job.sweep_id)
    figures = ledger.owner_totals(database, owner.sweep(job.sweep_id))
    meta: dict[str, Any] = {
        "sweep_id": job.sweep_id,
        "provider": spec.provider,
        "targets": len(outcomes),
        "topics": sum(outcome.kind != "account" for outcome in outcomes),
        "topics_sampled": max(0, len(outcomes) - len(spec.targets)),
        "complete": sum(outcome.complete for outcome in outcomes),
        "unfinished": len(unfinished),
        "posts_read": sum(outcome.posts for outcome in outcomes if outcome.kind == "account"),
        "topic_posts_read": sum(outcome.posts for outcome in outcomes if outcome.kind != "account"),
        **totals,
        "rejected": stats.rejected,
        "reject_reasons": stats.reasons,
        "unknown_values": stats.unknown_values,
        **figures,
        "lost_requests": lost,
        "resumed": resumed,
        "drift": [dict(row) for row in drift.list_since(database, spec.provider, job.started_at)],
        "simulated": any(outcome.simulated for outcome in outcomes),
    }
    if not unfinished:
        responses.delete_before(database, database.now() - timedelta(days=store.settings.keep_days))
        sweeps.finish(database, job.sweep_id, database.now(), {name: meta[name] for name in ("complete", "posts_read")})
    columns = tuple(outcomes[0].to_json()) if outcomes else ()
    return Result(columns, [tuple(outcome.to_json().values()) for outcome in outcomes], meta)


def _stored_totals(store: Store, sweep_id: str) -> dict[str, int]:
    """New rows of a job, of all its processes, from the log of batches."""
    reports = [batch.report for batch in store.batches() if batch.path == f"sweep-{sweep_id}"]
    return {name: sum(report[name] for report in reports) for name in ("posts_new", "snapshots_new")}
