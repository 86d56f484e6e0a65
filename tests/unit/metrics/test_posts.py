from __future__ import annotations

from datetime import timedelta

import pytest

from .conftest import DAY, Ask, World


def test_percentile_is_the_share_of_the_others_below(world: World, ask: Ask) -> None:
    for name, likes in (("a", 10), ("b", 20), ("c", 20), ("d", 50), ("e", 90)):
        world.post(name, likes=likes)
    found = {row["post_id"]: row["percentile"] for row in ask("posts")}
    assert found == {"a": 0.0, "b": 0.25, "c": 0.25, "d": 0.75, "e": 1.0}


def test_percentile_is_within_creator_platform_and_bucket(world: World, ask: Ask) -> None:
    world.post("a", likes=10)
    world.post("b", likes=20)
    world.post("long", likes=15, duration_s=50.0)
    world.post("you", likes=15, handle="you")
    world.post("nobody", likes=15, handle=None)
    world.post("tube", likes=15, platform="youtube")
    found = {row["post_id"]: row["percentile"] for row in ask("posts")}
    assert found == {"a": 0.0, "b": 1.0, "long": None, "you": None, "nobody": None, "tube": None}


def test_posts_that_do_not_count_have_no_place(world: World, ask: Ask) -> None:
    world.post("a", likes=10)
    world.post("b", likes=20)
    world.post("ad", likes=90, is_ad=True)
    world.post("unrated", likes=None)
    world.post("unmeasured", duration_s=None)
    rows = {row["post_id"]: row for row in ask("posts")}
    assert [(rows[name]["percentile"], rows[name]["above_p90"]) for name in ("ad", "unrated", "unmeasured")] == [
        (None, None)
    ] * 3
    assert rows["b"]["percentile"] == 1.0


def test_above_p90_is_the_p90_that_benchmarks_show_for_the_same_call(world: World, ask: Ask) -> None:
    for place in range(11):
        world.post(f"mine{place:02}", likes=10 * place)
        world.post(f"theirs{place:02}", likes=500, handle="you")
    (mine,) = ask("benchmarks", handle="me")
    assert mine["engagement_rate_p90"] == pytest.approx(0.09)
    assert [row["post_id"] for row in ask("posts", handle="me") if row["above_p90"]] == ["mine10"]
    (everyone,) = ask("benchmarks")
    assert everyone["engagement_rate_p90"] == 0.5
    assert not any(row["above_p90"] for row in ask("posts"))


def test_watch_time_is_the_newest_measurement_and_may_exceed_the_length(world: World, ask: Ask) -> None:
    world.post("a", duration_s=10.0)
    world.post("b", duration_s=None)
    for name in ("a", "b"):
        world.rows["watch_times"] += [
            {"post_id": name, "observed_at": DAY, "avg_watch_s": 4.0, "full_watch_rate": 0.5},
            {"post_id": name, "observed_at": DAY + timedelta(days=1), "avg_watch_s": 12.0, "full_watch_rate": None},
        ]
    rows = {row["post_id"]: row for row in ask("posts")}
    assert (rows["a"]["avg_watch_s"], rows["a"]["watch_ratio"], rows["a"]["full_watch_rate"]) == (12.0, 1.2, None)
    assert (rows["b"]["avg_watch_s"], rows["b"]["watch_ratio"]) == (12.0, None)


def test_captions_are_measured_in_code_points(world: World, ask: Ask) -> None:
    for name, caption in (("a", "größe 😀"), ("b", ""), ("c", None)):
        world.post(name, caption=caption)
    assert [row["caption_length"] for row in ask("posts")] == [7, 0, None]


def test_unknown_flags_stay_unknown(world: World, ask: Ask) -> None:
    world.post("a")
    (row,) = ask("posts")
    assert (row["is_ad"], row["is_pinned"], row["sound_original"], row["niche"], row["followers"]) == (None,) * 5
    assert row["hashtags"] == []


def test_watch_time_that_is_withheld_later_stays_known(world: World, ask: Ask) -> None:
    world.post("a", duration_s=10.0)
    world.rows["watch_times"] += [
        {"post_id": "a", "observed_at": DAY, "avg_watch_s": 4.0, "full_watch_rate": 0.5, "new_followers": 1},
        {"post_id": "a", "observed_at": DAY + timedelta(days=9), "new_followers": 2},
    ]
    (row,) = ask("posts")
    assert (row["avg_watch_s"], row["full_watch_rate"]) == (4.0, 0.5)
