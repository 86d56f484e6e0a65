"""Patterns that bought attention leaves in public counters, each with its innocent explanations.

A pattern is called suspicious only where it is far outside what chance, rounding, batched counters and honest creators
produce; nothing here proves fraud. `vetting.py` turns the checks into a verdict.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import median, stdev
from typing import Any

from dwell.models.vet_check import CANNOT_TELL, NOTHING_UNUSUAL, SUSPICIOUS, VetCheck, cannot_tell
from dwell.text.plurals import pluralize

MIN_POSTS = 8
MIN_PEER_POSTS = 10
MIN_VIEWS = 1_000
MIN_LIKES = 100
RARE_CHANCE = 0.001
"""Probability below which a count is not explained by noise."""
MIN_COMMENTS_PER_LIKE = 0.002
"""A sixth of what S2's norms imply at their edge (0.1 % comments over 8 % likes); used where the niche is not known."""
MIN_LIKES_PER_VIEW = 0.002
"""A tenth of what S2 calls not resonating; used where the niche is not known."""
_FLOOR_FACTOR = 3.0  # the floor is a third of the niche's lowest twentieth
_MIN_SHARE = 0.75  # share of the posts that must show a pattern
_MIN_SPREAD = 0.05
_BETWEEN_RATES = "the spread of honest posts is 20 % or more (dwell's convention: under 5 % is suspicious)"

Row = Mapping[str, Any]


def likes_without_comments(posts: Sequence[Row], peers: Mapping[str, Row]) -> VetCheck:
    """Far fewer comments per like than others of the niche, in most posts and in all of them together."""
    check, rows = "likes_without_comments", []
    for post in posts:
        likes, comments = post.get("likes"), post.get("comments")
        if likes is not None and comments is not None and likes >= MIN_LIKES and comments >= 0:
            peer = peers.get(str(post["post_id"]), {})
            rows.append((likes, comments, _floor(peer, "comments_per_like", MIN_COMMENTS_PER_LIKE)))
    innocent = "Comments may be switched off, filtered or limited to friends, or the format invites none."
    return _compare_with_floor(check, "comments per like", rows, innocent, _floor_scope(peers))


def views_without_likes(posts: Sequence[Row], peers: Mapping[str, Row]) -> VetCheck:
    """Far fewer likes per view than others of the niche, in most posts and in all of them together."""
    check, rows = "views_without_likes", []
    for post in posts:
        views, likes = post.get("views"), post.get("likes")
        if views is not None and likes is not None and views >= MIN_VIEWS and likes >= 0:
            peer = peers.get(str(post["post_id"]), {})
            rows.append((views, likes, _floor(peer, "like_rate", MIN_LIKES_PER_VIEW)))
    innocent = "Paid promotion that the source does not mark as an ad reaches many uninterested viewers."
    return _compare_with_floor(check, "likes per view", rows, innocent, _floor_scope(peers))


def _floor_scope(peers: Mapping[str, Row]) -> str:
    return "of the niche and length" if peers else "in general"


def _floor(peer: Row, name: str, without: float) -> float:
    """A third of the lowest twentieth among ten or more peers, and at most twice the general floor."""
    usual = peer.get(f"{name}_p05")
    known = peer.get("comments_per_like_n" if name == "comments_per_like" else "like_rate_peers") or 0
    return without if usual is None or known < MIN_PEER_POSTS else min(usual / _FLOOR_FACTOR, 2 * without)


def _compare_with_floor(
    check: str, what: str, rows: Sequence[tuple[int, int, float]], innocent: str, scope: str
) -> VetCheck:
    from scipy.stats import poisson

    norm = f"far under the niche's lowest twentieth; where that is not known, under the general floor: {what}"
    if len(rows) < MIN_POSTS:
        return cannot_tell(
            check, norm, f"{pluralize(len(rows), 'post')} with the counters; {MIN_POSTS} are needed.", len(rows)
        )
    whole, part = sum(row[0] for row in rows), sum(row[1] for row in rows)
    expected = sum(row[0] * row[2] for row in rows)
    low = float(poisson.ppf(RARE_CHANCE, expected))
    if low < 1:
        why = f"{part:,} on {whole:,}: too few posts or counts to distinguish a low number from chance."
        return VetCheck(check, part / whole, None, None, norm, CANNOT_TELL, len(rows), why)
    scarce = sum(count < base * floor for base, count, floor in rows) / len(rows)
    hit = part < low and scarce >= _MIN_SHARE
    value = part / whole
    top = _poisson_high(part) / whole
    evidence = (
        f"{part:,} on {whole:,}; the floor {scope} would give {expected:,.0f}, and fewer than {low:,.0f} by chance once"
        f" in {1 / RARE_CHANCE:,.0f}; {scarce:.0%} of the posts are below it."
    )
    reads = SUSPICIOUS if hit else NOTHING_UNUSUAL
    return VetCheck(check, value, None, top, norm, reads, len(rows), f"{evidence} {innocent}" if hit else evidence)


def _poisson_high(count: int) -> float:
    """Exact one-sided 99.9 % bound of a count (Garwood 1936)."""
    from scipy.stats import chi2

    return float(chi2.ppf(1 - RARE_CHANCE, 2 * count + 2)) / 2


def identical_ratios(posts: Sequence[Row]) -> VetCheck:
    """Likes per view that are the same on every post, closer than any audience is.

    The spread is that of the logarithms; counting noise only makes it larger.
    """
    from scipy.stats import chi2

    rates = [
        math.log(post["likes"] / post["views"])
        for post in posts
        if (post.get("likes") or 0) >= MIN_LIKES and (post.get("views") or 0) >= MIN_VIEWS
    ]
    n = len(rates)
    if n < MIN_POSTS:
        why = f"{pluralize(n, 'post')} with {MIN_LIKES} likes and {MIN_VIEWS:,} views; {MIN_POSTS} are needed."
        return cannot_tell("identical_ratios", _BETWEEN_RATES, why, n)
    spread = stdev(rates)
    high = spread * math.sqrt((n - 1) / float(chi2.ppf(0.01, n - 1)))
    low = spread * math.sqrt((n - 1) / float(chi2.ppf(0.99, n - 1)))
    hit = high < _MIN_SPREAD
    evidence = (
        f"Likes per view differ by {spread:.1%} from post to post (99 % bound {high:.1%}), median {_rate(rates)}."
    )
    innocent = " A source that estimates likes from views would look the same: check one post by hand."
    reads = SUSPICIOUS if hit else NOTHING_UNUSUAL
    return VetCheck(
        "identical_ratios", spread, low, high, _BETWEEN_RATES, reads, n, evidence + (innocent if hit else "")
    )


def _rate(logs: Sequence[float]) -> str:
    return f"{math.exp(median(logs)):.2%}"
