"""A network backend that ends a request at one deadline, at a limit of bytes, or when the user stops the job.

A client's own timeouts apply to each read: a server that sends one byte a second, or `100 Continue` without end, would
hold a request for ever.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

import httpcore2

from dwell.errors import StoppedError

_POLL_S = 0.1
"""How soon a waiting request notices that the user stopped the job."""

GRACE_S = 2.0
"""How long a request that was sent may still take when the user stops the job: its response is paid for."""

_MAX_HEADER_BYTES = 1 << 20

_requests = threading.local()


class TooManyBytesError(Exception):
    """A response is larger than it may be."""


class Deadline:
    """What one request may take.

    Args:
        seconds: From now until the whole response must have arrived.
        max_bytes: Bytes of its body.
        stop: Set it to end the request.
    """

    def __init__(self, seconds: float, max_bytes: int, stop: threading.Event | None) -> None:
        self.at = monotonic() + seconds
        self.bytes_left = max_bytes + _MAX_HEADER_BYTES
        self.stop = stop
        self._is_stopping = False

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Applies to everything that this thread reads and writes meanwhile."""
        _requests.deadline = self
        try:
            yield
        finally:
            del _requests.deadline

    def next_wait(self, timed_out: type[Exception]) -> float:
        """Seconds to wait before asking again.

        Args:
            timed_out: What to raise when the time is up.

        Raises:
            StoppedError: The user stopped the job, and the response did not come within `GRACE_S` seconds of it.
        """
        if self.stop is not None and self.stop.is_set() and not self._is_stopping:
            self._is_stopping = True
            self.at = min(self.at, monotonic() + GRACE_S)
        left = self.at - monotonic()
        if left <= 0 and self._is_stopping:
            raise StoppedError("Stopped by you: run the same command again to resume.")
        if left <= 0:
            raise timed_out
        return left if self.stop is None else min(left, _POLL_S)

    def count(self, data: bytes) -> None:
        """Counts bytes that arrived.

        Raises:
            TooManyBytesError: They are more than one response may have.
        """
        self.bytes_left -= len(data)
        if self.bytes_left < 0:
            raise TooManyBytesError


class DeadlineStream(httpcore2.NetworkStream):
    """A connection whose reads, writes and handshakes obey the deadline of the request that uses it."""

    def __init__(self, stream: httpcore2.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Wait for bytes, at most until the deadline."""
        del timeout
        deadline: Deadline = _requests.deadline
        while True:
            try:
                data = self._stream.read(max_bytes, deadline.next_wait(httpcore2.ReadTimeout))
            except httpcore2.ReadTimeout:
                deadline.next_wait(httpcore2.ReadTimeout)  # raises if the time is up
                continue
            deadline.count(data)
            return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send bytes. A request is small: it never waits for long."""
        del timeout
        deadline: Deadline = _requests.deadline
        deadline.next_wait(httpcore2.WriteTimeout)
        self._stream.write(buffer, max(0.001, deadline.at - monotonic()))

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        """Encrypt the connection."""
        return _run(lambda: self._stream.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        """What the connection knows about itself."""
        return self._stream.get_extra_info(info)


class DeadlineBackend(httpcore2.NetworkBackend):
    """Opens connections that obey the deadline of the request that uses them.

    Args:
        backend: What opens them.
    """

    def __init__(self, backend: httpcore2.NetworkBackend | None = None) -> None:
        self._backend = backend or httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore2.NetworkStream:
        """Look up a host and connect to it."""
        return _run(lambda: self._backend.connect_tcp(host, port, timeout, local_address, socket_options))


def _run(connect: Callable[[], httpcore2.NetworkStream]) -> httpcore2.NetworkStream:
    """Connect in a thread of its own, because neither a lookup of a name nor a handshake can be interrupted."""
    deadline: Deadline = _requests.deadline
    connecting = _Connecting(connect)
    connecting.start()
    try:
        while not connecting.done.wait(deadline.next_wait(httpcore2.ConnectTimeout)):
            pass
    except BaseException:
        connecting.abandon()
        raise
    return DeadlineStream(connecting.result())


class _Connecting(threading.Thread):
    """Connects; if nobody waits for the connection any longer, closes it."""

    def __init__(self, connect: Callable[[], httpcore2.NetworkStream]) -> None:
        super().__init__(name="dwell-connect", daemon=True)
        self.done = threading.Event()
        self._connect = connect
        self._lock = threading.Lock()
        self._stream: httpcore2.NetworkStream | None = None
        self._error: Exception | None = None
        self._is_abandoned = False

    def run(self) -> None:
        """Connect."""
        try:
            stream = self._connect()
        except Exception as error:  # noqa: BLE001 - raised again in the thread that waits
            self._error = error
        else:
            with self._lock:
                self._stream = stream
                if self._is_abandoned:
                    stream.close()
        self.done.set()

    def result(self) -> httpcore2.NetworkStream:
        """The connection, after `done`."""
        if self._error is not None:
            raise self._error
        assert self._stream is not None
        return self._stream

    def abandon(self) -> None:
        """Nobody waits any longer."""
        with self._lock:
            self._is_abandoned = True
            if self._stream is not None:
                self._stream.close()
