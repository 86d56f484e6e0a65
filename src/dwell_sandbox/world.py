"""A world to try everything in: creators, posts, counters at any instant, and the truth behind them.

Nothing is stored and nothing asks for the time: every answer is a pure function of seed, id and the instant named,
so any moment can be asked again, and a million creators take no room.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from dwell_sandbox import comments
from dwell_sandbox.accounts import Profile
from dwell_sandbox.comments import Comment
from dwell_sandbox.counters import Counters, counters_at
from dwell_sandbox.deletions import deleted_second
from dwell_sandbox.growth import HOUR
from dwell_sandbox.made import make
from dwell_sandbox.moments import second_of
from dwell_sandbox.pins import best, pinning_window
from dwell_sandbox.posts import Post
from dwell_sandbox.retention import retention
from dwell_sandbox.timeline import entries, there
from dwell_sandbox.topics import Topics
from dwell_sandbox.watch import Truth, truth

__all__ = ["Profile", "World"]


@dataclass(frozen=True, slots=True)
class World(Topics):
    """One simulated world.

    Args:
        seed: Two worlds with the same seed are the same.
    """

    def published(self, handle: str, *, since: datetime, until: datetime) -> tuple[Post, ...]:
        """All posts published in that time, those taken down since then too, oldest first."""
        number = self.creator(handle).number
        found = entries(self.seed, number, second_of(since), second_of(until))
        return tuple(make(self.seed, entry.post_id).post for entry in found)

    def posts(
        self, handle: str, *, since: datetime, at: datetime, before: datetime | None = None, limit: int | None = None
    ) -> tuple[Post, ...]:
        """The posts published from `since` on that are still there at `at`, newest first, whatever the standing.

        Args:
            handle: Whose posts.
            since: The earliest publishing.
            at: The instant of looking.
            before: Only posts published before it: the page after the one that ended there.
            limit: How many at most; making 35 costs a fraction of making all.
        """
        number = self.creator(handle).number
        newest_first = there(self.seed, number, second_of(since), second_of(at))[::-1]
        if before is not None:
            edge = second_of(before)
            newest_first = [entry for entry in newest_first if entry.posted < edge]
        return tuple(make(self.seed, entry.post_id).post for entry in newest_first[:limit])

    def post(self, post_id: str) -> Post:
        """The post with this id, deleted or not.

        Raises:
            LookupError: No creator of this world made it.
        """
        return make(self.seed, post_id).post

    def deleted_at(self, post_id: str) -> datetime | None:
        """When the post was taken down (possibly before it was to be published), or null if it stays for ever."""
        made = make(self.seed, post_id)
        second = deleted_second(self.seed, made.who, made.slot)
        return None if second is None else datetime.fromtimestamp(second, UTC)

    def pinned(self, handle: str, at: datetime) -> frozenset[str]:
        """Ids of the posts pinned to the profile at an instant: its three best of the half year before that quarter."""
        who = self.creator(handle)
        since, until = pinning_window(who, second_of(at))
        candidates = [
            entry.post_id
            for entry in there(self.seed, who.number, since, second_of(at))
            if entry.posted < until and not make(self.seed, entry.post_id).post.is_ad
        ]
        return best(candidates, lambda post_id: make(self.seed, post_id).fares.views)

    def counters(self, post_id: str, at: datetime) -> Counters:
        """The exact counters at an instant, batching and purges included; all 0 before publishing."""
        made = make(self.seed, post_id)
        return counters_at(self.seed, post_id, made.fares, made.shape, second_of(at) - made.slot.posted)

    def purged_at(self, post_id: str) -> datetime | None:
        """When part of the post's counters was removed, or null; the other counters follow within 15 minutes."""
        made = make(self.seed, post_id)
        if made.shape.purge_h is None:
            return None
        return datetime.fromtimestamp(made.slot.posted + int(made.shape.purge_h * HOUR), UTC)

    def truth(self, post_id: str) -> Truth | None:
        """The true watch metrics that no public number reveals; null for photos."""
        made = make(self.seed, post_id)
        return truth(self.seed, made.who, made.post, made.fares)

    def retention(self, post_id: str) -> tuple[float, ...] | None:
        """Share of viewers still watching at each second from 0 to the length; null for photos.

        Its mean is `Truth.held` (see `retention.retention`), its last value `Truth.full_watch_rate`; watching again
        is not in it.
        """
        post = make(self.seed, post_id).post
        true = self.truth(post_id)
        if true is None or post.duration_s is None:
            return None
        return retention(self.seed, post_id, post.duration_s, true)

    def comments(self, post_id: str, at: datetime, limit: int = 20, offset: int = 0) -> tuple[Comment, ...]:
        """Comments below the post at an instant, oldest first, `limit` of them from `offset` on.

        There are as many as `counters` says at that instant, so a later page never repeats an earlier one.
        """
        total = self.counters(post_id, at).comments
        return comments.comments(self.seed, make(self.seed, post_id), second_of(at), total, offset, limit)
