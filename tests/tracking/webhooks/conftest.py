"""Webhooks on both databases, with a clock that is set by hand and a receiver that answers as it is told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from typing import Any

import pytest

from dwell.http.addresses import Allowed
from dwell.state import StateDatabase, open_database, webhook_deliveries
from dwell.state.webhook_events import record_event
from dwell.tracking.webhook_sender import WebhookSender
from dwell.tracking.webhooks import WebhookService

NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)
THIS_MACHINE = Allowed(networks=(ip_network("127.0.0.0/8"),))


@dataclass
class FakeClock:
    """Time that stands still."""

    at: datetime = NOON

    def __call__(self) -> datetime:
        return self.at

    def advance(self, **by: float) -> None:
        self.at += timedelta(**by)


@dataclass(frozen=True)
class Received:
    """A request that arrived."""

    path: str
    headers: dict[str, str]
    body: bytes


Answer = Callable[[BaseHTTPRequestHandler, Received], None]


def status(code: int, headers: dict[str, str] | None = None, body: bytes = b"") -> Answer:
    """Answers with a status."""

    def answer(handler: BaseHTTPRequestHandler, received: Received) -> None:
        handler.send_response(code)
        for name, value in (headers or {}).items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


@dataclass
class Receiver:
    """A server of somebody else.

    Attributes:
        url: Where it listens.
        answers: What it does at each request; the last one is repeated.
        received: The requests so far.
    """

    url: str = ""
    answers: list[Answer] = field(default_factory=lambda: [status(200)])
    received: list[Received] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, *answers: Answer) -> None:
        self.answers = [*answers]

    @property
    def ids(self) -> list[str]:
        return [one.headers["webhook-id"] for one in self.received]

    def take(self, handler: BaseHTTPRequestHandler) -> None:
        size = int(handler.headers.get("Content-Length", 0))
        headers = {name.lower(): value for name, value in handler.headers.items()}
        received = Received(handler.path, headers, handler.rfile.read(size))
        with self.lock:
            self.received.append(received)
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        answer(handler, received)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            found.take(self)

        def do_GET(self) -> None:
            found.take(self)

        def log_message(self, *_: Any) -> None:
            """Prints nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:
            """A sender that hangs up is no error."""

    with Server(("127.0.0.1", 0), Handler) as server:
        found.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield found
        server.shutdown()
        thread.join()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def database(tmp_path, state_url) -> Iterator[StateDatabase]:
    with closing(open_database(tmp_path, state_url)) as opened:
        yield opened


@pytest.fixture
def hooks(database, clock) -> WebhookService:
    return WebhookService(database, THIS_MACHINE, now=clock)


@pytest.fixture
def sender(database, clock) -> Iterator[WebhookSender]:
    with closing(WebhookSender(database, THIS_MACHINE, now=clock, random=lambda: 0.0)) as made:
        yield made


@pytest.fixture
def happen(database, clock) -> Callable[..., int]:
    """Writes one event of account `acc`, as a poll does."""

    def write(sequence: int = 1, type_: str = "snapshot.created", *, video: str = "vid_1", account: str = "acc") -> int:
        with database.transaction() as connection:
            return record_event(connection, account, video, sequence, type_, {"views": str(sequence)}, clock.at)

    return write


@pytest.fixture
def attempts(database) -> Callable[[str], list[tuple[int | None, str | None]]]:
    """Status and error of each attempt for a webhook, oldest first."""

    def read(webhook_id: str) -> list[tuple[int | None, str | None]]:
        log = webhook_deliveries.list_attempts(database, webhook_id, 1_000)
        return [(one.status, one.error) for one in reversed(log)]

    return read


@pytest.fixture
def answer_with() -> Callable[..., Answer]:
    """`status` for tests, which cannot import this file."""
    return status
