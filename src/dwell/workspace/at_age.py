"""Posts and norms at one age, and of how many posts their numbers are known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dwell.errors import NoDataError, SettingsError
from dwell.metrics.ages import AGES, NOT_KNOWN
from dwell.results import Result

if TYPE_CHECKING:
    from dwell.workspace.instant import Instant


def posts_at_age(
    snapshot: Instant,
    at: str,
    filters: Mapping[str, Any],
    *,
    sort: str | None,
    above_p90: bool,
    limit: int | None,
    scheme: str,
) -> Result:
    """Each post at an age, highest views first unless sorted otherwise; in `meta`, of how many it is known.

    Args:
        snapshot: Runs the queries.
        at: The age, a key of `AGES`.
        filters: Which posts: handle, platform, include.
        sort: A column.
        above_p90: Only posts above the p90 of their bucket at that age.
        limit: Number of rows; all when None.
        scheme: Duration buckets.

    Raises:
        SettingsError: No such age.
        NoDataError: No such column.
    """
    from dwell.metrics.catalog import METRICS

    columns = METRICS["posts_at_age"].columns
    if sort is not None and sort not in columns:
        raise NoDataError(f"Unknown column {sort!r}; of posts at an age, sort by one of {', '.join(columns)}.")
    meta = describe_age(snapshot, at, filters)
    chosen = {"sort": sort or "views", "limit": limit, **({"above_p90": True} if above_p90 else {})}
    return replace(snapshot.ask("posts_at_age", age=at, scheme=scheme, **filters, **chosen), meta=meta)


def benchmarks_at_age(snapshot: Instant, at: str, by: str, scheme: str, filters: Mapping[str, Any]) -> Result:
    """The norms of posts at an age; in `meta`, how many are eligible, and of how many the numbers are known."""
    meta = {"scheme": scheme, "by": by, "platform": filters.get("platform"), **describe_age(snapshot, at, filters)}
    return replace(snapshot.ask("benchmarks_at_age", age=at, by=by, scheme=scheme, **filters), meta=meta)


def require_no_metric(metric: str | None) -> None:
    """Refuse a metric: at an age, posts are compared by their views and by every ratio at once.

    Raises:
        SettingsError: One was named.
    """
    if metric is not None:
        raise SettingsError(f"At an age, views and every public ratio are compared at once: leave out {metric!r}.")


def describe_age(snapshot: Instant, at: str, filters: Mapping[str, Any]) -> dict[str, Any]:
    """Of how many eligible posts the views at an age are known, why not of the others, and a warning where of none."""
    if at not in AGES:
        raise SettingsError(f"Unknown age {at!r}; choose from {', '.join(AGES)}.")
    counts = next(iter(snapshot.ask("known_at_age", age=at, **filters)))
    unknown = {words: counts[name] for name, words in NOT_KNOWN.items() if counts[name]}
    numbers = {name: counts[name] for name in ("total", "eligible", "known", "by_day")}
    return {"at": at, **numbers, "unknown": unknown, "warnings": _notes(at, counts, unknown)}


def _notes(at: str, counts: Mapping[str, int], unknown: Mapping[str, int]) -> list[str]:
    """How many posts have numbers at that age, and why the others have none; nothing where all have exact ones."""
    known, eligible = counts["known"], counts["eligible"]
    if not eligible:
        return ["No eligible post is stored."]
    posts = f"{eligible:,} eligible post{'' if eligible == 1 else 's'}"
    why = ", ".join(f"{words} ({count:,})" for words, count in unknown.items())
    if not known:
        cure = "read posts while they are that old (dwell track, or a schedule with --every day)"
        return [f"Nothing is known of {posts} at {at}: {why}; {cure}."]
    days = f"{counts['by_day']:,} of them by readings that are known to the day." if counts["by_day"] else ""
    others = f"Known of {known:,} of {posts} at {at}; not of the others: {why}." if why else ""
    return [" ".join(filter(None, [others or f"Known of {posts} at {at}.", days]))] if others or days else []
