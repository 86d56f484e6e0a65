"""A simulated world: creators, posts, counters at any instant, and the true watch times.

Nothing is stored and nothing reads the clock: every result is a pure function of seed, id and instant, so any instant
can be computed again, and millions of creators need no storage.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from dwell_sandbox import comments
from dwell_sandbox.accounts import Profile
from dwell_sandbox.comments import Comment
from dwell_sandbox.counters import Counters, compute_counters
from dwell_sandbox.deletions import find_deletion
from dwell_sandbox.growth_curve import HOUR
from dwell_sandbox.like_moments import likes_by_second
from dwell_sandbox.pins import choose_pinned, pin_window
from dwell_sandbox.post_details import get_post_details
from dwell_sandbox.posts import Post
from dwell_sandbox.retention import RetentionTruth, retention_truth
from dwell_sandbox.timeline import iterate_entries, list_visible
from dwell_sandbox.timestamps import to_unix_second
from dwell_sandbox.topics import Topics
from dwell_sandbox.watch_time import WatchTruth, true_watch_time

__all__ = ["Profile", "World"]


@dataclass(frozen=True, slots=True)
class World(Topics):
    """One simulated world.

    Args:
        seed: Worlds with the same seed are identical.
    """

    def published_posts(self, handle: str, *, since: datetime, until: datetime) -> tuple[Post, ...]:
        """All posts published in a span of time, deleted ones too, oldest first."""
        number = self.creator(handle).number
        entries = iterate_entries(self.seed, number, to_unix_second(since), to_unix_second(until))
        return tuple(get_post_details(self.seed, entry.post_id).post for entry in entries)

    def posts(
        self, handle: str, *, since: datetime, at: datetime, before: datetime | None = None, limit: int | None = None
    ) -> tuple[Post, ...]:
        """The posts published from `since` on and not deleted at `at`, newest first, whatever the account's status.

        Args:
            handle: Whose posts.
            since: The earliest time of publishing.
            at: The instant.
            before: Only posts published before it: the next page after one that ends there.
            limit: How many at most; computing 35 costs a fraction of computing all.
        """
        number = self.creator(handle).number
        newest_first = list_visible(self.seed, number, to_unix_second(since), to_unix_second(at))[::-1]
        if before is not None:
            edge = to_unix_second(before)
            newest_first = [entry for entry in newest_first if entry.posted < edge]
        return tuple(get_post_details(self.seed, entry.post_id).post for entry in newest_first[:limit])

    def post(self, post_id: str) -> Post:
        """The post with this id, deleted or not.

        Raises:
            LookupError: No post of this world has it.
        """
        return get_post_details(self.seed, post_id).post

    def deleted_at(self, post_id: str) -> datetime | None:
        """When the post is deleted (possibly before it would have been published), or null if it stays."""
        details = get_post_details(self.seed, post_id)
        second = find_deletion(self.seed, details.creator, details.upload)
        return None if second is None else datetime.fromtimestamp(second, UTC)

    def pinned(self, handle: str, at: datetime) -> frozenset[str]:
        """Ids of the posts pinned to the profile at an instant: its three best of the half year before the quarter."""
        creator = self.creator(handle)
        since, until = pin_window(creator, to_unix_second(at))
        candidates = [
            entry.post_id
            for entry in list_visible(self.seed, creator.number, since, to_unix_second(at))
            if entry.posted < until and not get_post_details(self.seed, entry.post_id).post.is_ad
        ]
        return choose_pinned(candidates, lambda post_id: get_post_details(self.seed, post_id).performance.views)

    def counters(self, post_id: str, at: datetime) -> Counters:
        """The exact counters at an instant, with refresh steps and purges; all 0 before publishing."""
        details = get_post_details(self.seed, post_id)
        return compute_counters(
            self.seed, post_id, details.performance, details.curve, to_unix_second(at) - details.upload.posted
        )

    def purged_at(self, post_id: str) -> datetime | None:
        """When part of the post's counters was removed, or null; the other counters follow within 15 minutes."""
        details = get_post_details(self.seed, post_id)
        if details.curve.purge_h is None:
            return None
        return datetime.fromtimestamp(details.upload.posted + int(details.curve.purge_h * HOUR), UTC)

    def truth(self, post_id: str) -> WatchTruth | None:
        """The true watch metrics, which no public number reveals; null for photos."""
        details = get_post_details(self.seed, post_id)
        return true_watch_time(self.seed, details.creator, details.post, details.performance)

    def retention(self, post_id: str) -> tuple[float, ...] | None:
        """Share of the views that contain each second from 0 to the length; null for photos.

        Its mean is `WatchTruth.watch_ratio` (see `retention.retention_truth` for the exceptions), its last value
        `WatchTruth.full_watch_rate`.
        """
        truth = self.retention_truth(post_id)
        return None if truth is None else truth.curve

    def retention_truth(self, post_id: str) -> RetentionTruth | None:
        """The retention curve with the bumps and cliffs that are planted in it; null for photos."""
        post = get_post_details(self.seed, post_id).post
        true = self.truth(post_id)
        if true is None or post.duration_s is None:
            return None
        return retention_truth(self.seed, post_id, post.duration_s, true)

    def likes_by_second(self, post_id: str) -> tuple[float, ...] | None:
        """Share of the likes given in each second from 0 to the length; null for photos."""
        curve = self.retention(post_id)
        return None if curve is None else likes_by_second(self.seed, post_id, curve)

    def comments(self, post_id: str, at: datetime, limit: int = 20, offset: int = 0) -> tuple[Comment, ...]:
        """Comments of the post at an instant, oldest first, `limit` of them from `offset` on.

        There are as many as `counters` says at that instant, so a later page never repeats an earlier one.
        """
        total = self.counters(post_id, at).comments
        return comments.list_comments(
            self.seed, get_post_details(self.seed, post_id), to_unix_second(at), total, offset, limit
        )

    def replies(self, comment: Comment, at: datetime) -> tuple[Comment, ...]:
        """The replies to a comment of this world at an instant, oldest first."""
        return comments.list_replies(self.seed, comment, to_unix_second(at))
