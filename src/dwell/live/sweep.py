"""Runs a job: targets in parallel, the pages of each in order, ending with a report of what is missing.

A job that was killed, stopped, or ran out of budget is found again by its spec and resumed: stored pages are not
requested again.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import cast

from dwell import clock, logs
from dwell.errors import StorageError
from dwell.live import client_factory, finalize, topics
from dwell.live.budget import Budget
from dwell.live.client import ApiClient
from dwell.live.job_spec import JobSpec, supported_topics
from dwell.live.load_responses import load_pending
from dwell.live.load_stats import LoadStats
from dwell.live.outcome import Outcome
from dwell.live.parse_responses import ItemCache
from dwell.live.plan import Plan, make_plan
from dwell.live.progress import OnProgress, Progress
from dwell.live.reader import TargetReader
from dwell.live.sweep_summary import summarize
from dwell.live.target import Kind, Target
from dwell.results import Result
from dwell.settings import Settings
from dwell.state import StateDatabase, leases, ledger, owner, sweeps
from dwell.state.sweeps import SweepJob
from dwell.warehouse.store import Store

MAX_THREADS = 8
"""Targets that are read in parallel; more would not be faster, since all share the rate limit of one key."""

MAX_THREADS_UNPACED = 3
"""Without a rate limit, more threads would only wait for the interpreter."""

RESUMABLE_FOR = timedelta(hours=20)
"""How long an unfinished job can be resumed; after that a new job starts."""

_LOAD_EVERY_REQUESTS = 500
_PROGRESS_EVERY_S = 0.25
_END = "the sweep ended: %(complete)d of %(targets)d targets complete, %(requests)d requests, %(credits)d credits"

log = logs.get_logger(__name__)


def plan_sweep(settings: Settings, database: StateDatabase, spec: JobSpec, job: str | None = None) -> Plan:
    """Plan a job and its cost; sends no request. `job` is the job itself where it is resumed."""
    terms = client_factory.read_terms(settings, spec.provider)
    return make_plan(
        database,
        terms.provider,
        spec,
        credit_price=terms.credit_price,
        interval_s=terms.interval_s,
        now=clock.now(),
        job=job,
    )


def find_resumable(database: StateDatabase, spec: JobSpec) -> SweepJob | None:
    """The unfinished job with the same spec, if it is recent enough to resume."""
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
    plan: Plan | None = None,
) -> Result:
    """Run a job to its end.

    Args:
        store: Where rows are stored.
        database: Rate limits, ledger and stored responses.
        spec: What to do.
        max_credits: Maximum cost of the whole job, including its earlier processes.
        fresh: Start a new job even if the same job was left unfinished.
        on_progress: Called regularly with the progress.
        stop: Set it to end early; what was read is kept.
        plan: The plan of the spec, if it was made already.

    Returns:
        One row per target, as in `outcome.Outcome`; the totals in `meta`.

    Raises:
        SettingsError: No key for the provider is set.
        StorageError: Another process is running the same job.
        StoppedError: `stop` was set.
    """
    stop_event = stop or threading.Event()
    job, resumed = _find_or_create_job(database, spec, fresh=fresh)
    spec = JobSpec.from_json(job.spec)  # targets in the order of the first command
    with logs.context(sweep=job.sweep_id), _leased(database, job.sweep_id, stop_event):
        log.info(
            "%(verb)s a sweep of %(targets)d targets with %(provider)s",
            {"verb": "resuming" if resumed else "starting", "targets": len(spec.targets), "provider": spec.provider},
        )
        with client_factory.open_client(store.settings, database, spec.provider, stop_event) as client:
            lost = _mark_lost(database, job.sweep_id)
            budget = Budget(max_credits, ledger.credits_spent(database, owner.sweep(job.sweep_id)))
            if plan is None or not plan.is_of(spec):
                plan = plan_sweep(store.settings, database, spec, job.sweep_id)
            sweep_run = _SweepRun(store, database, client, budget, spec, job, plan, on_progress)
            outcomes = sweep_run.read()
        result = summarize(store, database, job, spec, outcomes, sweep_run.stats, resumed=resumed, lost=lost)
        result = replace(result, meta={**result.meta, "warnings": list(plan.warnings)})
        log.info(
            _END, {name: result.meta[name] for name in ("complete", "targets", "requests", "credits", "lost_requests")}
        )
        return result


@contextmanager
def _leased(database: StateDatabase, sweep_id: str, stop: threading.Event) -> Iterator[None]:
    """Hold a job for this process; if another process takes it over, the work ends at its next request.

    Raises:
        StorageError: Another process is running the job.
    """
    holder = leases.new_holder()
    if not sweeps.acquire(database, sweep_id, holder, database.now()):
        raise StorageError("Another process is running this sweep: wait for it, or follow it with `dwell cost`.")
    try:
        with leases.renew_while(lambda: sweeps.extend(database, sweep_id, holder, database.now()), stop.set):
            yield
    finally:
        sweeps.release(database, sweep_id, holder)


class _SweepRun:
    """The part of a job that one process does."""

    def __init__(
        self, store: Store, database: StateDatabase, client: ApiClient, budget: Budget, spec: JobSpec, job: SweepJob,
        plan: Plan, on_progress: OnProgress | None,
    ) -> None:  # fmt: skip
        self.store = store
        self.database = database
        self.client = client
        self.budget = budget
        self.job = job
        self.on_progress = on_progress
        self.stats = LoadStats()
        self.parsed = ItemCache()
        self.plan = plan
        self.started_at = clock.now()
        self.done: dict[int, Outcome] = {}
        stored = sweeps.list_targets(database, job.sweep_id)
        sampled = tuple(Target(cast("Kind", target.kind), target.name) for target in stored[len(spec.targets) :])
        self.spec = replace(spec, sampled=sampled)
        for target in stored:
            if target.outcome is not None:
                self.done[target.position] = Outcome(**target.outcome)
        self.expected_requests = sum(
            item.lookups + item.expected for position, item in enumerate(self.plan.items) if position not in self.done
        )

    def read(self) -> list[Outcome]:
        """Read the remaining targets, store their rows, and return the outcome of every target."""
        self._read_remaining()
        if self._add_topics():
            self._read_remaining()
        ordered = [self.done[position] for position in sorted(self.done)]
        return finalize.finalize(self.store, self.database, self.spec.provider, self.job.sweep_id, ordered, self.stats)

    def _read_remaining(self) -> None:
        remaining = [position for position in range(len(self.spec.all_targets)) if position not in self.done]
        try:
            self._read(remaining)
        finally:
            load_pending(self.store, self.database, self.stats, self.parsed)

    def _add_topics(self) -> bool:
        """Add the topics that the accounts use most; False if there are none, or the accounts are not read yet."""
        ready = self.spec.topics and not self.spec.sampled and not any(outcome.again for outcome in self.done.values())
        if not ready:
            return False
        handles = [outcome.handle for outcome in self.done.values() if outcome.kind == "account" and outcome.handle]
        read_at = [datetime.fromisoformat(outcome.at) for outcome in self.done.values() if outcome.at]
        offered = supported_topics(self.client.provider)
        due = topics.find_due_topics(self.store, handles, self.spec.topics, max(read_at, default=clock.now()))
        sampled = tuple(topic for topic in due if topic.kind in offered and topic not in self.spec.targets)
        sweeps.append_targets(
            self.database, self.job.sweep_id, len(self.spec.targets), [(topic.kind, topic.name) for topic in sampled]
        )
        self.spec = replace(self.spec, sampled=sampled)
        return bool(sampled)

    def _read(self, positions: Sequence[int]) -> None:
        self._report()
        threads = MAX_THREADS if self.plan.interval_s else MAX_THREADS_UNPACED
        timeout_s = None if self.on_progress is None else _PROGRESS_EVERY_S
        loaded_requests = 0
        with ThreadPoolExecutor(
            max_workers=min(threads, len(positions)) or 1, thread_name_prefix="dwell-sweep"
        ) as pool:
            running: dict[Future[Outcome], int] = {
                pool.submit(self._read_target, position): position for position in positions
            }
            try:
                while running:
                    finished, _ = wait(running, timeout=timeout_s, return_when=FIRST_COMPLETED)
                    for future in finished:
                        self._save_outcome(running.pop(future), future.result())
                    if self.client.requests - loaded_requests >= _LOAD_EVERY_REQUESTS:
                        loaded_requests = self.client.requests
                        load_pending(self.store, self.database, self.stats, self.parsed)
                    self._report()
            except BaseException:
                self.client.stop.set()  # the other threads end at their next request
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    def _read_target(self, position: int) -> Outcome:
        with logs.context(sweep=self.job.sweep_id):  # a new thread has no context
            job = owner.sweep(self.job.sweep_id)
            return TargetReader(self.client, self.budget, self.spec, job, position, self.parsed).read()

    def _save_outcome(self, position: int, outcome: Outcome) -> None:
        self.done[position] = outcome
        fields = {"target": outcome.name, "posts": outcome.posts, "pages": outcome.pages, "reason": outcome.reason}
        log.info("%(target)s: %(posts)d posts on %(pages)d pages, end: %(reason)s", fields)
        if not outcome.again:
            sweeps.save_outcome(self.database, self.job.sweep_id, position, outcome.to_json())

    def _report(self) -> None:
        if self.on_progress is None:
            return
        minutes = max((clock.now() - self.started_at).total_seconds(), 1e-9) / 60
        requests_left = max(0, self.expected_requests - self.client.requests)
        self.on_progress(
            Progress(
                requests=self.client.requests,
                planned=self.client.requests + requests_left,
                credits=self.budget.spent,
                targets_done=len(self.done),
                targets=len(self.spec.all_targets),
                per_minute=self.client.requests / minutes,
                seconds_left=requests_left * self.plan.interval_s,
                paused_until=self.client.throttle.paused_until,
            )
        )


def _find_or_create_job(database: StateDatabase, spec: JobSpec, *, fresh: bool) -> tuple[SweepJob, bool]:
    """The job of a spec, and whether it is resumed; two processes that start the same job at once share one."""
    if fresh:
        _abandon_unfinished(database, spec)
    return sweeps.find_or_create(
        database,
        spec.command,
        database.now() - RESUMABLE_FOR,
        lambda job: JobSpec.from_json(job.spec).is_same_job(spec),
        lambda: _new_job(database, spec),
    )


def _new_job(database: StateDatabase, spec: JobSpec) -> tuple[SweepJob, list[tuple[str, str]]]:
    """A job that is not stored yet, and its targets."""
    now = database.now()
    sweep_id = f"{now:%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:8]}"
    targets: list[tuple[str, str]] = [(target.kind, target.name) for target in spec.targets]
    return SweepJob(sweep_id, spec.command, spec.to_json(), now, None, None), targets


def _abandon_unfinished(database: StateDatabase, spec: JobSpec) -> None:
    """Give up unfinished jobs with the same spec, so that they are not resumed later."""
    while (job := find_resumable(database, spec)) is not None:
        sweeps.finish(database, job.sweep_id, database.now(), {"abandoned": True})


def _mark_lost(database: StateDatabase, sweep_id: str) -> int:
    """Mark requests that were in flight when an earlier process died as lost."""
    with database.transaction() as connection:
        return ledger.mark_lost(connection, owner.sweep(sweep_id))
