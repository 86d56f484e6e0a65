"""Running a job: all its targets at once, one after another inside each, to an end that says what it lacks.

A job that was killed, stopped, or ran out of budget is found again by its request, and goes on with what is left: pages
that were kept are not asked for again.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, cast

from dwell import clock
from dwell.errors import StorageError
from dwell.live import client_factory, finalize, topics
from dwell.live.client import ApiClient, Budget
from dwell.live.job_spec import JobSpec, supported_topics
from dwell.live.load_responses import LoadStats, load_pending
from dwell.live.plan import Plan, make_plan
from dwell.live.reader import Outcome, TargetReader
from dwell.live.target import Kind, Target
from dwell.results import Result
from dwell.settings import Settings
from dwell.state import StateDatabase, drift, leases, ledger, owner, responses, sweeps
from dwell.state.sweeps import SweepJob
from dwell.warehouse.store import Store

MAX_THREADS = 8
"""Targets that are read side by side; more would not be faster, since all share one key's pace."""

MAX_THREADS_UNPACED = 3
"""Without a pace to wait for, more threads would only wait for the interpreter."""

RESUMABLE_FOR = timedelta(hours=20)
"""An unfinished job is taken up again for so long; after that the question is asked anew."""

_LOAD_EVERY_REQUESTS = 500
_PROGRESS_EVERY_S = 0.25


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is.

    Attributes:
        requests: Requests sent, of `planned` that are likely in all.
        credits: Credits spent by the job, its earlier processes included.
        targets_done: Targets done, of `targets`.
        per_minute: Requests a minute so far.
        seconds_left: At the allowed pace.
    """

    requests: int
    planned: int
    credits: int
    targets_done: int
    targets: int
    per_minute: float
    seconds_left: float


OnProgress = Callable[[Progress], None]


def plan_sweep(settings: Settings, database: StateDatabase, spec: JobSpec) -> Plan:
    """What the job would ask and cost; nobody is asked."""
    terms = client_factory.read_terms(settings, spec.provider)
    return make_plan(
        database,
        terms.provider,
        spec,
        credit_price=terms.credit_price,
        interval_s=terms.interval_s,
        now=clock.now(),
    )


def find_resumable(database: StateDatabase, spec: JobSpec) -> SweepJob | None:
    """The unfinished job with this very request, if there is one that is young enough."""
    jobs = sweeps.find_unfinished(database, spec.command, database.now() - RESUMABLE_FOR)
    return next((job for job in jobs if JobSpec.from_json(job.spec).is_same_job(spec)), None)


def run(
    store: Store,
    database: StateDatabase,
    spec: JobSpec,
    *,
    max_credits: int | None = None,
    fresh: bool = False,
    on_progress: OnProgress | None = None,
    stop: threading.Event | None = None,
) -> Result:
    """Runs a job to its end.

    Args:
        store: Where rows go.
        database: Pace, ledger, answers.
        spec: What to do.
        max_credits: The job may cost so much in all, its earlier processes included.
        fresh: Begin anew, even where the same job was left unfinished.
        on_progress: Called now and then with how far it is.
        stop: Set it to end early; what was read is kept.

    Returns:
        A row a target, as `reading.Outcome`; the sum of it in `meta`.

    Raises:
        SettingsError: There is no key for the provider.
        StorageError: Another process is at the same job.
        KeyRefusedError: The provider refuses the key, and nothing was read.
        StoppedError: `stop` was set.
    """
    ends = stop or threading.Event()
    if fresh:
        _abandon_unfinished(database, spec)
    job, resumed = sweeps.find_or_create(
        database,
        spec.command,
        database.now() - RESUMABLE_FOR,
        lambda job: JobSpec.from_json(job.spec).is_same_job(spec),
        lambda: _new_job(database, spec),
    )
    spec = JobSpec.from_json(job.spec)  # in the order in which it was first asked
    with _leased(database, job.sweep_id, ends):
        with client_factory.open_client(store.settings, database, spec.provider, ends) as client:
            lost = _mark_lost(database, job.sweep_id)
            budget = Budget(max_credits, ledger.credits_spent(database, owner.sweep(job.sweep_id)))
            work = _SweepRun(store, database, client, budget, spec, job, on_progress)
            outcomes = work.read()
        return _summary(store, database, job, spec, outcomes, work.stats, resumed=resumed, lost=lost)


@contextmanager
def _leased(database: StateDatabase, sweep_id: str, stop: threading.Event) -> Iterator[None]:
    """Holds a job for this process; work that was taken over by another process ends at its next request.

    Raises:
        StorageError: Another process is at the job.
    """
    holder = leases.new_holder()
    if not sweeps.acquire(database, sweep_id, holder, database.now()):
        raise StorageError("Another process is running this very sweep: wait for it, or watch it with `dwell cost`.")
    try:
        with leases.keeping(lambda: sweeps.extend(database, sweep_id, holder, database.now()), stop.set):
            yield
    finally:
        sweeps.release(database, sweep_id, holder)


class _SweepRun:
    """One process's share of a job."""

    def __init__(
        self, store: Store, database: StateDatabase, client: ApiClient, budget: Budget, spec: JobSpec, job: SweepJob,
        on_progress: OnProgress | None,
    ) -> None:  # fmt: skip
        self.store = store
        self.database = database
        self.client = client
        self.budget = budget
        self.job = job
        self.on_progress = on_progress
        self.stats = LoadStats()
        self.plan = plan_sweep(store.settings, database, spec)
        self.began = clock.now()
        self.done: dict[int, Outcome] = {}
        kept = sweeps.list_targets(database, job.sweep_id)
        sampled = tuple(Target(cast("Kind", one.kind), one.name) for one in kept[len(spec.targets) :])
        self.spec = replace(spec, sampled=sampled)
        for target in kept:
            if target.outcome is not None:
                self.done[target.position] = Outcome(**target.outcome)
        self.likely = sum(
            item.lookups + item.expected for at, item in enumerate(self.plan.items) if at not in self.done
        )

    def read(self) -> list[Outcome]:
        """Reads what is left, stores its rows, and says what became of every target."""
        self._read_left()
        if self._sample():
            self._read_left()
        ordered = [self.done[at] for at in sorted(self.done)]
        return finalize.finalize(self.store, self.database, self.spec.provider, self.job.sweep_id, ordered, self.stats)

    def _read_left(self) -> None:
        left = [at for at in range(len(self.spec.all_targets)) if at not in self.done]
        try:
            self._read(left)
        finally:
            load_pending(self.store, self.database, self.stats)

    def _sample(self) -> bool:
        """Adds the topics that the accounts use most; false where there is nothing to add, or they are not read yet."""
        ready = self.spec.topics and not self.spec.sampled and not any(one.again for one in self.done.values())
        if not ready:
            return False
        handles = [one.handle for one in self.done.values() if one.kind == "account" and one.handle]
        read_at = [datetime.fromisoformat(one.at) for one in self.done.values() if one.at]
        offered = supported_topics(self.client.provider)
        due = topics.find_due_topics(self.store, handles, self.spec.topics, max(read_at, default=clock.now()))
        sampled = tuple(topic for topic in due if topic.kind in offered and topic not in self.spec.targets)
        sweeps.append_targets(
            self.database, self.job.sweep_id, len(self.spec.targets), [(one.kind, one.name) for one in sampled]
        )
        self.spec = replace(self.spec, sampled=sampled)
        return bool(sampled)

    def _read(self, left: Sequence[int]) -> None:
        self._report()
        at_once = MAX_THREADS if self.plan.interval_s else MAX_THREADS_UNPACED
        look = None if self.on_progress is None else _PROGRESS_EVERY_S
        loaded = 0
        with ThreadPoolExecutor(max_workers=min(at_once, len(left)) or 1, thread_name_prefix="dwell-sweep") as pool:
            running: dict[Future[Outcome], int] = {pool.submit(self._one, at): at for at in left}
            try:
                while running:
                    finished, _ = wait(running, timeout=look, return_when=FIRST_COMPLETED)
                    for future in finished:
                        self._settle(running.pop(future), future.result())
                    if self.client.requests - loaded >= _LOAD_EVERY_REQUESTS:
                        loaded = self.client.requests
                        load_pending(self.store, self.database, self.stats)
                    self._report()
            except BaseException:
                self.client.stop.set()  # the others end at their next request
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    def _one(self, position: int) -> Outcome:
        return TargetReader(self.client, self.budget, self.spec, owner.sweep(self.job.sweep_id), position).read()

    def _settle(self, position: int, outcome: Outcome) -> None:
        self.done[position] = outcome
        if not outcome.again:
            sweeps.save_outcome(self.database, self.job.sweep_id, position, outcome.to_json())

    def _report(self) -> None:
        if self.on_progress is None:
            return
        minutes = max((clock.now() - self.began).total_seconds(), 1e-9) / 60
        left = max(0, self.likely - self.client.requests)
        self.on_progress(
            Progress(
                requests=self.client.requests,
                planned=self.client.requests + left,
                credits=self.budget.spent,
                targets_done=len(self.done),
                targets=len(self.spec.all_targets),
                per_minute=self.client.requests / minutes,
                seconds_left=left * self.plan.interval_s,
            )
        )


