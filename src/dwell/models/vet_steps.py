"""Jumps of views or followers between two snapshots that batched updates, rounding or a hit do not explain."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from statistics import median
from typing import Any

from dwell.models.vet_check import NOTHING_UNUSUAL, SUSPICIOUS, VetCheck, cannot_tell
from dwell.text.plurals import pluralize

Row = Mapping[str, Any]

BATCH_HOURS = 24.0
"""Counters are refreshed in batches: this many hours of growth may arrive in one step."""
SPIKE_FACTOR = 10.0
"""A step must be ten times what the faster of its two neighbours would bring in its time plus a batch."""
MIN_SHARE = 0.25
MIN_VIEWS = 2_000
LIKES_SHARE = 0.25
"""Views that come with a quarter of the post's usual likes are taken for real views."""
POSTS_WITH_STEPS = 2
MIN_FOLLOWERS = 1_000
MIN_FOLLOWER_SHARE = 0.1
HIT_FACTOR = 5.0
_VIEWS_NORM = "no isolated step far above the pace before and after it, without matching likes"
_FOLLOWERS_NORM = "no isolated step of a tenth of the followers without a post that explains it"


def view_steps(growth: Iterable[Row], posts: Iterable[str]) -> VetCheck:
    """Isolated steps of views on two posts or more that brought hardly any likes.

    A second wave lasts for days and brings likes; a batch moves a day at most; a rounded counter moves by its unit.
    Of a pace that rounding leaves open, the most that it may be counts.

    Args:
        growth: Rows of `growth` of the account.
        posts: Ids of the posts that are vetted.
    """
    wanted = set(posts)
    rows = sorted((row for row in growth if row["post_id"] in wanted), key=lambda row: (row["post_id"], row["to_at"]))
    series = [_one_after_another(steps_of_post) for _, steps_of_post in groupby(rows, key=lambda row: row["post_id"])]
    long_enough = [steps for steps in series if len(steps) >= 3]
    if not long_enough:
        why = "No post was observed four times or more, so a step cannot be distinguished from growth: sweep daily."
        return cannot_tell("view_steps", _VIEWS_NORM, why)
    lone = [step for steps in long_enough for step in _lone_steps(steps)]
    with_steps = len({step["post_id"] for step in lone})
    hit = with_steps >= POSTS_WITH_STEPS
    seen = f"{pluralize(len(long_enough), 'post')} observed four times or more"
    evidence = f"{pluralize(len(lone), 'such step')} on {with_steps} of {seen}."
    if lone:
        evidence += f" {_describe_largest(lone)}"
    if hit:
        evidence += " A share by a large account, or a promotion that is not marked, can do the same."
    reads = SUSPICIOUS if hit else NOTHING_UNUSUAL
    return VetCheck("view_steps", float(with_steps), None, None, _VIEWS_NORM, reads, len(long_enough), evidence)


def _one_after_another(rows: Iterable[Row]) -> list[Row]:
    """The steps that do not overlap: of several readings within an hour, each has a step from the same earlier one."""
    steps: list[Row] = []
    for row in rows:
        if not steps or row["from_at"] >= steps[-1]["to_at"]:
            steps.append(row)
    return steps


def _lone_steps(steps: Sequence[Row]) -> list[Row]:
    lone = []
    for before, step, after in zip(steps, steps[1:], steps[2:], strict=False):
        gained, pace = step["views_to"] - step["views_from"], _fastest_neighbour(before, after)
        if pace is None or step.get("rounding_explains") is not False or step.get("reason"):
            continue
        usual = SPIKE_FACTOR * pace * (step["hours"] + BATCH_HOURS)
        if gained > max(usual, MIN_VIEWS, MIN_SHARE * step["views_from"]) and _lacks_likes(step, gained):
            lone.append(step)
    return lone


