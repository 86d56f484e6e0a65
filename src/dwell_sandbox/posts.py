"""What a post is: everything about it that does not change with its views."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from math import exp, log
from typing import Literal

from dwell_sandbox.creators import Creator
from dwell_sandbox.dice import Dice
from dwell_sandbox.hashtags import find_hashtag, trending_name
from dwell_sandbox.lifecycle import day_of
from dwell_sandbox.niches import EVERYWHERE, NICHES
from dwell_sandbox.schedule import Slot, day_number
from dwell_sandbox.sounds import Sound, sound_for
from dwell_sandbox.trends import HASHTAGS, followed

_AD = 0.05
_PHOTO = 0.045
_PLANTED_HASHTAG = 0.3
OFTEN, ANYWHERE = 0.28, 0.22
"""How likely a post carries one of its niche's hashtags, and one of those that everybody uses."""
TAILS = ("", "", "", " 🍋", ", be honest", " (finally)", " – save this one", " 👀", ", part 1", "…")


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
    tags = hashtags(seed, who, slot)
    photo = dice.chance("photo", _PHOTO)
    local = datetime.fromtimestamp(slot.posted, who.tz)
    return Post(
        post_id=slot.post_id,
        handle=who.handle,
        minted_at=datetime.fromtimestamp(slot.minted, UTC),
        posted_at=datetime.fromtimestamp(slot.posted, UTC),
        media_type="photo" if photo else "video",
        duration_s=None if photo else _duration(dice, who),
        caption=" ".join([text(dice, who), *(f"#{tag}" for tag in tags)]),
        hashtags=tags,
        sound=sound_for(seed, who, slot),
        is_ad=not photo and dice.chance("ad", _AD),
        local_hour=local.hour + local.minute / 60,
    )


def relative_length(post: Post, who: Creator) -> float:
    """Log of the length over the creator's usual one; 0 for photos."""
    return 0.0 if post.duration_s is None else log(post.duration_s / who.duration_s)


def trend(seed: int, post: Post) -> float:
    """Whether the post is early or late to its sound and its hashtags when it goes up.

    Each that still rises adds 1, each that has peaked takes 1 away; own sounds and hashtags that are always in use
    add nothing.
    """
    day = day_of(post.posted_at.timestamp())
    found = [post.sound.life, *(tag.life for name in post.hashtags if (tag := find_hashtag(seed, name)))]
    return sum(life.tide(day) for life in found if life)


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


def hashtags(seed: int, who: Creator, slot: Slot) -> tuple[str, ...]:
    """The hashtags of a post: some of its niche's, some that everybody uses, perhaps one that is in fashion."""
    dice = Dice(seed, "post", slot.post_id)
    tags = [tag for tag in (*NICHES[who.niche].hashtags, *EVERYWHERE) if carries(dice, who, tag)]
    serial = trending_serial(seed, who, slot)
    if serial is not None:
        tags.append(trending_name(seed, who.niche, serial))
    return tuple(tags)


def carries(dice: Dice, who: Creator, tag: str) -> bool:
    """Whether the post with these dice carries a hashtag that is always in use."""
    if tag in EVERYWHERE:
        return dice.chance(f"tag {tag}", ANYWHERE)
    if tag == who.planted.hashtag:
        return dice.chance("planted tag", _PLANTED_HASHTAG)
    return tag in NICHES[who.niche].hashtags and dice.chance(f"tag {tag}", OFTEN)


def trending_serial(seed: int, who: Creator, slot: Slot) -> int | None:
    """The serial of the hashtag in fashion that the post carries, or null."""
    if not Dice(seed, "post", slot.post_id).chance("tag in fashion", HASHTAGS.chance):
        return None
    return followed(seed, HASHTAGS, who.niche, who.number, day_number(slot.minted, who))


def text(dice: Dice, who: Creator) -> str:
    """The caption, without its hashtags, of the post with these dice."""
    niche = NICHES[who.niche]
    return f"{dice.pick('opening', niche.openings)} {dice.pick('subject', niche.subjects)}{dice.pick('tail', TAILS)}"
