"""A topic day by day: how many posts it gained by the provider's count, and how the sampled ones performed."""

from __future__ import annotations

from collections.abc import Iterable

import ibis
from ibis.expr.types import IntegerValue, Table, TimestampValue

from dwell.metrics.changes import add_change, earlier_columns, reading_columns
from dwell.metrics.instants import hours, seconds
from dwell.metrics.topic_ranking import DEFAULT_DAYS, TOPIC, last_days, share_rate, topic_rows, used_topics

_DAY = 86_400
_MIN_SPAN_DAYS = 0.25  # two counts closer than that show the provider's batch update, not the day
_FRESH_HOURS = 168.0
_DATED = (*TOPIC, "number", "day")


def topic_days(
    *,
    kind: str | None = None,
    topic: str | None = None,
    days: int | None = DEFAULT_DAYS,
    handles: Iterable[str] | None = None,
) -> Table:
    """One row per topic and day (UTC) on which it was sampled, or on which a sampled post was published.

    Args:
        kind: `hashtag`, `sound` or `search`; all when None.
        topic: Hashtag without #, id of the sound, or search text; all when None.
        days: Only the days that end with the topic's latest sample; all when None.
        handles: Only the sounds and hashtags of posts of these accounts; all when None.
    """
    looks, seen = (topic_rows(name, kind, topic) for name in ("topic_samples", "topic_posts"))
    if handles is not None:
        looks, seen = used_topics(looks, handles), used_topics(seen, handles)
    looks = _dated(looks, "observed_at").alias("looks")
    seen = _dated(seen, "observed_at").alias("seen_posts")
    counts, samples, published = _counts(looks), _sampled_posts(seen), _published_per_day(seen)
    listed = looks.select(*_DATED).union(seen.select(*_DATED)).union(published.select(*_DATED)).distinct()
    calendar = _until_last_sample(listed, looks, seen).alias("calendar")
    joined = (
        calendar.left_join(_samples_per_day(looks), [*TOPIC, "number"])
        .left_join(counts, [*((calendar[name], counts[name]) for name in (*TOPIC, "number"))])
        .left_join(samples, [*((calendar[name], samples[name]) for name in (*TOPIC, "number"))])
        .left_join(published, [*((calendar[name], published[name]) for name in (*TOPIC, "number"))])
    )
    rows = joined.select(
        *(calendar[name] for name in (*_DATED, "last_number")),
        looks=joined.looks.fill_null(0),
        **{name: joined[name] for name in ("last_look_at", *_COUNTED, *_SAMPLED)},
        posts_published=joined.posts_published.fill_null(0),
    )
    columns = ("day", "looks", "last_look_at", *_COUNTED, *_SAMPLED, "posts_published")
    return last_days(rows, "number", "last_number", days).select(*TOPIC, *columns).order_by(*TOPIC, "day")


_COUNTED = ("topic_posts", "counted_at", "count_span_d", "posts_added", "posts_added_low", "posts_added_high")
_SAMPLED = (
    *("sampled", "new_posts", "views_median", "shares_total", "share_rate_median"),
    *("fresh_views_per_hour_median", "fresh_n"),
)


def _dated(rows: Table, instant: str) -> Table:
    return rows.mutate(number=_number(rows[instant]), day=rows[instant].truncate("D").date())


def _number(instant: TimestampValue) -> IntegerValue:
    """Days since 1970 in UTC."""
    return (seconds(instant) // _DAY).cast("int64")


def _until_last_sample(listed: Table, looks: Table, seen: Table) -> Table:
    """No day after the last sample, whatever publishing date a post claims."""
    together = looks.select(*TOPIC, "number").union(seen.select(*TOPIC, "number"))
    last = together.group_by(list(TOPIC)).agg(last_number=together.number.max())
    both = listed.inner_join(last, list(TOPIC))
    return both.filter(both.number <= both.last_number).select(*_DATED, "last_number")


def _samples_per_day(looks: Table) -> Table:
    return looks.group_by([*TOPIC, "number"]).agg(looks=looks.count(), last_look_at=looks.observed_at.max())


def _counts(looks: Table) -> Table:
    """The provider's count in the day's last sample that has it, and posts per day since the previous count."""
    known = looks.filter(looks.topic_posts.notnull())
    day = ibis.window(group_by=[*(known[name] for name in TOPIC), known.number], order_by=known.observed_at.desc())
    known = known.mutate(back=ibis.row_number().over(day))
    last = known.filter(known.back == 0)
    last = last.select(
        *TOPIC, "number", "topic_posts", counted_at=last.observed_at, **reading_columns(last, "topic_posts")
    )
    in_time = ibis.window(group_by=[last[name] for name in TOPIC], order_by=last.counted_at)
    both = last.mutate(
        counted_from=last.counted_at.lag().over(in_time),
        topic_posts_from=last.topic_posts.lag().over(in_time),
        **{name: last[part].lag().over(in_time) for name, part in earlier_columns().items()},
    )
    both = add_change(both, "topic_posts", ("counted_from", "topic_posts_from"), at="counted_at")
    span, nothing = both.hours / 24.0, ibis.null("float64")
    return both.select(
        *TOPIC,
        "number",
        "topic_posts",
        "counted_at",
        count_span_d=ibis.cases((span >= _MIN_SPAN_DAYS, span), else_=nothing),
        **{
            f"posts_added{end}": ibis.cases((span >= _MIN_SPAN_DAYS, both[f"per_hour{end}"] * 24.0), else_=nothing)
            for end in ("", "_low", "_high")
        },
    ).alias("counted_days")


def _sampled_posts(seen: Table) -> Table:
    """The posts that were read that day, each once, by its last row of the day."""
    post = [*(seen[name] for name in TOPIC), seen.post_id]
    first = seen.number.min().over(ibis.window(group_by=post))
    order = ibis.window(group_by=[*post, seen.number], order_by=seen.observed_at.desc())
    rows = seen.mutate(back=ibis.row_number().over(order), first_number=first)
    rows = rows.filter(rows.back == 0)
    age = hours(rows.posted_at, rows.observed_at)
    fresh = (age >= 1.0) & (age <= _FRESH_HOURS)
    pace = ibis.cases((fresh, rows.views.cast("float64") / age.nullif(0)), else_=ibis.null("float64"))
    rows = rows.mutate(share_rate=share_rate(rows), fresh_pace=pace)
    return rows.group_by([*TOPIC, "number"]).agg(
        sampled=rows.count(),
        new_posts=rows.count(where=rows.first_number == rows.number),
        views_median=rows.views.cast("float64").quantile(0.5),
        shares_total=rows.shares.cast("float64").sum().cast("int64"),
        share_rate_median=rows.share_rate.quantile(0.5),
        fresh_views_per_hour_median=rows.fresh_pace.quantile(0.5),
        fresh_n=rows.fresh_pace.count(),
    )


def _published_per_day(seen: Table) -> Table:
    """How many of all sampled posts were published on each day."""
    dated = seen.filter(seen.posted_at.notnull()).select(*TOPIC, "post_id", "posted_at")
    posts = dated.group_by([*TOPIC, "post_id"]).agg(posted_at=dated.posted_at.min())
    posts = _dated(posts, "posted_at")
    return posts.group_by([*_DATED]).agg(posts_published=posts.count())
