"""Parses the payloads of responses into items."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from threading import Lock
from typing import Any

from dwell.errors import DamagedAnswerError
from dwell.providers.base import Provider
from dwell.providers.provider_registry import get_provider
from dwell.records.item import Item, ParseError
from dwell.records.owned_item import OwnedItem
from dwell.state.responses import StoredResponse

Items = Sequence[Item | OwnedItem | ParseError]

_CACHED_BYTES = 64 << 20
"""Size of the responses whose items stay in memory between reading and loading; most have about 50 kB."""


_LOOKUP_TABLES: Mapping[str, tuple[str, ...]] = {
    "profile": ("creators", "creator_snapshots"),
    "post": ("posts", "post_snapshots", "creators"),
}


def tables_of(response: StoredResponse) -> tuple[str, ...]:
    """The tables that the items of a response give rows to; none for a lookup that is only needed for its ids."""
    if response.what in _LOOKUP_TABLES:
        return _LOOKUP_TABLES[response.what]
    stream = get_provider(response.provider).streams.get(response.what)
    return stream.tables if stream else ()


def parse_payload(provider: Provider, what: str, payload: Mapping[str, Any]) -> Items:
    """The item of each object in a payload; for an object that cannot be parsed, the reason."""
    if what == "profile":
        return [provider.parser.user(payload)]
    if what == "post":
        return [provider.parser.post(payload)]
    parse = getattr(provider.parser, provider.streams[what].item)
    return [parse(item) for item in provider.page(what, payload).items]


def parse_response(response: StoredResponse) -> Items:
    """The items of a stored response.

    Raises:
        DamagedAnswerError: The stored response is damaged.
    """
    require_whole(response)
    provider = get_provider(response.provider)
    return parse_payload(provider, response.what, provider.read(response.request, response.response))


def require_whole(response: StoredResponse) -> None:
    """Refuses a damaged response.

    Raises:
        DamagedAnswerError: It is damaged.
    """
    if response.damage:
        raise DamagedAnswerError(f"stored response {response.response_id} is damaged ({response.damage})")


class ItemCache:
    """The items of the newest responses by their request: a sweep stores soon what it has just read."""

    def __init__(self) -> None:
        self._items: OrderedDict[str, tuple[Items, int]] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def put(self, request_id: str, items: Items, size: int) -> None:
        """Remember the items of a response of that many bytes; the oldest are forgotten if they are too many."""
        with self._lock:
            self._items[request_id] = items, size
            self._bytes += size
            while self._bytes > _CACHED_BYTES:
                _, (_, forgotten) = self._items.popitem(last=False)
                self._bytes -= forgotten

    def take(self, request_id: str) -> tuple[Items, int] | None:
        """The items of a response, which are forgotten then, and its bytes; None where they are not in memory."""
        with self._lock:
            taken = self._items.pop(request_id, None)
            self._bytes -= taken[1] if taken else 0
            return taken
