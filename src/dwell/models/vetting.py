"""Vets a creator: compares the latest posts with norms, with peers and with each other, and gives reasons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from statistics import mean, median
from typing import Any

from dwell.metrics.counters import VET_RATES
from dwell.models.confidence_intervals import mean_interval, median_interval
from dwell.models.consistency import consistency
from dwell.models.norms import HEALTHY_COMMENTS, HEALTHY_LIKES, NORMS, NOT_RESONATING
from dwell.models.vet_check import COLUMNS, SUSPICIOUS, VetCheck, cannot_tell
from dwell.models.vet_patterns import MIN_PEER_POSTS, identical_ratios, likes_without_comments, views_without_likes
from dwell.models.vet_steps import follower_steps, view_steps
from dwell.results import Result
from dwell.text.plurals import pluralize

MIN_POSTS = 8
"""With fewer posts no verdict is given."""
POSTS = 20

Row = Mapping[str, Any]


def vet(
    posts: Iterable[Row],
    peers: Iterable[Row] = (),
    *,
    niche: str | None = None,
    n: int = POSTS,
    growth: Iterable[Row] = (),
    steps: Iterable[Row] = (),
) -> Result:
    """Checks the creator's latest eligible posts and gives a verdict with its reasons.

    Medians have the exact interval of their order statistics, means a bootstrap interval. A rate is compared with the
    norms of seed S2 and, where ten posts of other creators of the niche and length are stored, with those. A verdict
    needs 8 posts with known likes per view.

    Args:
        posts: Rows of `posts` of one account, in any order.
        peers: Rows of `peers` of the same account and niche.
        niche: The niche whose creators are the peers; None where all are.
        n: Number of latest eligible posts to check.
        growth: Rows of `growth` of the account.
        steps: Rows of `follower_steps` of the account.

    Returns:
        One row per check, columns `vet_check.COLUMNS`; with `meta`: verdict (`recommended`, `mixed`, `not resonating`,
        `suspicious`, `cannot tell`), reasons, n, asked, left_out (reason -> posts), handle, niche, first_posted_at,
        last_posted_at.
    """
    known = list(posts)
    latest = latest_eligible(known, n)
    peer_rows = {str(row["post_id"]): row for row in peers}
    rates = [
        check
        for rate in VET_RATES
        for check in (*_rate_checks(latest, rate), _peer_check(latest, peer_rows, rate, niche))
    ]
    patterns = [
        likes_without_comments(latest, peer_rows),
        views_without_likes(latest, peer_rows),
        identical_ratios(latest),
        view_steps(growth, (str(post["post_id"]) for post in latest)),
        follower_steps(steps, known),
    ]
    checks = [*rates, _views_per_follower(latest), *consistency(latest), *patterns]
    verdict, reasons = _verdict({check.check: check for check in checks}, len(latest))
    return Result(COLUMNS, [check.to_row() for check in checks], _meta(known, latest, niche, n, verdict, reasons))


def latest_eligible(posts: Sequence[Row], n: int) -> list[Row]:
    """The newest `n` eligible posts, newest first; posts of unknown date come last."""
    eligible = [post for post in posts if post.get("excluded") is None]
    dated = sorted(
        (post for post in eligible if post.get("posted_at") is not None),
        key=lambda post: (_moment(post["posted_at"]), str(post["post_id"])),
        reverse=True,
    )
    return [*dated, *(post for post in eligible if post.get("posted_at") is None)][:n]


def _rate_checks(posts: Sequence[Row], rate: str) -> tuple[VetCheck, VetCheck]:
    """Median and mean of one rate against its norm."""
    norm = NORMS.get(rate)
    text = norm.text if norm else None
    values = [float(post[rate]) for post in posts if post.get(rate) is not None]
    if not values:
        why = "No post has the counters for this rate."
        return cannot_tell(f"{rate}_median", text, why), cannot_tell(f"{rate}_mean", text, why)
    checks = []
    for name, value, (low, high) in (
        ("median", float(median(values)), median_interval(values)),
        ("mean", float(mean(values)), mean_interval(values)),
    ):
        reads = norm.band_name(value) if norm else None
        evidence = f"{name.capitalize()} of {pluralize(len(values), 'post')}."
        if norm and low is not None and high is not None and norm.band_name(low) != norm.band_name(high):
            evidence += f" The interval reaches from “{norm.band_name(low)}” to “{norm.band_name(high)}”."
        checks.append(VetCheck(f"{rate}_{name}", value, low, high, text, reads, len(values), evidence))
    return checks[0], checks[1]


def _peer_check(posts: Sequence[Row], peers: Mapping[str, Row], rate: str, niche: str | None) -> VetCheck:
    """The median rank among posts of other creators; only posts with ten or more such posts are ranked."""
    check = f"{rate}_among_peers"
    others = f"other creators{f' of {niche}' if niche else ''}, same length bucket"
    rows = [peers[str(post["post_id"])] for post in posts if str(post["post_id"]) in peers]
    ranked = [
        row
        for row in rows
        if (row.get(f"{rate}_peers") or 0) >= MIN_PEER_POSTS and row[f"{rate}_percentile"] is not None
    ]
    if not ranked:
        why = f"Fewer than {MIN_PEER_POSTS} posts of {others} are stored: sweep such creators and set their niche."
        return cannot_tell(check, None, why)
    ranks = [float(row[f"{rate}_percentile"]) for row in ranked]
    low, high = median_interval(ranks)
    reads = "usual"
    if low is not None and high is not None and not low <= 0.5 <= high:
        reads = "above what is usual" if low > 0.5 else "below what is usual"
    fewest, creators = min(row[f"{rate}_peers"] for row in ranked), max(row["peer_creators"] for row in ranked)
    evidence = (
        f"Median rank of {pluralize(len(ranked), 'post')}, each among {pluralize(fewest, 'post')} or more of {others}"
        f" ({creators:,} in all)."
    )
    return VetCheck(
        check, float(median(ranks)), low, high, "0.5 is the middle of the niche", reads, len(ranked), evidence
    )


def _views_per_follower(posts: Sequence[Row]) -> VetCheck:
    """Views for each follower."""
    check, norm = "views_per_follower", None
    values = [
        post["views"] / post["followers"] for post in posts if post.get("views") is not None and post.get("followers")
    ]
    if not values:
        return cannot_tell(check, norm, "The followers are unknown: sweep the account's profile.")
    low, high = median_interval(values)
    reads = "posts reach beyond the followers" if median(values) > 1 else "posts reach a part of the followers"
    return VetCheck(
        check,
        float(median(values)),
        low,
        high,
        norm,
        reads,
        len(values),
        f"Median of {pluralize(len(values), 'post')}.",
    )


def _verdict(checks: Mapping[str, VetCheck], n: int) -> tuple[str, list[str]]:
    likes = checks["like_rate_median"]
    if n < MIN_POSTS or likes.n < MIN_POSTS or likes.value is None:
        known = f"{pluralize(n, 'eligible post')}, {likes.n} of them with known likes per view"
        return "cannot tell", [f"{known}; {MIN_POSTS} are needed for a verdict."]
    suspicious = [check for check in checks.values() if check.reads_as == SUSPICIOUS]
    if suspicious:
        return "suspicious", [f"{check.check.replace('_', ' ')}: {check.evidence}" for check in suspicious]
    if likes.high is not None and likes.high < NOT_RESONATING:
        return "not resonating", [f"likes per view: {_format_median(likes)}, under 2 % over its whole interval."]
    doubts = _doubts(checks)
    if doubts:
        return "mixed", doubts
    if not checks["comment_rate_median"].n:
        return "cannot tell", ["comments are unknown for every post, so bought likes cannot be ruled out."]
    return "recommended", [f"likes per view: {_format_median(likes)}; no check found a problem."]


def _doubts(checks: Mapping[str, VetCheck]) -> list[str]:
    """What prevents an account from being recommended."""
    likes, comments = checks["like_rate_median"], checks["comment_rate_median"]
    doubts = []
    if likes.value is not None and likes.value < HEALTHY_LIKES:
        doubts.append(f"likes per view: {_format_median(likes)}, {likes.reads_as}.")
    elif likes.low is not None and likes.low < NOT_RESONATING:
        doubts.append(f"likes per view: {_format_median(likes)}, and the interval extends below 2 %.")
    if comments.value is not None and comments.value < HEALTHY_COMMENTS:
        doubts.append(f"comments per view: {_format_median(comments)}, below healthy.")
    for rate in ("like_rate", "engagement_rate"):
        peers = checks[f"{rate}_among_peers"]
        if peers.reads_as == "below what is usual":
            doubts.append(f"{rate.replace('_', ' ')}: below what is usual among peers (median rank {peers.value:.0%}).")
    if checks["views_near_median"].reads_as == "carried by single hits":
        doubts.append("views: carried by single hits, so the next post may perform far worse.")
    return doubts


def _format_median(check: VetCheck) -> str:
    ends = "" if check.low is None or check.high is None else f" ({check.low:.2%} to {check.high:.2%})"
    return f"median {check.value:.2%}{ends}, n = {check.n}"


def _meta(
    known: Sequence[Row], latest: Sequence[Row], niche: str | None, n: int, verdict: str, reasons: Sequence[str]
) -> dict[str, Any]:
    times = [_moment(post["posted_at"]) for post in latest if post.get("posted_at") is not None]
    left_out = Counter(str(post["excluded"]) for post in known if post.get("excluded") is not None)
    handles = {str(post["handle"]) for post in known if post.get("handle")}
    return {
        "verdict": verdict,
        "reasons": list(reasons),
        "n": len(latest),
        "asked": n,
        "left_out": dict(sorted(left_out.items())),
        "handle": handles.pop() if len(handles) == 1 else None,
        "niche": niche,
        "first_posted_at": min(times).isoformat() if times else None,
        "last_posted_at": max(times).isoformat() if times else None,
    }


def _moment(value: datetime) -> datetime:
    return value if value.tzinfo else value.replace(tzinfo=UTC)
