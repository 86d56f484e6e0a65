"""A world to try everything in: creators, posts, counters at any instant, and the truth behind them.

Nothing is stored and nothing asks for the time: every answer is a pure function of seed, id and the instant named,
so any moment can be asked again, and a million creators take no room.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from dwell.sandbox.appeal import Appeal, appeal
from dwell.sandbox.cast import creator, find
from dwell.sandbox.counters import Counters, counters_at
from dwell.sandbox.creators import Creator
from dwell.sandbox.curation import best, deleted_second, pinning_window
from dwell.sandbox.dice import Dice
from dwell.sandbox.growth import HOUR, Curve, curve
from dwell.sandbox.posts import Post, describe
from dwell.sandbox.schedule import DAY, Slot, slot_of, slots
from dwell.sandbox.story import followers
from dwell.sandbox.watch import Truth, truth

_LONGEST_SCHEDULE = 5 * DAY


@dataclass(frozen=True, slots=True)
class Profile:
    """What an account's page says at one instant."""

    followers: int
    following: int
    total_likes: int
    post_count: int


@dataclass(frozen=True, slots=True)
class _Made:
    """One post with all that follows from its id."""

    who: Creator
    slot: Slot
    post: Post
    fares: Appeal
    shape: Curve


@dataclass(frozen=True, slots=True)
class World:
    """One simulated world.

    Args:
        seed: Two worlds with the same seed are the same.
    """

    seed: int = 0

    def creator(self, handle: str) -> Creator:
        """The creator with this handle (case and @ ignored).

        Raises:
            LookupError: Nobody in this world has it.
        """
        found = find(self.seed, handle)
        if found is None:
            raise LookupError(f"nobody in the simulated world is called {handle!r}")
        return found

    def creator_number(self, number: int) -> Creator:
        """The creator with this number, 0 to `creators.CREATORS` - 1."""
        return creator(self.seed, number)

    def creator_id(self, handle: str) -> str:
        """The platform id of an account: 19 digits, the upper 32 bits are the second it joined."""
        who = self.creator(handle)
        return str((who.joined << 32) | Dice(self.seed, "account", who.number).bits("low", 32))

    def profile(self, handle: str, at: datetime) -> Profile:
        """The account's public counters at an instant."""
        who = self.creator(handle)
        second = _second(at)
        dice = Dice(self.seed, "profile", who.number)
        people = followers(self.seed, who, second)
        return Profile(
            followers=people,
            following=dice.integer("following", 20, 700),
            total_likes=int(people * dice.uniform("hearts", 8, 30)),
            post_count=len(self._there(who, who.joined, second)),
        )

    def profile_followers(self, handle: str, at: datetime) -> int:
        """Followers alone, which is quicker than the whole profile."""
        return followers(self.seed, self.creator(handle), _second(at))

    def published(self, handle: str, *, since: datetime, until: datetime) -> tuple[Post, ...]:
        """All posts published in that time, those taken down since then too, oldest first."""
        who = self.creator(handle)
        first, last = _second(since), _second(until)
        made = slots(self.seed, who.number, first - _LONGEST_SCHEDULE, last)
        return tuple(_make(self.seed, slot.post_id).post for slot in made if first <= slot.posted <= last)

    def posts(self, handle: str, *, since: datetime, at: datetime) -> tuple[Post, ...]:
        """The posts published from `since` on that are still there at `at`, newest first."""
        who = self.creator(handle)
        there = self._there(who, _second(since), _second(at))
        newest_first = sorted(there, key=lambda slot: (slot.posted, slot.post_id), reverse=True)
        return tuple(_make(self.seed, slot.post_id).post for slot in newest_first)

    def post(self, post_id: str) -> Post:
        """The post with this id, deleted or not.

        Raises:
            LookupError: No creator of this world made it.
        """
        return _make(self.seed, post_id).post

    def deleted_at(self, post_id: str) -> datetime | None:
        """When the post was taken down (possibly before it was to be published), or null if it stays for ever."""
        made = _make(self.seed, post_id)
        second = deleted_second(self.seed, made.who, made.slot)
        return None if second is None else datetime.fromtimestamp(second, UTC)

    def pinned(self, handle: str, at: datetime) -> frozenset[str]:
        """Ids of the posts pinned to the profile at an instant: its three best of the half year before that quarter."""
        who = self.creator(handle)
        since, until = pinning_window(who, _second(at))
        there = [
            slot
            for slot in self._there(who, since, _second(at))
            if slot.posted < until and not _make(self.seed, slot.post_id).post.is_ad
        ]
        return best(there, lambda slot: _make(self.seed, slot.post_id).fares.views)

    def counters(self, post_id: str, at: datetime) -> Counters:
        """The exact counters at an instant, batching and purges included; all 0 before publishing."""
        made = _make(self.seed, post_id)
        return counters_at(self.seed, post_id, made.fares, made.shape, _second(at) - made.slot.posted)

    def purged_at(self, post_id: str) -> datetime | None:
        """When part of the post's counters was removed, or null; the other counters follow within 15 minutes."""
        made = _make(self.seed, post_id)
        if made.shape.purge_h is None:
            return None
        return datetime.fromtimestamp(made.slot.posted + int(made.shape.purge_h * HOUR), UTC)

    def truth(self, post_id: str) -> Truth | None:
        """The true watch metrics that no public number reveals; null for photos."""
        made = _make(self.seed, post_id)
        return truth(self.seed, made.who, made.post, made.fares)

    def _there(self, who: Creator, since: int, at: int) -> list[Slot]:
        found = []
        for slot in slots(self.seed, who.number, since - _LONGEST_SCHEDULE, at):
            if since <= slot.posted <= at:
                gone = deleted_second(self.seed, who, slot)
                if gone is None or gone > at:
                    found.append(slot)
        return found


@lru_cache(maxsize=65_536)
def _make(seed: int, post_id: str) -> _Made:
    slot = slot_of(seed, post_id)
    if slot is None:
        raise LookupError(f"no post of the simulated world has the id {post_id!r}")
    who = creator(seed, slot.number)
    post = describe(seed, who, slot)
    return _Made(who, slot, post, appeal(seed, who, post), curve(seed, post_id))


def _second(instant: datetime) -> int:
    if instant.tzinfo is None:
        raise ValueError("an instant needs its time zone")
    return int(instant.timestamp())
