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
from dwell_sandbox.server.faults import Faults
from dwell_sandbox.server.instant import SimulatedTime
from dwell_sandbox.server.limits import Rate
from dwell_sandbox.server.run import serve
from dwell_sandbox.server.sandbox import Sandbox

SEED = 0
NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Trial:
    """A running sandbox and a data folder that asks it."""

    sandbox: Sandbox
    workspace: Workspace

    @property
    def world(self) -> World:
        return self.sandbox.world

    def calls(self, endpoint: str = "") -> list[dict]:
        return [
            request for request in self.sandbox.calls.as_json(0, 100_000)["calls"] if endpoint in request["endpoint"]
        ]

    def query(self, sql: str) -> list[tuple]:
        tables = [name for name in dwell.records.TABLES if name in sql]
        return list(self.workspace.store.query(sql, tables).rows)


Opened = Callable[..., AbstractContextManager[Trial]]


@pytest.fixture
def opened(tmp_path, monkeypatch) -> Opened:
    """Opens a sandbox at a simulated instant at which time stands still; the data folder is the same each time."""
    monkeypatch.setattr(client, "_FIRST_BACKOFF_S", 0.001)

    @contextmanager
    def open_(at: datetime = NOON, *, faults: Faults | None = None, balance: int = 10_000) -> Iterator[Trial]:
        unlimited = {"tikliveapi": Rate(0, 60.0), "scavio": Rate(0, 60.0)}
        time = SimulatedTime(at, 0)
        sandbox = Sandbox(World(SEED), time, faults=faults or Faults(), limits=unlimited, credits=balance)
        with serve(sandbox) as url:
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
