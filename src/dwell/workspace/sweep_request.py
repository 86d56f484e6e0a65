"""What a user asks of live data, as plain data: the same order is planned, run, and kept by a schedule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dwell.live.target import Target

_VET_DEFAULTS = 35
_TRENDS_DEFAULTS = 100


@dataclass(frozen=True, slots=True)
class SweepRequest:
    """What a user asks of live data.

    Attributes:
        names: Accounts (`@name`, link, id), `#hashtag`, `sound:ID`, `search:words`.
        watchlist: A stored list of such names, read when the order is done.
        posts: Newest posts to read of each.
        provider: Whom to ask; the first with a key where it is None.
        niche: Subject to give to the accounts.
        topics: Afterwards sample so many hashtags and sounds that the accounts use most, once a day.
        max_credits: Most credits to spend.
        fresh: Begin anew, even where the same order was left unfinished.
    """

    names: tuple[str, ...] = ()
    watchlist: str | None = None
    posts: int | None = 200
    provider: str | None = None
    niche: str | None = None
    topics: int = 0
    max_credits: int | None = None
    fresh: bool = False


def vet_request(creator: str, posts: int, **said: Any) -> SweepRequest:
    """What is read before an account is vetted: more than is looked at, as pinned, young and paid posts do not count.

    Args:
        creator: The account.
        posts: Posts to look at.
        said: Further fields of the order.
    """
    return SweepRequest((creator,), posts=max(posts, _VET_DEFAULTS), **said)


def trends_request(topic: Target, **said: Any) -> SweepRequest:
    """What is read of a topic before its posts are ranked."""
    return SweepRequest((f"{topic.kind}:{topic.name}",), posts=_TRENDS_DEFAULTS, **said)


def from_schedule(said: Mapping[str, Any]) -> SweepRequest:
    """The order that a schedule holds."""
    return SweepRequest(**{**said, "names": tuple(said.get("names", ()))})
