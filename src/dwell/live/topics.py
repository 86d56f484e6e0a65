"""Finds the hashtags and sounds that accounts use most: these are sampled, so that their stage is known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from dwell import clock
from dwell.live.target import Kind, Target
from dwell.records.reading import SIMULATED_SUFFIX
from dwell.warehouse.store import Store

FRESH_FOR = timedelta(hours=20)
"""A topic sampled more recently than this is not sampled again, because it changes slowly."""


def find_due_topics(
    store: Store, handles: Sequence[str], limit: int, now: datetime, days: float = 30.0
) -> list[Target]:
    """The hashtags and sounds, up to `limit` each, that the accounts' newest posts use most, unless sampled today.

    An original sound belongs to one creator and says nothing about a trend, so it is left out.
    """
    if not handles or limit <= 0:
        return []
    with store.lookups() as lookups:
        used = Counter(lookups.topics_used(handles, now - timedelta(days=days)))
        fresh = lookups.topics_sampled(now - FRESH_FOR, now + clock.TOLERANCE)
    due = []
    kinds: tuple[Kind, ...] = ("hashtag", "sound")
    for kind in kinds:
        ranked = sorted((-times, topic) for (of, topic), times in used.items() if of == kind)
        due += [Target(kind, topic) for _, topic in ranked[:limit] if (kind, topic) not in fresh]
    return due


def is_fresh(store: Store, topic: Target, now: datetime) -> bool:
    """The topic was sampled so recently that it does not need to be sampled again."""
    with store.lookups() as lookups:
        source = lookups.topics_sampled(now - FRESH_FOR, now + clock.TOLERANCE).get((topic.kind, topic.name))
    return source is not None and not source.endswith(SIMULATED_SUFFIX)
