from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from dwell_sandbox import World
from dwell_sandbox.server.app import create_app
from dwell_sandbox.server.rate_limits import RateLimit
from dwell_sandbox.server.sandbox import Sandbox
from dwell_sandbox.server.simulated_clock import SimulatedClock

SEED = 12
NOW = datetime(2026, 11, 1, 9, 0, 20, tzinfo=UTC)
NO_LIMITS = {name: RateLimit(0, 1) for name in ("tikliveapi", "scavio", "business_api")}


class FakeSeconds:
    """Real seconds that pass only when a test says so."""

    def __init__(self) -> None:
        self.gone = 1_000.0

    def __call__(self) -> float:
        return self.gone


@dataclass
class Asking:
    """Sends requests to a sandbox; every response must say that it is simulated, and when."""

    sandbox: Sandbox
    http: TestClient
    key: str = "sandbox-test"

    def tiklive(self, endpoint: str, **query: Any) -> Any:
        return self.get(f"/tikliveapi/{endpoint}/", query).json()

    def get(
        self, path: str, query: dict[str, Any] | None = None, headers: dict[str, str] | None = None
    ) -> httpx2.Response:
        return self._checked(self.http.get(path, params=query, headers=headers or {"x-api-key": self.key}))

    def scavio(self, endpoint: str, **body: Any) -> Any:
        return self.post(endpoint, body).json()

    def post(self, endpoint: str, body: Any, headers: dict[str, str] | None = None) -> httpx2.Response:
        sent = headers or {"authorization": f"Bearer {self.key}"}
        return self._checked(self.http.post(f"/scavio/api/v1/tiktok/{endpoint}", json=body, headers=sent))

    def script(self, *lines: Any) -> None:
        assert self.http.post("/sandbox/script", json=list(lines)).status_code == 200

    def calls(self) -> list[dict[str, Any]]:
        return self.http.get("/sandbox/calls").json()["calls"]

    def _checked(self, response: httpx2.Response) -> httpx2.Response:
        assert response.headers["x-dwell-simulated-at"] == self.sandbox.clock.now().isoformat()
        assert response.headers["x-dwell-simulated"] == f"seed={self.sandbox.world.seed}"
        return response


@pytest.fixture(scope="session")
def world() -> World:
    return World(SEED)


@pytest.fixture(scope="session")
def now() -> datetime:
    return NOW


@pytest.fixture
def seconds() -> FakeSeconds:
    return FakeSeconds()


@pytest.fixture
def make(world: World, seconds: FakeSeconds) -> Iterator[Callable[..., Asking]]:
    """Builds a sandbox whose time stands still at `start`; the other arguments are those of `Sandbox`."""
    opened: list[TestClient] = []

    def build(*, speed: float = 0.0, start: datetime = NOW, **arguments: Any) -> Asking:
        sandbox = Sandbox(world, SimulatedClock(start, speed, seconds), **{"limits": NO_LIMITS, **arguments})
        opened.append(TestClient(create_app(sandbox)))
        return Asking(sandbox, opened[-1])

    yield build
    for client in opened:
        client.close()


@pytest.fixture
def ask(make: Callable[..., Asking]) -> Asking:
    return make()


@pytest.fixture(scope="session")
def handle_in() -> Callable[[str], str]:
    """A handle of an account in a state."""
    return _handle_in


@lru_cache
def _handle_in(state: str) -> str:
    world = World(SEED)
    for number in range(5, 5_000):
        handle = world.creator_by_number(number).handle
        standing = world.status(handle, NOW)
        if standing.state == state and (state != "region_blocked" or "US" in standing.regions):
            return handle
    raise AssertionError(state)
