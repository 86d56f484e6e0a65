"""Who is shared fastest, by hand."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from dwell.errors import DwellError
from dwell.metrics.compile import sql

from .conftest import DAY, Ask, World

LATER = DAY + timedelta(hours=48)


def ranked(ask: Ask, **given: Any) -> list[tuple[Any, ...]]:
    rows = ask("topic_ranking", **given)
    return [(row["rank"], row["post_id"], row["share_momentum"], row["basis"]) for row in rows]


def test_measured_between_two_looks_else_over_the_lifetime(world: World, ask: Ask) -> None:
    world.look(LATER - timedelta(hours=10), {"old": {"views": 900, "shares": 100}})
    world.look(LATER, {"new": {"views": 960, "shares": 96}, "old": {"views": 1_000, "shares": 150}})
    assert ranked(ask) == [(1, "old", 5.0, "measured"), (2, "new", 2.0, "lifetime")]
    old, new = ask("topic_ranking")
    assert (old["listed_rank"], old["between_h"], old["age_h"], old["share_rate"]) == (2, 10.0, 48.0, 0.15)
    assert (new["between_h"], new["share_rate"]) == (None, 0.1)


def test_looks_less_than_an_hour_apart_are_pages_of_one(world: World, ask: Ask) -> None:
    world.look(LATER - timedelta(minutes=59), {"a": {"views": 900, "shares": 0}, "b": {"views": 9, "shares": 48}})
    world.look(LATER, {"a": {"views": 1_000, "shares": 96}})
    assert [row[1:] for row in ranked(ask)] == [
        ("a", 2.0, "lifetime"),
        ("b", pytest.approx(48 / (47 + 1 / 60)), "lifetime"),
    ]


def test_a_post_that_left_the_listing_is_not_ranked(world: World, ask: Ask) -> None:
    world.look(LATER - timedelta(hours=24), {"gone": {"views": 9, "shares": 9}})
    world.look(LATER, {"here": {"views": 9, "shares": 48}})
    assert [row[1] for row in ranked(ask)] == ["here"]


def test_unknown_shares_have_no_rank_and_come_last(world: World, ask: Ask) -> None:
    world.look(LATER, {"a": {"views": 9, "shares": None}, "b": {"views": 9, "shares": 0}})
    assert ranked(ask) == [(1, "b", 0.0, "lifetime"), (None, "a", None, None)]


def test_an_earlier_look_without_shares_is_passed_over(world: World, ask: Ask) -> None:
    world.look(LATER - timedelta(hours=20), {"a": {"views": 9, "shares": 10}})
    world.look(LATER - timedelta(hours=10), {"a": {"views": 9, "shares": None}})
    world.look(LATER, {"a": {"views": 9, "shares": 50}})
    assert ranked(ask) == [(1, "a", 2.0, "measured")]


def test_days_limit_how_far_back_a_look_counts(world: World, ask: Ask) -> None:
    world.look(LATER - timedelta(days=9), {"a": {"views": 9, "shares": 10}})
    world.look(LATER, {"a": {"views": 9, "shares": 226}})
    assert ranked(ask) == [(1, "a", 1.0, "measured")]
    assert ranked(ask, days=3)[0][3] == "lifetime"


def test_only_the_topic_asked_for(world: World, ask: Ask) -> None:
    world.look(LATER, {"a": {"views": 9, "shares": 1}})
    assert len(ask("topic_ranking", kind="sound", topic="song")) == 1
    assert ask("topic_ranking", kind="hashtag", topic="song") == []


@pytest.mark.parametrize("metric", ["topic_ranking", "topic_days"])
@pytest.mark.parametrize("given", [{"kind": "song"}, {"days": 0}])
def test_what_cannot_be_asked_is_said(metric: str, given: dict[str, Any]) -> None:
    with pytest.raises(DwellError, match="topic"):
        sql(metric, **given)
