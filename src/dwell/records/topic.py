"""A hashtag, a sound or a search, as a provider listed it at one instant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dwell.records.column import column

TOPICS = ("hashtag", "sound", "search")


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicSample:
    """One sample of a topic: its size by the provider's count, and how many posts of it were read."""

    topic_kind: str = column("`hashtag`, `sound` or `search`")
    topic: str = column("Hashtag without #, id of the sound, or search text; lower case")
    observed_at: datetime = column("When it was read, UTC")
    title: str | None = column("Title of the sound", default=None)
    topic_posts: int | None = column("Posts of the topic since it began, by the provider's count", default=None)
    topic_views: int | None = column("Views of the topic since it began, by the provider's count", default=None)
    sampled: int | None = column("Posts that were read", default=None)
    source: str = column("Format or provider")


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicPost:
    """One post in such a sample, with its counters at that time.

    Kept apart from `posts` and `post_snapshots`: a topic's listing shows posts that were successful, which would raise
    every benchmark.
    """

    topic_kind: str = column("`hashtag`, `sound` or `search`")
    topic: str = column("Hashtag without #, id of the sound, or search text; lower case")
    observed_at: datetime = column("When it was read, UTC")
    post_id: str = column("The post")
    rank: int | None = column("Its place in the listing, from 1", default=None)
    handle: str | None = column("Account name, lower case, without @", default=None)
    posted_at: datetime | None = column("When it was published, UTC", default=None)
    duration_s: float | None = column("Length of the video in seconds", default=None)
    caption: str | None = column("Text under the post", default=None)
    url: str | None = column("Link to the post", default=None)
    views: int | None = column("Views since publishing", default=None)
    likes: int | None = column("Likes since publishing", default=None)
    comments: int | None = column("Comments since publishing", default=None)
    shares: int | None = column("Shares since publishing", default=None)
    saves: int | None = column("Saves since publishing", default=None)
    downloads: int | None = column("Downloads since publishing", default=None)
    source: str = column("Format or provider")
