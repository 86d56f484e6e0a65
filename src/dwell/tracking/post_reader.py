"""Reads posts from the provider, the cheapest way first: one page of an account's listing may have many of them.

Being absent from a listing says nothing about a post; a lookup of the post itself decides.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from dwell import logs
from dwell.errors import (
    BudgetError,
    DwellError,
    HeldError,
    KeyRefusedError,
    OutOfCreditsError,
    ProviderError,
    SettingsError,
    UnavailableError,
)
from dwell.http import HttpRequest, HttpResponse
from dwell.http.messages import parse_http_date
from dwell.live.client import ApiClient
from dwell.live.client_factory import open_client
from dwell.live.parse_responses import ItemCache, Items, parse_payload
from dwell.live.records import counter_unit, possible_total, whole_number
from dwell.live.request_context import FetchedResponse, RequestContext, ResponseSummary
from dwell.providers import drift
from dwell.providers.base import Provider, Subject
from dwell.providers.provider_registry import get_provider
from dwell.records.item import PostItem
from dwell.records.reading import source_name
from dwell.records.tracking import GapReason
from dwell.settings import Settings
from dwell.state import StateDatabase, owner, subjects, tracking_days
from dwell.state.readings import COUNTERS, Failure, Reading, Result
from dwell.state.subjects import CachedSubject
from dwell.tracking.day_budget import DayBudget
from dwell.tracking.listing_starts import ListingStarts
from dwell.tracking.provider_clock import ProviderClock

MAX_ATTEMPTS = 2
"""Attempts of one request; the slot itself is tried again later."""

_FEWEST_ON_PAGE = 2
"""A page of a listing is worth its price if it has at least this many of the posts."""

_GONE: Mapping[str, GapReason] = {"private": "private", "region_blocked": "region"}
"""State in a provider's message -> reason of the gap; whatever else is not available counts as deleted."""

_REFUSED_PAUSE_S = 300.0
_LISTING_PAUSE = timedelta(hours=6)
"""How long a listing that had too few of the posts is not read again."""
log = logs.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Creator:
    """The account that posted, as far as it is known.

    Attributes:
        handle: Its handle.
        creator_id: Its id.
    """

    handle: str | None = None
    creator_id: str | None = None