def _fastest_neighbour(before: Row, after: Row) -> float | None:
    paces = [_most(row, "views_per_hour") for row in (before, after)]
    return None if None in paces else max(0.0, *(pace for pace in paces if pace is not None))


def _most(row: Row, pace: str) -> float | None:
    """The most that a pace may be; None where it was not read an hour apart."""
    most = row.get(f"{pace}_high")
    return row[pace] if most is None else float(most)


def _lacks_likes(step: Row, gained: int) -> bool:
    """Whether the views came without the likes that the post usually gets; unknown likes count as present."""
    had, has = step.get("likes_from"), step.get("likes_to")
    if had is None or has is None or step["views_from"] <= 0 or had <= 0:
        return False
    return bool(has - had < LIKES_SHARE * gained * had / step["views_from"])


def _describe_largest(lone: Sequence[Row]) -> str:
    step = max(lone, key=lambda row: row["views_to"] - row["views_from"])
    return (
        f"The largest: {step['views_from']:,} to {step['views_to']:,} views in {step['hours']:.0f} h, likes"
        f" {step['likes_from']:,} to {step['likes_to']:,} (post {step['post_id']})."
    )


def follower_steps(steps: Iterable[Row], posts: Iterable[Row]) -> VetCheck:
    """An isolated jump of the follower count that no post of the days before explains.

    Args:
        steps: Rows of `follower_steps` of the account.
        posts: Rows of `posts` of the account.
    """
    rows = _one_after_another(sorted(steps, key=lambda row: row["to_at"]))
    rows = [row for row in rows if _most(row, "followers_per_day") is not None]
    if len(rows) < 5:
        why = f"{pluralize(len(rows), 'step')} between stored follower counts; 5 are needed: sweep daily or weekly."
        return cannot_tell("follower_steps", _FOLLOWERS_NORM, why, len(rows))
    usual = median(abs(_most(row, "followers_per_day") or 0.0) for row in rows)
    lone = [row for row in rows if _is_jump(row, usual)]
    known = list(posts)
    unexplained = [row for row in lone if not _explained_by_post(row, known)]
    evidence = f"{len(lone)} of {len(rows)} steps exceed the usual {usual:,.0f} followers a day by far"
    evidence += (
        f", {len(unexplained)} of them without a post with {HIT_FACTOR:.0f} times the usual views." if lone else "."
    )
    if unexplained:
        step = max(unexplained, key=lambda row: row["followers_to"] - row["followers_from"])
        evidence += (
            f" The largest: {step['followers_from']:,} to {step['followers_to']:,} in {step['hours'] / 24:.1f} days. A"
            " mention elsewhere, a merged account or a deleted post can do the same."
        )
    reads = SUSPICIOUS if unexplained else NOTHING_UNUSUAL
    return VetCheck("follower_steps", float(len(unexplained)), None, None, _FOLLOWERS_NORM, reads, len(rows), evidence)


def _is_jump(row: Row, usual: float) -> bool:
    gained = row["followers_to"] - row["followers_from"]
    days = (row["hours"] + BATCH_HOURS) / 24
    least = max(SPIKE_FACTOR * usual * days, MIN_FOLLOWERS, MIN_FOLLOWER_SHARE * row["followers_from"])
    return row["rounding_explains"] is False and not row.get("reason") and gained > least


def _explained_by_post(row: Row, posts: Sequence[Row]) -> bool:
    """Whether a post of the two weeks before had far more views than usual, or 20 times the gained followers."""
    views = [post["views"] for post in posts if post.get("views") is not None]
    if not views:
        return True  # without known posts the jump cannot be called unexplained
    usual, gained = median(views), row["followers_to"] - row["followers_from"]
    since: datetime = row["from_at"] - timedelta(days=14)
    return any(
        post.get("views") is not None
        and post.get("posted_at") is not None
        and since <= post["posted_at"] <= row["to_at"]
        and (post["views"] >= HIT_FACTOR * usual or post["views"] >= 20 * gained)
        for post in posts
    )
