"""Accounts side by side: finds them, and reads their posts in one snapshot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dwell.errors import NoDataError
from dwell.models.comparison import METRICS, METRICS_AT_AGE, MOST_ACCOUNTS, Account, compare
from dwell.results import Result
from dwell.workspace.at_age import describe_age
from dwell.workspace.creators import find_account

if TYPE_CHECKING:
    from dwell.workspace.instant import Instant


def compare_accounts(
    snapshot: Instant,
    creators: Sequence[str],
    platform: str | None,
    *,
    at: str | None,
    scheme: str,
    include: Sequence[str],
    min_age_h: float,
) -> Result:
    """Compare accounts with the first of them.

    Args:
        snapshot: Runs the queries.
        creators: Two to ten accounts.
        platform: Of their posts; needed where one of them has posts on several.
        at: Compare the posts as they were at this age, a key of `AGES`; None for their newest numbers.
        scheme: Duration buckets.
        include: As for posts.
        min_age_h: As for posts; without meaning at an age.

    Raises:
        SettingsError: No such age.
        NoDataError: Fewer than two accounts, more than ten, one named twice, one without posts, or accounts of
            different platforms.
    """
    found = _find(snapshot, creators, platform)
    accounts, places, notes = [], {}, []
    for one in found:
        chosen: dict[str, Any] = {"platform": None, **one, "include": include}
        if at is None:
            read = snapshot.ask("posts", scheme=scheme, min_age_h=min_age_h, **chosen)
            posts = _with_views_of_a_week(snapshot, list(read), one)
        else:
            notes += [f"@{one['handle']}: {note}" for note in describe_age(snapshot, at, chosen)["warnings"]]
            posts = list(snapshot.ask("posts_at_age", age=at, scheme=scheme, **chosen))
        times = [(row["first_posted_at"], row["observed_at"]) for row in snapshot.ask("listings", **one)]
        accounts.append(Account(one["handle"], posts, times))
        places[one["handle"]] = next((post["platform"] for post in posts), None)
    if len(set(places.values())) > 1:
        named = " and ".join(f"@{handle} on {place}" for handle, place in places.items())
        raise NoDataError(f"Platforms are never mixed: {named}. Name accounts of one platform.")
    period = snapshot.period
    result = compare(accounts, (period.since, period.until), period.tz, METRICS_AT_AGE if at else METRICS)
    meta = {
        **result.meta,
        "at": at,
        "platform": places[accounts[0].handle],
        "scheme": scheme,
        "min_age_h": None if at else min_age_h,
        "include": list(include),
        "warnings": notes,
    }
    return replace(result, meta=meta)


def _find(snapshot: Instant, creators: Sequence[str], platform: str | None) -> list[dict[str, str]]:
    if len(creators) < 2:
        raise NoDataError("Name at least two accounts: dwell compare @you @rival.")
    if len(creators) > MOST_ACCOUNTS:
        raise NoDataError(f"{len(creators)} accounts are too many: name at most {MOST_ACCOUNTS}.")
    found = [find_account(snapshot, name, platform) for name in creators]
    handles = [one["handle"] for one in found]
    if twice := sorted({handle for handle in handles if handles.count(handle) > 1}):
        raise NoDataError(f"@{twice[0]} is named twice: name each account once.")
    return found


def _with_views_of_a_week(
    snapshot: Instant, posts: list[dict[str, Any]], account: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Adds `views_7d`: the views 7 days after publishing, so that views are compared at the same age."""
    views = {row["post_id"]: row["views"] for row in snapshot.ask("posts_at_age", age="7d", **account)}
    return [{**post, "views_7d": views.get(post["post_id"])} for post in posts]
