"""Vetting in the simulated world, where everybody is honest: waves, batches, purges and all."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from dwell.models.vet_check import SUSPICIOUS
from dwell.models.vetting import vet
from dwell_sandbox.world import World

AT = datetime(2026, 6, 1, tzinfo=UTC)
CREATORS = range(30)
RATES = {"like_rate": "likes", "comment_rate": "comments", "share_rate": "shares", "save_rate": "saves"}


def posts(world, handle):
    found = []
    for post in world.posts(handle, since=AT - timedelta(days=60), at=AT)[:24]:
        seen = world.counters(post.post_id, AT)
        counts = {name: getattr(seen, name) for name in ("views", "likes", "comments", "shares", "saves")}
        young = AT - post.posted_at < timedelta(hours=72)
        row = {"post_id": post.post_id, "handle": handle, "posted_at": post.posted_at, **counts}
        row |= {"excluded": "ads" if post.is_ad else "young" if young else None}
        row |= {rate: counts[name] / seen.views if seen.views else None for rate, name in RATES.items()}
        row["engagement_rate"] = row["like_rate"] + row["comment_rate"] + row["share_rate"] if seen.views else None
        found.append({**row, "followers": world.profile_followers(handle, AT)})
    return found


def growth(world, rows):
    """Daily sweeps of the first two weeks."""
    for row in rows:
        seen = [(at, world.counters(row["post_id"], at)) for at in _daily(row["posted_at"])]
        for (before, was), (after, now) in pairwise(seen):
            yield {
                "post_id": row["post_id"],
                "from_at": before,
                "to_at": after,
                "hours": 24.0,
                "views_from": was.views,
                "views_to": now.views,
                "views_per_hour": (now.views - was.views) / 24,
                "rounding_explains": False,
                "likes_from": was.likes,
                "likes_to": now.likes,
            }


def _daily(posted_at):
    first = posted_at.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return [day for day in (first + timedelta(days=number) for number in range(14)) if day <= AT]


def followed(world, handle):
    counts = [
        (AT - timedelta(days=day), world.profile_followers(handle, AT - timedelta(days=day))) for day in range(30)
    ]
    for (after, now), (before, was) in pairwise(counts):
        row = {"from_at": before, "to_at": after, "hours": 24.0, "followers_from": was, "followers_to": now}
        yield {**row, "followers_per_day": float(now - was), "rounding_explains": False}


@pytest.fixture(scope="module")
def results():
    world, found = World(3), []
    for number in CREATORS:
        handle = world.creator_by_number(number).handle
        rows = posts(world, handle)
        if rows:
            found.append(vet(rows, growth=growth(world, rows), steps=followed(world, handle)))
    return found


def test_nobody_honest_is_accused(results):
    assert len(results) >= 25
    accused = [(result.meta["handle"], result.meta["reasons"]) for result in results if "suspicious" in _said(result)]
    assert accused == []


def test_most_can_be_judged_and_steps_were_looked_at(results):
    judged = [result for result in results if result.meta["verdict"] != "cannot tell"]
    assert len(judged) >= 0.7 * len(results)
    steps = [row for result in results for row in result if row["check"] in ("view_steps", "follower_steps")]
    assert sum(row["value"] is not None for row in steps) >= 0.7 * len(steps)


def _said(result):
    return {result.meta["verdict"], *(row["reads_as"] for row in result if row["reads_as"] == SUSPICIOUS)}
