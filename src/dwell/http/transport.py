"""The HTTP transport: the only place where dwell sends a request.

Redirects are not followed, so a key cannot leak to another host; cookies are neither stored nor sent. Keys are sent
only in headers and never appear in an error message.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from dwell import clock, logs
from dwell.errors import StoppedError, TemporaryError
from dwell.http.connect_errors import explain_connect_error
from dwell.http.large_bodies import LARGE_BYTES, MAX_VALUES, LargeBody, count_values
from dwell.http.messages import HttpRequest, HttpResponse, parse_http_date
from dwell.http.request_url import (
    CONNECT_S,
    MAX_BODY_BYTES,
    build_url,
    check_headers,
    default_headers,
    encode_body,
    find_secrets,
    is_this_machine,
    parse_address,
)
from dwell.redact import Redactor, register_secrets

if TYPE_CHECKING:
    import httpcore2

    from dwell.http.deadline import Deadline

SIMULATED_AT = "x-dwell-simulated-at"
"""The header that marks a simulated response and gives its simulated time (ISO 8601, UTC)."""

_FIRST_YEAR, _LAST_YEAR = 2005, 2100
_OLDEST_DATE = datetime(2026, 1, 1, tzinfo=UTC)  # an earlier Date header is a fault of the server's

log = logs.get_logger(__name__)


class HttpTransport:
    """An HTTP connection pool for one provider; safe to share between threads.

    Args:
        base_url: The provider's address.
        headers: Headers of every request; with a key that never changes, including that.
        connections: Maximum number of open connections.

    Attributes:
        host: Host and port of the address.
        redactor: Hides every key that was sent.

    Raises:
        SettingsError: The address is invalid, the key has characters that are not allowed in a header, or the
            environment names a proxy or certificates that cannot be used.
    """

    def __init__(self, base_url: str, headers: Mapping[str, str], *, connections: int = 16) -> None:
        from dwell.http.pool import open_pool

        address = parse_address(base_url)
        self.host = address.netloc
        self._address = address
        self._base_url = base_url.rstrip("/")
        self._headers = default_headers(headers)
        self._secrets: frozenset[str] = frozenset()
        self._secrets_lock = threading.Lock()
        self.redactor = Redactor(())
        self.hide(headers)
        logs.redact_libraries()
        self._pool = open_pool(address, connections)
        self._is_clock_reported = False

    def hide(self, headers: Mapping[str, str]) -> None:
        """Hide the keys in these headers from now on, in responses, messages and logs.

        Raises:
            SettingsError: A key has characters that are not allowed in a header.
        """
        secrets = find_secrets(headers)
        if secrets <= self._secrets:
            return
        check_headers(headers)
        with self._secrets_lock:
            self._secrets |= secrets
            self.redactor = Redactor(self._secrets)
        register_secrets(secrets)
        if self._address.scheme == "http" and not is_this_machine(self._address.hostname or ""):
            _warn_of_plain_http(self.host)

    def send(
        self, request: HttpRequest, headers: Mapping[str, str] | None = None, *, stop: threading.Event | None = None
    ) -> HttpResponse:
        """Send one request and wait for the whole response, at most `request.timeout_s` seconds in all.

        Args:
            request: What to send.
            headers: Headers in addition to those of the transport.
            stop: Set it to end the wait: a response that does not come within two seconds is given up.

        Raises:
            TemporaryError: There was no response in time, the connection broke, or the response is too large.
            ProviderError: The request cannot be built from this input.
            StoppedError: `stop` was set; the provider may have received the request.
        """
        import httpcore2

        from dwell.http.deadline import Deadline, TooManyBytesError
        from dwell.http.encoding import EncodingError

        if stop is not None and stop.is_set():
            raise StoppedError("Stopped by you: run the same command again to resume.")

        url, body = build_url(self._address, request), encode_body(request.body)
        sent: Any = {**self._headers, **(headers or {})} | (
            {} if body is None else {"content-type": "application/json"}
        )
        timeouts = {"connect": min(CONNECT_S, request.timeout_s), "pool": request.timeout_s}
        deadline = Deadline(request.timeout_s, MAX_BODY_BYTES, stop)
        # Without the query: a provider may want a token there.
        log.debug("%(method)s %(url)s", {"method": request.method, "url": f"{self._base_url}{request.path}"})
        try:
            with (
                deadline.applied(),
                self._pool.stream(
                    request.method, url, headers=sent, content=body, extensions={"timeout": timeouts}
                ) as response,
            ):
                return self._read(response, request, deadline)
        except TooManyBytesError as error:
            raise TemporaryError(f"{self.host} sent more than {MAX_BODY_BYTES >> 20} MB for one page.") from error
        except (httpcore2.ConnectError, httpcore2.ConnectTimeout, httpcore2.PoolTimeout) as error:
            raise TemporaryError(explain_connect_error(self.host, error), sent=False) from error
        except httpcore2.TimeoutException as error:
            raise TemporaryError(f"{self.host} did not respond within {request.timeout_s:g} s.") from error
        except (httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.ProxyError, EncodingError) as error:
            raise TemporaryError(f"The connection to {self.host} failed ({type(error).__name__}).") from error

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()

    def _read(self, response: httpcore2.Response, request: HttpRequest, deadline: Deadline) -> HttpResponse:
        """Read the whole response."""
        headers = {name.decode("ascii").lower(): value.decode("latin-1") for name, value in response.headers}
        large_body = LargeBody(deadline.at)
        try:
            body = self._read_body(response, headers.get("content-encoding", ""), request, large_body)
            self._check_values(body)
            body = self.redactor.redact_body(_as_utf8(body))
        except BaseException:
            large_body.release()
            raise
        simulated = headers.get(SIMULATED_AT)
        return HttpResponse(
            status=response.status,
            headers=headers,
            body=body,
            received_at=_parse_instant(simulated) or self._read_clock(None if simulated else headers.get("date")),
            simulated=simulated is not None,
            large_body=large_body,
        )

    def _check_values(self, body: bytes) -> None:
        """Refuse a body whose decoded values would fill the memory."""
        if len(body) > MAX_VALUES and count_values(body) > MAX_VALUES:
            raise TemporaryError(f"{self.host} sent more than {MAX_VALUES:,} values for one page.")

    def _read_clock(self, date: str | None) -> datetime:
        """The time now, or the provider's if this machine's clock is ahead: no reading is stamped in the future."""
        now, theirs = clock.now(), parse_http_date(date)
        if theirs is None or theirs < _OLDEST_DATE or abs(now - theirs) <= clock.TOLERANCE:
            return now
        if not self._is_clock_reported:
            self._is_clock_reported = True
            ours, difference = f"{now:%Y-%m-%d %H:%M:%S} UTC", abs(now - theirs)
            fields = {"host": self.host, "theirs": f"{theirs:%Y-%m-%d %H:%M:%S} UTC", "ours": ours}
            fields["direction"] = "ahead of" if now > theirs else "behind"
            fields["difference"] = str(timedelta(seconds=round(difference.total_seconds())))
            log.warning(
                "The clock of this machine (%(ours)s) is %(difference)s %(direction)s that of %(host)s (%(theirs)s): "
                "set it. Readings get the earlier of the two times.",
                fields,
            )
        return min(now, theirs)

    def _read_body(
        self, response: httpcore2.Response, encoding: str, request: HttpRequest, large_body: LargeBody
    ) -> bytes:
        """The unpacked body."""
        import httpcore2

        from dwell.http.deadline import TooManyBytesError
        from dwell.http.encoding import decode

        body, chunks = bytearray(), decode(response.iter_stream(), encoding)
        late = f"{self.host} did not send the whole response within {request.timeout_s:g} s."
        while True:
            try:
                chunk = next(chunks, None)
            except httpcore2.ReadTimeout as error:
                raise TemporaryError(late) from error
            if chunk is None:
                return bytes(body)
            body += chunk
            if len(body) > MAX_BODY_BYTES:
                raise TooManyBytesError
            if len(body) > LARGE_BYTES and not large_body.acquire():
                raise TemporaryError(late)


@cache
def _warn_of_plain_http(host: str) -> None:
    """Says once per host and process that a key can be read on the way."""
    log.warning("the key is sent to %(host)s without encryption: use https://", {"host": host})


def _as_utf8(body: bytes) -> bytes:
    """JSON in UTF-16 or UTF-32 as UTF-8: a key is only looked for in that."""
    if b"\0" not in body[:4]:
        return body
    try:
        return body.decode(json.detect_encoding(body)).removeprefix("\ufeff").encode()
    except UnicodeError:
        return body


def _parse_instant(text: str | None) -> datetime | None:
    """The time that a simulation states; None if it cannot be parsed or lies outside the years of possible posts."""
    try:
        stated = datetime.fromisoformat(text) if text else None
        instant = stated.astimezone(UTC) if stated and stated.tzinfo else None
    except (ValueError, OverflowError):
        return None
    return instant if instant and _FIRST_YEAR <= instant.year < _LAST_YEAR else None
