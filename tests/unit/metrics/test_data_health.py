from __future__ import annotations

from datetime import timedelta

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
