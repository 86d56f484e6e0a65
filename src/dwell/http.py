"""The HTTP transport: the only place where dwell sends a request.

Redirects are not followed, so a key cannot leak to another host; cookies are neither stored nor sent. Keys are sent
only in headers and never appear in an error message.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from time import monotonic
from typing import TYPE_CHECKING, Any, Literal, NoReturn
from urllib.parse import SplitResult, urlencode, urlsplit

import msgspec

from dwell import clock, logs
from dwell.errors import ProviderError, SettingsError, TemporaryError
from dwell.redact import Redactor, register_secrets

if TYPE_CHECKING:
    import httpx2

SIMULATED_AT = "x-dwell-simulated-at"
"""The header that marks a simulated response and gives its simulated time (ISO 8601, UTC)."""

# Headers that describe the request; any other header of a provider may carry the key.
_KEYLESS = frozenset({"accept", "accept-encoding", "content-type", "user-agent"})
_SCHEMES = frozenset({"basic", "bearer", "token", "apikey"})
_FIRST_YEAR, _LAST_YEAR = 2005, 2100
_MAX_BODY_BYTES = 32 << 20
_CONNECT_S = 10.0
# Servers often close an idle connection after 5 s; reusing it at that moment would break the request.
_KEEPALIVE_S = 4.0

log = logs.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A description of one HTTP request. It holds no key.

    Attributes:
        endpoint: The provider's name for it, used in the ledger.
        method: `GET` or `POST`.
        path: Path below the base URL, starting with a slash.
        query: Query string.
        body: JSON body of a `POST`.
        timeout_s: Seconds within which the whole response must arrive.
        credits: Its price if it succeeds, by the provider's price list.
    """

    endpoint: str
    method: Literal["GET", "POST"]
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    timeout_s: float = 30.0
    credits: int = 1


@dataclass(frozen=True)
class HttpResponse:
    """A response.

    Attributes:
        status: HTTP status.
        headers: Names in lower case.
        body: The decompressed bytes.
        received_at: When it arrived, UTC; for a simulated response, the simulated time that it states.
        simulated: The response says that a simulation made it.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime
    simulated: bool = False

    @cached_property
    def json(self) -> Any:
        """The decoded body, decoded once; None where it isn't JSON (NaN isn't)."""
        try:
            return msgspec.json.decode(self.body)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
            return _decode_leniently(self.body)


def _decode_leniently(body: bytes) -> Any:
    """The same for what the fast decoder refuses: half of an emoji, numbers beyond a float, other encodings."""

    def constant(text: str) -> NoReturn:
        raise ValueError(text)

    try:
        return _replace_surrogates(json.loads(body, parse_constant=constant))
    except (ValueError, RecursionError):
        return None


def _replace_surrogates(value: Any) -> Any:
    """The same value without halves of characters, which nothing downstream could store."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_replace_surrogates(one) for one in value]
    return (
        {_replace_surrogates(key): _replace_surrogates(one) for key, one in value.items()}
        if isinstance(value, dict)
        else value
    )


