"""What a post is: everything about it that does not change with its views."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from math import exp, log
from typing import Literal

from dwell.sandbox.creators import Creator
from dwell.sandbox.dice import Dice
from dwell.sandbox.niches import EVERYWHERE, NICHES
from dwell.sandbox.schedule import Slot
from dwell.sandbox.sounds import Sound, sound_for

_AD = 0.05
_PHOTO = 0.045
_PLANTED_HASHTAG = 0.3
_TAILS = ("", "", "", " 🍋", ", be honest", " (finally)", " – save this one", " 👀", ", part 1", "…")


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One post.

    Attributes:
        post_id: 19 digits; the upper 32 bits are the second of the upload.
        handle: Who posted it.
        minted_at: When it was uploaded, UTC.
        posted_at: When it was published, UTC.
        media_type: `video` or `photo`.
        duration_s: Whole seconds, as the platform shows it; null for photos.
        caption: Text with the hashtags in it.
        hashtags: Lower case, without #.
        sound: What is heard.
        is_ad: Promoted.
        local_hour: Hour of publishing at the creator's place, 0-24.
    """

    post_id: str
    handle: str
    minted_at: datetime
    posted_at: datetime
    media_type: Literal["video", "photo"]
    duration_s: int | None
    caption: str
    hashtags: tuple[str, ...]
    sound: Sound
    is_ad: bool
    local_hour: float

    @property
    def url(self) -> str:
        """Canonical link."""
        return f"https://www.tiktok.com/@{self.handle}/{self.media_type}/{self.post_id}"


def describe(seed: int, who: Creator, slot: Slot) -> Post:
    """The post of a slot: a pure function of seed and id."""
    dice = Dice(seed, "post", slot.post_id)
    tags = _hashtags(dice, who)
    photo = dice.chance("photo", _PHOTO)
    local = datetime.fromtimestamp(slot.posted, who.tz)
    return Post(
        post_id=slot.post_id,
        handle=who.handle,
        minted_at=datetime.fromtimestamp(slot.minted, UTC),
        posted_at=datetime.fromtimestamp(slot.posted, UTC),
        media_type="photo" if photo else "video",
        duration_s=None if photo else _duration(dice, who),
        caption=_caption(dice, who, tags),
        hashtags=tags,
        sound=sound_for(seed, slot, dice, who.handle),
        is_ad=not photo and dice.chance("ad", _AD),
        local_hour=local.hour + local.minute / 60,
    )


def relative_length(post: Post, who: Creator) -> float:
    """Log of the length over the creator's usual one; 0 for photos."""
    return 0.0 if post.duration_s is None else log(post.duration_s / who.duration_s)


def planted_shift(post: Post, who: Creator) -> float:
    """What the creator's planted effects add to the log like rate of this post."""
    planted = who.planted
    shift = planted.duration * relative_length(post, who)
    if planted.hashtag in post.hashtags:
        shift += planted.hashtag_gain
    if 18 <= post.local_hour < 22:
        shift += planted.evening_gain
    return shift


def _duration(dice: Dice, who: Creator) -> int:
    return round(min(180.0, max(5.0, who.duration_s * exp(dice.normal("duration", 0.0, who.spread)))))


def _hashtags(dice: Dice, who: Creator) -> tuple[str, ...]:
    niche = NICHES[who.niche]
    tags = [tag for tag in niche.hashtags if tag != who.planted.hashtag and dice.chance(f"tag {tag}", 0.28)]
    if who.planted.hashtag and dice.chance("planted tag", _PLANTED_HASHTAG):
        tags.append(who.planted.hashtag)
    tags += [tag for tag in EVERYWHERE if dice.chance(f"tag {tag}", 0.22)]
    return tuple(tags)


def _caption(dice: Dice, who: Creator, tags: tuple[str, ...]) -> str:
    niche = NICHES[who.niche]
    text = f"{dice.pick('opening', niche.openings)} {dice.pick('subject', niche.subjects)}{dice.pick('tail', _TAILS)}"
    return " ".join([text, *(f"#{tag}" for tag in tags)])
