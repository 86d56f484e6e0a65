"""What runs for months: the poller, the loader and the upkeep of the state, each in a thread of one process."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Self

from dwell import logs
from dwell.http import HttpRequest, HttpTransport
from dwell.settings import Settings
from dwell.state import StateDatabase
from dwell.tracking.loader import load_if_free, remove_old
from dwell.tracking.poller import Poller
from dwell.tracking.service import TrackingService
from dwell.warehouse.store import Store

_LOAD_EVERY_S = 15.0
_UPKEEP_EVERY_S = 3_600.0
_HEARTBEAT_EVERY_S = 60.0
_HEARTBEAT_TIMEOUT_S = 10.0

log = logs.get_logger(__name__)


class Worker(AbstractContextManager["Worker"]):
    """Polls, loads and keeps the state small while the `with` block runs.

    Args:
        settings: The user's settings.
        database: Where videos are tracked.
        service: The service whose videos are polled.
        store: The data folder that snapshots are loaded into; None where another machine does that.
        others: More work that runs until the event is set, each in a thread of its own: name -> function.
    """

    def __init__(
        self,
        settings: Settings,
        database: StateDatabase,
        service: TrackingService,
        store: Store | None,
        others: dict[str, Callable[[threading.Event], None]] | None = None,
    ) -> None:
        self.settings = settings
        self.database = database
        self.service = service
        self.store = store
        self.poller = Poller(
            database,
            service.reader,
            service.settings.interval_s,
            service.stopping,
            service.on_events,
            service.poll_stats,
        )
        self._threads = [threading.Thread(target=self.poller.run, name="dwell-poller")]
        self._threads += [self._repeat("dwell-upkeep", _UPKEEP_EVERY_S, self._keep_small)]
        if store is not None:
            self._threads += [self._repeat("dwell-loader", self._load_every_s, self._load)]
        if service.settings.heartbeat_url:
            self._threads += [self._repeat("dwell-heartbeat", _HEARTBEAT_EVERY_S, self._send_heartbeat)]
        for name, work in (others or {}).items():
            self._threads.append(threading.Thread(target=work, args=(service.stopping,), name=f"dwell-{name}"))

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.service.stopping.set()
        for thread in self._threads:
            thread.join()
        if self.store is not None:
            self._load()  # what the last polls read

    @property
    def _load_every_s(self) -> float:
        return min(_LOAD_EVERY_S, self.service.settings.interval_s)

    def _repeat(self, name: str, every_s: float, work: Callable[[], None]) -> threading.Thread:
        """A thread that does something at once and then again and again; an error is logged."""
        stop = self.service.stopping

        def run() -> None:
            while True:
                try:
                    work()
                except Exception:  # a service that runs for months outlives any error
                    log.exception("%(thread)s failed; it tries again", {"thread": name})
                if stop.wait(every_s):
                    return

        return threading.Thread(target=run, name=name)

    def _load(self) -> None:
        if self.store is not None:
            load_if_free(self.store, self.database, self.service.access.parsed)

    def _keep_small(self) -> None:
        remove_old(self.database, self.settings.keep_days)

    def _send_heartbeat(self) -> None:
        """Tell another machine that polls still work; it notices when this stops."""
        url = self.service.settings.heartbeat_url or ""
        if not self.poller.is_healthy():
            return
        base, _, path = url.partition("://")
        host, _, rest = path.partition("/")
        address, _, query = rest.partition("?")
        transport = HttpTransport(f"{base}://{host}", {})
        try:
            pairs = dict(part.partition("=")[::2] for part in query.split("&") if part)
            request = HttpRequest("heartbeat", "GET", f"/{address}", pairs, timeout_s=_HEARTBEAT_TIMEOUT_S)
            transport.send(request)
        finally:
            transport.close()
