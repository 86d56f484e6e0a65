from __future__ import annotations

import gzip
import json
import socket
import subprocess
import sys
import threading
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from dwell import clock
from dwell.errors import ProviderError, SettingsError, StoppedError, TemporaryError
from dwell.http import HttpRequest, HttpTransport

KEY = "k3y-0a1b2c3d4e5f6a7b"
Play = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Plays what the test set for the path, and notes what it was asked."""

    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        length = int(self.headers.get("content-length", 0))
        self.server.asked.append((self.client_address[1], self.path, dict(self.headers), self.rfile.read(length)))
        self.server.plays[urlsplit(self.path).path](self)

    do_POST = do_GET  # noqa: N815

    def reply(self, body: bytes, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"content-length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nothing is printed."""


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[tuple[int, str, dict[str, str], bytes]] = []
        self.plays: dict[str, Play] = {"/ok/": lambda handler: handler.reply(b"{}")}
        self.released = threading.Event()

    def handle_error(self, *_: Any) -> None:
        """The client hung up, as it should."""


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield running
    running.released.set()
    running.shutdown()
    running.server_close()
    thread.join()


@pytest.fixture
def transport(server: Server) -> Iterator[HttpTransport]:
    opened = HttpTransport(f"http://127.0.0.1:{server.server_port}", {"x-api-key": KEY})
    yield opened
    opened.close()


def get(path: str = "/ok/", **options: Any) -> HttpRequest:
    return HttpRequest("test", "GET", path, **options)


def test_a_get_and_its_response(transport: HttpTransport, server: Server) -> None:
    link = "https://www.tiktok.com/@_/video/7350810998023949599?a=1&b=ü"
    response = transport.send(get(query={"url": link, "count": "35"}), {"x-dwell-call": "one"})
    assert (response.status, response.body, response.simulated) == (200, b"{}", False)
    assert response.received_at == clock.now()
    _, path, headers, body = server.asked[0]
    assert parse_qs(urlsplit(path).query) == {"url": [link], "count": ["35"]}
    assert (urlsplit(path).path, body) == ("/ok/", b"")
    sent = {name.lower(): value for name, value in headers.items()}
    assert (sent["x-api-key"], sent["x-dwell-call"], sent["accept"]) == (KEY, "one", "application/json")
    assert sent["user-agent"].startswith("dwell/")
    assert KEY not in path


def test_a_post_sends_json_with_strings_as_strings(transport: HttpTransport, server: Server) -> None:
    transport.send(
        HttpRequest("test", "POST", "/ok/", {"fields": "a,b"}, {"cursor": "0", "video_id": 7350810998023949599})
    )
    _, path, _, body = server.asked[0]
    assert json.loads(body) == {"cursor": "0", "video_id": 7350810998023949599}
    assert parse_qs(urlsplit(path).query) == {"fields": ["a,b"]}


def test_a_base_url_may_have_a_path(server: Server) -> None:
    server.plays["/below/ok/"] = lambda handler: handler.reply(b"[]")
    transport = HttpTransport(f"http://127.0.0.1:{server.server_port}/below/", {})
    assert transport.send(get()).body == b"[]"
    transport.close()


def test_header_names_are_lower_case(transport: HttpTransport, server: Server) -> None:
    server.plays["/ok/"] = lambda handler: handler.reply(b"{}", 429, **{"Retry-After": "7", "X-RateLimit-Reset": "9"})
    response = transport.send(get())
    assert (response.status, response.headers["retry-after"], response.headers["x-ratelimit-reset"]) == (429, "7", "9")


