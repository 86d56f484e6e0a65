"""Samples of a hashtag, a sound or a search: which posts are shared fastest now.

The posts of a topic have a table of their own: a listing shows what was successful, so they never enter a benchmark.
"""

from __future__ import annotations

from collections.abc import Iterable

import ibis
from ibis.expr.types import NumericValue, StringValue, Table

from dwell.errors import DwellError
from dwell.metrics.changes import add_change, earlier_columns, reading_columns
from dwell.metrics.growth_note import MIN_HOURS
from dwell.metrics.instants import hours, seconds
from dwell.metrics.tables import table
from dwell.records.topic import TOPICS

TOPIC = ("topic_kind", "topic")
DEFAULT_DAYS = 14
_DAY = 86_400
_SAMPLE_GAP_S = 3_600  # rows of a topic less than an hour apart are pages of one sample
_COLUMNS = ("handle", "caption", "url", "posted_at", "duration_s", "views", "likes", "comments", "shares", "saves")


def topic_ranking(*, kind: str | None = None, topic: str | None = None, days: int | None = DEFAULT_DAYS) -> Table:
    """The posts of each topic's latest sample, those that are shared fastest first.

    Args:
        kind: `hashtag`, `sound` or `search`; all when None.
        topic: Hashtag without #, id of the sound, or search text; all when None.
        days: Maximum age in days of an earlier sample that the latest is compared with; all samples when None.
    """
    seen = topic_rows("topic_posts", kind, topic)
    newest = ibis.window(group_by=[seen[name] for name in TOPIC])
    seen = seen.mutate(last_at=seen.observed_at.max().over(newest))
    if days is not None:
        seen = seen.filter(seconds(seen.last_at) - seconds(seen.observed_at) <= _days(days) * _DAY)
    seen = seen.alias("seen_posts")
    now = _latest_sample(seen)
    before = _earlier_samples(seen, now)
    joined = now.left_join(before, [*TOPIC, "post_id"])
    earlier = (before[name] for name in ("earlier_at", "had_shares", *earlier_columns()))
    ranked = _with_momentum(joined.select(*(now[name] for name in now.columns), *earlier))
    place = ibis.row_number().over(
        ibis.window(
            group_by=[ranked[name] for name in TOPIC],
            order_by=[ranked.share_momentum.desc(nulls_first=False), ranked.post_id],
        )
    )
    ranked = ranked.mutate(
        rank=ibis.cases((ranked.share_momentum.notnull(), (place + 1).cast("int64")), else_=ibis.null("int64"))
    )
    return _select_and_order(ranked)


def topic_rows(name: str, kind: str | None, topic: str | None) -> Table:
    """The stored rows of one topic, of a kind, or of all.

    Raises:
        DwellError: No such kind of topic.
    """
    if kind is not None and kind not in TOPICS:
        raise DwellError(f"Unknown kind of topic {kind!r}: choose from {', '.join(TOPICS)}.")
    rows = table(name)
    if kind is not None:
        rows = rows.filter(rows.topic_kind == kind)
    return rows if topic is None else rows.filter(rows.topic == topic)


def used_topics(rows: Table, handles: Iterable[str]) -> Table:
    """The rows of the sounds and hashtags that posts of these accounts use."""
    posts = table("posts")
    own = posts.filter(posts.handle.isin(sorted(set(handles))))
    sounds = own.filter(own.sound_id.notnull()).select(topic_kind=ibis.literal("sound"), topic=own.sound_id.lower())
    tags = own.select(topic_kind=ibis.literal("hashtag"), topic=own.hashtags.unnest())
    return rows.semi_join(sounds.union(tags).distinct().alias("used_topics"), list(TOPIC))


def share_rate(posts: Table) -> NumericValue:
    """Shares over views; null where either is unknown or negative, or views are 0."""
    known = (posts.views > 0) & (posts.shares >= 0)
    rate = posts.shares.cast("float64") / posts.views.cast("float64").nullif(0)
    return ibis.cases((known, rate), else_=ibis.null("float64"))


