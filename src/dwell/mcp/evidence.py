"""Which posts the figures of an answer rest on, by the kind of question."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from dwell.metrics.zones import publishing_time
from dwell.models.targets import WATCH_TARGETS
from dwell.results import Result
from dwell.text.time_zones import find_zone

if TYPE_CHECKING:
    from dwell.workspace.snapshot import Snapshot


class Reading(NamedTuple):
    """A post that figures rest on; a time is None where it is unknown.

    Attributes:
        posted_at: When it was published.
        from_at: When what is said of it was first read.
        to_at: When it was last read.
    """

    posted_at: datetime | None
    from_at: datetime | None
    to_at: datetime | None


Evidence: TypeAlias = Callable[["Snapshot", Mapping[str, Any], Result], Collection[Reading]]
"""The readings of those posts, one a post: of the snapshot, the question and its answer."""

_QUESTION = ("creator", "platform", "niche", "watchlist", "at", "metric", "scheme", "include", "min_age_h")


def row_posts(_snapshot: Snapshot, _question: Mapping[str, Any], result: Result) -> Collection[Reading]:
    """The posts that are the rows."""
    observed = result.column("observed_at")
    return [Reading(*times) for times in zip(result.column("posted_at"), observed, observed, strict=True)]


def eligible_posts(*needed: str, by_metric: bool = True) -> Evidence:
    """The eligible posts whose value of the metric is known; at an age, their views.

    Args:
        needed: Further columns of `posts` that must be known.
        by_metric: False where posts are compared by several metrics: all eligible posts then.
    """

    def find(snapshot: Snapshot, question: Mapping[str, Any], result: Result) -> Collection[Reading]:
        posts = _posts(snapshot, question, result)
        value = "views" if question.get("at") else result.meta["metric"]["name"] if by_metric else None
        known = [name for name in (value, *needed) if name is not None]
        return [_reading(post) for post in posts if _counts(post, known)]

    return find


def timed_posts(snapshot: Snapshot, question: Mapping[str, Any], result: Result) -> Collection[Reading]:
    """The eligible posts whose value of the metric and whose hour of publishing are known."""
    clock, metric = find_zone(question["tz"]), result.meta["metric"]["name"]
    posts = _posts(snapshot, question, result)
    return [_reading(post) for post in posts if _counts(post, [metric]) and publishing_time(post, clock) is not None]


def vetted_posts(snapshot: Snapshot, question: Mapping[str, Any], result: Result) -> Collection[Reading]:
    """The latest eligible posts, which `vet` checks."""
    from dwell.models.vetting import latest_eligible

    return [_reading(post) for post in latest_eligible(list(_posts(snapshot, question, result)), question["posts"])]


def curve_posts(snapshot: Snapshot, question: Mapping[str, Any], result: Result) -> Collection[Reading]:
    """The posts with a retention curve, or the one whose curve is shown."""
    if question.get("post") is None:
        return row_posts(snapshot, question, result)
    return [_reading(result.meta["post"])]


def growth_posts(snapshot: Snapshot, question: Mapping[str, Any], result: Result) -> Collection[Reading]:
    """The posts whose growth is known between two readings."""
    times: dict[str, list[datetime]] = {}
    for row in result:
        if row["views_per_hour"] is not None:
            times.setdefault(row["post_id"], []).extend((row["from_at"], row["to_at"]))
    grown = [(post["posted_at"], times[post["post_id"]]) for post in _posts(snapshot, question, result)
             if post["post_id"] in times]  # fmt: skip
    return [Reading(posted_at, min(read), max(read)) for posted_at, read in grown]


def watched_posts(snapshot: Snapshot, question: Mapping[str, Any], result: Result) -> Collection[Reading]:
    """The eligible posts with a measured watch time."""
    from dwell.models.sample import is_used

    posts = _posts(snapshot, question, result)
    return [_reading(post) for post in posts if any(is_used(post, target) for target in WATCH_TARGETS)]


def scored_posts(snapshot: Snapshot, question: Mapping[str, Any], result: Result) -> Collection[Reading]:
    """The posts that are the rows, where these do not say when they were read."""
    chosen = set(result.column("post_id"))
    return [_reading(post) for post in _posts(snapshot, question, result) if post["post_id"] in chosen]


def account_posts(snapshot: Snapshot, question: Mapping[str, Any], result: Result) -> Collection[Reading]:
    """The eligible posts of all accounts that are compared."""
    of_all = eligible_posts(by_metric=False)
    handles = [account["handle"] for account in result.meta["accounts"]]
    shared = {**question, "platform": result.meta["platform"]}
    return [found for handle in handles for found in of_all(snapshot, {**shared, "creator": handle}, result)]


def _posts(snapshot: Snapshot, question: Mapping[str, Any], result: Result) -> Iterable[dict[str, Any]]:
    """The posts of the question, of the period of its answer."""
    chosen: dict[str, Any] = {name: question[name] for name in _QUESTION if name in question}
    return snapshot.posts(**chosen, since=result.meta.get("since"), until=result.meta.get("until"))


def _counts(post: Mapping[str, Any], known: Iterable[str]) -> bool:
    return post["excluded"] is None and all(post[name] is not None for name in known)


def _reading(post: Mapping[str, Any]) -> Reading:
    return Reading(post["posted_at"], post["observed_at"], post["observed_at"])
