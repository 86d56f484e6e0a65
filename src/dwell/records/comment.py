"""A comment under a post."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dwell.records.column import column


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """One comment, with its counters when observed."""

    comment_id: str = column("Platform id, as text")
    observed_at: datetime = column("When it was read, UTC")
    post_id: str | None = column("The post that it belongs to", default=None)
    posted_at: datetime | None = column("When it was written, UTC", default=None)
    handle: str | None = column("Account that wrote it", default=None)
    text: str | None = column("Its text", default=None)
    comment_likes: int | None = column("Likes of the comment", default=None)
    replies: int | None = column("Replies to the comment", default=None)
    source: str = column("Format or provider")
