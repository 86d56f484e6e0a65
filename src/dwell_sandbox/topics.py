"""The sounds, hashtags and words of a world: their attributes, their usage, and the posts that use them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dwell_sandbox import usage
from dwell_sandbox.accounts import Accounts
from dwell_sandbox.hashtags import Hashtag, find_hashtag, find_hashtag_by_id
from dwell_sandbox.lifecycle import second_to_day
from dwell_sandbox.niches import NICHES
from dwell_sandbox.post_details import get_post_details
from dwell_sandbox.posts import GENERIC_HASHTAG_CHANCE, NICHE_HASHTAG_CHANCE, Post
from dwell_sandbox.search import search_posts
from dwell_sandbox.sounds import Sound, find_sound
from dwell_sandbox.timestamps import to_unix_second
from dwell_sandbox.topic_posts import find_posts_with_hashtag, find_posts_with_sound
from dwell_sandbox.trends import HASHTAGS, SOUNDS
from dwell_sandbox.usage import Usage


@dataclass(frozen=True, slots=True)
class Topics(Accounts):
    """The accounts of one simulated world, with the topics of their posts."""

    def sound(self, sound_id: str) -> Sound:
        """The sound with this id.

        Raises:
            LookupError: No sound of this world has it.
        """
        sound = find_sound(self.seed, sound_id)
        if sound is None:
            raise LookupError(f"no sound of the simulated world has the id {sound_id!r}")
        return sound

    def sound_uses(self, sound_id: str, at: datetime) -> int:
        """How many posts of the whole world use the sound up to an instant; an original sound is used once."""
        sound = self.sound(sound_id)
        if sound.niche is None or sound.lifecycle is None:
            return len(self.sound_posts(sound_id, at, 1))
        return usage.trending_usage(
            self.seed, SOUNDS, sound.niche, sound.lifecycle.serial, second_to_day(to_unix_second(at))
        ).posts

    def sound_posts(self, sound_id: str, at: datetime, limit: int = 100) -> tuple[Post, ...]:
        """Posts with the sound that are visible at an instant, newest first: a sample, at most `limit`."""
        return self._get_posts(find_posts_with_sound(self.seed, self.sound(sound_id), to_unix_second(at), limit))

    def hashtag(self, name: str) -> Hashtag:
        """The hashtag with this name (case and # ignored).

        Raises:
            LookupError: No hashtag of this world has it.
        """
        hashtag = find_hashtag(self.seed, name)
        if hashtag is None:
            raise LookupError(f"no hashtag of the simulated world has the name {name!r}")
        return hashtag

    def hashtag_by_id(self, hashtag_id: str) -> Hashtag:
        """The hashtag with this id.

        Raises:
            LookupError: No hashtag of this world has it.
        """
        hashtag = find_hashtag_by_id(self.seed, hashtag_id)
        if hashtag is None:
            raise LookupError(f"no hashtag of the simulated world has the id {hashtag_id!r}")
        return hashtag

    def hashtag_uses(self, name: str, at: datetime) -> Usage:
        """How many posts of the whole world have the hashtag up to an instant, and the views of these posts."""
        tag = self.hashtag(name)
        day = second_to_day(to_unix_second(at))
        if tag.niche is None:
            return usage.lasting_usage(self.seed, tag.name, GENERIC_HASHTAG_CHANCE, len(NICHES), day)
        if tag.lifecycle is None:
            return usage.lasting_usage(self.seed, tag.name, NICHE_HASHTAG_CHANCE, 1, day)
        return usage.trending_usage(self.seed, HASHTAGS, tag.niche, tag.lifecycle.serial, day)

    def hashtag_posts(self, name: str, at: datetime, limit: int = 100) -> tuple[Post, ...]:
        """Posts with the hashtag that are visible at an instant, newest first: a sample, at most `limit`."""
        return self._get_posts(find_posts_with_hashtag(self.seed, self.hashtag(name), to_unix_second(at), limit))

    def search(self, query: str, at: datetime, limit: int = 100) -> tuple[Post, ...]:
        """Visible posts that match all words of the query, newest first: a sample, at most `limit`."""
        return self._get_posts(search_posts(self.seed, query, to_unix_second(at), limit))

    def _get_posts(self, post_ids: tuple[str, ...]) -> tuple[Post, ...]:
        return tuple(get_post_details(self.seed, post_id).post for post_id in post_ids)
