"""Why a server cannot be reached: the name, the port, TLS and the network have different cures."""

from __future__ import annotations

import errno
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from dwell.errors import TemporaryError
from dwell.http import transport as transports
from dwell.http.connect_errors import explain_connect_error
from dwell.http.messages import HttpRequest
from dwell.http.transport import HttpTransport


def _caused(cause: BaseException) -> BaseException:
    error = RuntimeError("outer")
    error.__cause__ = cause
    return error


@contextmanager
def _server(answer: bytes) -> Iterator[int]:
    """A server that sends these bytes to whoever connects."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(100)
                connection.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(10)


def _failure(url: str) -> TemporaryError:
    with closing(HttpTransport(url, {})) as transport, pytest.raises(TemporaryError) as caught:
        transport.send(HttpRequest("posts", "GET", "/", timeout_s=10))
    return caught.value


def test_no_tls_and_no_listener_are_told_apart() -> None:
    with _server(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n") as port:
        error = _failure(f"https://127.0.0.1:{port}")
    assert str(error) == (
        f"127.0.0.1:{port} cannot be reached: it does not speak TLS at that port; check the port, or write http://."
    )
    assert not error.sent
    error = _failure(f"http://127.0.0.1:{port}")
    assert "nothing listens at that port (connection refused)" in str(error)
    assert not error.sent


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (_caused(socket.gaierror(socket.EAI_NONAME, "Name or service not known")), "its name is not known (DNS)"),
        (_caused(ssl.SSLCertVerificationError("x")), "its certificate is not trusted"),
        (_caused(ssl.SSLError("EOF")), "TLS failed"),
        (_caused(OSError(errno.ENETUNREACH, "x")), "there is no way to it from here"),
        (type("ConnectTimeout", (Exception,), {})(), "it did not answer in time"),
        (RuntimeError("x"), "the connection failed (RuntimeError)"),
    ],
)
def test_every_cause_has_its_cure(error: BaseException, said: str) -> None:
    text = explain_connect_error("api.test", error)
    assert text.startswith(f"api.test cannot be reached: {said}")
    assert text.endswith(".")


@pytest.mark.parametrize(
    ("url", "headers", "warned"),
    [
        ("http://api.test", {"x-api-key": "secret-key-1"}, True),
        ("https://api.test", {"x-api-key": "secret-key-1"}, False),
        ("http://127.0.0.1:1", {"x-api-key": "secret-key-1"}, False),
        ("http://localhost:1", {"x-api-key": "secret-key-1"}, False),
        ("http://api.test", {}, False),
    ],
)
def test_a_key_without_encryption_is_said_once(
    url: str, headers: dict[str, str], warned: bool, caplog: pytest.LogCaptureFixture
) -> None:
    transports._warn_of_plain_http.cache_clear()
    for _ in range(2):
        HttpTransport(url, headers).close()
    said = [record.getMessage() for record in caplog.records]
    assert said == (["the key is sent to api.test without encryption: use https://"] if warned else [])