class HttpTransport:
    """An HTTP connection pool for one provider; safe to share between threads.

    Args:
        base_url: The provider's address.
        headers: Headers of every request, including the key.
        connections: Maximum number of open connections.

    Raises:
        SettingsError: The address is invalid, the key has characters that are not allowed in a header, or the
            environment names a proxy or certificates that cannot be used.
    """

    def __init__(self, base_url: str, headers: Mapping[str, str], *, connections: int = 16) -> None:
        from http.cookiejar import CookieJar, DefaultCookiePolicy
        from importlib import metadata

        import httpx2

        parts = _parse_address(base_url)
        if not all(value.isascii() and value.isprintable() for value in headers.values()):
            raise SettingsError("The key contains invalid characters: copy it again, as one word.")
        self.host = parts.netloc
        local = parts.hostname in {"localhost", "127.0.0.1", "::1"}
        self._base_url = base_url.rstrip("/")
        self._headers = {
            "user-agent": f"dwell/{metadata.version('dwell')}",
            "accept": "application/json",
            "accept-encoding": "gzip, deflate",
            **headers,
        }
        secrets = _find_secrets(headers)
        self.redactor = Redactor(secrets)
        register_secrets(secrets)
        logs.redact_libraries()
        with _environment_errors():
            self._client: httpx2.Client = httpx2.Client(
                limits=httpx2.Limits(
                    max_connections=connections, max_keepalive_connections=connections, keepalive_expiry=_KEEPALIVE_S
                ),
                follow_redirects=False,
                cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
                trust_env=not local,  # traffic between processes of one machine must not go through a proxy
            )

    def send(self, request: HttpRequest, headers: Mapping[str, str] | None = None) -> HttpResponse:
        """Send one request and wait for the whole response.

        Args:
            request: What to send.
            headers: Headers in addition to those of the transport.

        Raises:
            TemporaryError: There was no response in time, the connection broke, or the response is too large.
            ProviderError: The request cannot be built from this input.
        """
        import httpx2

        message, deadline = self._build_request(request, headers or {}), monotonic() + request.timeout_s
        # Without the query: a provider may want a token there.
        log.debug("%(method)s %(url)s", {"method": request.method, "url": f"{self._base_url}{request.path}"})
        try:
            response = self._client.send(message, stream=True)
            try:
                body = self._read_body(response, request, deadline)
            finally:
                response.close()
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
            raise TemporaryError(f"{self.host} cannot be reached ({type(error).__name__}).", sent=False) from error
        except httpx2.TimeoutException as error:
            raise TemporaryError(f"{self.host} did not respond within {request.timeout_s:g} s.") from error
        except httpx2.HTTPError as error:
            raise TemporaryError(f"The connection to {self.host} failed ({type(error).__name__}).") from error
        except UnicodeError as error:  # a part of the host's name is empty or longer than 63 letters
            raise ProviderError(f"{self.host} can't be the name of a host: check the URL in the settings.") from error
        simulated = response.headers.get(SIMULATED_AT)
        return HttpResponse(
            status=response.status_code,
            headers={name.lower(): value for name, value in response.headers.items()},
            body=self.redactor.redact_body(_as_utf8(body)),
            received_at=_parse_instant(simulated) or clock.now(),
            simulated=simulated is not None,
        )

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    def _build_request(self, request: HttpRequest, headers: Mapping[str, str]) -> httpx2.Request:
        import httpx2

        if not request.path.startswith("/") or request.path.startswith("//"):
            raise ProviderError(f"{request.path[:80]!r} isn't a path on {self.host}: a path starts with one slash.")
        try:
            return httpx2.Request(  # the client's own builder merges URLs, which takes three times as long
                request.method,
                self._base_url + request.path + (f"?{urlencode(request.query)}" if request.query else ""),
                headers={**self._headers, **headers},
                json=None if request.body is None else dict(request.body),
                extensions={
                    "timeout": httpx2.Timeout(request.timeout_s, connect=min(_CONNECT_S, request.timeout_s)).as_dict()
                },
            )
        except (httpx2.InvalidURL, UnicodeError) as error:
            raise ProviderError(
                f"No request for {request.endpoint} can be built from this name or text: it is too long or damaged."
            ) from error

    def _read_body(self, response: httpx2.Response, request: HttpRequest, deadline: float) -> bytes:
        """Read the whole body by the deadline; the client's own timeout only applies to each chunk."""
        body = bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > _MAX_BODY_BYTES:
                raise TemporaryError(f"{self.host} sent more than {_MAX_BODY_BYTES >> 20} MB for one page.")
            if monotonic() > deadline:
                raise TemporaryError(f"{self.host} did not send the whole response within {request.timeout_s:g} s.")
        return bytes(body)


def _parse_address(base_url: str) -> SplitResult:
    """Parse an address. It may hold no user and password, because that would put a key in a URL."""
    try:
        parts = urlsplit(base_url)
        valid = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0 and parts.username is None
    except ValueError:
        valid = False
    if not valid:
        raise SettingsError(
            "The provider's address isn't valid: write https://host or http://host:port, without a key."
        )
    return parts


def _find_secrets(headers: Mapping[str, str]) -> set[str]:
    """The words of each header that may carry a key, without the scheme in front (`Bearer`)."""
    values = [value for name, value in headers.items() if name.lower() not in _KEYLESS]
    return {word for value in values for word in value.split() if word.lower() not in _SCHEMES}


@contextmanager
def _environment_errors() -> Iterator[None]:
    """Explain what is wrong with the proxy or certificates that the client reads from the environment."""
    try:
        yield
    except (ImportError, ValueError) as error:
        raise SettingsError(
            "The proxy in the environment (HTTP_PROXY, HTTPS_PROXY or ALL_PROXY) cannot be used: write it as "
            "http://host:port, or unset it."
        ) from error
    except OSError as error:
        raise SettingsError(
            "The certificates in the environment (SSL_CERT_FILE or SSL_CERT_DIR) cannot be read: correct the path, "
            "or unset it."
        ) from error


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
