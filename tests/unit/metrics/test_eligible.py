from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from dwell.errors import DwellError
from dwell.metrics.compile import sql
from dwell.models.targets import measured_value

from .conftest import DAY, Ask, World


def reason(ask: Ask, **parameters: Any) -> Any:
    return ask("posts", **parameters)[0]["excluded"]


@pytest.mark.parametrize(("hours", "expected"), [(71.99, "young"), (72, None), (-5, "young")])
def test_a_post_is_young_below_72_hours(hours: float, expected: str | None, world: World, ask: Ask) -> None:
    world.post("a", seen_at=DAY + timedelta(hours=hours))
    assert reason(ask) == expected
    assert reason(ask, include=("young",)) is None


def test_least_age_can_be_changed(world: World, ask: Ask) -> None:
    world.post("a", seen_at=DAY + timedelta(hours=30))
    assert reason(ask, min_age_h=30) is None
    assert reason(ask, min_age_h=30.001) == "young"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"is_ad": True}, "ads"),
        ({"is_ad": None}, None),
        ({"is_pinned": True}, "pinned"),
        ({"is_pinned": None}, None),
        ({"media_type": "photo"}, "photos"),
        ({"media_type": None}, None),
        ({"views": None}, "unknown_views"),
        ({"views": 0}, None),
        ({"views": 0, "comments": 2_936}, "implausible"),
        ({"views": 10, "likes": 11}, "implausible"),
        ({"views": None, "likes": 11}, "unknown_views"),
        ({"views": -3, "likes": 11}, None),
        ({"duration_s": 36_001.0}, "implausible"),
        ({"duration_s": 36_000.0, "platform": "youtube"}, None),
        ({"duration_s": 3_700.0}, None),
        ({"duration_s": 3_701.0}, "implausible"),
        ({"posted_at": None}, None),
    ],
)
def test_each_reason(given: dict[str, Any], expected: str | None, world: World, ask: Ask) -> None:
    world.post("a", **given)
    assert reason(ask) == expected


def test_the_first_reason_counts_and_the_next_one_when_it_is_included(world: World, ask: Ask) -> None:
    world.post("a", media_type="photo", is_ad=True, is_pinned=True, seen_at=DAY, views=None)
    order, switched = [], ()
    for name in ("photos", "ads", "pinned", "young"):
        order.append(reason(ask, include=switched))
        switched = (*switched, name)
    assert [*order, reason(ask, include=switched)] == ["photos", "ads", "pinned", "young", "unknown_views"]


def test_exclusions_add_up(world: World, ask: Ask) -> None:
    world.post("counts")
    world.post("photo", media_type="photo", is_ad=True)
    world.post("ad", is_ad=True)
    world.post("pin", is_pinned=True)
    world.post("young", seen_at=DAY)
    world.post("unseen", views=None)
    world.post("undated", posted_at=None)
    world.post("unmeasured", duration_s=None)
    world.post("wrong", views=5, likes=6)
    (row,) = ask("exclusions")
    assert row == {
        "total": 9,
        "eligible": 3,
        "young": 1,
        "ads": 1,
        "pinned": 1,
        "photos": 1,
        "unknown_views": 1,
        "implausible": 1,
        "unknown_age": 1,
        "unknown_duration": 1,
    }


def test_a_post_without_a_snapshot_has_unknown_views(world: World, ask: Ask) -> None:
    world.post("a")
    world.rows["post_snapshots"].clear()
    (row,) = ask("exclusions")
    assert (row["total"], row["eligible"], row["unknown_views"]) == (1, 0, 1)


def test_what_cannot_be_true_is_named_and_left_out(world: World, ask: Ask) -> None:
    world.post("a", duration_s=20.0)
    world.post("b", views=10, likes=11)
    for post, watched, full in (("a", 401.0, 1.2), ("b", 5.0, 0.5)):
        row = {"post_id": post, "observed_at": DAY, "avg_watch_s": watched, "full_watch_rate": full}
        world.rows["watch_times"].append(row)
    a, b = sorted(ask("posts"), key=lambda row: row["post_id"])
    assert a["implausible"] == "avg_watch_over_20_lengths,share_over_100_percent"
    assert (a["avg_watch_s"], a["watch_ratio"], a["excluded"]) == (401.0, None, None)
    assert (b["implausible"], b["excluded"]) == ("likes_over_views", "implausible")
    assert [row["n"] for row in ask("benchmarks")] == [1]
    assert measured_value(a, "full_watch_rate") is None
    assert measured_value(a, "watch_ratio") is None


def test_nothing_stored_is_a_row_of_zeros(ask: Ask) -> None:
    (row,) = ask("exclusions", handle="nobody")
    assert set(row.values()) == {0}


@pytest.mark.parametrize("given", [{"include": ("reels",)}, {"include": ("unknown_views",)}, {"min_age_h": -1}])
def test_wrong_filters_are_said(given: dict[str, Any]) -> None:
    with pytest.raises(DwellError):
        sql("exclusions", **given)


def test_a_post_with_0_views_counts_and_only_unknown_views_are_left_out(world: World, ask: Ask) -> None:
    world.post("zero", views=0)
    world.post("unknown", views=None)
    (row,) = ask("exclusions")
    assert (row["total"], row["eligible"], row["unknown_views"]) == (2, 1, 1)
