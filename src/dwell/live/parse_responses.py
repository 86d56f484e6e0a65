"""Parses the bodies of responses into the columns of the stored tables."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, cast

from dwell.errors import DamagedAnswerError
from dwell.http import HttpRequest, HttpResponse
from dwell.providers.base import Listing
from dwell.providers.provider_registry import get_provider
from dwell.state.responses import StoredResponse

_CACHED_BODIES = 600
"""Responses whose columns stay in memory between reading and loading, about 100 kB each."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def parse_response(response: StoredResponse) -> Sequence[dict[str, Any] | str]:
    """The columns of each object in a stored response; for an object that cannot be parsed, the reason as text.

    Raises:
        DamagedAnswerError: The stored response is damaged.
    """
    if response.damage:
        raise DamagedAnswerError(f"a stored response is damaged ({response.damage})")
    return parse_body(response.provider, response.endpoint, response.what, response.body)


@lru_cache(maxsize=_CACHED_BODIES)
def parse_body(provider: str, endpoint: str, what: str, body: bytes) -> Sequence[dict[str, Any] | str]:
    """The columns of each object in the body of a response; callers must not modify them.

    Cached, because a sweep loads soon what it has just read: the same bytes are not parsed twice.
    """
    provider_client = get_provider(provider)
    payload = provider_client.read(HttpRequest(endpoint, "GET", "/"), HttpResponse(200, {}, body, _EPOCH))
    if what == "profile":
        return [provider_client.parser.user(payload)]
    parse = provider_client.parser.comment if what == "comments" else provider_client.parser.post
    return [parse(item) for item in provider_client.page(cast("Listing", what), payload).items]
