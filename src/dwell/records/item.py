"""What one object of a source says: the result of a parser, before it has a source, a time and a place in the tables.

An id is text, a counter is as the source writes it (`17.7K` is text), and what the object does not say is None.
"""

from __future__ import annotations

import msgspec

Count = int | str | None
"""A whole number, or the text that stands for one."""


class ParseError(msgspec.Struct, frozen=True, gc=False):
    """An object that cannot be read.

    Attributes:
        reason: Why, in words; what stands after a colon is the value.
    """

    reason: str


class PostItem(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A post with its counters, and what its object says of the account."""

    post_id: str
    handle: str | None = None
    creator_id: str | None = None
    display_name: str | None = None
    posted_at: int | str | None = None
    duration_s: float | None = None
    media_type: str | None = None
    is_ad: bool | None = None
    is_pinned: bool | None = None
    caption: str | None = None
    hashtags: list[str] | None = None
    sound_id: str | None = None
    sound_title: str | None = None
    sound_original: bool | None = None
    region: str | None = None
    language: str | None = None
    url: str | None = None
    views: Count = None
    likes: Count = None
    comments: Count = None
    shares: Count = None
    saves: Count = None
    downloads: Count = None


class CreatorItem(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An account with its counters; without a handle it is the account that the user named."""

    handle: str | None = None
    creator_id: str | None = None
    display_name: str | None = None
    verified: bool | None = None
    private: bool | None = None
    followers: Count = None
    following: Count = None
    total_likes: Count = None
    post_count: Count = None


class CommentItem(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A comment."""

    comment_id: str
    post_id: str | None = None
    posted_at: int | str | None = None
    handle: str | None = None
    text: str | None = None
    comment_likes: Count = None
    replies: Count = None


class TopicItem(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The size of a hashtag or a sound; `rounded` where the object has only rounded numbers."""

    topic_kind: str
    topic: str
    title: str | None = None
    topic_posts: Count = None
    topic_views: Count = None
    rounded: bool = False


Item = PostItem | CreatorItem | CommentItem | TopicItem
