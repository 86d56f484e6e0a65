"""A sandbox and a data folder that share one clock, which only the test moves; owners consent by sending the form.

Waits move the clock in place of passing time, and responses can be changed on their way.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from dwell.connections import consent
from dwell.connections.credentials import ConnectionCredentials
from dwell.errors import StoppedError
from dwell.live.throttle import Throttle
from dwell.records import TABLES
from dwell.results import Result
from dwell.settings import Settings
from dwell.state import StateDatabase, connections, stream_states
from dwell.state.connections import StoredConnection
from dwell.state.stream_states import StreamName
from dwell.warehouse.duckdb_connection import connect
from dwell.workspace import Workspace
from dwell.workspace.syncs import SyncRequest
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
    waits: list[float] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def seconds(self) -> float:
        return (self.at - self.start).total_seconds()

    def pass_(self, **time: float) -> None:
        with self._lock:
            self.at += timedelta(**time)

    def wait(self, throttle: Throttle, seconds: float) -> None:
        """In place of `Throttle.wait`."""
        if throttle.stop.is_set():
            raise StoppedError("stopped")
        if seconds > 0:
            self.waits.append(seconds)
            self.pass_(seconds=seconds)


Edit = Callable[[str, dict[str, str], dict[str, Any]], Any]


class ChangingSandbox(Sandbox):
    """A sandbox whose responses about accounts a test may change."""

    edit: Edit | None = None

    def handle(self, protocol: Any, request: Any) -> Any:
        wire = super().handle(protocol, request)
        if self.edit is None or "/business/" not in request.path:
            return wire
        payload = json.loads(wire.body)
        instead = self.edit(request.path.partition("/business/")[2].strip("/"), request.query, payload)
        body = instead if isinstance(instead, (str, bytes)) else json.dumps(payload)
        return replace(wire, body=body if isinstance(body, bytes) else body.encode())


@dataclass
class Trial:
    """A sandbox and a data folder."""

    clock: Clock
    sandbox: ChangingSandbox
    url: str
    settings: Settings
    database: StateDatabase
    state_url: str | None
    workspace: Workspace
    account_row: StoredConnection | None = None

    def sync(self, *accounts: str, **request: Any) -> Result:
        return self.workspace.syncs.run(SyncRequest(accounts, **request))

    @staticmethod
    def states(result: Result) -> dict[str, str]:
        """Table of the connector -> how far a sync read it."""
        return {row["table"].removeprefix("tiktok_organic_"): row["state"] for row in result}

    @staticmethod
    def messages(result: Result) -> str:
        return " ".join(dict.fromkeys(row["message"] for row in result if row["message"]))

    def rows(self, table: str, columns: str = "*", where: str = "true") -> list[tuple[Any, ...]]:
        sql = f"SELECT {columns} FROM {table} WHERE {where} ORDER BY ALL"
        return [tuple(row) for row in self.workspace.store.query(sql, [table]).rows]

    def content(self) -> dict[str, list[tuple[Any, ...]]]:
        """All rows of all tables."""
        store = self.workspace.store
        with connect(store.settings) as connection:
            store.attach(connection)
            return {name: connection.execute(f"FROM {name} ORDER BY ALL").fetchall() for name in TABLES}

    def cursors(self, row: StoredConnection, stream: str) -> dict[str, str]:
        return stream_states.read(self.database, StreamName(row.provider, row.open_id, stream))

    def change(self, edit: Edit | None) -> None:
        """Lets `edit(endpoint, query, payload)` change a payload in place, or return another body: text or bytes."""
        self.sandbox.edit = edit

    def change_videos(self, edit: Callable[[dict[str, Any], dict[str, str]], Any]) -> None:
        """Lets `edit(payload, query)` change the lists of videos."""
        self.change(lambda name, query, body: edit(body, query) if name == "video/list" else None)

    def change_days(self, edit: Callable[[dict[str, Any]], Any]) -> None:
        """Lets `edit(payload)` change responses with days."""
        self.change(lambda _, __, body: edit(body) if "metrics" in body["data"] else None)

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

    def account(self, handle: str, **options: Any) -> StoredConnection:
        """A connected account, whose requests so far do not count any more."""
        row = self.account_row = self.connect(handle, **options)
        self.clock.pass_(minutes=1)
        return row

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
    sandbox = ChangingSandbox(World(seed), SimulatedClock(at, 1, clock.seconds), options=options)
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
        patch.setattr(Throttle, "wait", lambda throttle, seconds: clock.wait(throttle, seconds))
        settings = Settings(data=tmp_path / "data", database=state_url)
        workspace = Workspace(settings, create=True)
        database = stack.enter_context(closing(workspace.live.database))
        yield Trial(clock, sandbox, url, settings, database, state_url, workspace)


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
