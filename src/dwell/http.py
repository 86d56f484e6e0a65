"""The one outbound door: a described request goes out, an answer comes back, and nothing else ever leaves dwell.

Redirects are not followed, so that a key cannot be carried to another host; cookies are neither kept nor sent. Keys
travel in headers alone and stand in no message of an error.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import SplitResult, urlencode, urlsplit

from dwell import clock
from dwell.errors import ProviderError, SettingsError, TemporaryError
from dwell.redact import Redactor

if TYPE_CHECKING:
    import httpx2

SIMULATED_AT = "x-dwell-simulated-at"
"""The header in which a simulation states that it is one, and at which simulated instant it answers (ISO 8601, UTC)."""

# Headers of a provider that say what is sent; every other one may carry the key.
_KEYLESS = frozenset({"accept", "accept-encoding", "content-type", "user-agent"})
_SCHEMES = frozenset({"basic", "bearer", "token", "apikey"})
_FIRST_YEAR, _LAST_YEAR = 2005, 2100
_MAX_BODY_BYTES = 32 << 20
_CONNECT_S = 10.0
# Servers commonly drop an idle connection after 5 s: to reuse one at that moment ends in a broken request.
_KEEPALIVE_S = 4.0


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One HTTP request, described. It holds no key.

    Attributes:
        endpoint: The provider's name of it, for the ledger.
        method: `GET` or `POST`.
        path: Below the base URL, beginning with a slash.
        query: Query string.
        body: JSON body of a `POST`.
        timeout_s: Seconds until the whole answer must be there.
        credits: What it costs when it succeeds, by the provider's price list.
    """

    endpoint: str
    method: Literal["GET", "POST"]
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    timeout_s: float = 30.0
    credits: int = 1


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """What came back.

    Attributes:
        status: HTTP status.
        headers: Names in lower case.
        body: The bytes, unpacked.
        received_at: When it came, UTC; of a simulated answer, the simulated instant that it states.
        simulated: It says of itself that a simulation made it.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime
    simulated: bool = False


class HttpTransport:
    """An open way to one provider; may be used by several threads at once.

    Args:
        base_url: Where the provider is reached.
        headers: Sent with every request; they carry the key.
        connections: Most connections at once.

    Raises:
        SettingsError: The address is none, the key has characters that no header may carry, or the environment names
            a proxy or certificates that cannot be used.
    """

    def __init__(self, base_url: str, headers: Mapping[str, str], *, connections: int = 16) -> None:
        from http.cookiejar import CookieJar, DefaultCookiePolicy
        from importlib import metadata

        import httpx2

        parts = _parse_address(base_url)
        if not all(value.isascii() and value.isprintable() for value in headers.values()):
            raise SettingsError("The key has characters that no key has: copy it again, as one word.")
        self.host = parts.netloc
        local = parts.hostname in {"localhost", "127.0.0.1", "::1"}
        self._base_url = base_url.rstrip("/")
        self._headers = {
            "user-agent": f"dwell/{metadata.version('dwell')}",
            "accept": "application/json",
            "accept-encoding": "gzip, deflate",
            **headers,
        }
        self.redactor = Redactor(_secrets(headers))
        with _environment_errors():
            self._client: httpx2.Client = httpx2.Client(
                limits=httpx2.Limits(
                    max_connections=connections, max_keepalive_connections=connections, keepalive_expiry=_KEEPALIVE_S
                ),
                follow_redirects=False,
                cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
                trust_env=not local,  # a proxy for the outside world must not stand between processes of one machine
            )

    def send(self, request: HttpRequest, headers: Mapping[str, str] | None = None) -> HttpResponse:
        """Send one request and wait for the whole answer.

        Args:
            request: What to ask.
            headers: Beside those of the door.

        Raises:
            TemporaryError: There was no answer in time, the connection broke, or the answer is absurdly long.
            ProviderError: The question cannot be written as a request.
        """
        import httpx2

        message, until = self._message(request, headers or {}), monotonic() + request.timeout_s
        try:
            response = self._client.send(message, stream=True)
            try:
                body = self._body(response, request, until)
            finally:
                response.close()
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
            raise TemporaryError(f"{self.host} cannot be reached ({type(error).__name__}).", sent=False) from error
        except httpx2.TimeoutException as error:
            raise TemporaryError(f"{self.host} did not answer within {request.timeout_s:g} s.") from error
        except httpx2.HTTPError as error:
            raise TemporaryError(f"The connection to {self.host} failed ({type(error).__name__}).") from error
        except UnicodeError as error:  # a part of the host's name is empty or longer than 63 letters
            raise ProviderError(f"{self.host} can't be the name of a host: check the URL in the settings.") from error
        simulated = response.headers.get(SIMULATED_AT)
        return HttpResponse(
            status=response.status_code,
            headers={name.lower(): value for name, value in response.headers.items()},
            body=self.redactor.redact_body(body),
            received_at=_parse_instant(simulated) or clock.now(),
            simulated=simulated is not None,
        )

    def close(self) -> None:
        """Ends its connections."""
        self._client.close()

    def _message(self, request: HttpRequest, headers: Mapping[str, str]) -> httpx2.Request:
        import httpx2

        if not request.path.startswith("/") or request.path.startswith("//"):
            raise ProviderError(f"{request.path[:80]!r} is no path below {self.host}: a path begins with one slash.")
        try:
            return httpx2.Request(  # the client's own builder merges addresses and takes three times as long
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
                f"{self.host} cannot be asked for {request.endpoint} with this name or text: it is too long or damaged."
            ) from error

    def _body(self, response: httpx2.Response, request: HttpRequest, until: float) -> bytes:
        """The whole body; the client's own timeout only bounds the silence between two pieces of it."""
        body = bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > _MAX_BODY_BYTES:
                raise TemporaryError(f"{self.host} sent more than {_MAX_BODY_BYTES >> 20} MB for one page.")
            if monotonic() > until:
                raise TemporaryError(f"{self.host} did not answer in full within {request.timeout_s:g} s.")
        return bytes(body)


def _parse_address(base_url: str) -> SplitResult:
    """The parts of an address without a user and a password, which would be a key in a URL."""
    try:
        parts = urlsplit(base_url)
        fine = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0 and parts.username is None
    except ValueError:
        fine = False
    if not fine:
        raise SettingsError("The address of the provider is none: write https://host or http://host:port, and no key.")
    return parts


def _secrets(headers: Mapping[str, str]) -> set[str]:
    """The words of each header that may carry a key, without the scheme before it (`Bearer`)."""
    values = [value for name, value in headers.items() if name.lower() not in _KEYLESS]
    return {word for value in values for word in value.split() if word.lower() not in _SCHEMES}


@contextmanager
def _environment_errors() -> Iterator[None]:
    """Proxies and certificates are read from the environment when a client is made: what is wrong there is said."""
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


def _parse_instant(text: str | None) -> datetime | None:
    """The instant that a simulation states; None where it cannot be read, or no post can be of that time."""
    try:
        stated = datetime.fromisoformat(text) if text else None
        instant = stated.astimezone(UTC) if stated and stated.tzinfo else None
    except (ValueError, OverflowError):
        return None
    return instant if instant and _FIRST_YEAR <= instant.year < _LAST_YEAR else None
