"""What was observed: frozen typed values, without I/O. A record's fields are its table's columns."""

from dwell.records.account import AccountDay, AudienceShare, FollowerActivity
from dwell.records.comment import Comment
from dwell.records.creator import Creator, CreatorSnapshot
from dwell.records.owned import (
    CategoryBenchmark,
    EngagementLike,
    OwnedAccount,
    OwnedAccountActivity,
    OwnedAccountDay,
    OwnedComment,
    OwnedGap,
    OwnedPost,
    PostBreakdown,
)
from dwell.records.post import Post
from dwell.records.post_latest import POST_LATEST, PostLatest
from dwell.records.shape import Extract, Hints, Shape, Source, SourceFile, source_at
from dwell.records.snapshot import PostSnapshot
from dwell.records.state import STATES, CreatorState, PostState
from dwell.records.tables import ABOUT_POSTS, TABLES, Column, Relation, Table, find_table, missing_key
from dwell.records.topic import TOPICS, TopicPost, TopicSample
from dwell.records.watch_time import Retention, WatchTime

__all__ = [
    "ABOUT_POSTS",
    "POST_LATEST",
    "STATES",
    "TABLES",
    "TOPICS",
    "AccountDay",
    "AudienceShare",
    "CategoryBenchmark",
    "Column",
    "Comment",
    "Creator",
    "CreatorSnapshot",
    "CreatorState",
    "EngagementLike",
    "Extract",
    "FollowerActivity",
    "Hints",
    "OwnedAccount",
    "OwnedAccountActivity",
    "OwnedAccountDay",
    "OwnedComment",
    "OwnedGap",
    "OwnedPost",
    "Post",
    "PostBreakdown",
    "PostLatest",
    "PostSnapshot",
    "PostState",
    "Relation",
    "Retention",
    "Shape",
    "Source",
    "SourceFile",
    "Table",
    "TopicPost",
    "TopicSample",
    "WatchTime",
    "find_table",
    "missing_key",
    "source_at",
]