@pytest.mark.parametrize(
    ("stated", "received", "simulated"),
    [
        ("2026-11-20T12:00:00+00:00", datetime(2026, 11, 20, 12, tzinfo=UTC), True),
        ("2026-11-20T12:00:00Z", datetime(2026, 11, 20, 12, tzinfo=UTC), True),
        ("2026-11-20T13:00:00+01:00", datetime(2026, 11, 20, 12, tzinfo=UTC), True),
        ("yesterday", None, True),
        ("2026-11-20T12:00:00", None, True),
    ],
)
def test_a_simulation_says_so_and_when(
    transport: HttpTransport,
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
    stated: str,
    received: datetime | None,
    simulated: bool,
) -> None:
    now = datetime(2030, 1, 1, tzinfo=UTC)
    monkeypatch.setattr("dwell.clock.now", lambda: now)
    server.plays["/ok/"] = lambda handler: handler.reply(b"{}", x_dwell_simulated_at=stated)
    response = transport.send(get())
    assert (response.received_at, response.simulated) == (received or now, simulated)


def test_gzip_is_unpacked(transport: HttpTransport, server: Server) -> None:
    body = json.dumps({"videos": ["x"] * 1_000}).encode()
    server.plays["/ok/"] = lambda handler: handler.reply(gzip.compress(body), content_encoding="gzip")
    assert transport.send(get()).body == body


def test_damaged_gzip_is_a_temporary_failure(transport: HttpTransport, server: Server) -> None:
    server.plays["/ok/"] = lambda handler: handler.reply(b"no gzip at all", content_encoding="gzip")
    with pytest.raises(TemporaryError, match="EncodingError"):
        transport.send(get())


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_returned_and_not_followed(transport: HttpTransport, server: Server, status: int) -> None:
    server.plays["/ok/"] = lambda handler: handler.reply(b"", status, location="/elsewhere/")
    assert transport.send(get()).status == status
    assert [path for _, path, _, _ in server.asked] == ["/ok/"]


def test_cookies_are_not_carried(transport: HttpTransport, server: Server) -> None:
    server.plays["/ok/"] = lambda handler: handler.reply(b"{}", set_cookie="who=you; Path=/")
    transport.send(get())
    transport.send(get())
    assert not any("cookie" in name.lower() for _, _, headers, _ in server.asked for name in headers)


def test_connections_are_reused(transport: HttpTransport, server: Server) -> None:
    for _ in range(3):
        transport.send(get())
    assert len({port for port, *_ in server.asked}) == 1


def test_threads_may_send_at_the_same_time(transport: HttpTransport, server: Server) -> None:
    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(transport.send(get()).status)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [200] * 8


def test_no_response_in_time(transport: HttpTransport, server: Server) -> None:
    server.plays["/ok/"] = lambda handler: handler.server.released.wait(10) and None
    with pytest.raises(TemporaryError, match=r"did not respond within 0\.1 s") as caught:
        transport.send(get(timeout_s=0.1))
    assert caught.value.sent


