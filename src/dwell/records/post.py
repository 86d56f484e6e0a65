"""A post: the attributes that do not change with each view."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dwell.records.column import column


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One video or photo post. Attributes may become known later; the newest known value of each is kept."""

    post_id: str = column("Platform id as text; `local-…` where the source had none and dwell made a stable one")
    platform: str = column("`tiktok` or `youtube`")
    handle: str | None = column("Account name, lower case, without @", default=None)
    creator_id: str | None = column("Platform id of the account, as text", default=None)
    posted_at: datetime | None = column("When it was published, UTC", default=None)
    duration_s: float | None = column("Length of the video in seconds; null for photos and where unknown", default=None)
    media_type: str | None = column("`video`, `photo`, or `long` (a YouTube video that isn't a Short)", default=None)
    is_ad: bool | None = column("The source marks it as promoted", default=None)
    is_pinned: bool | None = column("Pinned to the top of the profile when observed", default=None)
    caption: str | None = column("Text under the post", default=None)
    hashtags: tuple[str, ...] = column("Hashtags, lower case, without #", default=())
    sound_id: str | None = column("Platform id of the sound, as text", default=None)
    sound_title: str | None = column("Title of the sound", default=None)
    sound_original: bool | None = column("The sound was made for this post", default=None)
    region: str | None = column("ISO 3166 code that the source gives", default=None)
    language: str | None = column("Language code of the caption that the source gives", default=None)
    url: str | None = column("Link to the post", default=None)
    source: str = column("Format or provider of the newest observation")
    observed_at: datetime = column("When these attributes were last observed, UTC")