class PostReader:
    """Reads posts with the user's key; threads share it.

    Args:
        settings: Where the key is.
        database: Ledger, rate limits and stored responses.
        provider: Name of the provider.
        budget: What limits the credits.
        stop: Set it to end every wait.
        parsed: Where the items of responses are kept until their rows are stored.

    Attributes:
        results: How many requests ended how: `ok`, or the code of an error.
        clock: The time that readings and slots are judged by.

    Raises:
        SettingsError: The provider does not exist, or does not offer single posts.
    """

    def __init__(
        self,
        settings: Settings,
        database: StateDatabase,
        provider: str,
        budget: DayBudget,
        stop: threading.Event,
        parsed: ItemCache | None = None,
    ) -> None:
        self.settings = settings
        self.database = database
        self.budget = budget
        self.stop = stop
        self.provider: Provider = get_provider(provider)
        if "post" not in self.provider.lookups:
            raise SettingsError(
                f"{provider} does not offer single posts, which tracking needs: set DWELL_TRACK_PROVIDER=tikliveapi or "
                "scavio."
            )
        self._lock = threading.Lock()
        self._clients: list[tuple[ApiClient, Any]] = []
        self._refused_until: datetime | None = None
        self._parsed = parsed
        self._unlisted: dict[str, datetime] = {}
        self.results: Counter[str] = Counter()
        self.clock = ProviderClock(database.now, self.ask_time)
        self._starts = ListingStarts(self.provider, self.clock.now)

    def close(self) -> None:
        """Close the connections."""
        with self._lock:
            for _, context in self._clients:
                context.__exit__(None, None, None)
            self._clients.clear()

    def ask_time(self) -> datetime | None:
        """The provider's time, by a request that costs nothing; None where it does not say, and of a simulation."""
        try:
            with self._client() as client:
                response = client.transport.send(HttpRequest("time", "GET", "/", timeout_s=10.0, credits=0))
        except DwellError:
            return None
        return None if response.simulated else parse_http_date(response.headers.get("date"))

    def read_post(self, post_id: str, handle: str | None = None) -> Result:
        """Read one post by itself.

        Raises:
            StoppedError: `stop` was set.
        """
        try:
            with self._client() as client:
                request = client.provider.lookup("post", Subject(handle or "", id=post_id))
                fetched = self._fetch(client, request, "post", post_id, self._summarize_post)
                (item,) = self._parse("post", fetched)
                found = self._to_reading(item, fetched.response, post_id)
                return found or Failure("provider")
        except ProviderError as error:
            return self._to_failure(error, post_id)
        except BudgetError as error:
            log.warning("%(reason)s", {"reason": str(error)})
            return Failure("budget")

    def read_posts(self, creator: Creator, post_ids: Collection[str], creator_key: str) -> Iterator[tuple[str, Result]]:
        """Read posts of one account: each with what was read, or why not, as soon as it is known.

        Raises:
            StoppedError: `stop` was set.
        """
        left = set(post_ids)
        if len(left) >= _FEWEST_ON_PAGE and creator.creator_id is None and creator.handle is None:
            first = max(left)  # its response says who the account is
            result = self.read_post(first)
            left.discard(first)
            if isinstance(result, Reading):
                creator = Creator(result.handle, result.creator_id)
            yield first, result
        if len(left) >= _FEWEST_ON_PAGE and self._is_listing_worth_it(creator_key):
            for post_id, reading in self._read_listing(creator, frozenset(left), creator_key):
                left.discard(post_id)
                yield post_id, reading
        for post_id in sorted(left, reverse=True):
            yield post_id, self.read_post(post_id, creator.handle)

    # --- listing -----------------------------------------------------------------------------------------------------

    def _is_listing_worth_it(self, creator_key: str) -> bool:
        again = self._unlisted.get(creator_key)
        return "user_posts" in self.provider.streams and (again is None or again <= self.clock.now())

    def _read_listing(
        self, creator: Creator, wanted: frozenset[str], creator_key: str
    ) -> Iterator[tuple[str, Reading]]:
        """The posts that pages of the listing have, as long as a page costs less than single lookups."""
        start = cursor = self._starts.find_cursor(creator_key, wanted)
        left, pages = set(wanted), 0
        try:
            while len(left) >= _FEWEST_ON_PAGE:
                with self._client() as client:
                    subject = self._listing_subject(client, creator)
                    size = client.provider.streams["user_posts"].page_size
                    request = client.provider.listing("user_posts", subject, cursor=cursor, count=size)
                    named = creator.handle or f"id:{creator.creator_id}"
                    fetched = self._fetch(client, request, "user_posts", named, self._summarize_page)
                    items = self._parse("user_posts", fetched)
                    page = client.provider.page("user_posts", fetched.payload)
                pages += 1
                matches = 0
                for item in items:
                    reading = self._to_reading(item, fetched.response, None)
                    if reading is not None and isinstance(item, PostItem) and item.post_id in left:
                        left.discard(item.post_id)
                        matches += 1
                        yield item.post_id, reading
                if pages == 1 and start is None and matches < _FEWEST_ON_PAGE:
                    self._unlisted[creator_key] = self.clock.now() + _LISTING_PAUSE
                posts = [item for item in items if isinstance(item, PostItem)]
                if cursor is None:
                    self._starts.remember(creator_key, posts, wanted)
                if not left:
                    return
                unpinned = [item.post_id for item in posts if not item.is_pinned]
                is_past = not unpinned or all(int(post_id) > int(min(unpinned, key=int)) for post_id in left)
                cursor, last = page.cursor, cursor
                if matches < _FEWEST_ON_PAGE or is_past or page.has_more is False or cursor in (None, last):
                    if start is None:
                        return
                    # It began too late for some of them: one may have been pinned, or published later.
                    self._starts.distrust(creator_key)
                    start = cursor = None
                    pages = 0
        except (ProviderError, BudgetError) as error:
            # The account may be private, renamed, or listed badly: each post's own lookup decides.
            log.info(
                "the posts of %(creator)s cannot be listed: %(reason)s", {"creator": creator_key, "reason": str(error)}
            )

    def _listing_subject(self, client: ApiClient, creator: Creator) -> Subject:
        """The account with every id that the provider needs for its listing."""
        subject = Subject(creator.handle or "", id=creator.creator_id)
        known = (
            subjects.find(self.database, client.provider.name, "account", creator.handle) if creator.handle else None
        )
        if known is not None:
            subject = Subject(subject.name, id=subject.id or known.id, key=known.key)
        try:
            client.provider.listing("user_posts", subject, cursor=None, count=1)
        except ProviderError:
            if not subject.name:
                raise
            request = client.provider.lookup("profile", Subject(subject.name))
            fetched = self._fetch(client, request, "profile", subject.name, self._summarize_profile)
            return client.provider.subject("profile", fetched.payload)
        return subject

    # --- requests ----------------------------------------------------------------------------------------------------

    @contextmanager
    def _client(self) -> Iterator[ApiClient]:
        """An API client; after a refused key, a new one is opened every few minutes: the user may have mended it."""
        with self._lock:
            if self._refused_until is not None and self.database.now() < self._refused_until:
                raise ProviderError(f"{self.provider.name} refused the key or has no credits left.")
            if not self._clients:
                context = open_client(
                    self.settings, self.database, self.provider.name, self.stop, max_attempts=MAX_ATTEMPTS
                )
                self._clients.append((context.__enter__(), context))
            client, context = self._clients[0]
        try:
            yield client
        except (KeyRefusedError, OutOfCreditsError):
            with self._lock:
                self._refused_until = self.database.now() + timedelta(seconds=_REFUSED_PAUSE_S)
                if self._clients and self._clients[0][0] is client:
                    self._clients.clear()  # other threads may still be using it: it is closed with its last reference
            raise

    def _parse(self, what: str, fetched: FetchedResponse) -> Items:
        """The items of a response, which the loader need not parse again if it is in this process."""
        items = parse_payload(self.provider, what, fetched.payload)
        if self._parsed is not None:
            self._parsed.put(fetched.request_id, items, len(fetched.response.body))
        return items

    def _fetch(
        self, client: ApiClient, request: HttpRequest, what: str, subject: str, summarize: Any
    ) -> FetchedResponse:
        day = owner.tracking(tracking_days.day_of(self.database.now()))
        result = "ok"
        try:
            return client.fetch(request, RequestContext(day, 0, "track", subject, what), self.budget, summarize)
        except DwellError as error:
            result = error.code
            raise
        finally:
            with self._lock:
                self.results[result] += 1

    def _summarize_post(self, payload: Mapping[str, Any]) -> ResponseSummary:
        return ResponseSummary(items=1, drift=drift.count_changes(self.provider.name, "post", [payload]))

    def _summarize_page(self, payload: Mapping[str, Any]) -> ResponseSummary:
        page = self.provider.page("user_posts", payload)
        return ResponseSummary(len(page.items), drift=drift.count_changes(self.provider.name, "post", page.items))

    def _summarize_profile(self, payload: Mapping[str, Any]) -> ResponseSummary:
        subject = self.provider.subject("profile", payload)
        total = possible_total(self.provider.total("profile", payload))
        known = CachedSubject(subject.id, subject.key, total, self.database.now())
        names = {("account", subject.name): known} if subject.name and (subject.id or subject.key) else None
        return ResponseSummary(1, names, drift.count_changes(self.provider.name, "user", [payload]))

    # --- results -----------------------------------------------------------------------------------------------------

    def _to_reading(self, item: object, response: HttpResponse, post_id: str | None) -> Reading | None:
        """A post as a reading; None where the object is another post, or has no counter at all."""
        if not isinstance(item, PostItem) or (post_id is not None and item.post_id != post_id):
            return None
        counters = {name: _counter(getattr(item, name)) for name in COUNTERS}
        if counters["views"] == 0 and any(value for value in counters.values()):
            counters["views"] = None  # 0 views beside other counters: the provider does not know them
        known = [name for name in COUNTERS if counters[name] is not None]
        if not known:
            return None
        units = {name: unit for name in known if (unit := counter_unit(getattr(item, name)) or 1) > 1}
        return Reading(
            read_at=self.clock.now(),
            observed_at=response.received_at,
            provider=source_name(self.provider.name, simulated=response.simulated),
            counters=counters,
            handle=item.handle.lower() if item.handle else None,
            creator_id=item.creator_id,
            display_name=item.display_name,
            caption=item.caption,
            units=units,
        )

    def _to_failure(self, error: ProviderError, post_id: str) -> Failure:
        fields = {"post": post_id, "reason": str(error)}
        if isinstance(error, UnavailableError):
            log.info("%(post)s is not available: %(reason)s", fields)
            return Failure(_GONE.get(error.state, "deleted"), is_gone=True)
        log.warning("%(post)s cannot be read: %(reason)s", fields)
        return Failure("provider", retry_at=error.until if isinstance(error, HeldError) else self.clock.now())


def _counter(value: int | str | None) -> int | None:
    """A counter as a number; None where it is unknown, or no counter can have it."""
    number = whole_number(value)
    return number if number is not None and 0 <= number < 1 << 63 else None
