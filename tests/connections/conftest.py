"""A sandbox and a data folder that share one clock, which only the test moves; owners consent by sending the form."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from dwell.connections import consent
from dwell.connections.credentials import ConnectionCredentials
from dwell.settings import Settings
from dwell.state import StateDatabase, connections
from dwell.state.connections import StoredConnection
from dwell.workspace import Workspace
from dwell_sandbox import World
from dwell_sandbox.server.faults import ScriptedFault
from dwell_sandbox.server.response import ProtocolOptions
from dwell_sandbox.server.sandbox import Sandbox
from dwell_sandbox.server.serve import serve_in_thread
from dwell_sandbox.server.simulated_clock import SimulatedClock

NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)
REDIRECT = "http://127.0.0.1:8788/oauth/tiktok/"


@dataclass
class Clock:
    """The time for everybody."""

    at: datetime = NOON
    start: datetime = NOON

    def seconds(self) -> float:
        return (self.at - self.start).total_seconds()

    def pass_(self, **time: float) -> None:
        self.at += timedelta(**time)


@dataclass
class Trial:
    """A sandbox and a data folder."""

    clock: Clock
    sandbox: Sandbox
    url: str
    settings: Settings
    database: StateDatabase
    state_url: str | None

    def begin(self, **options: Any) -> consent.Consent:
        return consent.begin(self.settings, self.database, redirect=REDIRECT, **options)

    def consent(self, address: str, handle: str = "demo_kitchen", **form: Any) -> str:
        """The address that the owner of an account comes back to."""
        parts = urlsplit(address)
        body = urlencode({"account": handle, "decision": "allow", **form}, doseq=True)
        connection = HTTPConnection(parts.netloc, timeout=30)
        with closing(connection):
            connection.request("POST", f"{parts.path}?{parts.query}", body)
            response = connection.getresponse()
            assert response.status == 302, response.read()
            location = response.getheader("location")
        assert location is not None
        return location

    def connect(self, handle: str = "demo_kitchen", *, comments: bool = False, **form: Any) -> StoredConnection:
        location = self.consent(self.begin(comments=comments).address, handle, **form)
        return consent.complete_address(self.settings, self.database, location)

    def credentials(self, row: StoredConnection) -> ConnectionCredentials:
        return ConnectionCredentials(self.settings, self.database, row.connection_id)

    def row(self, row: StoredConnection) -> StoredConnection:
        found = connections.find(self.database, row.connection_id)
        assert found is not None
        return found

    def calls(self) -> Counter[str]:
        """Endpoint of the sandbox -> requests to it."""
        return Counter(call["endpoint"] for call in self.sandbox.request_log.to_json(0, 100_000)["calls"])

    def fail(self, fault: str, endpoint: str, times: int = 1) -> None:
        self.sandbox.script.set([ScriptedFault(fault, times, "business_api", endpoint)])

    def works(self, row: StoredConnection) -> bool:
        """Whether a request about the account succeeds, as `ApiClient` sends it."""
        from dwell.connections.app import send
        from dwell.errors import KeyRefusedError
        from dwell.providers.tiktok_organic.api import read_data
        from dwell.providers.tiktok_organic.profile import profile_request

        credentials = self.credentials(row)
        request = profile_request(row.open_id, ["user.info.basic"])
        for _ in range(2):
            headers = credentials.headers()
            try:
                read_data(send(self.url, request, headers))
            except KeyRefusedError:
                if not credentials.renew(headers):
                    return False
            else:
                return True
        return False


@contextmanager
def opened(
    tmp_path: Path, state_url: str | None, options: ProtocolOptions, *, seed: int = 0, at: datetime = NOON
) -> Iterator[Trial]:
    """A trial in the world of a seed, whose clock begins at an instant."""
    clock = Clock(at, at)
    sandbox = Sandbox(World(seed), SimulatedClock(at, 1, clock.seconds), options=options)
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        url = stack.enter_context(serve_in_thread(sandbox))
        patch.setattr(StateDatabase, "now", lambda _: clock.at)
        patch.setattr("dwell.connections.refresh._FIRST_WAIT_S", 0.001)
        for name in ("DWELL_SETTINGS", "DWELL_SECRET_KEY", "DWELL_TIKTOK_ORGANIC_REDIRECT"):
            patch.delenv(name, raising=False)
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
        patch.setenv("DWELL_TIKTOK_ORGANIC_URL", url)
        patch.setenv("DWELL_TIKTOK_ORGANIC_APP_ID", "sandbox-client-id")
        patch.setenv("DWELL_TIKTOK_ORGANIC_APP_SECRET", "sandbox-client-secret")
        settings = Settings(data=tmp_path / "data", database=state_url)
        database = stack.enter_context(closing(Workspace(settings, create=True).live.database))
        yield Trial(clock, sandbox, url, settings, database, state_url)


@pytest.fixture
def open_trial(tmp_path: Path, state_url: str | None) -> Iterator[Callable[..., Trial]]:
    """Starts a trial with options of the sandbox."""
    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(opened(tmp_path, state_url, ProtocolOptions(**options)))


@pytest.fixture
def trial(open_trial: Callable[..., Trial]) -> Trial:
    return open_trial()


@pytest.fixture
def sqlite_trial(tmp_path: Path) -> Iterator[Trial]:
    """A trial whose state is in the folder, for what does not depend on the database."""
    with opened(tmp_path, None, ProtocolOptions()) as trial:
        yield trial