def test_a_response_that_only_trickles(transport: HttpTransport, server: Server) -> None:
    def drip(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("content-length", "1000000")
        handler.end_headers()
        while not handler.server.released.wait(0.02):
            handler.wfile.write(b" ")

    server.plays["/ok/"] = drip
    with pytest.raises(TemporaryError, match=r"did not send the whole response within 0\.2 s"):
        transport.send(get(timeout_s=0.2))


def flood(handler: Handler) -> None:
    while not handler.server.released.is_set():
        handler.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n" * 64)


def slow_headers(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nx-slow: ")
    while not handler.server.released.wait(0.02):
        handler.wfile.write(b"a")


def silence(handler: Handler) -> None:
    handler.server.released.wait(10)


@pytest.mark.parametrize("play", [flood, slow_headers, silence])
def test_one_deadline_holds_for_the_whole_request(transport: HttpTransport, server: Server, play: Play) -> None:
    server.plays["/ok/"] = play
    with pytest.raises(TemporaryError, match=r"did not respond within 0\.3 s|more than 32 MB"):
        transport.send(get(timeout_s=0.3))


@pytest.mark.parametrize("play", [flood, slow_headers, silence])
def test_a_stop_ends_the_wait(transport: HttpTransport, server: Server, play: Play) -> None:
    server.plays["/ok/"], stop = play, threading.Event()
    timer = threading.Timer(0.2, stop.set)
    timer.start()
    with pytest.raises(StoppedError):
        transport.send(get(timeout_s=60), stop=stop)
    timer.join()
    server.plays["/ok/"] = lambda handler: handler.reply(b"{}")
    assert transport.send(get(), stop=threading.Event()).status == 200


def test_a_response_that_is_on_its_way_is_still_taken(transport: HttpTransport, server: Server) -> None:
    stop = threading.Event()

    def slow(handler: Handler) -> None:
        stop.set()
        handler.server.released.wait(0.5)
        handler.reply(b"{}")

    server.plays["/ok/"] = slow
    assert transport.send(get(timeout_s=60), stop=stop).status == 200


def test_a_stop_ends_a_connection_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    asleep = threading.Event()
    monkeypatch.setattr("socket.create_connection", lambda *_, **__: asleep.wait(20) and None)
    transport, stop = HttpTransport("http://127.0.0.1:1", {}), threading.Event()
    stop.set()
    with pytest.raises(StoppedError):
        transport.send(get(timeout_s=60), stop=stop)
    asleep.set()
    transport.close()


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [
        ("gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", lambda body: zlib.compress(body)[2:-4]),
        ("gzip", lambda body: gzip.compress(body[:9]) + gzip.compress(body[9:])),
        ("deflate, gzip", lambda body: gzip.compress(zlib.compress(body))),
        ("identity", bytes),
    ],
)
def test_encodings(transport: HttpTransport, server: Server, encoding: str, pack: Callable[[bytes], bytes]) -> None:
    body = json.dumps({"videos": ["x"] * 9_000}).encode()
    server.plays["/ok/"] = lambda handler: handler.reply(pack(body), content_encoding=encoding)
    assert transport.send(get()).body == body


def test_a_gzip_that_is_cut_off_is_a_temporary_failure(transport: HttpTransport, server: Server) -> None:
    packed = gzip.compress(json.dumps(list(range(9_000))).encode())
    server.plays["/ok/"] = lambda handler: handler.reply(packed[:-100], content_encoding="gzip")
    with pytest.raises(TemporaryError, match="EncodingError"):
        transport.send(get())


def test_a_connection_that_breaks(transport: HttpTransport, server: Server) -> None:
    def cut(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("content-length", "1000")
        handler.end_headers()
        handler.wfile.write(b'{"videos": [')
        handler.close_connection = True

    def hang_up(handler: Handler) -> None:
        handler.close_connection = True

    for play in (cut, hang_up):
        server.plays["/ok/"] = play
        with pytest.raises(TemporaryError, match=r"connection to 127\.0\.0\.1:\d+ failed") as caught:
            transport.send(get())
        assert caught.value.sent


def test_nothing_listens_at_the_address() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    transport = HttpTransport(f"http://127.0.0.1:{port}", {"x-api-key": KEY})
    with pytest.raises(TemporaryError, match="cannot be reached") as caught:
        transport.send(get())
    assert not caught.value.sent
    transport.close()


def test_a_response_that_is_too_large(
    transport: HttpTransport, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dwell.http.transport.MAX_BODY_BYTES", 1 << 20)
    server.plays["/ok/"] = lambda handler: handler.reply(gzip.compress(b" " * (3 << 20)), content_encoding="gzip")
    with pytest.raises(TemporaryError, match="more than 1 MB"):
        transport.send(get())


def test_no_error_shows_the_key(transport: HttpTransport, server: Server) -> None:
    def nonsense(handler: Handler) -> None:
        handler.wfile.write(b"this is no HTTP\r\n\r\n")
        handler.close_connection = True

    server.plays["/ok/"] = nonsense
    with pytest.raises(TemporaryError) as caught:
        transport.send(get())
    error: BaseException | None = caught.value
    while error is not None:
        assert KEY not in f"{error} {error!r}"
        error = error.__cause__ or error.__context__


@pytest.mark.parametrize("key", ["k3y12345", "onlyletters", "a.b+c(d", "abc"])
@pytest.mark.parametrize("header", ["x-api-key", "Authorization"])
def test_messages_of_providers_are_shown_without_the_key(key: str, header: str) -> None:
    transport = HttpTransport(
        "http://127.0.0.1:1", {header: key if header == "x-api-key" else f"Bearer {key}", "accept": "words"}
    )
    assert transport.redactor.redact_text(f"The key {key} is bad, {key}.") == "The key … is bad, …."
    assert key not in transport.redactor.redact_text(f"Got Bearer {key}; {key.upper()}?").lower()
    assert transport.redactor.redact_text("Other words, abcdef, stay.") == "Other words, abcdef, stay."
    transport.close()


def test_a_key_that_was_cut_off_is_hidden_too() -> None:
    transport = HttpTransport("http://127.0.0.1:1", {"x-api-key": "onlyletters"})
    assert transport.redactor.redact_text("Bad key onlylett…") == "Bad key …"
    assert HttpTransport("http://127.0.0.1:1", {}).redactor.redact_text("Bad key …") == "Bad key …"
    transport.close()


@pytest.mark.parametrize(
    ("variable", "value", "cure"),
    [
        ("ALL_PROXY", "socks5://127.0.0.1:1", "The proxy in the environment"),
        ("HTTPS_PROXY", "nonsense://127.0.0.1:1", "The proxy in the environment"),
        ("SSL_CERT_FILE", "/no/such/file", "The certificates in the environment"),
    ],
)
def test_an_environment_that_cannot_be_used_is_named(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, cure: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError, match=cure) as caught:
        HttpTransport("https://api.example", {"x-api-key": KEY})
    assert variable in str(caught.value)


@pytest.mark.parametrize("key", ["two\nlines", "umlaut-ü", "tab\tkey", "null\x00"])
def test_a_key_that_is_not_valid_in_a_header(key: str) -> None:
    with pytest.raises(SettingsError, match="copy it again") as caught:
        HttpTransport("https://api.example", {"x-api-key": key})
    assert key not in str(caught.value)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "api.example",
        "ftp://api.example",
        "https://",
        "http://[::1",
        "http://host:port",
        f"https://{KEY}@api.example",
    ],
)
def test_invalid_addresses(address: str) -> None:
    with pytest.raises(SettingsError, match="write https://host") as caught:
        HttpTransport(address, {})
    assert KEY not in str(caught.value)


def test_invalid_requests(transport: HttpTransport) -> None:
    for path in ("ok/", "https://elsewhere.example/ok/", "//elsewhere.example/ok/"):
        with pytest.raises(ProviderError, match="a path starts with one slash"):
            transport.send(get(path))
    for text in ("\ud800", "x" * 100_000):
        with pytest.raises(ProviderError, match="too long or damaged"):
            transport.send(get(query={"keyword": text}))


def test_importing_the_transport_is_cheap() -> None:
    script = "import sys, dwell.http, dwell.providers.provider_registry; print('httpcore2' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize(
    ("date", "received", "warned"),
    [
        ("Thu, 26 Nov 2026 12:00:00 GMT", datetime(2026, 11, 26, 12, tzinfo=UTC), True),  # our clock is ahead
        ("Fri, 24 Nov 2028 11:57:00 GMT", datetime(2028, 11, 24, 12, tzinfo=UTC), False),
        ("Sun, 24 Nov 2030 12:00:00 GMT", datetime(2028, 11, 24, 12, tzinfo=UTC), True),  # our clock is behind
        ("Thu, 01 Jan 1970 00:00:00 GMT", datetime(2028, 11, 24, 12, tzinfo=UTC), False),
        ("nonsense", datetime(2028, 11, 24, 12, tzinfo=UTC), False),
    ],
)
def test_no_reading_is_stamped_in_the_future(
    transport: HttpTransport, server: Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
    date: str, received: datetime, warned: bool,
) -> None:  # fmt: skip
    monkeypatch.setattr("dwell.clock.now", lambda: datetime(2028, 11, 24, 12, tzinfo=UTC))

    def reply(handler: Handler) -> None:
        handler.date_time_string = lambda *_: date
        handler.reply(b"{}")

    server.plays["/ok/"] = reply
    for _ in range(2):
        assert transport.send(get()).received_at == received
    assert sum("set it." in record.getMessage() for record in caplog.records) == int(warned)
