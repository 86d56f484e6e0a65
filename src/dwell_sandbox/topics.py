"""The sounds, hashtags and words of a world: what they are, how much they are used, and which posts use them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dwell_sandbox import uses
from dwell_sandbox.accounts import Accounts
from dwell_sandbox.found import with_hashtag, with_sound
from dwell_sandbox.hashtags import Hashtag, find_hashtag, find_hashtag_by_id
from dwell_sandbox.lifecycle import day_of
from dwell_sandbox.made import make
from dwell_sandbox.moments import second_of
from dwell_sandbox.niches import NICHES
from dwell_sandbox.posts import ANYWHERE, OFTEN, Post
from dwell_sandbox.search import search
from dwell_sandbox.sounds import Sound, find_sound
from dwell_sandbox.trends import HASHTAGS, SOUNDS
from dwell_sandbox.uses import Uses


@dataclass(frozen=True, slots=True)
class Topics(Accounts):
    """What the posts of one simulated world are about, added to its accounts."""

    def sound(self, sound_id: str) -> Sound:
        """The sound with this id.

        Raises:
            LookupError: Nothing in this world sounds like that.
        """
        found = find_sound(self.seed, sound_id)
        if found is None:
            raise LookupError(f"no sound of the simulated world has the id {sound_id!r}")
        return found

    def sound_uses(self, sound_id: str, at: datetime) -> int:
        """How many posts of the whole world use the sound up to an instant; an original sound is used once."""
        sound = self.sound(sound_id)
        if sound.niche is None or sound.life is None:
            return len(self.sound_posts(sound_id, at, 1))
        return uses.trending(self.seed, SOUNDS, sound.niche, sound.life.serial, day_of(second_of(at))).posts

    def sound_posts(self, sound_id: str, at: datetime, limit: int = 100) -> tuple[Post, ...]:
        """Posts that use the sound and can be seen at an instant, newest first: a sample, at most `limit`."""
        return self._made(with_sound(self.seed, self.sound(sound_id), second_of(at), limit))

    def hashtag(self, name: str) -> Hashtag:
        """The hashtag with this name (case and # ignored).

        Raises:
            LookupError: Nobody in this world ever uses it.
        """
        found = find_hashtag(self.seed, name)
        if found is None:
            raise LookupError(f"nobody in the simulated world uses the hashtag {name!r}")
        return found

    def hashtag_by_id(self, hashtag_id: str) -> Hashtag:
        """The hashtag with this id.

        Raises:
            LookupError: No hashtag of this world has it.
        """
        found = find_hashtag_by_id(self.seed, hashtag_id)
        if found is None:
            raise LookupError(f"no hashtag of the simulated world has the id {hashtag_id!r}")
        return found

    def hashtag_uses(self, name: str, at: datetime) -> Uses:
        """How many posts of the whole world carry the hashtag up to an instant, and how often they were viewed."""
        tag = self.hashtag(name)
        day = day_of(second_of(at))
        if tag.niche is None:
            return uses.always(ANYWHERE, len(NICHES), day)
        if tag.life is None:
            return uses.always(OFTEN, 1, day)
        return uses.trending(self.seed, HASHTAGS, tag.niche, tag.life.serial, day)

    def hashtag_posts(self, name: str, at: datetime, limit: int = 100) -> tuple[Post, ...]:
        """Posts that carry the hashtag and can be seen at an instant, newest first: a sample, at most `limit`."""
        return self._made(with_hashtag(self.seed, self.hashtag(name), second_of(at), limit))

    def search(self, query: str, at: datetime, limit: int = 100) -> tuple[Post, ...]:
        """Posts whose caption holds all words of the query, newest first: a sample, at most `limit`."""
        return self._made(search(self.seed, query, second_of(at), limit))

    def _made(self, post_ids: tuple[str, ...]) -> tuple[Post, ...]:
        return tuple(make(self.seed, post_id).post for post_id in post_ids)
