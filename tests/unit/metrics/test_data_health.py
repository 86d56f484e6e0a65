from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from dwell.metrics.compile import sql

from .conftest import DAY, Ask, World


def test_unknown_share_is_of_the_newest_snapshots(world: World, ask: Ask) -> None:
    world.post("a", saves=None, downloads=None)
    world.post("b", saves=5, downloads=None)
    world.snapshot("b", DAY + timedelta(hours=101), views=1, saves=None)
    world.snapshot("c", DAY, views=2, likes=0, comments=0, shares=0, saves=0)
    (row,) = ask("unknown_share")
    assert row == {
        "posts": 3,
        "views": 0.0,
        "likes": 1 / 3,
        "comments": 1 / 3,
        "shares": 1 / 3,
        "saves": 2 / 3,
        "downloads": 1.0,
    }


def test_nothing_stored_has_no_share(ask: Ask) -> None:
    (row,) = ask("unknown_share")
    assert row["posts"] == 0
    assert row["saves"] is None


def test_creators_by_number_of_posts(world: World, ask: Ask) -> None:
    world.post("a", handle="few")
    world.post("b", handle="many", posted_at=None)
    world.post("c", handle="many")
    world.post("d", handle=None)
    world.post("e", handle="also few")
    rows = [(row["handle"], row["posts"], row["first_posted_at"]) for row in ask("creators_stored")]
    assert rows == [("many", 2, DAY), ("also few", 1, DAY), ("few", 1, DAY)]


def test_an_account_is_known_by_its_posts(world: World, ask: Ask) -> None:
    for number in range(3):
        world.post(f"p{number}")
    world.post("other", handle="them")
    world.post("nobody's", handle=None)
    world.rows["creators"] += [
        {"handle": "me", "creator_id": "68001"},
        {"handle": "profile_only", "platform": "tiktok", "creator_id": "68002"},
        {"handle": "unknown_id"},
    ]
    world.post("tube", platform="youtube")
    here = [{"handle": "me", "platform": "tiktok", "posts": 3}, {"handle": "me", "platform": "youtube", "posts": 1}]
    assert ask("handles", handle="me") == here
    assert ask("handles", handle="profile_only") == []
    assert ask("handles") == [*here, {"handle": "them", "platform": "tiktok", "posts": 1}]
    assert ask("creator_ids", creator_id="68002") == [
        {"creator_id": "68002", "handle": "profile_only", "platform": "tiktok"}
    ]
    assert ask("creator_ids", creator_id="1") == []
    assert [row["handle"] for row in ask("creator_ids")] == ["me", "profile_only"]


@pytest.mark.parametrize("engine", ["duckdb", "spark"])
def test_the_look_up_of_one_account_groups_its_posts_alone(engine: Any) -> None:
    text = sql("handles", engine, handle="me", rolled_up=True).upper()
    assert text.index("= 'ME'") < text.index("GROUP BY")
    assert "POST_LATEST" in text
    assert "FROM `POSTS`" not in text.replace('"', "`")
