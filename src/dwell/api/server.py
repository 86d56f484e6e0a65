"""Starts and stops the server of the API."""

from __future__ import annotations

import contextlib
import ipaddress
import signal
import socket
from asyncio import TimerHandle
from collections.abc import Callable, Iterator
from threading import Thread
from types import FrameType
from typing import Any

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from dwell.errors import SettingsError

_KEEP_ALIVE_S = 30
_STOP_S = 15
REQUEST_S = 30.0
"""Seconds in which a whole request arrives; the app answers a slow body before that."""

_BACKLOG = 2_048
_MAX_PORT = 65_535
_HEADER_BYTES = 16_384


def serve(app: ASGIApp, host: str, port: int, ready: Callable[[str], None] | None = None) -> int | None:
    """Serve in the main thread until Ctrl-C or SIGTERM; requests that are being answered get 15 seconds to end.

    Args:
        app: What to serve.
        host: The address to listen at.
        port: The port; 0 for any free port.
        ready: Called once with the URL, as soon as the server is reachable.

    Returns:
        The number of the signal.

    Raises:
        SettingsError: The address or the port cannot be used.
    """
    received: list[int] = []

    def interrupt(number: int, _frame: FrameType | None) -> None:
        received.append(number)
        raise KeyboardInterrupt

    with _open_socket(host, port) as listener:
        if ready is not None:
            ready(_url(host, listener))
        # uvicorn raises the signal again at its end: with another handler, that would end the caller, too.
        before = {n: signal.signal(n, interrupt) for n in (signal.SIGINT, signal.SIGTERM)}
        try:
            with contextlib.suppress(KeyboardInterrupt):
                _server(app).run(sockets=[listener])
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
    return received[0] if received else None


@contextlib.contextmanager
def serve_in_thread(app: ASGIApp, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serve in a thread of this process until the block ends; yields the URL.

    Args:
        app: What to serve.
        host: The address to listen at.
        port: The port; 0 for any free port.

    Raises:
        SettingsError: The address or the port cannot be used.
    """
    with _open_socket(host, port) as listener:
        server = _server(app)
        thread = Thread(target=server.run, kwargs={"sockets": [listener]}, name="dwell api")
        thread.start()
        try:
            yield _url(host, listener)
        finally:
            server.should_exit = True
            thread.join()


class _Protocol(H11Protocol):
    """HTTP/1.1 that closes a connection on which a request is begun and not completed: uvicorn would wait for ever."""

    _deadline: TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """A client has connected: its first request is awaited from now on."""
        super().connection_made(transport)
        self._deadline = self.loop.call_later(REQUEST_S, self._give_up)

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is closed."""
        self._unset_deadline()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """A part of a request has arrived."""
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        """A request is answered; the next one may lie in the buffer."""
        super().on_response_complete()
        self._watch()

    def _watch(self) -> None:
        """Counts from the first byte of a request to its last."""
        state = self.conn.their_state
        if state is h11.SEND_BODY or (state is h11.IDLE and self.conn.trailing_data[0]):
            self._deadline = self._deadline or self.loop.call_later(REQUEST_S, self._give_up)
        else:
            self._unset_deadline()

    def _unset_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        self._deadline = None
        self.transport.abort()


def _server(app: ASGIApp) -> uvicorn.Server:
    config = uvicorn.Config(
        app,
        http=_Protocol,
        log_config=None,
        log_level="critical",  # the app logs its requests and errors itself, without secrets
        access_log=False,
        lifespan="auto",
        ws="none",
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=_STOP_S,
        h11_max_incomplete_event_size=_HEADER_BYTES,
    )
    return uvicorn.Server(config)


def _open_socket(host: str, port: int) -> socket.socket:
    """A socket that accepts connections from now on, even before the server reads them."""
    if not 0 <= port <= _MAX_PORT:
        raise SettingsError(f"There is no port {port}: choose one up to {_MAX_PORT}, or 0 for any free one.")
    try:
        (family, _, _, _, address), *_ = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise SettingsError(f"The server cannot listen at {host}:{port} ({error}).") from error
    # asyncio sends small writes without delay only on sockets that name their protocol
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise SettingsError(
            f"The server cannot use port {port} of {host} ({error.strerror or error}): choose another one with --port, "
            "or --port 0 for any free one."
        ) from error
    return listener


def _url(host: str, listener: socket.socket) -> str:
    name = host
    with contextlib.suppress(ValueError):
        address = ipaddress.ip_address(host)
        if address.is_unspecified:
            name = "localhost"
        elif address.version == 6:
            name = f"[{host}]"
    return f"http://{name}:{listener.getsockname()[1]}"
