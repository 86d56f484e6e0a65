"""Running a job: all its targets at once, one after another inside each, to an end that says what it lacks.

A job that was killed, stopped, or ran out of budget is found again by its request, and goes on with what is left: pages
that were kept are not asked for again.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, cast

from dwell import clock
from dwell.errors import StorageError
from dwell.live import ending, office, topics
from dwell.live.desk import Budget, Desk
from dwell.live.plan import Plan, plan
from dwell.live.reading import Outcome, Reader
from dwell.live.request import Request, topics_of
from dwell.live.rows import Told, load_waiting
from dwell.live.target import Kind, Target
from dwell.results import Result
from dwell.settings import Settings
from dwell.warehouse.live import LiveDatabase, answers, drift, ledger, sweeps
from dwell.warehouse.live.sweeps import Job
from dwell.warehouse.store import Store

AT_ONCE = 8
"""Targets that are read side by side; more would not be faster, since all share one key's pace."""

AT_ONCE_UNPACED = 3
"""Without a pace to wait for, more threads would only wait for the interpreter."""

RESUMED_FOR = timedelta(hours=20)
"""An unfinished job is taken up again for so long; after that the question is asked anew."""

_LOAD_AFTER = 500
_LOOK_S = 0.25


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


Watch = Callable[[Progress], None]


def planned(settings: Settings, database: LiveDatabase, request: Request) -> Plan:
    """What the job would ask and cost; nobody is asked."""
    terms = office.terms(settings, request.provider)
    return plan(
        database,
        terms.provider,
        request,
        credit_price=terms.credit_price,
        interval_s=terms.interval_s,
        now=clock.now(),
    )


def resumable(database: LiveDatabase, request: Request) -> Job | None:
    """The unfinished job with this very request, if there is one that is young enough."""
    jobs = sweeps.unfinished(database, request.command, clock.now() - RESUMED_FOR)
    return next((job for job in jobs if Request.from_json(job.request).same(request)), None)


def run(
    store: Store,
    database: LiveDatabase,
    request: Request,
    *,
    max_credits: int | None = None,
    fresh: bool = False,
    watch: Watch | None = None,
    stop: threading.Event | None = None,
) -> Result:
    """Runs a job to its end.

    Args:
        store: Where rows go.
        database: Pace, ledger, answers.
        request: What to do.
        max_credits: The job may cost so much in all, its earlier processes included.
        fresh: Begin anew, even where the same job was left unfinished.
        watch: Called now and then with how far it is.
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
    with sweeps.beginning(store.root):  # two processes that begin the same at once begin one job
        if fresh:
            _abandon(database, request)
        found = resumable(database, request)
        job = found or _new(database, request)
    request = Request.from_json(job.request)  # in the order in which it was first asked
    with sweeps.held(store.root, job.sweep_id) as mine:
        if not mine:
            raise StorageError("Another process is at this very sweep: wait for it, or watch it with `dwell cost`.")
        with office.opened(store.settings, database, request.provider, ends) as desk:
            lost = _lose(database, job.sweep_id)
            budget = Budget(max_credits, ledger.spent(database, job.sweep_id))
            work = _Work(store, database, desk, budget, request, job, watch)
            outcomes = work.read()
        return _summary(store, database, job, request, outcomes, work.told, resumed=found is not None, lost=lost)


class _Work:
    """One process's share of a job."""

    def __init__(
        self, store: Store, database: LiveDatabase, desk: Desk, budget: Budget, request: Request, job: Job,
        watch: Watch | None,
    ) -> None:  # fmt: skip
        self.store = store
        self.database = database
        self.desk = desk
        self.budget = budget
        self.job = job
        self.watch = watch
        self.told = Told()
        self.plan = planned(store.settings, database, request)
        self.began = clock.now()
        self.done: dict[int, Outcome] = {}
        kept = sweeps.targets(database, job.sweep_id)
        sampled = tuple(Target(cast("Kind", one.kind), one.name) for one in kept[len(request.targets) :])
        self.request = replace(request, sampled=sampled)
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
        return ending.close(self.store, self.database, self.request.provider, self.job.sweep_id, ordered, self.told)

    def _read_left(self) -> None:
        left = [at for at in range(len(self.request.everything)) if at not in self.done]
        try:
            self._read(left)
        finally:
            load_waiting(self.store, self.database, self.told)

    def _sample(self) -> bool:
        """Adds the topics that the accounts use most; false where there is nothing to add, or they are not read yet."""
        ready = self.request.topics and not self.request.sampled and not any(one.again for one in self.done.values())
        if not ready:
            return False
        handles = [one.handle for one in self.done.values() if one.kind == "account" and one.handle]
        read_at = [datetime.fromisoformat(one.at) for one in self.done.values() if one.at]
        offered = topics_of(self.desk.provider)
        due = topics.due(self.store, handles, self.request.topics, max(read_at, default=clock.now()))
        sampled = tuple(topic for topic in due if topic.kind in offered and topic not in self.request.targets)
        sweeps.append(
            self.database, self.job.sweep_id, len(self.request.targets), [(one.kind, one.name) for one in sampled]
        )
        self.request = replace(self.request, sampled=sampled)
        return bool(sampled)

    def _read(self, left: Sequence[int]) -> None:
        self._report()
        at_once = AT_ONCE if self.plan.interval_s else AT_ONCE_UNPACED
        look = None if self.watch is None else _LOOK_S
        loaded = 0
        with ThreadPoolExecutor(max_workers=min(at_once, len(left)) or 1, thread_name_prefix="dwell-sweep") as pool:
            running: dict[Future[Outcome], int] = {pool.submit(self._one, at): at for at in left}
            try:
                while running:
                    finished, _ = wait(running, timeout=look, return_when=FIRST_COMPLETED)
                    for future in finished:
                        self._settle(running.pop(future), future.result())
                    if self.desk.requests - loaded >= _LOAD_AFTER:
                        loaded = self.desk.requests
                        load_waiting(self.store, self.database, self.told)
                    self._report()
            except BaseException:
                self.desk.stop.set()  # the others end at their next request
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    def _one(self, position: int) -> Outcome:
        return Reader(self.desk, self.budget, self.request, self.job.sweep_id, position).read()

    def _settle(self, position: int, outcome: Outcome) -> None:
        self.done[position] = outcome
        if not outcome.again:
            sweeps.settle(self.database, self.job.sweep_id, position, outcome.to_json())

    def _report(self) -> None:
        if self.watch is None:
            return
        minutes = max((clock.now() - self.began).total_seconds(), 1e-9) / 60
        left = max(0, self.likely - self.desk.requests)
        self.watch(
            Progress(
                requests=self.desk.requests,
                planned=self.desk.requests + left,
                credits=self.budget.spent,
                targets_done=len(self.done),
                targets=len(self.request.everything),
                per_minute=self.desk.requests / minutes,
                seconds_left=left * self.plan.interval_s,
            )
        )


