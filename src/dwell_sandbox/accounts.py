"""The accounts of a world: who there is, under which handle and id, how they stand, and who follows whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dwell_sandbox import follow_graph
from dwell_sandbox.account_growth import count_followers
from dwell_sandbox.account_status import AccountStatus, status_at
from dwell_sandbox.creator_lookup import find_by_handle, find_by_id, get_creator, get_handle, make_account_id
from dwell_sandbox.creators import Creator
from dwell_sandbox.seeded_random import SeededRandom
from dwell_sandbox.timeline import list_visible
from dwell_sandbox.timestamps import to_unix_second


@dataclass(frozen=True, slots=True)
class Profile:
    """What an account's page says at one instant."""

    followers: int
    following: int
    total_likes: int
    post_count: int


@dataclass(frozen=True, slots=True)
class Accounts:
    """The people of one simulated world.

    Args:
        seed: Two worlds with the same seed are the same.
    """

    seed: int = 0

    def creator(self, handle: str) -> Creator:
        """The creator who has, had or will have this handle (case and @ ignored).

        Raises:
            LookupError: Nobody in this world ever has it.
        """
        found = find_by_handle(self.seed, handle)
        if found is None:
            raise LookupError(f"nobody in the simulated world is called {handle!r}")
        return found

    def creator_by_number(self, number: int) -> Creator:
        """The creator with this number, 0 to `creators.CREATORS` - 1."""
        return get_creator(self.seed, number)

    def creator_id(self, handle: str) -> str:
        """The platform id of an account, which a new handle does not change: 19 digits."""
        return make_account_id(self.seed, self.creator(handle))

    def creator_by_id(self, creator_id: str) -> Creator:
        """The creator with this platform id.

        Raises:
            LookupError: Nobody in this world has it.
        """
        found = find_by_id(self.seed, creator_id)
        if found is None:
            raise LookupError(f"nobody in the simulated world has the id {creator_id!r}")
        return found

    def handle_at(self, number: int, at: datetime) -> str:
        """The handle that the creator with this number has at an instant."""
        return get_handle(self.seed, number, to_unix_second(at))

    def status(self, handle: str, at: datetime) -> AccountStatus:
        """How the account with this handle (case and @ ignored) stands at an instant.

        Raises:
            LookupError: Nobody in this world has or had it by then.
        """
        creator = self.creator(handle)
        found = status_at(self.seed, creator, handle.removeprefix("@").lower(), to_unix_second(at))
        if found is None:
            raise LookupError(f"nobody in the simulated world is called {handle!r} yet at {at.isoformat()}")
        return found

    def profile(self, handle: str, at: datetime) -> Profile:
        """The account's public counters at an instant, whatever its standing."""
        creator = self.creator(handle)
        second = to_unix_second(at)
        rng = SeededRandom(self.seed, "profile", creator.number)
        count = count_followers(self.seed, creator, second)
        return Profile(
            followers=count,
            following=rng.integer("following", 20, 700),
            total_likes=int(count * rng.uniform("hearts", 8, 30)),
            post_count=len(list_visible(self.seed, creator.number, creator.joined, second)),
        )

    def profile_followers(self, handle: str, at: datetime) -> int:
        """Followers alone, which is quicker than the whole profile."""
        return count_followers(self.seed, self.creator(handle), to_unix_second(at))

    def follower_handles(self, handle: str, at: datetime, offset: int = 0, limit: int = 50) -> tuple[str, ...]:
        """Handles of the account's followers at an instant, newest first, `limit` of them from `offset` on."""
        number, second = self.creator(handle).number, to_unix_second(at)
        return follow_graph.follower_handles(
            self.seed, number, second, self.profile_followers(handle, at), offset, limit
        )

    def following_handles(self, handle: str, at: datetime, offset: int = 0, limit: int = 50) -> tuple[str, ...]:
        """Handles of those whom the account follows, newest first, `limit` of them from `offset` on."""
        number, second = self.creator(handle).number, to_unix_second(at)
        total = SeededRandom(self.seed, "profile", number).integer("following", 20, 700)
        return follow_graph.following_handles(self.seed, number, second, total, offset, limit)
