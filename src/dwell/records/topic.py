"""A hashtag, a sound or a search, as a provider listed it at one instant."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from dwell.records.column import Meaning
from dwell.records.unit import Unit

TOPICS = ("hashtag", "sound", "search")


class TopicSample(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One sample of a topic: its size by the provider's count, and how many posts of it were read."""

    topic_kind: Annotated[str, Meaning("`hashtag`, `sound` or `search`")]
    topic: Annotated[str, Meaning("Hashtag without #, id of the sound, or search text; lower case")]
    observed_at: Annotated[datetime, Meaning("When it was read, UTC")]
    title: Annotated[str | None, Meaning("Title of the sound")] = None
    topic_posts: Annotated[int | None, Meaning("Posts of the topic since it began, by the provider's count")] = None
    topic_views: Annotated[int | None, Meaning("Views of the topic since it began, by the provider's count")] = None
    topic_posts_unit: Unit = None
    topic_views_unit: Unit = None
    sampled: Annotated[int | None, Meaning("Posts that were read")] = None
    source: Annotated[str, Meaning("Format or provider")]


class TopicPost(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One post in such a sample, with its counters at that time.

    Kept apart from `posts` and `post_snapshots`: a topic's listing shows posts that were successful, which would raise
    every benchmark.
    """

    topic_kind: Annotated[str, Meaning("`hashtag`, `sound` or `search`")]
    topic: Annotated[str, Meaning("Hashtag without #, id of the sound, or search text; lower case")]
    observed_at: Annotated[datetime, Meaning("When it was read, UTC")]
    post_id: Annotated[str, Meaning("The post")]
    rank: Annotated[int | None, Meaning("Its place in the listing, from 1")] = None
    handle: Annotated[str | None, Meaning("Account name, lower case, without @")] = None
    posted_at: Annotated[datetime | None, Meaning("When it was published, UTC")] = None
    duration_s: Annotated[float | None, Meaning("Length of the video in seconds")] = None
    caption: Annotated[str | None, Meaning("Text under the post")] = None
    url: Annotated[str | None, Meaning("Link to the post")] = None
    views: Annotated[int | None, Meaning("Views since publishing")] = None
    likes: Annotated[int | None, Meaning("Likes since publishing")] = None
    comments: Annotated[int | None, Meaning("Comments since publishing")] = None
    shares: Annotated[int | None, Meaning("Shares since publishing")] = None
    saves: Annotated[int | None, Meaning("Saves since publishing")] = None
    downloads: Annotated[int | None, Meaning("Downloads since publishing")] = None
    views_unit: Unit = None
    likes_unit: Unit = None
    comments_unit: Unit = None
    shares_unit: Unit = None
    saves_unit: Unit = None
    downloads_unit: Unit = None
    source: Annotated[str, Meaning("Format or provider")]
