"""The attributes of a post: everything that does not change with its views."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from math import exp, log
from typing import Literal

from dwell_sandbox.creators import Creator
from dwell_sandbox.hashtags import find_hashtag, trending_hashtag_name
from dwell_sandbox.lifecycle import second_to_day
from dwell_sandbox.niches import GENERIC_HASHTAGS, NICHES
from dwell_sandbox.seeded_random import SeededRandom
from dwell_sandbox.sounds import Sound, get_sound
from dwell_sandbox.trends import HASHTAGS, followed_serial
from dwell_sandbox.uploads import Upload, day_number

_AD_CHANCE = 0.05
_PHOTO_CHANCE = 0.045
_PLANTED_HASHTAG_CHANCE = 0.3
NICHE_HASHTAG_CHANCE, GENERIC_HASHTAG_CHANCE = 0.28, 0.22
"""The chance that a post has a given hashtag of its niche, and a given generic one."""
CAPTION_ENDINGS = ("", "", "", " 🍋", ", be honest", " (finally)", " – save this one", " 👀", ", part 1", "…")


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One post.

    Attributes:
        post_id: 19 digits; the upper 32 bits are the second of the upload.
        handle: First handle of its creator.
        minted_at: When it was uploaded, UTC.
        posted_at: When it was published, UTC.
        media_type: `video` or `photo`.
        duration_s: Whole seconds, as the platform shows it; null for photos.
        caption: Text with the hashtags in it.
        hashtags: Lower case, without #.
        sound: Its sound.
        is_ad: Whether it is promoted.
        local_hour: Local hour of publishing, 0-24.
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


def make_post(seed: int, creator: Creator, upload: Upload) -> Post:
    """The post of an upload: a pure function of seed and id."""
    rng = SeededRandom(seed, "post", upload.post_id)
    tags = draw_hashtags(seed, creator, upload)
    photo = rng.chance("photo", _PHOTO_CHANCE)
    local = datetime.fromtimestamp(upload.posted, creator.tz)
    return Post(
        post_id=upload.post_id,
        handle=creator.handle,
        minted_at=datetime.fromtimestamp(upload.minted, UTC),
        posted_at=datetime.fromtimestamp(upload.posted, UTC),
        media_type="photo" if photo else "video",
        duration_s=None if photo else _draw_duration(rng, creator),
        caption=" ".join([draw_caption(rng, creator), *(f"#{tag}" for tag in tags)]),
        hashtags=tags,
        sound=get_sound(seed, creator, upload),
        is_ad=not photo and rng.chance("ad", _AD_CHANCE),
        local_hour=local.hour + local.minute / 60,
    )


def log_relative_length(post: Post, creator: Creator) -> float:
    """Log of the length over the creator's median length; 0 for photos."""
    return 0.0 if post.duration_s is None else log(post.duration_s / creator.duration_s)


def trend_momentum(seed: int, post: Post) -> float:
    """How early or late the post uses its sound and its hashtags.

    Each trend that is still rising adds 1, each that has peaked subtracts 1; original sounds and lasting hashtags
    add nothing.
    """
    day = second_to_day(post.posted_at.timestamp())
    lifecycles = [post.sound.lifecycle, *(tag.lifecycle for name in post.hashtags if (tag := find_hashtag(seed, name)))]
    return sum(lifecycle.momentum(day) for lifecycle in lifecycles if lifecycle)


def planted_shift(post: Post, creator: Creator) -> float:
    """What the creator's planted effects add to the log like rate of this post."""
    planted = creator.planted
    shift = planted.duration * log_relative_length(post, creator)
    if planted.hashtag in post.hashtags:
        shift += planted.hashtag_gain
    if 18 <= post.local_hour < 22:
        shift += planted.evening_gain
    return shift


def _draw_duration(rng: SeededRandom, creator: Creator) -> int:
    return round(min(180.0, max(5.0, creator.duration_s * exp(rng.normal("duration", 0.0, creator.duration_spread)))))


def draw_hashtags(seed: int, creator: Creator, upload: Upload) -> tuple[str, ...]:
    """The hashtags of a post: some of its niche, some generic ones, perhaps a trending one."""
    rng = SeededRandom(seed, "post", upload.post_id)
    tags = [tag for tag in (*NICHES[creator.niche].hashtags, *GENERIC_HASHTAGS) if has_hashtag(rng, creator, tag)]
    serial = trending_serial(seed, creator, upload)
    if serial is not None:
        tags.append(trending_hashtag_name(seed, creator.niche, serial))
    return tuple(tags)


def has_hashtag(rng: SeededRandom, creator: Creator, tag: str) -> bool:
    """Whether the post has a lasting hashtag; `rng` has the key of the post."""
    if tag in GENERIC_HASHTAGS:
        return rng.chance(f"tag {tag}", GENERIC_HASHTAG_CHANCE)
    if tag == creator.planted.hashtag:
        return rng.chance("planted tag", _PLANTED_HASHTAG_CHANCE)
    return tag in NICHES[creator.niche].hashtags and rng.chance(f"tag {tag}", NICHE_HASHTAG_CHANCE)


def trending_serial(seed: int, creator: Creator, upload: Upload) -> int | None:
    """The serial of the post's trending hashtag, or null."""
    if not SeededRandom(seed, "post", upload.post_id).chance("tag in fashion", HASHTAGS.chance):
        return None
    return followed_serial(seed, HASHTAGS, creator.niche, creator.number, day_number(upload.minted, creator))


def draw_caption(rng: SeededRandom, creator: Creator) -> str:
    """The caption of the post without its hashtags; `rng` has the key of the post."""
    niche = NICHES[creator.niche]
    opening, subject = rng.choice("opening", niche.openings), rng.choice("subject", niche.subjects)
    return f"{opening} {subject}{rng.choice('tail', CAPTION_ENDINGS)}"
