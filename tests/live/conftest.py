"""A sandbox in this process, and a workspace pointed at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

import dwell
import dwell.records
from dwell.live import client
from dwell.workspace import Workspace
from dwell_sandbox import World
from dwell_sandbox.server.faults import FaultRates
from dwell_sandbox.server.rate_limits import RateLimit
from dwell_sandbox.server.sandbox import Sandbox
from dwell_sandbox.server.serve import serve_in_thread
from dwell_sandbox.server.simulated_clock import SimulatedClock

SEED = 0
NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Trial:
    """A running sandbox and a data folder that uses it."""

    sandbox: Sandbox
    workspace: Workspace

    @property
    def world(self) -> World:
        return self.sandbox.world

    def calls(self, endpoint: str = "") -> list[dict]:
        return [
            request
            for request in self.sandbox.request_log.to_json(0, 100_000)["calls"]
            if endpoint in request["endpoint"]
        ]

    def query(self, sql: str) -> list[tuple]:
        tables = [name for name in dwell.records.TABLES if name in sql]
        return list(self.workspace.store.query(sql, tables).rows)


Opened = Callable[..., AbstractContextManager[Trial]]


@pytest.fixture
def opened(tmp_path, monkeypatch, state_url) -> Opened:
    """Opens a sandbox whose time stands still; the data folder is the same each time."""
    monkeypatch.setattr(client, "_FIRST_BACKOFF_S", 0.001)
    if state_url is not None:
        monkeypatch.setenv("DWELL_DATABASE", state_url)

    @contextmanager
    def open_(at: datetime = NOON, *, faults: FaultRates | None = None, balance: int = 10_000) -> Iterator[Trial]:
        unlimited = {"tikliveapi": RateLimit(0, 60.0), "scavio": RateLimit(0, 60.0)}
        time = SimulatedClock(at, 0)
        sandbox = Sandbox(World(SEED), time, faults=faults or FaultRates(), limits=unlimited, credits=balance)
        with serve_in_thread(sandbox) as url:
            for name in ("TIKLIVEAPI", "SCAVIO"):
                monkeypatch.setenv(f"DWELL_{name}_URL", f"{url}/{name.lower()}")
                monkeypatch.setenv(f"DWELL_{name}_KEY", "sandbox-key")
                monkeypatch.setenv(f"DWELL_{name}_LIMIT", "0/60")
            workspace = dwell.open(tmp_path / "data", create=True)
            try:
                yield Trial(sandbox, workspace)
            finally:
                workspace.live.database.close()

    return open_


@pytest.fixture
def trial(opened) -> Iterator[Trial]:
    with opened() as found:
        yield found
