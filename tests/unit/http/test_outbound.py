"""The guard where it counts: at the socket, whose address is the one that was checked; TLS proves the name."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from ipaddress import ip_network
from pathlib import Path

import httpcore2
import pytest

from dwell.errors import AddressRefusedError, SettingsError, StoppedError, TemporaryError
from dwell.http.addresses import Allowed
from dwell.http.outbound import GuardedBackend, OutboundClient

THIS_MACHINE = Allowed((ip_network("127.0.0.0/8"),))
RESPONSE = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


def read_request(stream: socket.socket) -> bytes:
    """A whole request; nothing if its sender hangs up."""
    with stream.makefile("rb") as file:
        head = b""
        while (line := file.readline()) not in {b"", b"\r\n"}:
            head += line
        length = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        return head + b"\r\n" + file.read(int(length[0].split(b":")[1])) if head else b""


@contextmanager
def serving(context: ssl.SSLContext | None = None) -> Iterator[tuple[int, list[bytes]]]:
    """A server for one connection: its port, and what arrived."""
    received: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection:
                try:
                    stream = connection if context is None else context.wrap_socket(connection, server_side=True)
                    if request := read_request(stream):
                        received.append(request)
                    stream.sendall(RESPONSE)
                    stream.close()
                except OSError:
                    return

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield server.getsockname()[1], received
        finally:
            with closing(socket.create_connection(server.getsockname())):
                thread.join()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> Path:
    """A certificate for hooks.test, with its key."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    file = tmp_path_factory.mktemp("tls") / "hooks.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=hooks.test"]
    command += ["-addext", "subjectAltName=DNS:hooks.test", "-keyout", str(file), "-out", str(file) + ".crt"]
    subprocess.run(command, check=True, capture_output=True)
    file.write_text(file.read_text() + Path(f"{file}.crt").read_text())
    return file


def test_a_request_as_it_arrives():
    client = OutboundClient(THIS_MACHINE, resolve=lambda host, port: ["127.0.0.1"])
    with closing(client), serving() as (port, received):
        url = f"http://Hooks.Test:{port}/a b/é?q=ü&x=%20".replace(" ", "%20")
        answer = client.post(url, {"webhook-id": "evt_1"}, b"{}", timeout_s=30)
    assert answer.status == 200
    head, _, body = received[0].partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /a%20b/%C3%A9?q=%C3%BC&x=%20 HTTP/1.1"
    assert f"host: hooks.test:{port}" in [line.lower() for line in lines]
    assert sum(line.lower().startswith("host:") for line in lines) == 1
    assert body == b"{}"


def test_the_socket_goes_to_the_address_that_was_checked():
    """A resolver that answers differently each time cannot get between the check and the connection."""
    answers = iter([["127.0.0.1"], ["127.0.0.2"]])
    client = OutboundClient(Allowed((ip_network("127.0.0.1/32"),)), resolve=lambda host, port: next(answers))
    with closing(client), serving() as (port, received):
        assert client.post(f"http://rebound.test:{port}/", {}, b"", timeout_s=30).status == 200
        with pytest.raises(AddressRefusedError):
            client.post(f"http://rebound.test:{port}/", {}, b"", timeout_s=30)
    assert len(received) == 1


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "0x7f000001", "127.1", "[::ffff:127.0.0.1]", "localhost"])
def test_no_socket_opens_to_this_machine(host, monkeypatch):
    def opened(*_):
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(httpcore2.SyncBackend, "connect_tcp", opened)
    with closing(OutboundClient(Allowed())) as client, pytest.raises(AddressRefusedError):
        client.post(f"http://{host}:8080/", {}, b"", timeout_s=30)


def test_tls_proves_the_name_not_the_address(certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", f"{certificate}.crt")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    client = OutboundClient(THIS_MACHINE, resolve=lambda host, port: ["127.0.0.1"])
    with closing(client):
        with serving(context) as (port, received):
            assert client.post(f"https://hooks.test:{port}/", {}, b"{}", timeout_s=30).status == 200
        assert len(received) == 1
        with serving(context) as (port, _), pytest.raises(TemporaryError, match="certificate of the host isn't valid"):
            client.post(f"https://other.test:{port}/", {}, b"{}", timeout_s=30)


def test_the_next_address_is_tried():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        backend = GuardedBackend(THIS_MACHINE, lambda host, port: ["127.0.0.2", "127.0.0.1"])
        stream = backend.connect_tcp("hooks.test", port, timeout=30)
        assert stream.get_extra_info("server_addr")[0] == "127.0.0.1"
        stream.close()


def test_hosts_that_cannot_be_reached():
    def unknown(host: str, port: int) -> list[str]:
        raise socket.gaierror

    with closing(OutboundClient(Allowed(), resolve=unknown)) as client:
        with pytest.raises(TemporaryError, match="The host cannot be reached") as caught:
            client.post("https://unknown.test/", {}, b"", timeout_s=30)
        assert not caught.value.sent
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with closing(OutboundClient(THIS_MACHINE)) as client, pytest.raises(TemporaryError, match="cannot be reached"):
        client.post(f"http://127.0.0.1:{port}/", {}, b"", timeout_s=30)


def test_a_lookup_that_hangs_ends_with_the_request():
    released = threading.Event()

    def hang(host: str, port: int) -> list[str]:
        released.wait(60)
        return []

    with closing(OutboundClient(Allowed(), resolve=hang)) as client:
        with pytest.raises(TemporaryError, match="cannot be reached"):
            client.post("https://slow.test/", {}, b"", timeout_s=0.05)
        released.set()


def test_a_stopped_request(monkeypatch):
    monkeypatch.setattr("dwell.http.deadline.GRACE_S", 0.0)
    stop, released = threading.Event(), threading.Event()

    def hang(host: str, port: int) -> list[str]:
        stop.set()
        released.wait(60)
        return []

    with closing(OutboundClient(Allowed(), resolve=hang)) as client:
        with pytest.raises(StoppedError):
            client.post("https://slow.test/", {}, b"", timeout_s=60, stop=stop)
        released.set()


def test_certificates_of_the_environment_that_cannot_be_read(monkeypatch, tmp_path):
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "missing.pem"))
    with pytest.raises(SettingsError, match="SSL_CERT_FILE"):
        OutboundClient(Allowed())
