"""Ranks among posts of others, by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest

from .conftest import DAY, Ask, World


def others(world: World, *likes: int, **given: object) -> None:
    for number, count in enumerate(likes):
        handle = str(given.get("handle", f"other{number}"))
        world.post(f"{handle}-{number}", likes=count, comments=count // 10, **{**given, "handle": handle})


def test_rank_is_the_share_of_other_creators_posts_below(world: World, ask: Ask) -> None:
    world.post("mine", likes=100)
    world.post("mine too", likes=1, posted_at=DAY - timedelta(days=1))
    others(world, 50, 100, 200, 300)
    first, second = ask("peers", handle="me")
    assert (first["post_id"], first["peer_posts"], first["peer_creators"]) == ("mine", 4, 4)
    assert first["like_rate_percentile"] == 0.375
    assert second["like_rate_percentile"] == 0.0
    assert first["comments_per_like_n"] == 3
    assert first["comments_per_like_p05"] == pytest.approx(0.1)
    assert first["like_rate_p05"] == pytest.approx(0.05 + 0.15 * 0.05)


def test_other_lengths_ads_young_posts_and_platforms_are_no_peers(world: World, ask: Ask) -> None:
    world.post("mine")
    others(world, 5, handle="long", duration_s=90.0)
    others(world, 5, handle="ad", is_ad=True)
    others(world, 5, handle="young", seen_at=DAY + timedelta(hours=1))
    others(world, 5, handle="tube", platform="youtube")
    (row,) = ask("peers", handle="me")
    assert (row["peer_posts"], row["peer_creators"], row["like_rate_peers"]) == (0, 0, 0)
    assert row["like_rate_percentile"] is None
    assert row["like_rate_p05"] is None


def test_a_niche_limits_the_peers_but_not_the_account(world: World, ask: Ask) -> None:
    world.post("mine")
    others(world, 10, 20)
    world.rows["creators"].append({"handle": "other1", "platform": "tiktok", "niche": "food"})
    (row,) = ask("peers", handle="me", niche="food")
    assert (row["peer_posts"], row["like_rate_percentile"]) == (1, 1.0)


def test_only_the_latest_posts_that_count(world: World, ask: Ask) -> None:
    for number in range(4):
        world.post(f"mine{number}", posted_at=DAY - timedelta(days=number), is_ad=number == 0)
    assert [row["post_id"] for row in ask("peers", handle="me", posts=2)] == ["mine1", "mine2"]


def test_an_unknown_rate_is_ranked_nowhere(world: World, ask: Ask) -> None:
    world.post("mine", likes=None)
    others(world, 10, 20)
    (row,) = ask("peers", handle="me")
    assert (row["peer_posts"], row["like_rate_peers"], row["like_rate_percentile"]) == (2, 0, None)
