"""Runs a sync: accounts in parallel, the streams of each in order, rows stored meanwhile.

A sync that was killed, stopped or cut short is found again by its spec and resumed: stored responses are not requested
again. An account is synced by one process at a time.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager, suppress
from datetime import timedelta

from dwell import clock, logs
from dwell.connections.credentials import find_connection
from dwell.connections.vault import TokenVault
from dwell.errors import NoDataError, ProviderError, SettingsError, StorageError
from dwell.live.load_responses import load_pending
from dwell.live.load_stats import LoadStats
from dwell.live.parse_responses import ItemCache
from dwell.live.progress import OnProgress, Progress
from dwell.providers.tiktok_organic.api import CONNECT_COMMAND, NAME
from dwell.results import Result
from dwell.settings import Settings
from dwell.state import StateDatabase, connections, job_leases, leases, ledger, owner, stream_states, sweeps
from dwell.state.connections import StoredConnection
from dwell.state.stream_states import StreamName
from dwell.state.sweeps import SweepJob
from dwell.sync.account_reader import AccountReader
from dwell.sync.clients import AccountClients, open_clients
from dwell.sync.comment_reader import STREAM as COMMENTS
from dwell.sync.events import report_connections, report_failures
from dwell.sync.finalize import finalize
from dwell.sync.outcome import AccountOutcome, StreamOutcome
from dwell.sync.plan import PlanItem, make_plan, seconds_needed
from dwell.sync.request import SyncRequest
from dwell.sync.spec import COMMAND, SyncSpec
from dwell.sync.stream_requests import JobContext, StreamRequests
from dwell.sync.summary import summarize
from dwell.warehouse.store import Store

RESUMABLE_FOR = timedelta(hours=20)
"""How long an unfinished sync can be resumed; after that a new one starts."""

_MAX_ACCOUNTS = 4
_LOAD_EVERY_REQUESTS = 5
_POLL_S = 0.25

log = logs.get_logger(__name__)


def find_accounts(settings: Settings, database: StateDatabase, names: Sequence[str]) -> list[StoredConnection]:
    """The connected accounts with these names; all whose tokens can be read when none is named.

    Raises:
        NoDataError: No account is connected, or not that one.
    """
    if names:
        return list({row.open_id: row for row in (find_connection(database, name) for name in names)}.values())
    vault = TokenVault(settings.data)
    live = [row for row in connections.list_all(database, NAME) if row.disconnected_at is None]
    if not live:
        raise NoDataError(f"No account is connected: run {CONNECT_COMMAND}.")
    return sorted((row for row in live if vault.can_read(row)), key=lambda row: row.open_id) or live


def make_spec(settings: Settings, database: StateDatabase, request: SyncRequest) -> SyncSpec:
    """The job of a request.

    Raises:
        NoDataError: No account is connected, or not that one; or there is no such table.
    """
    rows = find_accounts(settings, database, request.accounts)
    open_ids = tuple(row.open_id for row in rows)
    return SyncSpec(open_ids, request.streams(), request.since, request.full, request.benchmark)


def find_resumable(database: StateDatabase, spec: SyncSpec) -> SweepJob | None:
    """The unfinished sync with the same spec, if it is recent enough to resume."""
    jobs = sweeps.find_unfinished(database, COMMAND, database.now() - RESUMABLE_FOR)
    return next((job for job in jobs if SyncSpec.from_json(job.spec) == spec), None)


def run(
    store: Store,
    database: StateDatabase,
    spec: SyncSpec,
    *,
    on_progress: OnProgress | None = None,
    stop: threading.Event | None = None,
) -> Result:
    """Run a sync to its end.

    Args:
        store: Where rows are stored.
        database: Connections, cursors, ledger and stored responses.
        spec: What to do.
        on_progress: Called regularly with the progress.
        stop: Set it to end early; what was read is kept.

    Returns:
        One row per account and table; the totals in `meta`.

    Raises:
        StorageError: Another process syncs one of the accounts.
        StoppedError: `stop` was set.
    """
    stop = stop or threading.Event()
    if spec.full and find_resumable(database, spec) is None:  # a resumed job knows which comments it has read
        for open_id in spec.accounts:
            stream_states.forget(database, StreamName(NAME, open_id, COMMENTS))
    job, resumed = sweeps.find_or_create(
        database,
        COMMAND,
        database.now() - RESUMABLE_FOR,
        lambda found: SyncSpec.from_json(found.spec) == spec,
        lambda: _new_job(database, spec),
    )
    with logs.context(sweep=job.sweep_id), _leased(database, spec.accounts, stop):
        log.info("%(verb)s a sync", {"verb": "resuming" if resumed else "starting"})
        with database.transaction() as connection:
            lost = ledger.mark_lost(connection, owner.sweep(job.sweep_id))
        work = _SyncRun(store, database, spec, job, on_progress, stop)
        outcomes = work.read()
        finalize(store, database, job.sweep_id, outcomes, work.stats)
        report_failures(database, job.sweep_id, outcomes)
        report_connections(store.settings, database)
        result = summarize(store, database, job, outcomes, work.stats, resumed=resumed, lost=lost)
    store.seal_if_due()
    return result


class _SyncRun:
    """The part of a sync that one process does."""

    def __init__(
        self, store: Store, database: StateDatabase, spec: SyncSpec, job: SweepJob, on_progress: OnProgress | None,
        stop: threading.Event,
    ) -> None:  # fmt: skip
        self.stats = LoadStats()
        self._store = store
        self._database = database
        self._spec = spec
        self._job = job
        self._on_progress = on_progress
        self._stop = stop
        self._parsed = ItemCache()
        self._started_at = clock.now()
        self._rows = {row.open_id: row for row in connections.list_all(database, NAME)}
        known = [self._rows[open_id] for open_id in spec.accounts if open_id in self._rows]
        self._plan = make_plan(database, spec, known)
        self._clients: dict[str, AccountClients] = {}
        self._videos: dict[str, int] = {}
        self._done = {
            target.name: AccountOutcome.from_json(target.outcome)
            for target in sweeps.list_targets(database, job.sweep_id)
            if target.outcome is not None
        }

    def read(self) -> list[AccountOutcome]:
        """Read the remaining accounts, store their rows, and return the outcome of each."""
        remaining = [place for place, open_id in enumerate(self._spec.accounts) if open_id not in self._done]
        try:
            self._read(remaining)
        finally:
            self._load()
        return [self._done[open_id] for open_id in self._spec.accounts]

    def _read(self, places: Sequence[int]) -> None:
        loaded = 0
        with ThreadPoolExecutor(min(_MAX_ACCOUNTS, len(places)) or 1, thread_name_prefix="dwell-sync") as pool:
            running: dict[Future[AccountOutcome], int] = {pool.submit(self._read_account, at): at for at in places}
            try:
                while running:
                    finished, _ = wait(running, timeout=_POLL_S, return_when=FIRST_COMPLETED)
                    for future in finished:
                        self._save(running.pop(future), future.result())
                    if self._requests - loaded >= _LOAD_EVERY_REQUESTS:
                        loaded = self._requests
                        self._load()
                    self._report()
            except BaseException:
                self._stop.set()  # the other threads end at their next request
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    def _read_account(self, place: int) -> AccountOutcome:
        open_id = self._spec.accounts[place]
        row = self._rows.get(open_id)
        job = JobContext(self._spec, owner.sweep(self._job.sweep_id), self._parsed)
        with logs.context(sweep=self._job.sweep_id), ExitStack() as stack:  # a new thread has no context
            try:
                connection_id = "" if row is None else row.connection_id
                clients = stack.enter_context(
                    open_clients(self._store.settings, self._database, connection_id, self._stop)
                )
            except (ProviderError, SettingsError) as error:
                return self._unreadable(open_id, str(error))
            self._clients[open_id] = clients
            requests = StreamRequests(clients, job, place)
            return AccountReader(requests, lambda count: self._count_videos(open_id, count)).read()

    def _unreadable(self, open_id: str, message: str) -> AccountOutcome:
        """The outcome of an account that cannot be asked."""
        streams = {stream: StreamOutcome("failed", message) for stream in self._spec.streams}
        name = self._rows[open_id].name if open_id in self._rows else open_id
        return AccountOutcome(open_id, name, streams, again=True)

    def _save(self, place: int, outcome: AccountOutcome) -> None:
        self._done[outcome.open_id] = outcome
        if not outcome.again:
            sweeps.save_outcome(self._database, self._job.sweep_id, place, outcome.to_json())

    def _load(self) -> None:
        load_pending(self._store, self._database, self.stats, self._parsed)

    @property
    def _requests(self) -> int:
        return sum(clients.requests for clients in list(self._clients.values()))

    def _count_videos(self, open_id: str, count: int) -> None:
        self._videos[open_id] = count

    def _report(self) -> None:
        if self._on_progress is None:
            return
        requests, expected = self._requests, sum(map(self._expected, self._plan))
        minutes = max((clock.now() - self._started_at).total_seconds(), 1e-9) / 60
        whole = seconds_needed([PlanItem(each.account, each.stream, self._expected(each), "") for each in self._plan])
        self._on_progress(
            Progress(
                requests=requests,
                planned=max(expected, requests),
                credits=0,
                targets_done=len(self._done),
                targets=len(self._spec.accounts),
                per_minute=requests / minutes,
                seconds_left=max(0.0, whole - minutes * 60),
                paused_until=next(
                    (at for clients in list(self._clients.values()) if (at := clients.paused_until) is not None), None
                ),
            )
        )

    def _expected(self, item: PlanItem) -> int:
        """Requests of a stream, better known once the account says how many videos it has."""
        if item.requests is None and item.stream == "videos":
            names = {row.name: open_id for open_id, row in self._rows.items()}
            return -(-self._videos.get(names.get(item.account, ""), 0) // 20) or 1
        return item.requests or 0


@contextmanager
def _leased(database: StateDatabase, accounts: Sequence[str], stop: threading.Event) -> Iterator[None]:
    """Hold the accounts for this process; if another process takes one over, the work ends at its next request.

    Raises:
        StorageError: Another process syncs one of them.
    """
    holder = leases.new_holder()
    names = [f"sync/{open_id}" for open_id in sorted(accounts)]
    taken: list[str] = []
    try:
        for name in names:
            if not job_leases.acquire(database, name, holder, database.now()):
                raise StorageError("Another process is syncing this account: wait for it, or see dwell syncs.")
            taken.append(name)

        def extend() -> bool:
            return all(job_leases.extend(database, name, holder, database.now()) for name in taken)

        with leases.renew_while(extend, stop.set):
            yield
    finally:
        for name in taken:
            with suppress(StorageError):
                job_leases.release(database, name, holder)


def _new_job(database: StateDatabase, spec: SyncSpec) -> tuple[SweepJob, list[tuple[str, str]]]:
    now = database.now()
    sync_id = f"{now:%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:8]}"
    targets = [("connection", open_id) for open_id in spec.accounts]
    return SweepJob(sync_id, COMMAND, spec.to_json(), now, None, None), targets