def last_days(rows: Table, number: str, last: str, days: int | None) -> Table:
    """Rows whose day number is within the `days` days that end with the topic's last; all rows when None."""
    return rows if days is None else rows.filter(rows[number] > rows[last] - _days(days))


def _days(days: int) -> int:
    if not days >= 1:
        raise DwellError(f"The number of days of a topic is a whole number from 1 up, not {days}.")
    return int(days)


def _latest_sample(seen: Table) -> Table:
    """The posts of the latest sample, each by its newest row."""
    latest = seen.filter(seconds(seen.last_at) - seconds(seen.observed_at) < _SAMPLE_GAP_S)
    order = ibis.window(
        group_by=[*(latest[name] for name in TOPIC), latest.post_id], order_by=latest.observed_at.desc()
    )
    rows = latest.mutate(age_in_look=ibis.row_number().over(order), listed_rank=latest["rank"])
    return (
        rows.filter(rows.age_in_look == 0)
        .select(*TOPIC, "post_id", "observed_at", "listed_rank", *_COLUMNS, **reading_columns(rows, "shares"))
        .alias("present_posts")
    )


def _earlier_samples(seen: Table, now: Table) -> Table:
    """For each such post, the newest sample at least an hour earlier that has its shares."""
    then = seen.filter(seen.shares.notnull())
    parts = {name: reading_columns(then, "shares")[part] for name, part in earlier_columns().items()}
    then = then.select(*TOPIC, "post_id", earlier_at="observed_at", had_shares="shares", **parts)
    both = then.inner_join(now.select(*TOPIC, "post_id", now_at=now.observed_at), [*TOPIC, "post_id"])
    both = both.filter(hours(both.earlier_at, both.now_at) >= MIN_HOURS)
    order = ibis.window(group_by=[*(both[name] for name in TOPIC), both.post_id], order_by=both.earlier_at.desc())
    both = both.mutate(back=ibis.row_number().over(order))
    last = both.filter(both.back == 0)
    return last.select(*TOPIC, "post_id", "earlier_at", "had_shares", *earlier_columns()).alias("earlier_looks")


def _with_momentum(posts: Table) -> Table:
    """Shares per hour: measured between two samples where that is growth, else over the post's lifetime."""
    posts = add_change(posts, "shares", ("earlier_at", "had_shares"))
    age = hours(posts.posted_at, posts.observed_at)
    shares = {"": posts.shares, "_low": posts.shares - posts.own_off, "_high": posts.shares + posts.own_off}
    lifetime = {
        end: ibis.cases((age >= MIN_HOURS, count.cast("float64") / age.nullif(0)), else_=ibis.null("float64"))
        for end, count in shares.items()
    }
    return posts.mutate(
        age_h=age,
        between_h=posts.hours,
        share_rate=share_rate(posts),
        basis=_basis(posts.per_hour, lifetime[""]),
        **{
            f"share_momentum{end}": ibis.cases((posts.per_hour.notnull(), posts[f"per_hour{end}"]), else_=count)
            for end, count in lifetime.items()
        },
    )


def _basis(gained: NumericValue, lifetime: NumericValue) -> StringValue:
    branches = [(gained.notnull(), "measured"), (lifetime.notnull(), "lifetime")]
    return ibis.cases(*branches, else_=ibis.null("string"))


def _select_and_order(ranked: Table) -> Table:
    columns = ("rank", "post_id", "handle", "caption", "url", "posted_at", "observed_at", "listed_rank", "duration_s")
    figures = ("views", "shares", "share_rate", "share_momentum", "basis", "between_h", "age_h")
    ranges = ("share_momentum_low", "share_momentum_high")
    return ranked.select(*TOPIC, *columns, *figures, *ranges).order_by(
        *TOPIC, ranked["rank"].asc(nulls_first=False), ranked.post_id
    )
