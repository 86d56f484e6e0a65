"""Parses the payloads of responses into items."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from threading import Lock
from typing import Any, cast

from dwell.errors import DamagedAnswerError
from dwell.providers.base import Listing, Provider
from dwell.providers.provider_registry import get_provider
from dwell.records.item import Item, ParseError
from dwell.state.responses import StoredResponse

Items = Sequence[Item | ParseError]

_CACHED_RESPONSES = 600
"""Responses whose items stay in memory between reading and loading, about 50 kB each."""


def parse_payload(provider: Provider, what: str, payload: Mapping[str, Any]) -> Items:
    """The item of each object in a payload; for an object that cannot be parsed, the reason."""
    if what == "profile":
        return [provider.parser.user(payload)]
    parse = provider.parser.comment if what == "comments" else provider.parser.post
    return [parse(item) for item in provider.page(cast("Listing", what), payload).items]


def parse_response(response: StoredResponse) -> Items:
    """The items of a stored response.

    Raises:
        DamagedAnswerError: The stored response is damaged.
    """
    if response.damage:
        raise DamagedAnswerError(f"a stored response is damaged ({response.damage})")
    provider = get_provider(response.provider)
    return parse_payload(provider, response.what, provider.read(response.request, response.response))


class ItemCache:
    """The items of the newest responses by their request: a sweep stores soon what it has just read."""

    def __init__(self) -> None:
        self._items: OrderedDict[str, Items] = OrderedDict()
        self._lock = Lock()

    def put(self, request_id: str, items: Items) -> None:
        """Remember the items of a response; the oldest of too many are forgotten."""
        with self._lock:
            self._items[request_id] = items
            if len(self._items) > _CACHED_RESPONSES:
                self._items.popitem(last=False)

    def take(self, request_id: str) -> Items | None:
        """The items of a response, which are forgotten then; None where they are not in memory."""
        with self._lock:
            return self._items.pop(request_id, None)
