"""Requests to URLs that users give: only to addresses that may be reached, which is decided when the socket opens.

A URL that was checked when it was entered proves nothing: its name may resolve to another address when it is used. So
the host is resolved once, every address is checked, and the connection goes to the address that was checked; TLS still
proves the name. Proxies of the environment are not used, redirects are not followed, cookies are not kept.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any
from urllib.parse import quote

import httpcore2

from dwell import logs
from dwell.errors import SettingsError, TemporaryError
from dwell.http.addresses import Allowed, Resolve, check, host_name, parse_url, port_of, resolve
from dwell.http.deadline import Deadline, DeadlineBackend, TooManyBytesError

MAX_BODY_BYTES = 64 << 10
_BODY_S = 2.0
"""How long the body of a response may take once its status is known: nobody reads it."""

_KEEPALIVE_S = 4.0
_CONNECT_S = 10.0
_ADDRESSES = 4
"""How many addresses of a host are tried."""

_SAFE = "/%:@!$&'()*+,;=~?"


@dataclass(frozen=True, slots=True)
class OutboundResponse:
    """A response, without its body.

    Attributes:
        status: HTTP status.
        headers: Names in lower case.
    """

    status: int
    headers: Mapping[str, str]


class GuardedBackend(httpcore2.NetworkBackend):
    """Opens connections to addresses that may be reached, and to no other.

    Args:
        allowed: What may be reached although it is not public.
        resolve: Gives the addresses of a host.
    """

    def __init__(self, allowed: Allowed, resolve: Resolve = resolve) -> None:
        self._allowed = allowed
        self._resolve = resolve
        self._backend = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore2.NetworkStream:
        """Look up a host, check all its addresses, and connect to the first that answers."""
        until = None if timeout is None else monotonic() + timeout
        try:
            addresses = check(host, port, self._allowed, self._resolve)
        except (OSError, UnicodeError) as error:
            raise httpcore2.ConnectError(f"{host} cannot be found") from error
        failure: Exception = httpcore2.ConnectError(f"{host} cannot be reached")
        for address in addresses[:_ADDRESSES]:
            left = None if until is None else until - monotonic()
            if left is not None and left <= 0:
                break
            try:
                return self._backend.connect_tcp(address, port, left, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
        raise failure


class OutboundClient:
    """Sends to URLs of users; safe to share between threads.

    Args:
        allowed: What may be reached although it is not public.
        connections: Maximum number of open connections.
        resolve: Gives the addresses of a host.

    Raises:
        SettingsError: The environment names certificates that cannot be read.
    """

    def __init__(self, allowed: Allowed, *, connections: int = 16, resolve: Resolve = resolve) -> None:
        from importlib import metadata

        try:
            certificates = httpcore2.default_ssl_context()
        except OSError as error:
            raise SettingsError(
                "The certificates in the environment (SSL_CERT_FILE or SSL_CERT_DIR) cannot be read: correct the path, "
                "or unset it."
            ) from error
        logs.redact_libraries()
        self._headers = {"user-agent": f"dwell/{metadata.version('dwell')}", "accept": "*/*"}
        self._pool = httpcore2.ConnectionPool(
            ssl_context=certificates,
            max_connections=connections,
            max_keepalive_connections=connections,
            keepalive_expiry=_KEEPALIVE_S,
            network_backend=DeadlineBackend(GuardedBackend(allowed, resolve)),
        )

    def post(
        self,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
        *,
        timeout_s: float,
        stop: threading.Event | None = None,
    ) -> OutboundResponse:
        """Send one request; the status counts, and the body of the response is dropped.

        Args:
            url: Where to.
            headers: In addition to `user-agent`, `host` and `content-length`.
            body: What to send.
            timeout_s: Seconds within which the response's status must arrive.
            stop: Set it to end the wait.

        Raises:
            AddressRefusedError: The URL leads to an address that may not be reached.
            TemporaryError: There was no response in time, or the connection broke.
            StoppedError: `stop` was set; the receiver may have got the request.
        """
        parts = parse_url(url)
        host = host_name(parts.hostname or "")
        target = quote(parts.path or "/", safe=_SAFE) + (f"?{quote(parts.query, safe=_SAFE)}" if parts.query else "")
        address = httpcore2.URL(
            scheme=parts.scheme.encode(), host=host.encode(), port=port_of(parts), target=target.encode("ascii")
        )
        literal = f"[{host}]" if ":" in host else host
        sent: Any = {**self._headers, "host": literal if parts.port is None else f"{literal}:{parts.port}", **headers}
        deadline = Deadline(timeout_s, MAX_BODY_BYTES, stop)
        timeouts = {"connect": min(_CONNECT_S, timeout_s), "pool": timeout_s}
        try:
            with (
                deadline.applied(),
                self._pool.stream(
                    "POST", address, headers=sent, content=body, extensions={"timeout": timeouts}
                ) as response,
            ):
                names = {name.decode("ascii").lower(): value.decode("latin-1") for name, value in response.headers}
                _drop_body(response, deadline)
                return OutboundResponse(response.status, names)
        except TooManyBytesError as error:
            raise TemporaryError("The response's headers are too large.") from error
        except (httpcore2.ConnectError, httpcore2.ConnectTimeout, httpcore2.PoolTimeout) as error:
            raise TemporaryError(_connect_error(error), sent=False) from error
        except httpcore2.TimeoutException as error:
            raise TemporaryError(f"No response within {timeout_s:g} s.") from error
        except (httpcore2.NetworkError, httpcore2.ProtocolError, OSError) as error:
            raise TemporaryError(f"The connection failed ({type(error).__name__}).") from error

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()


def _drop_body(response: httpcore2.Response, deadline: Deadline) -> None:
    """Read a short body, so that the connection can be used again; one that is long or slow ends with it."""
    deadline.at = min(deadline.at, monotonic() + _BODY_S)
    size = 0
    try:
        for chunk in response.iter_stream():
            size += len(chunk)
            if size > MAX_BODY_BYTES:
                return
    except (httpcore2.TimeoutException, httpcore2.NetworkError, httpcore2.ProtocolError, TooManyBytesError):
        return


def _connect_error(error: Exception) -> str:
    text = str(error)
    if isinstance(error, httpcore2.ConnectError) and "CERTIFICATE_VERIFY_FAILED" in text:
        return "The certificate of the host isn't valid."
    return f"The host cannot be reached ({type(error).__name__})."
