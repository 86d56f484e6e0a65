from __future__ import annotations

from datetime import timedelta

from .conftest import DAY, Ask, World


def followed(world: World, *counts: int | None, handle: str = "me") -> None:
    for day, count in enumerate(counts):
        world.rows["creator_snapshots"].append(
            {"handle": handle, "observed_at": DAY + timedelta(days=day), "followers": count, "source": "provider"}
        )


def test_followers_per_day_pass_over_unknown_counts(world: World, ask: Ask) -> None:
    followed(world, 1_001, None, 1_201, 1_101)
    found = [(row["hours"], row["followers_per_day"], row["rounding_explains"]) for row in ask("follower_steps")]
    assert found == [(48.0, 100.0, False), (24.0, -100.0, False)]


def test_a_step_of_one_unit_may_be_rounding(world: World, ask: Ask) -> None:
    followed(world, 17_700, 17_800, 18_000)
    assert [row["rounding_explains"] for row in ask("follower_steps")] == [True, False]


def test_only_the_account_asked_for(world: World, ask: Ask) -> None:
    followed(world, 1, 2)
    followed(world, 5, 6, 7, handle="you")
    assert len(ask("follower_steps", handle="you")) == 2
