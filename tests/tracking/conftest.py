"""A sandbox and a tracking service that share one clock, which only the test moves."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from dwell.live import client
from dwell.settings import Settings
from dwell.state import StateDatabase, open_database
from dwell.tracking.keys import Caller
from dwell.tracking.objects import VideoDetail
from dwell.tracking.poller import Poller
from dwell.tracking.service import TrackingService
from dwell.warehouse import Store
from dwell_sandbox import World
from dwell_sandbox.posts import Post
from dwell_sandbox.server.faults import ScriptedFault
from dwell_sandbox.server.rate_limits import RateLimit
from dwell_sandbox.server.sandbox import Sandbox
from dwell_sandbox.server.serve import serve_in_thread
from dwell_sandbox.server.simulated_clock import SimulatedClock

NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@dataclass
class Clock:
    """The time for everybody."""

    at: datetime = NOON

    def now(self) -> datetime:
        return self.at

    def seconds(self) -> float:
        return (self.at - NOON).total_seconds()


@dataclass
class Trial:
    """A running service."""

    clock: Clock
    sandbox: Sandbox
    service: TrackingService
    database: StateDatabase
    caller: Caller
    settings: Settings
    store: Store
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def world(self) -> World:
        return self.sandbox.world

    def posts(self, handle: str = "demo_kitchen", number: int = 1) -> list[Post]:
        """The newest posts of an account that it never deletes."""
        found = self.world.posts(handle, since=self.clock.at - timedelta(days=900), at=self.clock.at)
        return [post for post in found if self.world.deleted_at(post.post_id) is None][:number]

    def link(self, post: Post, handle: str = "demo_kitchen") -> str:
        return f"https://www.tiktok.com/@{handle}/video/{post.post_id}"

    def poller(self) -> Poller:
        return Poller(self.database, self.service.reader, 3600.0, self.stop, self.service.on_events)

    def poll(self) -> None:
        """Settles everything that is due now."""
        poller = self.poller()
        while poller.run_round():
            pass

    def pass_time(self, until: datetime, step: timedelta = timedelta(minutes=10)) -> None:
        """Moves the clock, and polls at each step."""
        while self.clock.at < until:
            self.clock.at = min(until, self.clock.at + step)
            self.poll()

    def requests(self, endpoint: str = "") -> int:
        calls = self.sandbox.request_log.to_json(0, 1_000_000)["calls"]
        return sum(endpoint in call["endpoint"] for call in calls)

    def break_provider(self, fault: str, times: int) -> None:
        self.sandbox.script.set([ScriptedFault(fault, times)])

    def get(self, video_id: str) -> VideoDetail:
        return self.service.get_video(self.caller, video_id)

    def key(self, **options: object) -> Caller:
        return self.service.authenticate(self.service.create_key(**options).key)


Opened = Callable[..., AbstractContextManager[Trial]]


@pytest.fixture
def opened(tmp_path, monkeypatch, state_url) -> Opened:
    monkeypatch.setattr(client, "_FIRST_BACKOFF_S", 0.0)

    @contextmanager
    def open_(**environment: str) -> Iterator[Trial]:
        clock = Clock()
        unlimited = {"tikliveapi": RateLimit(0, 60.0), "scavio": RateLimit(0, 60.0)}
        sandbox = Sandbox(World(0), SimulatedClock(NOON, 1.0, clock.seconds), limits=unlimited, credits=10**9)
        with serve_in_thread(sandbox) as url:
            for name in ("TIKLIVEAPI", "SCAVIO"):
                monkeypatch.setenv(f"DWELL_{name}_URL", f"{url}/{name.lower()}")
                monkeypatch.setenv(f"DWELL_{name}_KEY", "sandbox-key")
                monkeypatch.setenv(f"DWELL_{name}_LIMIT", "0/60")
            for name, value in environment.items():
                monkeypatch.setenv(name, value)
            if state_url is not None:
                monkeypatch.setenv("DWELL_DATABASE", state_url)
            settings = Settings.read(tmp_path / "data")
            store = Store.open(settings, create=True)
            with closing(open_database(tmp_path / "data", state_url)) as database:
                database.now = clock.now
                service = TrackingService(settings, database)
                try:
                    caller = service.authenticate(service.create_key(plan="enterprise", credit_micros=10**9).key)
                    yield Trial(clock, sandbox, service, database, caller, settings, store)
                finally:
                    service.close()

    return open_


@pytest.fixture
def trial(opened) -> Iterator[Trial]:
    with opened() as found:
        yield found
