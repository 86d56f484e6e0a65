"""The metrics as vetting and topic flags read them: the same columns, end to end."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

from dwell.models.lifecycle import lifecycle
from dwell.models.topic_flags import add_topic_flags
from dwell.models.vetting import vet

from .conftest import DAY, Ask, Row, World


def account(world: World, handle: str, posts: int, *, like: float, seed: int, **given: Any) -> None:
    dice = random.Random(seed)
    for number in range(posts):
        views = round(20_000 * dice.lognormvariate(0, 0.5))
        likes = round(views * like * dice.lognormvariate(0, 0.3))
        post_id, at = f"{handle}{number}", DAY - timedelta(days=2 * number)
        counters = {
            "views": views,
            "likes": likes,
            "comments": likes // 12,
            "shares": likes // 30,
            "saves": likes // 20,
        }
        world.post(post_id, handle=handle, posted_at=at, seen_at=DAY + timedelta(hours=100), **counters, **given)
        for hours in (73, 80, 90):
            share = hours / 100
            world.snapshot(post_id, DAY + timedelta(hours=hours), views=int(views * share), likes=int(likes * share))


def followed(world: World, handle: str, *counts: int) -> None:
    for day, count in enumerate(counts):
        at = DAY + timedelta(days=day - 10)
        world.rows["creator_snapshots"].append({"handle": handle, "observed_at": at, "followers": count})


def vetted(ask: Ask, handle: str, niche: str) -> Any:
    of = {"handle": handle}
    return vet(
        ask("posts", **of),
        ask("peers", **of, niche=niche),
        niche=niche,
        growth=ask("growth", **of),
        steps=ask("follower_steps", **of),
    )


def found(result: Any) -> dict[str, Row]:
    return {row["check"]: row for row in result}


def test_an_account_is_vetted_from_the_metrics(world: World, ask: Ask) -> None:
    account(world, "me", 12, like=0.05, seed=1)
    account(world, "one", 12, like=0.05, seed=2)
    account(world, "two", 12, like=0.12, seed=3)
    for handle in ("one", "two"):
        world.rows["creators"].append({"handle": handle, "platform": "tiktok", "niche": "food"})
    followed(world, "me", 9_000, 9_010, 9_030, 9_040, 9_060, 9_070, 9_100)
    result = vetted(ask, "me", "food")
    checks = found(result)
    assert result.meta["n"] == 12
    assert checks["like_rate_among_peers"]["n"] == 12
    assert "24 posts or more of other creators of food" in checks["like_rate_among_peers"]["evidence"]
    assert checks["like_rate_among_peers"]["value"] < 0.5
    assert checks["views_per_follower"]["value"] > 1
    assert (checks["view_steps"]["n"], checks["view_steps"]["reads_as"]) == (12, "nothing unusual")
    assert (checks["follower_steps"]["n"], checks["follower_steps"]["reads_as"]) == (6, "nothing unusual")
    assert result.meta["verdict"] in ("recommended", "mixed")


def test_a_sound_is_judged_from_the_metrics(world: World, ask: Ask) -> None:
    count = 10_000
    for day in range(9):
        count += round(200 * 1.3**day)
        world.look(DAY + timedelta(days=day), {}, topic_posts=count)
    days = ask("topic_days", days=None)
    assert lifecycle(days).stage == "rising"
    world.post("a", sound_id="song", posted_at=DAY + timedelta(days=8), seen_at=DAY + timedelta(days=12))
    world.post("b", sound_id="song", posted_at=DAY - timedelta(days=9))
    flags = {row["post_id"]: row["sound_rising"] for row in add_topic_flags(ask("posts"), days)}
    assert flags == {"a": True, "b": None}
