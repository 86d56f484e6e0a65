"""One post with all that follows from its id, made once and kept for a while."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from dwell_sandbox.appeal import Appeal, appeal
from dwell_sandbox.creator_lookup import creator
from dwell_sandbox.creators import Creator
from dwell_sandbox.growth import Curve, curve
from dwell_sandbox.posts import Post, describe
from dwell_sandbox.schedule import Slot, slot_of


@dataclass(frozen=True, slots=True)
class Made:
    """Who made the post, when, what it is, how it fares in the end, and how it gets there."""

    who: Creator
    slot: Slot
    post: Post
    fares: Appeal
    shape: Curve


@lru_cache(maxsize=32_768)
def make(seed: int, post_id: str) -> Made:
    """Everything about one post.

    Raises:
        LookupError: No creator of this world made it.
    """
    slot = slot_of(seed, post_id)
    if slot is None:
        raise LookupError(f"no post of the simulated world has the id {post_id!r}")
    who = creator(seed, slot.number)
    post = describe(seed, who, slot)
    return Made(who, slot, post, appeal(seed, who, post), curve(seed, post_id))