def _new_job(database: StateDatabase, spec: JobSpec) -> tuple[SweepJob, list[tuple[str, str]]]:
    now = database.now()
    sweep_id = f"{now:%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:8]}"
    targets: list[tuple[str, str]] = [(target.kind, target.name) for target in spec.targets]
    return SweepJob(sweep_id, spec.command, spec.to_json(), now, None, None), targets


def _abandon_unfinished(database: StateDatabase, spec: JobSpec) -> None:
    """Who begins anew does not go on with the old one later either."""
    while (old := find_resumable(database, spec)) is not None:
        sweeps.finish(database, old.sweep_id, database.now(), {"abandoned": True})


def _mark_lost(database: StateDatabase, sweep_id: str) -> int:
    """What an earlier process had sent when it died."""
    with database.transaction() as connection:
        return ledger.mark_lost(connection, owner.sweep(sweep_id))


def _summary(
    store: Store, database: StateDatabase, job: SweepJob, spec: JobSpec, outcomes: Sequence[Outcome],
    stats: LoadStats, *, resumed: bool, lost: int,
) -> Result:  # fmt: skip
    again = [one for one in outcomes if one.again]
    totals = _stored_totals(store, job.sweep_id)
    figures = ledger.owner_totals(database, owner.sweep(job.sweep_id))
    meta: dict[str, Any] = {
        "sweep_id": job.sweep_id,
        "provider": spec.provider,
        "targets": len(outcomes),
        "topics": sum(one.kind != "account" for one in outcomes),
        "topics_sampled": max(0, len(outcomes) - len(spec.targets)),
        "complete": sum(one.complete for one in outcomes),
        "unfinished": len(again),
        "posts_read": sum(one.posts for one in outcomes if one.kind == "account"),
        "topic_posts_read": sum(one.posts for one in outcomes if one.kind != "account"),
        **totals,
        "rejected": stats.rejected,
        "reject_reasons": stats.reasons,
        **figures,
        "lost_requests": lost,
        "resumed": resumed,
        "drift": [dict(row) for row in drift.list_since(database, spec.provider, job.started_at)],
        "simulated": any(one.simulated for one in outcomes),
    }
    if not again:
        responses.delete_before(database, database.now() - timedelta(days=store.settings.keep_days))
        sweeps.finish(database, job.sweep_id, database.now(), {name: meta[name] for name in ("complete", "posts_read")})
    columns = tuple(outcomes[0].to_json()) if outcomes else ()
    return Result(columns, [tuple(one.to_json().values()) for one in outcomes], meta)


def _stored_totals(store: Store, sweep_id: str) -> dict[str, int]:
    """New rows of a job, over all its processes, from the log of batches."""
    reports = [batch.report for batch in store.batches() if batch.path == f"sweep-{sweep_id}"]
    return {name: sum(report[name] for report in reports) for name in ("posts_new", "snapshots_new")}
