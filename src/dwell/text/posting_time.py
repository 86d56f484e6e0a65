"""When a post was published, out of what its source says and the time in its id.

A TikTok id is made when its upload begins: up to a minute before the post is published, and for a scheduled or drafted
post up to 30 days before. So a stated time before that, or long after it, is not the time of publishing (a database
row's `created_at`, the day of an export). The same rule in SQL is in `warehouse.load.instants`.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from dwell.text.ids import OLDEST_ID, minted_at

CLOCK_SLACK = timedelta(minutes=1)
"""A clock time without seconds may be this much before the id."""
DAY_SLACK = timedelta(hours=36)
"""A day without a zone, or a clock time without one, may be this far from the id, in either direction."""
LATEST_AFTER_ID = timedelta(days=30)
"""TikTok keeps a scheduled post for at most 30 days."""
OBSERVATION_SLACK = timedelta(days=2)
"""An observation may be this much older than the id: days of two time zones, clocks that differ."""


class ContradictionError(ValueError):
    """A stated time that the id rules out."""


def find_posted_at(stated: datetime | None, post_id: str, observed_at: datetime) -> datetime | None:
    """When a post was published.

    Args:
        stated: What the source says, with its zone.
        post_id: Of TikTok; another platform's tells no time.
        observed_at: When the post was observed.

    Raises:
        ContradictionError: The stated time is before the id was made, or over 30 days later; or the id was made after
            the observation.
    """
    if not (post_id.isascii() and post_id.isdigit() and int(post_id) >= OLDEST_ID) or len(post_id) > 19:
        return stated
    minted = minted_at(post_id)
    if minted > observed_at + OBSERVATION_SLACK:
        raise ContradictionError(f"post {post_id} was observed at {observed_at}, before its id was made")
    if stated is None:
        return minted
    bare_day = stated.timetz().replace(tzinfo=None) == time()
    if bare_day and abs(stated - minted) <= DAY_SLACK:
        return minted
    if stated < minted - CLOCK_SLACK or stated > minted + LATEST_AFTER_ID:
        raise ContradictionError(f"{stated} is not when post {post_id} was published: its id is of {minted}")
    return stated
