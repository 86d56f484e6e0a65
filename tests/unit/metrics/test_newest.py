from __future__ import annotations

from datetime import timedelta

import pytest

from .conftest import DAY, Ask, World


def test_the_newest_snapshot_stands_whole(world: World, ask: Ask) -> None:
    """Its unknown saves are not filled from an older one."""
    world.post("a", views=900, likes=9, saves=5)
    world.snapshot("a", DAY + timedelta(hours=101), views=1_000, likes=20, comments=0, shares=0, saves=None)
    world.snapshot("a", DAY + timedelta(hours=80), views=1, likes=1, comments=0, shares=0, saves=1)
    (row,) = ask("posts")
    assert (row["views"], row["likes"], row["saves"], row["rounded"]) == (1_000, 20, None, None)
    assert row["age_h"] == 101.0


def test_age_is_counted_in_whole_seconds(world: World, ask: Ask) -> None:
    world.post(
        "a",
        posted_at=DAY + timedelta(microseconds=999_999),
        seen_at=DAY + timedelta(hours=90, seconds=36, microseconds=1),
    )
    assert ask("posts")[0]["age_h"] == 90.01


def test_only_the_account_asked_for(world: World, ask: Ask) -> None:
    world.post("a")
    world.post("b", handle="you")
    world.post("c", handle=None)
    assert [row["post_id"] for row in ask("posts", handle="you")] == ["b"]
    assert [row["post_id"] for row in ask("posts")] == ["a", "b", "c"]


@pytest.mark.parametrize("handle", ["o'brien", 'a"b', "back\\slash", "größe", "; DROP TABLE posts"])
def test_a_handle_is_text_whatever_it_holds(handle: str, world: World, ask: Ask) -> None:
    world.post("a", handle=handle)
    world.post("b")
    assert [row["handle"] for row in ask("posts", handle=handle)] == [handle]


def test_posts_come_newest_first_and_undated_last(world: World, ask: Ask) -> None:
    world.post("b", posted_at=DAY - timedelta(days=2))
    world.post("u", posted_at=None)
    world.post("d")
    world.post("c")
    assert [row["post_id"] for row in ask("posts")] == ["c", "d", "b", "u"]
