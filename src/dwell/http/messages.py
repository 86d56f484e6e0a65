"""What is sent to a provider and what comes back, without a key and without a connection."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, NoReturn

import msgspec

if TYPE_CHECKING:
    from dwell.http.large_bodies import LargeBody


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A description of one HTTP request. It holds no key.

    Attributes:
        endpoint: The provider's name for it, used in the ledger.
        method: `GET`, `POST` or `DELETE`.
        path: Path below the base URL, starting with a slash.
        query: Query string; a list of values repeats its name.
        body: JSON body of a `POST`.
        timeout_s: Seconds within which the whole response must arrive.
        credits: Its price if it succeeds, by the provider's price list.
    """

    endpoint: str
    method: Literal["GET", "POST", "PATCH", "DELETE"]
    path: str
    query: Mapping[str, str | list[str]] = field(default_factory=dict)
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
        large_body: The right to hold a large body; it ends with the response.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime
    simulated: bool = False
    large_body: LargeBody | None = field(default=None, repr=False, compare=False)

    @cached_property
    def json(self) -> Any:
        """The decoded body, decoded once; None where it isn't JSON (NaN isn't)."""
        if rb"\u0000" not in self.body:
            try:
                return msgspec.json.decode(self.body)
            except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
                pass
        return _decode_leniently(self.body)


def _decode_leniently(body: bytes) -> Any:
    """The same for what the fast decoder refuses or would keep: half of an emoji, NUL, numbers beyond a float."""

    def constant(text: str) -> NoReturn:
        raise ValueError(text)

    try:
        return _clean(json.loads(body, parse_constant=constant))
    except (ValueError, RecursionError):
        return None


def _clean(value: Any) -> Any:
    """The same value without halves of characters, which nothing downstream could store, and without NUL."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "")
    if isinstance(value, list):
        return [_clean(one) for one in value]
    return {_clean(key): _clean(one) for key, one in value.items()} if isinstance(value, dict) else value


def parse_http_date(text: str | None) -> datetime | None:
    """The instant that a header such as `Date` or `Retry-After` names, UTC; None if it names none."""
    try:
        instant = parsedate_to_datetime(text) if text else None
        return instant.replace(tzinfo=instant.tzinfo or UTC).astimezone(UTC) if instant else None
    except (ValueError, OverflowError):
        return None
