"""What the two transports share: the address of a server, the URL of a request, headers and limits."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, quote, urlencode, urlsplit

import msgspec

from dwell.errors import InvalidRequestError, ProviderError, SettingsError
from dwell.http.messages import HttpRequest

if TYPE_CHECKING:
    import httpcore2

MAX_BODY_BYTES = 32 << 20
CONNECT_S = 10.0
_MAX_TARGET_BYTES = 65_536
# Headers that describe the request; any other header of a provider may carry the key.
_KEYLESS = frozenset({"accept", "accept-encoding", "content-type", "idempotency-key", "user-agent"})
_SCHEMES = frozenset({"basic", "bearer", "token", "apikey"})


def parse_address(base_url: str, what: str = "The provider's address") -> SplitResult:
    """Parse an address. It may hold no user and password, because that would put a key in a URL.

    Args:
        base_url: The address.
        what: What it is, for the message.

    Raises:
        SettingsError: It isn't one.
    """
    try:
        parts = urlsplit(base_url)
        valid = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0 and parts.username is None
    except ValueError:
        valid = False
    if not valid:
        raise SettingsError(f"{what} isn't valid: write https://host or http://host:port, without a key.")
    return parts


def is_this_machine(host: str) -> bool:
    """Whether a host is this machine, so that what is sent to it is on no network."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def check_headers(headers: Mapping[str, str]) -> None:
    """Refuse what no header may contain.

    Raises:
        SettingsError: A key has such characters.
    """
    if not all(value.isascii() and value.isprintable() for value in headers.values()):
        raise SettingsError("The key contains invalid characters: copy it again, as one word.")


def find_secrets(headers: Mapping[str, str]) -> set[str]:
    """The words of each header that may carry a key, without the scheme in front (`Bearer`)."""
    values = [value for name, value in headers.items() if name.lower() not in _KEYLESS]
    return {word for value in values for word in value.split() if word.lower() not in _SCHEMES}


def default_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers of every request: what dwell says of itself, then those that are given."""
    from importlib import metadata

    from dwell.http.encoding import ACCEPTED

    own = {"user-agent": f"dwell/{metadata.version('dwell')}", "accept": "application/json"}
    return {**own, "accept-encoding": ACCEPTED, **headers}


def encode_body(body: Any) -> bytes | None:
    """The JSON of a request's body; None without one.

    Raises:
        InvalidRequestError: It has a value that JSON cannot have: msgspec would write null for NaN.
    """
    if body is None:
        return None
    try:
        return json.dumps(msgspec.to_builtins(body), ensure_ascii=False, allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidRequestError(
            "The request has a value that JSON cannot have, such as NaN, infinity or half a character."
        ) from error


def build_url(address: SplitResult, request: HttpRequest) -> httpcore2.URL:
    """The URL of a request.

    Args:
        address: The server's address.
        request: What to send.

    Raises:
        ProviderError: The request cannot be built from this input.
    """
    import httpcore2

    if not request.path.startswith("/") or request.path.startswith("//"):
        raise ProviderError(f"{request.path[:80]!r} isn't a path on {address.netloc}: a path starts with one slash.")
    try:
        target = quote(address.path.rstrip("/") + request.path, safe="/%:@!$&'()*+,;=~")
        target += f"?{urlencode(request.query, doseq=True)}" if request.query else ""
    except UnicodeError:
        target = ""
    if not 0 < len(target) <= _MAX_TARGET_BYTES:
        raise ProviderError(
            f"No request for {request.endpoint} can be built from this name or text: it is too long or damaged."
        )
    try:
        host = (address.hostname or "").encode("idna")
    except UnicodeError as error:  # a part of the host's name is empty or longer than 63 letters
        raise ProviderError(f"{address.netloc} can't be the name of a host: check the URL in the settings.") from error
    return httpcore2.URL(scheme=address.scheme.encode(), host=host, port=address.port, target=target.encode("ascii"))
