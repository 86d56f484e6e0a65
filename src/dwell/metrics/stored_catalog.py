"""The metrics that say what is stored: accounts, sources, what is unknown."""

from __future__ import annotations

from dwell.metrics.columns import (
    CREATOR,
    CREATOR_ID,
    HANDLE,
    POSTED_SPAN,
    SOURCE,
    SPAN,
    STORED,
    TOPIC_SOURCE,
    UNDATED,
    UNKNOWN,
)
from dwell.metrics.counters import COUNTERS
from dwell.metrics.metric import Metric

_HANDLE = {"handle": "Account, lower case without @; all accounts when None"}
_PLATFORM = {"platform": "`tiktok`, `youtube` or `facebook`; all when None"}
_FACTS = ("posts", "post_snapshots")
_ROLLUP = ("post_latest",)

STORED_DATA = (
    Metric(
        "unknown_share",
        "dwell.metrics.data_health",
        "unknown_share",
        _FACTS,
        UNKNOWN,
        (),
        "One row: the share of posts whose newest snapshot lacks each counter.",
        {**_HANDLE, **_PLATFORM},
        rolled_up=_ROLLUP,
        types=dict.fromkeys(COUNTERS, "number"),
    ),
    Metric(
        "undated",
        "dwell.metrics.data_health",
        "undated",
        ("posts",),
        UNDATED,
        (),
        "One row: how many posts have no known time of publishing.",
        {**_HANDLE, **_PLATFORM},
        rolled_up=_ROLLUP,
    ),
    Metric(
        "posted_span",
        "dwell.metrics.data_health",
        "posted_span",
        ("posts",),
        POSTED_SPAN,
        (),
        "One row: how many posts there are, and when the first and the last of them were published.",
        {**_HANDLE, **_PLATFORM},
        rolled_up=_ROLLUP,
    ),
    Metric(
        "creators_stored",
        "dwell.metrics.data_health",
        "creators_stored",
        ("posts",),
        STORED,
        ("handle",),
        "Accounts with stored posts, most posts first.",
        rolled_up=_ROLLUP,
    ),
    Metric(
        "handles",
        "dwell.metrics.data_health",
        "handles",
        ("posts",),
        HANDLE,
        ("handle", "platform"),
        "Accounts with stored posts: a handle may exist on several platforms.",
        _HANDLE,
        rolled_up=_ROLLUP,
    ),
    Metric(
        "creator_ids",
        "dwell.metrics.data_health",
        "creator_ids",
        ("creators",),
        CREATOR_ID,
        ("creator_id", "handle", "platform"),
        "The handle of each account whose numeric id is known.",
        {"creator_id": "Platform id; all when None"},
    ),
    Metric(
        "span",
        "dwell.metrics.stored",
        "span",
        _FACTS,
        SPAN,
        (),
        "One row: the first and the last instant at which a post was observed.",
        {**_HANDLE, **_PLATFORM},
        rolled_up=_ROLLUP,
    ),
    Metric(
        "sources",
        "dwell.metrics.stored",
        "sources",
        _FACTS,
        SOURCE,
        ("source",),
        "Where snapshots came from, most first.",
        {**_HANDLE, **_PLATFORM},
    ),
    Metric(
        "topic_sources",
        "dwell.metrics.stored",
        "topic_sources",
        ("topic_samples", "topic_posts"),
        TOPIC_SOURCE,
        ("source",),
        "Where the samples of a topic came from, most first.",
        {
            "kind": "`hashtag`, `sound` or `search`; all when None",
            "topic": "Hashtag without #, id of the sound, or search text; all when None",
        },
    ),
    Metric(
        "creators",
        "dwell.metrics.stored",
        "creators",
        (*_FACTS, "creators", "watch_times"),
        CREATOR,
        ("handle", "platform"),
        "Accounts and how much of each is stored, most posts first.",
        rolled_up=(*_ROLLUP, "creators", "watch_times"),
    ),
)
