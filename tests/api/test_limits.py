"""What a request may cost: bytes, threads, requests a minute."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from starlette.testclient import TestClient

from dwell.api import middleware, server, slow_calls
from dwell.api.app import create_app
from dwell.api.server import serve_in_thread
from dwell.errors import StorageError

TRACK = "/api/v1/videos/track"
BULK = "/api/v1/videos/track/bulk"


@pytest.mark.parametrize(("path", "limit"), [(TRACK, 65_536), (BULK, 1_048_576), ("/api/v1/videos/x/stop", 65_536)])
def test_a_body_has_a_limit(client: TestClient, path: str, limit: int) -> None:
    assert client.post(path, content=b" " * limit).status_code in {400, 404}
    answer = client.post(path, content=b" " * (limit + 1))
    assert (answer.status_code, answer.json()["code"], answer.json()["limit"]) == (413, "body_too_large", limit)
    chunked = client.post(path, content=(b" " * 1_000 for _ in range(limit // 1_000 + 2)))
    assert "content-length" not in chunked.request.headers
    assert chunked.status_code == 413
    assert client.post(path, content=b"{}", headers={"Content-Length": "9" * 30}).status_code == 413


@pytest.fixture
def url(service: Any) -> Iterator[str]:
    with serve_in_thread(create_app(service)) as address:
        yield address


def raw(url: str, *parts: bytes) -> bytes:
    """What the server sends back to these bytes, until it closes the connection."""
    place = urlsplit(url)
    received = b""
    with socket.create_connection((place.hostname, place.port), timeout=10) as connection:
        for part in parts:
            connection.sendall(part)
        while data := connection.recv(65_536):
            received += data
    return received


def test_a_real_server_reads_no_more_than_it_may(url: str, fake: ModuleType) -> None:
    def body() -> Iterator[bytes]:
        for _ in range(40):
            yield b" " * 65_536

    for data in (b" " * 2_000_000, body()):
        answer = requests.post(url + TRACK, data=data, headers={"X-API-Key": fake.KEY}, timeout=10)
        assert (answer.status_code, answer.json()["error"]) == (413, "Body too large")
        assert answer.headers["x-request-id"]
    assert "server" not in answer.headers


def test_a_client_that_asks_before_it_sends_is_told_at_once(url: str, fake: ModuleType) -> None:
    head = f"POST {TRACK} HTTP/1.1\r\nHost: x\r\nX-API-Key: {fake.KEY}\r\nContent-Length: 99999999\r\n"
    answer = raw(url, head.encode(), b"Expect: 100-continue\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"100 Continue" not in answer


HEAD = f"POST {TRACK} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\nX-API-Key: "


def test_a_body_that_does_not_arrive_is_not_waited_for(
    url: str, fake: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(middleware, "BODY_S", 0.3)
    started = time.monotonic()
    answer = raw(url, f"{HEAD}{fake.KEY}\r\n\r\n".encode(), b"{")
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"connection: close" in answer.lower()
    assert b'"code":"request_timeout"' in answer
    assert 0.2 < time.monotonic() - started < 5


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        (b"", b""),
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: ", b""),
        (f"{HEAD}\r\n\r\n".encode(), b"HTTP/1.1 401 "),
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n", b"HTTP/1.1 200 "),
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /", b"HTTP/1.1 200 "),
    ],
    ids=["nothing", "headers", "no key", "a body that nobody reads", "a second request"],
)
def test_a_request_that_is_not_completed_ends_its_connection(
    url: str, sent: bytes, answer: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "REQUEST_S", 0.5)
    received = b""
    place = urlsplit(url)
    started = time.monotonic()
    with socket.create_connection((place.hostname, place.port), timeout=10) as connection:
        connection.sendall(sent)
        with contextlib.suppress(ConnectionResetError):
            while data := connection.recv(65_536):
                received += data
    assert 0.4 < time.monotonic() - started < 5
    assert received[: len(answer) or 1] == answer


def test_a_connection_that_is_used_again_stays_open(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "REQUEST_S", 1.5)
    with contextlib.closing(HTTPConnection(urlsplit(url).netloc, timeout=10)) as connection:
        connection.connect()
        opened = connection.sock
        for _ in range(3):
            connection.request("GET", "/healthz")
            assert connection.getresponse().read() == b'{"status":"ok"}'
            assert connection.sock is opened
            time.sleep(0.8)


def test_a_client_that_goes_away_harms_nobody(url: str, fake: ModuleType) -> None:
    head = f"POST {TRACK} HTTP/1.1\r\nHost: x\r\nX-API-Key: {fake.KEY}\r\nContent-Length: 100\r\n\r\n"
    place = urlsplit(url)
    with socket.create_connection((place.hostname, place.port)) as connection:
        connection.sendall(head.encode() + b"{")
    assert requests.get(f"{url}/healthz", timeout=10).status_code == 200


def test_reads_do_not_wait_behind_calls_to_the_provider(
    url: str, service: Any, video: Any, fake: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    release, started = threading.Event(), threading.Semaphore(0)

    def slow(*_: Any, **__: Any) -> Any:
        started.release()
        release.wait(30)
        raise StorageError("The end.")

    monkeypatch.setattr(service, "track", slow)
    monkeypatch.setattr(slow_calls, "_THREADS", 4)
    monkeypatch.setattr(slow_calls, "_MAX_WAITING", 60)
    headers = {"X-API-Key": fake.KEY}
    body = {"video_link": fake.LINK, "duration_days": 1}

    def track(_: int) -> int:
        answer = requests.post(url + TRACK, json=body, headers=headers, timeout=30)
        return answer.status_code if answer.headers["retry-after"] == "30" else -answer.status_code

    with ThreadPoolExecutor(70) as pool:
        answers = pool.map(track, range(70))
        for _ in range(4):
            assert started.acquire(timeout=20)
        try:
            assert requests.get(f"{url}/api/v1/videos/vid_1", headers=headers, timeout=20).status_code == 200
        finally:
            release.set()
        assert {*answers} <= {503, -503}


def test_a_database_that_does_not_answer_limits_nobody_by_accident(
    service: Any, fake: ModuleType, client_of: Callable[..., TestClient]
) -> None:
    class Broken:
        def try_acquire(self, account_id: str, limit: int) -> None:
            return None

        def acquire(self, account_id: str, limit: int) -> Any:
            raise StorageError("/secret/path")

        def check(self) -> None:
            raise StorageError("/secret/path")

    client = client_of(create_app(service, Broken()), fake.OTHER_KEY)  # type: ignore[arg-type]
    for answer in (client.get("/api/v1/usage"), client.get("/readyz")):
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
        assert "secret" not in answer.text
    assert client.get("/healthz").status_code == 200
