"""What a live provider is: it describes requests and reads answers, and never sends anything itself.

Sending, pacing, paying, retrying and storing are done once, in `dwell.live`, for all providers alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from dwell.errors import ProviderError
from dwell.http import HttpRequest, HttpResponse
from dwell.providers.parser import Parser

Listing = Literal["user_posts", "sound_posts", "hashtag_posts", "search_posts", "comments", "followers", "following"]
"""What can be read page by page."""

Lookup = Literal["profile", "post", "posts", "sound", "hashtag", "usage"]
"""What can be read with one request."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is asked about: an account, a post, a sound, a hashtag, a search.

    Attributes:
        name: As a person says it: handle (lower case, no @), hashtag (no #), search text, post or sound id.
        id: The platform's id, where it is known.
        key: A further id that the provider demands (`sec_uid`), where it is known.
    """

    name: str
    id: str | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a listing.

    Attributes:
        items: The vendor's objects, as they came.
        cursor: What the next request must hand back, as opaque text; None where the answer has none.
        has_more: What the answer says; None where it says nothing.
        sparse: An empty page with more behind it is nothing odd: the listing walks through time, window by window.
    """

    items: tuple[Mapping[str, Any], ...]
    cursor: str | None
    has_more: bool | None
    sparse: bool = False


@dataclass(frozen=True, slots=True)
class Limit:
    """How fast a key may ask.

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
    """A vendor of live data: pure functions from questions to calls, and from answers to records' columns.

    Attributes:
        name: As in `--provider`, the ledger and the `source` column.
        base_url: Where it is reached unless the user sets another address.
        limit: Its documented default limit.
        credit_price: Money for one credit in US dollars, by the provider's published price.
        page_size: Most items of one page, for each listing that it offers.
        own_account: It answers for the account that the key belongs to, whatever name is asked for.
        lookups: What it can look up.
        parser: Turns its objects into columns.
        parser_version: Goes up by one whenever the parser reads something differently: `dwell replay` then reads kept
            responses again.
    """

    name: str
    base_url: str
    limit: Limit
    credit_price: float
    page_size: Mapping[Listing, int]
    own_account: bool
    lookups: frozenset[Lookup]
    parser: Parser
    parser_version: int

    def headers(self, key: str) -> Mapping[str, str]:
        """The headers that carry the user's key."""

    def lookup(self, what: Lookup, subject: Subject) -> HttpRequest:
        """The request that looks one thing up.

        Raises:
            ProviderError: The provider does not offer it, or the subject lacks the id that it demands.
        """

    def listing(self, what: Listing, subject: Subject, *, cursor: str | None, count: int) -> HttpRequest:
        """The request for one page; the first has no cursor.

        Raises:
            ProviderError: The provider does not offer it, or the subject lacks the id that it demands.
        """

    def read(self, request: HttpRequest, response: HttpResponse) -> Mapping[str, Any]:
        """The payload of an answer, out of its wrapper.

        Of a listing it is what `page` reads. Of a lookup it is the object that the parser reads: `parser.user` a
        profile, `parser.post` a post, `parser.topic` a sound or hashtag. Of `posts` it is what `page` reads as
        `user_posts`.

        Raises:
            ProviderError: One of its subclasses: the key is refused, credits are used up, too fast, temporary, damaged,
                or the thing asked about is not to be had.
        """

    def page(self, what: Listing, payload: Mapping[str, Any]) -> Page:
        """A payload as a page."""

    def credits_charged(self, request: HttpRequest, response: HttpResponse) -> int:
        """Credits that the provider takes for this answer: what it states, else by its price list."""

    def subject(self, what: Lookup, payload: Mapping[str, Any]) -> Subject:
        """Who or what a lookup found, with every id in it; its name is empty where the answer leaves it out."""

    def total(self, what: Lookup, payload: Mapping[str, Any]) -> int | None:
        """How many posts the thing looked up has, by the provider's count; None where it does not say."""


def unsupported_error(title: str, what: Listing | Lookup, offered: Iterable[str]) -> ProviderError:
    """The error for a question that a provider does not answer."""
    return ProviderError(
        f"{title} does not offer {what.replace('_', ' ')}: choose another provider (this one has "
        f"{', '.join(sorted(name.replace('_', ' ') for name in offered))})."
    )


def missing_id_error(title: str, what: Listing | Lookup, wanted: str) -> ProviderError:
    """The error for a question about a subject that lacks the id which the provider demands."""
    return ProviderError(f"{title} needs {wanted} for {what.replace('_', ' ')}: look that up first.")