def _new(database: LiveDatabase, request: Request) -> Job:
    now = clock.now()
    sweep_id = f"{now:%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:8]}"
    job = Job(sweep_id, request.command, request.to_json(), now, None, None)
    sweeps.create(database, job, [(target.kind, target.name) for target in request.targets])
    return job


def _abandon(database: LiveDatabase, request: Request) -> None:
    """Who begins anew does not go on with the old one later either."""
    while (old := resumable(database, request)) is not None:
        sweeps.finish(database, old.sweep_id, clock.now(), {"abandoned": True})


def _lose(database: LiveDatabase, sweep_id: str) -> int:
    """What an earlier process had sent when it died."""
    with database.transaction() as execute:
        return ledger.lose(execute, sweep_id)


def _summary(
    store: Store, database: LiveDatabase, job: Job, request: Request, outcomes: Sequence[Outcome], told: Told, *,
    resumed: bool, lost: int,
) -> Result:  # fmt: skip
    again = [one for one in outcomes if one.again]
    totals = _stored(store, job.sweep_id)
    figures = ledger.of_sweep(database, job.sweep_id)
    meta: dict[str, Any] = {
        "sweep_id": job.sweep_id,
        "provider": request.provider,
        "targets": len(outcomes),
        "topics": sum(one.kind != "account" for one in outcomes),
        "topics_sampled": max(0, len(outcomes) - len(request.targets)),
        "complete": sum(one.complete for one in outcomes),
        "unfinished": len(again),
        "posts_read": sum(one.posts for one in outcomes if one.kind == "account"),
        "topic_posts_read": sum(one.posts for one in outcomes if one.kind != "account"),
        **totals,
        "rejected": told.rejected,
        "reject_reasons": told.reasons,
        **figures,
        "lost_requests": lost,
        "resumed": resumed,
        "drift": [dict(row) for row in drift.since(database, request.provider, job.started_at)],
        "simulated": any(one.simulated for one in outcomes),
    }
    if not again:
        answers.forget(database, clock.now() - timedelta(days=store.settings.keep_days))
        sweeps.finish(database, job.sweep_id, clock.now(), {name: meta[name] for name in ("complete", "posts_read")})
        sweeps.tidy(store.root, job.sweep_id)
    columns = tuple(outcomes[0].to_json()) if outcomes else ()
    return Result(columns, [tuple(one.to_json().values()) for one in outcomes], meta)


def _stored(store: Store, sweep_id: str) -> dict[str, int]:
    """New rows of a job, over all its processes, from the log of batches."""
    reports = [batch.report for batch in store.batches() if batch.path == f"sweep-{sweep_id}"]
    return {name: sum(report[name] for report in reports) for name in ("posts_new", "snapshots_new")}
