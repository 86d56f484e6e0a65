"""A user's request for live data, as plain data: it can be planned, run, and stored in a schedule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypedDict

from dwell.live.target import Target

_VET_POSTS = 35
_TRENDS_POSTS = 100


@dataclass(frozen=True, slots=True)
class SweepRequest:
    """A user's request for live data.

    Attributes:
        names: Accounts (`@name`, link, id), `#hashtag`, `sound:ID`, `search:words`.
        watchlist: A stored list of such names, read when the request is run.
        posts: Number of newest posts to read of each.
        provider: The provider; the first with a key if None.
        niche: Niche to assign to the accounts.
        topics: How many of the accounts' most used hashtags and sounds to sample afterwards, once a day.
        max_credits: Maximum credits to spend.
        fresh: Start over, even if the same request was left unfinished.
    """

    names: tuple[str, ...] = ()
    watchlist: str | None = None
    posts: int | None = 200
    provider: str | None = None
    niche: str | None = None
    topics: int = 0
    max_credits: int | None = None
    fresh: bool = False


class SweepFields(TypedDict, total=False):
    """The fields of a `SweepRequest` besides its names."""

    watchlist: str | None
    posts: int | None
    provider: str | None
    niche: str | None
    topics: int
    max_credits: int | None
    fresh: bool


Asked = SweepRequest | str | Iterable[str]
"""Whom a sweep is about: a name, several, or a whole request."""


def to_request(names: Asked, fields: SweepFields) -> SweepRequest:
    """A request in a user's words: `["@a", "@b"]` and `{"posts": 500}`; fields win over those of a whole request."""
    if isinstance(names, SweepRequest):
        request = replace(names, **fields)
        return replace(request, names=(request.names,)) if isinstance(request.names, str) else request
    return SweepRequest((names,) if isinstance(names, str) else tuple(names), **fields)


def vet_request(creator: str, posts: int, **fields: Any) -> SweepRequest:
    """The request before a vetting: it reads more posts than are checked, as pinned, young and paid posts do not count.

    Args:
        creator: The account.
        posts: Number of posts to check.
        fields: Further fields of the request.
    """
    return SweepRequest((creator,), posts=max(posts, _VET_POSTS), **fields)


def trends_request(topic: Target, **fields: Any) -> SweepRequest:
    """The request for a topic before its posts are ranked."""
    return SweepRequest((f"{topic.kind}:{topic.name}",), posts=_TRENDS_POSTS, **fields)


def from_schedule(fields: Mapping[str, Any]) -> SweepRequest:
    """The request stored in a schedule."""
    return SweepRequest(**{**fields, "names": tuple(fields.get("names", ()))})
