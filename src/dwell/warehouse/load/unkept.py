"""What of a file is not stored, because another reading of the same time is kept: named by what it was."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dwell.records import TABLES

# Table -> what a row of it holds, and what it is about.
_NAMES = {
    "post_snapshots": ("Counters", "post", "posts"),
    "watch_times": ("Watch time", "post", "posts"),
    "retention": ("Retention", "post", "posts"),
    "comments": ("Counters", "comment", "comments"),
    "creator_snapshots": ("Counters", "account", "accounts"),
    "audience_shares": ("Audience shares", "account", "accounts"),
    "creator_states": ("State", "account", "accounts"),
    "post_states": ("State", "post", "posts"),
    "topic_samples": ("Size", "kind of topic", "kinds of topics"),
    "topic_posts": ("Counters", "kind of topic", "kinds of topics"),
    "owned_accounts": ("Profile", "account", "accounts"),
    "owned_posts": ("Details", "post", "posts"),
    "post_breakdowns": ("Breakdowns", "post", "posts"),
    "engagement_likes": ("Likes by second", "post", "posts"),
    "owned_comments": ("Details", "comment", "comments"),
    "category_benchmarks": ("Averages", "business category", "business categories"),
}


@dataclass(frozen=True)
class Unkept:
    """Readings of one table of which a value is not kept.

    Attributes:
        table: The table.
        entities: How many posts, accounts or comments they are of.
        example: The first one: the value beside the one that is kept.
    """

    table: str
    entities: int
    example: str


def describe_unkept(unkept: Iterable[Unkept]) -> list[str]:
    """One sentence a table, in the order of the tables."""
    order = list(TABLES)
    return [_sentence(each) for each in sorted(unkept, key=lambda each: order.index(each.table))]


def _sentence(unkept: Unkept) -> str:
    what, one, several = _NAMES[unkept.table]
    of = f"{unkept.entities:,} {one if unkept.entities == 1 else several}"
    return (
        f"{what} of {of} not stored: another reading of the same time is newer or more exact "
        f"(the first: {unkept.example})."
    )
