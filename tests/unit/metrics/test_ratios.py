from __future__ import annotations

import pytest

from .conftest import Ask, World


def test_rates_are_interactions_over_views(world: World, ask: Ask) -> None:
    world.post("a", views=200, likes=20, comments=4, shares=6, saves=8, downloads=2)
    (row,) = ask("posts")
    rates = ("engagement_rate", "like_rate", "comment_rate", "share_rate", "save_rate", "download_rate")
    assert [row[name] for name in rates] == pytest.approx([0.15, 0.1, 0.02, 0.03, 0.04, 0.01])


@pytest.mark.parametrize("views", [None, 0, -5])
def test_no_views_no_rate(views: int | None, world: World, ask: Ask) -> None:
    world.post("a", views=views)
    (row,) = ask("posts")
    assert (row["engagement_rate"], row["like_rate"], row["views"]) == (None, None, views)


@pytest.mark.parametrize("unknown", ["likes", "comments", "shares"])
def test_engagement_needs_all_three_counters(unknown: str, world: World, ask: Ask) -> None:
    world.post("a", **{unknown: None})
    (row,) = ask("posts")
    assert row["engagement_rate"] is None
    assert row["save_rate"] == 0.0


def test_net_figures_below_zero_make_no_rate(world: World, ask: Ask) -> None:
    world.post("a", likes=-3, saves=-1)
    (row,) = ask("posts")
    assert (row["engagement_rate"], row["like_rate"], row["save_rate"]) == (None, None, None)
    assert row["likes"] == -3


def test_more_likes_than_views_stay_as_they_are(world: World, ask: Ask) -> None:
    world.post("a", views=10, likes=15)
    assert ask("posts")[0]["like_rate"] == 1.5
