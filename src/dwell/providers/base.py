"""What a live provider is: it describes requests and reads responses, and never sends anything itself.

Sending, pacing, paying, retrying and storing are done once, in `dwell.live`, for all providers alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol, runtime_checkable

from dwell.errors import ProviderError
from dwell.http import HttpRequest, HttpResponse
from dwell.providers.parser import Parser
from dwell.providers.streams import Stream

Lookup = Literal["profile", "post", "posts", "sound", "hashtag", "usage"]
"""What can be read with one request."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The subject of a request: an account, a post, a sound, a hashtag, a search.

    Attributes:
        name: As a person writes it: handle (lower case, no @), hashtag (no #), search text, post or sound id.
        id: The platform's id, where it is known.
        key: Another id that the provider requires (`sec_uid`), where it is known.
    """

    name: str
    id: str | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a stream.

    Attributes:
        items: The vendor's objects, as received.
        cursor: What the next request must send back, as opaque text; None where the response has no cursor.
        has_more: What the response states; None where it states nothing.
        sparse: An empty page followed by more is normal: the listing goes through time, window by window.
    """

    items: tuple[Mapping[str, Any], ...]
    cursor: str | None
    has_more: bool | None
    sparse: bool = False


@dataclass(frozen=True, slots=True)
class Limit:
    """The rate limit of a key.

    Attributes:
        requests: Requests allowed in `per_s` seconds.
        per_s: Length of that window.
        burst_per_s: Most requests in any one second, where the provider refuses more.
        per_day: Requests allowed a day, counted from 00:00 UTC, where there is such a quota.
    """

    requests: int
    per_s: float
    burst_per_s: int | None = None
    per_day: int | None = None


class Provider(Protocol):
    """A vendor of live data: pure functions that make requests, and that turn responses into records' columns.

    Attributes:
        name: As in `--provider`, the ledger and the `source` column.
        base_url: Its address, unless the user sets another one.
        limit: Its documented default limit.
        credit_price: Money for one credit in US dollars, by the provider's published price.
        streams: What can be read page by page, by name; commands know the names of `standard_streams`.
        own_account: It returns data of the account that the key belongs to, whatever name is requested.
        lookups: What it can look up.
        parser: Turns its objects into columns.
        parser_version: Increases by one whenever the parser reads something differently: `dwell replay` then parses
            kept responses again.
    """

    name: str
    base_url: str
    limit: Limit
    credit_price: float
    streams: Mapping[str, Stream]
    own_account: bool
    lookups: frozenset[Lookup]
    parser: Parser
    parser_version: int

    def headers(self, key: str) -> Mapping[str, str]:
        """The headers that carry the user's key."""

    def lookup(self, what: Lookup, subject: Subject) -> HttpRequest:
        """The request that looks up one subject.

        Raises:
            ProviderError: The provider does not offer it, or the subject lacks the id that it requires.
        """

    def listing(self, what: str, subject: Subject, *, cursor: str | None, count: int) -> HttpRequest:
        """The request for one page of a stream; the first has no cursor.

        Raises:
            ProviderError: The provider does not offer it, or the subject lacks the id that it requires.
        """

    def read(self, request: HttpRequest, response: HttpResponse) -> Mapping[str, Any]:
        """The payload of a response, without its wrapper.

        For a stream it is what `page` reads. For a lookup it is the object that the parser reads: `parser.user` reads
        a profile, `parser.post` a post, `parser.topic` a sound or hashtag. For `posts` it is what `page` reads as
        `user_posts`.

        Raises:
            ProviderError: One of its subclasses: the key is refused, the credits are used up, requests come too fast, a
                temporary failure, a damaged response, or a subject that is not available.
        """

    def page(self, what: str, payload: Mapping[str, Any]) -> Page:
        """A payload as a page of a stream."""

    def credits_charged(self, request: HttpRequest, response: HttpResponse) -> int:
        """Credits that the provider charges for this response: what it states, otherwise its list price."""

    def subject(self, what: Lookup, payload: Mapping[str, Any]) -> Subject:
        """The subject that a lookup found, with every id in it; its name is empty where the response leaves it out."""

    def total(self, what: Lookup, payload: Mapping[str, Any]) -> int | None:
        """How many posts the subject has by the provider's count; None where the response does not state it."""


def unsupported_error(title: str, what: str, offered: Iterable[str]) -> ProviderError:
    """The error for a request that a provider does not support."""
    return ProviderError(
        f"{title} does not offer {what.replace('_', ' ')}: choose another provider (this one has "
        f"{', '.join(sorted(name.replace('_', ' ') for name in offered))})."
    )


def missing_id_error(title: str, what: str, wanted: str) -> ProviderError:
    """The error for a subject without the id that the provider requires."""
    return ProviderError(f"{title} needs {wanted} for {what.replace('_', ' ')}: look that up first.")


@runtime_checkable
class TimeCursors(Protocol):
    """A provider whose listing of an account can begin at any time: an optional part of `Provider`."""

    def cursor_before(self, at: datetime) -> str:
        """The cursor of `user_posts` that begins with the newest post before an instant, without pinned posts."""
