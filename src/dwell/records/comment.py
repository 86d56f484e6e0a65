"""A comment under a post."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from dwell.records.column import Meaning
from dwell.records.reading import ObservedPrecision, ObservedZone, ValueSources


class Comment(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One comment, with its counters when observed."""

    comment_id: Annotated[str, Meaning("Platform id, as text")]
    observed_at: Annotated[datetime, Meaning("When it was read, UTC")]
    post_id: Annotated[str | None, Meaning("The post that it belongs to")] = None
    posted_at: Annotated[datetime | None, Meaning("When it was written, UTC")] = None
    handle: Annotated[str | None, Meaning("Account that wrote it")] = None
    text: Annotated[str | None, Meaning("Its text")] = None
    comment_likes: Annotated[int | None, Meaning("Likes of the comment")] = None
    replies: Annotated[int | None, Meaning("Replies to the comment")] = None
    source: Annotated[str, Meaning("Format or provider")]
    observed_precision: ObservedPrecision = None
    observed_zone: ObservedZone = None
    value_sources: ValueSources = None
