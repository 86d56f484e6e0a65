"""The accounts of a world: who there is, under which handle and id, how they stand, and who follows whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dwell_sandbox import people
from dwell_sandbox.creator_lookup import account_id, creator, find, find_by_id, handle_of_number
from dwell_sandbox.creators import Creator
from dwell_sandbox.dice import Dice
from dwell_sandbox.moments import second_of
from dwell_sandbox.standing import Standing, standing
from dwell_sandbox.story import followers
from dwell_sandbox.timeline import there


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
        found = find(self.seed, handle)
        if found is None:
            raise LookupError(f"nobody in the simulated world is called {handle!r}")
        return found

    def creator_number(self, number: int) -> Creator:
        """The creator with this number, 0 to `creators.CREATORS` - 1."""
        return creator(self.seed, number)

    def creator_id(self, handle: str) -> str:
        """The platform id of an account, which a new handle does not change: 19 digits."""
        return account_id(self.seed, self.creator(handle))

    def by_id(self, creator_id: str) -> Creator:
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
        return handle_of_number(self.seed, number, second_of(at))

    def standing(self, handle: str, at: datetime) -> Standing:
        """How the account with this handle (case and @ ignored) stands at an instant.

        Raises:
            LookupError: Nobody in this world has or had it by then.
        """
        who = self.creator(handle)
        found = standing(self.seed, who, handle.removeprefix("@").lower(), second_of(at))
        if found is None:
            raise LookupError(f"nobody in the simulated world is called {handle!r} yet at {at.isoformat()}")
        return found

    def profile(self, handle: str, at: datetime) -> Profile:
        """The account's public counters at an instant, whatever its standing."""
        who = self.creator(handle)
        second = second_of(at)
        dice = Dice(self.seed, "profile", who.number)
        count = followers(self.seed, who, second)
        return Profile(
            followers=count,
            following=dice.integer("following", 20, 700),
            total_likes=int(count * dice.uniform("hearts", 8, 30)),
            post_count=len(there(self.seed, who.number, who.joined, second)),
        )

    def profile_followers(self, handle: str, at: datetime) -> int:
        """Followers alone, which is quicker than the whole profile."""
        return followers(self.seed, self.creator(handle), second_of(at))

    def follower_handles(self, handle: str, at: datetime, offset: int = 0, limit: int = 50) -> tuple[str, ...]:
        """Handles of the account's followers at an instant, newest first, `limit` of them from `offset` on."""
        number, second = self.creator(handle).number, second_of(at)
        return people.follower_handles(self.seed, number, second, self.profile_followers(handle, at), offset, limit)

    def following_handles(self, handle: str, at: datetime, offset: int = 0, limit: int = 50) -> tuple[str, ...]:
        """Handles of those whom the account follows, newest first, `limit` of them from `offset` on."""
        number, second = self.creator(handle).number, second_of(at)
        total = Dice(self.seed, "profile", number).integer("following", 20, 700)
        return people.following_handles(self.seed, number, second, total, offset, limit)
