"""A post: the attributes that do not change with each view."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from dwell.records.column import Meaning


class Post(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One video or photo post. Attributes may become known later; the newest known value of each is kept."""

    post_id: Annotated[
        str, Meaning("Platform id as text; `local-…` where the source had none and dwell made a stable one")
    ]
    platform: Annotated[str, Meaning("`tiktok`, `youtube` or `facebook`")]
    handle: Annotated[str | None, Meaning("Account name, lower case, without @")] = None
    creator_id: Annotated[str | None, Meaning("Platform id of the account, as text")] = None
    posted_at: Annotated[datetime | None, Meaning("When it was published, UTC")] = None
    duration_s: Annotated[
        float | None, Meaning("Length of the video in seconds; null for photos and where unknown")
    ] = None
    media_type: Annotated[str | None, Meaning("`video`, `photo`, or `long` (a YouTube video that isn't a Short)")] = (
        None
    )
    is_ad: Annotated[bool | None, Meaning("The source marks it as promoted")] = None
    is_pinned: Annotated[bool | None, Meaning("Pinned to the top of the profile when observed")] = None
    caption: Annotated[str | None, Meaning("Text under the post")] = None
    hashtags: Annotated[tuple[str, ...], Meaning("Hashtags, lower case, without #")] = ()
    sound_id: Annotated[str | None, Meaning("Platform id of the sound, as text")] = None
    sound_title: Annotated[str | None, Meaning("Title of the sound")] = None
    sound_original: Annotated[bool | None, Meaning("The sound was made for this post")] = None
    region: Annotated[str | None, Meaning("ISO 3166 code that the source gives")] = None
    language: Annotated[str | None, Meaning("Language code of the caption that the source gives")] = None
    url: Annotated[str | None, Meaning("Link to the post")] = None
    source: Annotated[str, Meaning("Format or provider of the newest observation")]
    observed_at: Annotated[datetime, Meaning("When these attributes were last observed, UTC")]
