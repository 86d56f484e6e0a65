"""By which metric posts are compared: the one that the user named, else the best one that is known of enough posts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from dwell.errors import DwellError

POST_METRICS = {
    "watch_ratio": "watch ratio",
    "full_watch_rate": "full-watch rate",
    "engagement_rate": "engagement rate",
    "save_rate": "save rate",
    "share_rate": "share rate",
    "like_rate": "like rate",
    "views_per_hour": "views per hour",
}
"""What posts can be compared by, and its name in sentences."""
MEASURED = ("watch_ratio", "full_watch_rate")
"""Those that the platform measured; all others are made from public counters."""
DEFAULTS = ("watch_ratio", "engagement_rate", "like_rate")
"""Those of which one is taken where the user names none, the best first."""
MIN_POSTS = 30
"""Eligible posts with a measured watch ratio from which it is the default, if they are half of all eligible ones."""


@dataclass(frozen=True, slots=True)
class MetricChoice:
    """The metric by which posts are compared.

    Attributes:
        name: A key of `POST_METRICS`.
        reason: Why this one, as a sentence with both numbers.
        n: Eligible posts of which it is known.
        eligible: All eligible posts.
    """

    name: str
    reason: str
    n: int
    eligible: int

    @property
    def words(self) -> str:
        """Its name in sentences."""
        return POST_METRICS[self.name]

    def to_dict(self) -> dict[str, Any]:
        """As in the `meta` of a result, under `metric`."""
        return asdict(self)


def require_metric(name: str) -> str:
    """The name, if posts can be compared by it.

    Raises:
        DwellError: They cannot.
    """
    if name not in POST_METRICS:
        raise DwellError(f"Posts can't be compared by {name!r}: choose from {', '.join(POST_METRICS)}.")
    return name


def choose_metric(counts: Mapping[str, int], metric: str | None = None) -> MetricChoice:
    """The metric that the user named; else watch ratio, engagement rate or like rate, by what is known.

    Watch ratio where it is measured of at least 30 eligible posts and of half of them. Else engagement rate, unless it
    is known of fewer than half of them and like rate of more: YouTube's exports have no shares.

    Args:
        counts: `eligible`, and of each metric in question the number of eligible posts of which it is known: of the
            named one, or of `DEFAULTS`.
        metric: What the user named.
    """
    eligible = counts["eligible"]
    if metric is not None:
        return _choice(require_metric(metric), counts, "as chosen: {verb} {of}")
    watched, engaged, liked = (counts[name] for name in DEFAULTS)
    if watched >= MIN_POSTS and 2 * watched >= eligible:
        return _choice("watch_ratio", counts, "{verb} {of}")
    why = "{verb} {of}; " + _too_few_watched(watched)
    if liked > engaged and 2 * engaged < eligible:
        few = f"{engaged:,} have a" if engaged else "none has an"
        return _choice("like_rate", counts, f"{why}; {few} engagement rate, which needs shares")
    return _choice("engagement_rate", counts, why)


def _choice(name: str, counts: Mapping[str, int], why: str) -> MetricChoice:
    n, eligible = counts[name], counts["eligible"]
    of = f"{n:,} of {eligible:,} eligible post{'' if eligible == 1 else 's'}"
    verb = "measured for" if name in MEASURED else "known for"
    text = why.format(verb=verb, of=of)
    return MetricChoice(name, f"By {POST_METRICS[name]}{', ' if why.startswith('as ') else ': '}{text}.", n, eligible)


def _too_few_watched(watched: int) -> str:
    if not watched:
        return "no watch ratio is measured"
    return f"the watch ratio is measured for only {watched:,} ({MIN_POSTS} and half of all are needed)"
