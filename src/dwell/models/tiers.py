"""What distinguishes the top quarter of an account's posts from the bottom quarter, beyond chance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any

import numpy as np

from dwell.metrics.metric_choice import MEASURED, POST_METRICS
from dwell.metrics.zones import publishing_time
from dwell.models.effects import Effect, ordinal_effect, q_values, share_effect
from dwell.models.group_comparison import excludes_large
from dwell.results import Result
from dwell.text.plurals import pluralize
from dwell.text.time_zones import find_zone

Post = Mapping[str, Any]
COLUMNS = (
    "dimension",
    "level",
    "top",
    "bottom",
    "effect",
    "effect_name",
    "low",
    "high",
    "p_value",
    "q_value",
    "separates",
)
MIN_TIER_POSTS = 8
# A level that fewer posts of the two tiers have, or lack, could not be distinguished from chance.
MIN_SUPPORT = 5
MAX_HASHTAGS = 20
FALSE_DISCOVERIES = 0.05


def tiers(rows: Iterable[Post], tz: str = "UTC", *, metric: str = "engagement_rate") -> Result:
    """Compare the posts at or above the upper quartile of a metric with those at or below the lower one.

    Numbers are compared by Cliff's delta, attributes by the difference of their shares, each with a 95 % interval; a
    difference separates the tiers when its false discovery rate, over all comparisons made, is at most 5 %. An unknown
    value is left out of its comparison.

    Args:
        rows: Rows of the metric `posts`, of one account; only eligible ones of which the metric is known are used.
        tz: IANA zone in which weekday and hour of publishing are read.
        metric: The column by which posts are best or weakest, a name in `POST_METRICS`.

    Returns:
        One row per comparison, clearest first; top and bottom are medians, or shares where the row has a level. With
        `meta`: n_top, n_bottom, q25, q75, tz, verdict. No rows when a tier has fewer than 8 posts or all posts have
        the same value.

    Raises:
        DwellError: No such time zone.
    """
    clock = find_zone(tz)
    posts = [row for row in rows if row["excluded"] is None and row[metric] is not None]
    rates = np.array([row[metric] for row in posts], dtype=float)
    q25, q75 = (float(np.quantile(rates, edge)) for edge in (0.25, 0.75)) if posts else (None, None)
    top = [post for post in posts if q75 is not None and post[metric] >= q75]
    bottom = [post for post in posts if q25 is not None and post[metric] <= q25]
    meta = {"n_top": len(top), "n_bottom": len(bottom), "q25": q25, "q75": q75, "tz": tz}
    if min(len(top), len(bottom)) < MIN_TIER_POSTS:
        eligible = sum(row["excluded"] is None for row in rows)
        unviewed = sum(row["excluded"] is None and row[metric] is None and row.get("views") == 0 for row in rows)
        why = _why_unknown(eligible - len(posts), unviewed, metric)
        return Result(COLUMNS, [], {**meta, "verdict": _too_few(len(top), len(bottom), why, metric)})
    if q25 == q75:
        verdict = f"Nothing to compare: at least half of the posts have the same {POST_METRICS[metric]}."
        return Result(COLUMNS, [], {**meta, "verdict": verdict})
    comparisons = list(_comparisons(top, bottom, clock))
    chances = q_values([effect.p_value for _, _, effect in comparisons])
    table = [_row(*comparison, chance) for comparison, chance in zip(comparisons, chances, strict=True)]
    table.sort(key=lambda row: (row[9], row[8], row[0], row[1] or ""))
    return Result(COLUMNS, table, {**meta, "verdict": _verdict(table)})


Comparison = tuple[str, str | None, Effect]


def _comparisons(top: Sequence[Post], bottom: Sequence[Post], clock: tzinfo) -> Iterator[Comparison]:
    for dimension, number in _NUMBERS.items():
        yield from _ordinal(dimension, _known(top, number), _known(bottom, number))
    for dimension, level in _levels(clock).items():
        yield from _shares(dimension, _known(top, level), _known(bottom, level))
    yield from _hashtags(top, bottom)


def _ordinal(dimension: str, top: list[float], bottom: list[float]) -> Iterator[Comparison]:
    if min(len(top), len(bottom)) >= MIN_TIER_POSTS and len({*top, *bottom}) > 1:
        yield dimension, None, ordinal_effect(top, bottom)


def _shares(dimension: str, top: list[str], bottom: list[str]) -> Iterator[Comparison]:
    """Each level against all others; of two levels only one is reported, because the other is its complement."""
    mine, theirs = Counter(top), Counter(bottom)
    levels = sorted({*mine, *theirs})
    for level in levels[:1] if len(levels) == 2 else levels:
        yield from _share(dimension, level, mine[level], len(top), theirs[level], len(bottom))


def _hashtags(top: Sequence[Post], bottom: Sequence[Post]) -> Iterator[Comparison]:
    mine = Counter(tag for post in top for tag in set(post["hashtags"] or ()))
    theirs = Counter(tag for post in bottom for tag in set(post["hashtags"] or ()))
    common = sorted(mine + theirs, key=lambda tag: (-(mine[tag] + theirs[tag]), tag))[:MAX_HASHTAGS]
    for tag in common:
        yield from _share("hashtag", tag, mine[tag], len(top), theirs[tag], len(bottom))


def _share(dimension: str, level: str, top: int, n_top: int, bottom: int, n_bottom: int) -> Iterator[Comparison]:
    have, lack = top + bottom, n_top + n_bottom - top - bottom
    if min(n_top, n_bottom) >= MIN_TIER_POSTS and min(have, lack) >= MIN_SUPPORT:
        yield dimension, level, share_effect(top, n_top, bottom, n_bottom)


def _known(posts: Sequence[Post], value: Callable[[Post], Any]) -> list[Any]:
    return [known for known in map(value, posts) if known is not None]


_NUMBERS: dict[str, Callable[[Post], float | None]] = {
    "duration_s": lambda post: post["duration_s"],
    "caption_length": lambda post: post["caption_length"],
    "hashtag_count": lambda post: None if post["hashtags"] is None else len(post["hashtags"]),
}


def _levels(clock: tzinfo) -> dict[str, Callable[[Post], str | None]]:
    return {
        "weekday": lambda post: _local(post, clock, lambda moment: moment.isoweekday()),
        "hour": lambda post: _local(post, clock, lambda moment: moment.hour),
        "sound_original": lambda post: {True: "original", False: "taken over", None: None}[post["sound_original"]],
        "media_type": lambda post: post["media_type"],
    }


def _local(post: Post, clock: tzinfo, part: Callable[[datetime], int]) -> str | None:
    moment = publishing_time(post, clock)
    return None if moment is None else str(part(moment))


def _row(dimension: str, level: str | None, effect: Effect, q_value: float) -> tuple[Any, ...]:
    values = (effect.top, effect.bottom, effect.value, effect.name, effect.low, effect.high, effect.p_value)
    return (dimension, level, *values, q_value, q_value <= FALSE_DISCOVERIES)


def _why_unknown(unknown: int, unviewed: int, metric: str) -> str:
    """Why eligible posts have no value of the metric: a rate needs views, and counters that are known."""
    unviewed = 0 if metric in MEASURED or metric == "views_per_hour" else unviewed
    lacking = unknown - unviewed
    verbs = ("lacks", "so it has") if lacking == 1 else ("lack", "so they have")
    lack = f"{verbs[0]} likes, comments or shares, {verbs[1]} no rate"
    if metric != "engagement_rate":
        lack = f"{'has' if lacking == 1 else 'have'} no known {POST_METRICS[metric]}"
    has = "has 0 views, so it has" if unviewed == 1 else "have 0 views, so they have"
    zero = f" {pluralize(unviewed, 'eligible post')} {has} no rate." if unviewed else ""
    return zero + (f" {pluralize(lacking, 'eligible post')} {lack}." if lacking else "")


def _too_few(n_top: int, n_bottom: int, why: str, metric: str) -> str:
    words = POST_METRICS[metric]
    return (
        f"Too few posts: {n_top} in the top quarter and {n_bottom} in the bottom quarter, each needs {MIN_TIER_POSTS}; "
        f"about {4 * MIN_TIER_POSTS} eligible posts with a known {words} are enough.{why}"
    )


def _verdict(table: Sequence[tuple[Any, ...]]) -> str:
    apart = sum(row[-1] for row in table)
    if apart:
        verb = "separates" if apart == 1 else "separate"
        return f"{apart} of {len(table)} comparisons {verb} the top quarter from the bottom quarter."
    none = f"none of {len(table)} comparisons stands out"
    low, high = COLUMNS.index("low"), COLUMNS.index("high")
    if all(excludes_large(row[low], row[high]) for row in table):
        return f"Nothing separates the top quarter from the bottom quarter by much: {none}, large effects are excluded."
    return (
        f"Cannot tell what separates the top quarter from the bottom quarter: {none}, and the posts are too few to"
        " exclude a large difference."
    )
