"""Accounts beside each other: each of them against the first, at equal length, with what the data cannot tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from statistics import median
from typing import Any

from dwell.metrics.zones import publishing_day_or_time
from dwell.models.effects import q_values
from dwell.models.group_comparison import FALSE_CLAIMS, excludes_large
from dwell.models.matched_effect import MatchedEffect, matched_effect
from dwell.models.weekly_posts import MIN_WEEKS, Times, WeeklyPosts, common_time, compare_weeks
from dwell.results import Result
from dwell.text.lists import join_words
from dwell.text.plurals import pluralize

Post = Mapping[str, Any]
Within = tuple[datetime | None, datetime | None]
COLUMNS = (
    *("metric", "kind", "handle", "value", "own_value", "difference", "difference_low", "difference_high", "verdict"),
    *("n", "own_n", "share", "buckets", "low", "high", "own_low", "own_high"),
    *("effect", "effect_low", "effect_high", "p_value", "q_value", "reason"),
)
METRICS = {
    "watch_ratio": "measured",
    "engagement_rate": "public",
    "like_rate": "public",
    "comment_rate": "public",
    "share_rate": "public",
    "save_rate": "public",
    "views_7d": "public",
}
"""What is compared inside each duration bucket, and whether the platform measured it or anyone can see it."""
METRICS_AT_AGE = {
    **{name: kind for name, kind in METRICS.items() if name not in ("watch_ratio", "views_7d")},
    "views": "public",
}
"""The same where the posts have their numbers at one age: nobody measures watch time at an age."""
_WHERE_KNOWN = {"watch_ratio", "views_7d"}
"""These have a row only where one of the two accounts has them."""
MOST_ACCOUNTS = 10
MIN_POSTS = 10
"""Posts that each account needs in the lengths that both have."""
MIN_BUCKET_POSTS = 5
"""Posts that each account needs in a length, so that this length is compared."""
_EVERY_LENGTH = "all"


@dataclass(frozen=True)
class Account:
    """One account.

    Attributes:
        handle: Without @.
        posts: Rows of the metric `posts`, with `views_7d` where it is known, or of `posts_at_age`; eligible or not.
        times: Of which every post is stored (the metric `listings`).
    """

    handle: str
    posts: Sequence[Post]
    times: Times = ()
    eligible: Sequence[Post] = field(init=False)

    def __post_init__(self) -> None:
        """Keep the eligible posts apart."""
        object.__setattr__(self, "eligible", [post for post in self.posts if post["excluded"] is None])


def compare(
    accounts: Sequence[Account],
    within: Within = (None, None),
    tz: tzinfo = UTC,
    metrics: Mapping[str, str] = METRICS,
) -> Result:
    """Compare accounts with the first of them.

    Rates and views are compared inside each duration bucket, weighted as the first account's posts are spread over the
    buckets that both have: so a difference is not one of length. Verdicts: `higher` and `lower` where the false
    discovery rate over all comparisons is at most 5 % and the interval of the difference excludes 0; `similar` where a
    large difference is excluded; else `unknown`, with the reason.

    Args:
        accounts: Two or more of one platform.
        within: Begin and end of the period that the posts are of; None without one.
        tz: Whose weeks are counted.
        metrics: What is compared inside each duration bucket: `METRICS`, or `METRICS_AT_AGE`.

    Returns:
        A row per metric and further account. `value` is that account's, `own_value` the first one's over the same
        lengths, `difference` the first minus the second of these. In `meta`: `reference`, `accounts`, `verdict`.
    """
    own, rivals = accounts[0], accounts[1:]
    found = [row for rival in rivals for row in _rows(own, rival, within, tz, metrics)]
    tested = [row for row in found if row["p_value"] is not None]
    for row, chance in zip(tested, q_values([row["p_value"] for row in tested]), strict=True):
        row["q_value"] = chance
        row["verdict"] = _verdict(row)
        if row["verdict"] == "unknown":
            row["reason"] = "no difference is shown, and a large one is not excluded"
    table = [tuple(row.get(column) for column in COLUMNS) for row in found]
    meta = {
        "reference": own.handle,
        "accounts": [_about(account) for account in accounts],
        "verdict": " ".join(_sentence(own, rival, found) for rival in rivals),
    }
    return Result(COLUMNS, table, meta)


def _rows(
    own: Account, rival: Account, within: Within, tz: tzinfo, metrics: Mapping[str, str]
) -> Iterator[dict[str, Any]]:
    for metric, kind in metrics.items():
        mine, theirs = _by_bucket(own.eligible, metric), _by_bucket(rival.eligible, metric)
        if mine or theirs or metric not in _WHERE_KNOWN:
            yield _matched(own, rival, metric, kind, mine, theirs)
    yield _weeks(own, rival, within, tz)
    whole = [{_EVERY_LENGTH: _known(account.eligible, "duration_s")} for account in (own, rival)]
    yield {**_matched(own, rival, "duration_s", "public", *whole), "buckets": None, "share": None}


def _by_bucket(posts: Iterable[Post], metric: str) -> dict[str, list[float]]:
    groups: dict[str, list[float]] = {}
    for post in posts:
        if post.get(metric) is not None and post["bucket"] is not None:
            groups.setdefault(post["bucket"], []).append(float(post[metric]))
    return groups


def _known(posts: Iterable[Post], metric: str) -> list[float]:
    return [float(post[metric]) for post in posts if post.get(metric) is not None]


Groups = Mapping[str, Sequence[float]]


def _matched(own: Account, rival: Account, metric: str, kind: str, mine: Groups, theirs: Groups) -> dict[str, Any]:
    """The row of one metric; without enough posts, how many are missing."""
    both = [name for name in mine if min(len(mine[name]), len(theirs.get(name, ()))) >= MIN_BUCKET_POSTS]
    n, own_n = (sum(len(groups[name]) for name in both) for groups in (theirs, mine))
    row: dict[str, Any] = {"metric": metric, "kind": kind, "handle": rival.handle, "p_value": None, "q_value": None}
    row |= {"n": n, "own_n": own_n, "verdict": "unknown"}
    if min(n, own_n) < MIN_POSTS:
        return {**row, "reason": _missing(own, rival, metric, mine, theirs, both)}
    effect = matched_effect({name: mine[name] for name in both}, {name: theirs[name] for name in both})
    share = own_n / sum(map(len, mine.values()))
    return {**row, **_figures(effect), "share": share, "buckets": sorted(both)}


def _figures(effect: MatchedEffect) -> dict[str, Any]:
    return {
        "value": effect.other.value,
        "low": effect.other.low,
        "high": effect.other.high,
        "own_value": effect.own.value,
        "own_low": effect.own.low,
        "own_high": effect.own.high,
        "difference": effect.difference.value,
        "difference_low": effect.difference.low,
        "difference_high": effect.difference.high,
        "effect": effect.effect.value,
        "effect_low": effect.effect.low,
        "effect_high": effect.effect.high,
        "p_value": effect.p_value,
    }


def _missing(own: Account, rival: Account, metric: str, mine: Groups, theirs: Groups, both: Sequence[str]) -> str:
    """Which posts are missing: in all, with a length, or of the lengths that both have."""
    for account, groups in ((rival, theirs), (own, mine)):
        known, have = len(_known(account.eligible, metric)), sum(map(len, groups.values()))
        if have < MIN_POSTS:
            posts = f"{pluralize(known, 'post')} where it is known"
            lengths = f", the length of {have} of them" if known > have else ""
            return f"@{account.handle} has {posts}{lengths}, {MIN_POSTS - have} fewer than needed"
    counts = [
        f"@{account.handle} has {have}, {MIN_POSTS - have} fewer than needed"
        for account, groups in ((rival, theirs), (own, mine))
        if (have := sum(len(groups[name]) for name in both)) < MIN_POSTS
    ]
    return f"of the lengths that both have {MIN_BUCKET_POSTS} posts of, {' and '.join(counts)}"


def _weeks(own: Account, rival: Account, within: Within, tz: tzinfo) -> dict[str, Any]:
    row: dict[str, Any] = {"metric": "posts_per_week", "kind": "public", "handle": rival.handle, "verdict": "unknown"}
    row |= {"p_value": None, "q_value": None}
    mine, theirs = ([publishing_day_or_time(post, tz) for post in account.posts] for account in (own, rival))
    found = compare_weeks(mine, theirs, *common_time(own.times, rival.times, within), tz)
    row |= {"n": found.weeks, "own_n": found.weeks}
    if found.weeks < MIN_WEEKS:
        missing = (
            f"{pluralize(found.weeks, 'whole week')} of which every post of both is stored, {MIN_WEEKS} are needed"
        )
        return {**row, "reason": missing}
    return {**row, **_weekly(found)}


def _weekly(found: WeeklyPosts) -> dict[str, Any]:
    return {
        "value": found.other,
        "own_value": found.own,
        "difference": found.difference,
        "difference_low": found.low,
        "difference_high": found.high,
        "p_value": found.p_value,
    }


def _verdict(row: Mapping[str, Any]) -> str:
    low, high = row["difference_low"], row["difference_high"]
    # The chance is that of the effect: where it points the other way, as with many equal values, nothing is shown.
    agree = row.get("effect") is None or row["effect"] * row["difference"] > 0
    if row["q_value"] <= FALSE_CLAIMS and low * high > 0 and agree:
        return "higher" if low > 0 else "lower"
    return "similar" if excludes_large(row.get("effect_low"), row.get("effect_high")) else "unknown"


def _about(account: Account) -> dict[str, Any]:
    """What was compared of an account; its posts were read at `age_h_median` hours, unless all are of one age."""
    ages = _known(account.eligible, "age_h")
    posted = [post["posted_at"] for post in account.eligible if post["posted_at"] is not None]
    return {
        "handle": account.handle,
        "posts": len(account.posts),
        "eligible": len(account.eligible),
        "known": len(_known(account.eligible, "views")),
        "age_h_median": median(ages) if ages else None,
        "first_posted_at": min(posted, default=None),
        "last_posted_at": max(posted, default=None),
    }


def _sentence(own: Account, rival: Account, rows: Sequence[Mapping[str, Any]]) -> str:
    mine = [row for row in rows if row["handle"] == rival.handle]
    told = [row for row in mine if row["q_value"] is not None]
    if not told:
        return f"@{rival.handle} cannot be compared with @{own.handle}: {mine[0]['reason']}."
    words = [
        f"{word} in {join_words(named)}"
        for word in ("higher", "lower")
        if (named := [row["metric"] for row in told if row["verdict"] == word])
    ]
    if words:
        return f"@{rival.handle} is {', and '.join(words)} than @{own.handle}."
    return f"@{rival.handle} is not shown to differ from @{own.handle} in any of {len(told)} comparisons."
