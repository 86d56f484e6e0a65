"""The accounts of a world: handles, ids, status, profiles, and who follows whom."""

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
    """The public counters of an account at one instant."""

    followers: int
    following: int
    total_likes: int
    post_count: int


@dataclass(frozen=True, slots=True)
class Accounts:
    """The accounts of one simulated world.

    Args:
        seed: Worlds with the same seed are identical.
    """

    seed: int = 0

    def creator(self, handle: str) -> Creator:
        """The creator who has, had or will have this handle (case and @ ignored).

        Raises:
            LookupError: No creator of this world ever has it.
        """
        creator = find_by_handle(self.seed, handle)
        if creator is None:
            raise LookupError(f"no account of the simulated world has the handle {handle!r}")
        return creator

    def creator_by_number(self, number: int) -> Creator:
        """The creator with this number, 0 to `creators.CREATORS` - 1."""
        return get_creator(self.seed, number)

    def creator_id(self, handle: str) -> str:
        """The platform id of an account, 19 digits; it stays the same when the account is renamed."""
        return make_account_id(self.seed, self.creator(handle))

    def creator_by_id(self, creator_id: str) -> Creator:
        """The creator with this platform id.

        Raises:
            LookupError: No creator of this world has it.
        """
        creator = find_by_id(self.seed, creator_id)
        if creator is None:
            raise LookupError(f"no account of the simulated world has the id {creator_id!r}")
        return creator

    def handle_at(self, number: int, at: datetime) -> str:
        """The handle that the creator with this number has at an instant."""
        return get_handle(self.seed, number, to_unix_second(at))

    def status(self, handle: str, at: datetime) -> AccountStatus:
        """The status at an instant of the account with this handle (case and @ ignored).

        Raises:
            LookupError: No creator of this world has or had it by then.
        """
        creator = self.creator(handle)
        status = status_at(self.seed, creator, handle.removeprefix("@").lower(), to_unix_second(at))
        if status is None:
            raise LookupError(f"no account of the simulated world has the handle {handle!r} yet at {at.isoformat()}")
        return status

    def profile(self, handle: str, at: datetime) -> Profile:
        """The account's public counters at an instant, whatever its status."""
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
        """The number of followers alone, which is quicker than the whole profile."""
        return count_followers(self.seed, self.creator(handle), to_unix_second(at))

    def follower_handles(self, handle: str, at: datetime, offset: int = 0, limit: int = 50) -> tuple[str, ...]:
        """Handles of the account's followers at an instant, newest first, `limit` of them from `offset` on."""
        number, second = self.creator(handle).number, to_unix_second(at)
        return follow_graph.follower_handles(
            self.seed, number, second, self.profile_followers(handle, at), offset, limit
        )

    def following_handles(self, handle: str, at: datetime, offset: int = 0, limit: int = 50) -> tuple[str, ...]:
        """Handles of the accounts that the account follows, newest first, `limit` of them from `offset` on."""
        number, second = self.creator(handle).number, to_unix_second(at)
        total = SeededRandom(self.seed, "profile", number).integer("following", 20, 700)
        return follow_graph.following_handles(self.seed, number, second, total, offset, limit)
