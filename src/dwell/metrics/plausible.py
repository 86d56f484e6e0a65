"""Which stored values no reading can be: flagged, and left out of every figure. The values stay as they are."""

from __future__ import annotations

import functools
import operator

import ibis
from ibis.expr.types import BooleanValue, StringValue, Table

from dwell.records import plausibility as limits


def counters_implausible(posts: Table) -> BooleanValue:
    """More likes than views, or reactions to a post with 0 views; false where a counter is unknown.

    Net figures of a period (YouTube Studio) may be negative and say nothing here.
    """
    return _known(posts.likes > posts.views) & _known(posts.views >= 0) | _without_views(posts)


def length_implausible(posts: Table) -> BooleanValue:
    """Longer than any post of its platform, or shorter than any post."""
    return _known(posts.duration_s > limits.LONGEST_POST_S) | _over_tiktok(posts) | _too_short(posts)


def avg_watch_implausible(watched: Table, posts: Table) -> BooleanValue:
    """An average watch time over 20 lengths, or one beside a length that no post has."""
    over = watched.avg_watch_s > posts.duration_s.nullif(0) * limits.MOST_LENGTHS
    return _known(over) | length_implausible(posts)


def full_watch_implausible(watched: Table) -> BooleanValue:
    """A share over the whole."""
    return _known(watched.full_watch_rate > limits.MOST_SHARE)


def flags(posts: Table, watched: Table) -> StringValue:
    """The names of what is implausible about a post, with commas between; null where nothing is."""
    tests = {
        limits.LIKES_OVER_VIEWS: _known(posts.likes > posts.views) & _known(posts.views >= 0),
        limits.REACTIONS_WITHOUT_VIEWS: _without_views(posts),
        limits.LENGTH_OVER_HOURS: _known(posts.duration_s > limits.LONGEST_POST_S),
        limits.LENGTH_OVER_TIKTOK: _over_tiktok(posts) & ~_known(posts.duration_s > limits.LONGEST_POST_S),
        limits.LENGTH_UNDER_HALF_SECOND: _too_short(posts),
        limits.AVG_WATCH_OVER_LENGTHS: _known(watched.avg_watch_s > posts.duration_s.nullif(0) * limits.MOST_LENGTHS),
        limits.SHARE_OVER_WHOLE: full_watch_implausible(watched),
    }
    named = [ibis.cases((test, f",{name}"), else_="") for name, test in tests.items()]
    joined = functools.reduce(operator.add, named)
    return ibis.cases((joined != "", joined.substr(1)), else_=ibis.null("string"))


def plausible_snapshots(snapshots: Table) -> Table:
    """The snapshots whose counters can be true."""
    return snapshots.filter(~counters_implausible(snapshots))


def _without_views(posts: Table) -> BooleanValue:
    reacted = functools.reduce(operator.or_, (_known(posts[name] > 0) for name in limits.REACTIONS))
    return _known(posts.views == 0) & reacted


def _too_short(posts: Table) -> BooleanValue:
    return _known((posts.duration_s > 0) & (posts.duration_s < limits.SHORTEST_POST_S))


def _over_tiktok(posts: Table) -> BooleanValue:
    return _known((posts.platform == "tiktok") & (posts.duration_s > limits.LONGEST_TIKTOK_S))


def _known(condition: BooleanValue) -> BooleanValue:
    return ibis.coalesce(condition, ibis.literal(value=False))
