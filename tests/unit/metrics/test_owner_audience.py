"""What an owner sees of the audience; the answers are worked by hand."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from .conftest import DAY, Ask, World


@pytest.fixture
def owner(world: World) -> World:
    world.rows |= {"owned_accounts": [], "owned_account_activity": [], "post_breakdowns": []}
    world.rows["owned_accounts"].append({"open_id": "o", "observed_at": DAY, "username": "me", "source": "api"})
    return world


def active(world: World, day: str, hour: int, followers: int | None, open_id: str = "o") -> None:
    row = {"open_id": open_id, "day": day, "hour": hour, "active_followers": followers}
    world.rows["owned_account_activity"].append({**row, "source": "api", "observed_at": DAY})


def test_hours_of_another_zone_are_of_its_weekday(owner: World, ask: Ask) -> None:
    active(owner, "2025-03-02", 23, 10)  # Sunday in UTC, Monday in Berlin
    active(owner, "2025-02-23", 23, 20)
    active(owner, "2025-03-02", 22, None)
    active(owner, "2025-03-02", 23, 999, open_id="other")
    (row,) = ask("audience_hours", handle="me", tz="Europe/Berlin")
    assert (row["weekday"], row["hour"], row["n"], row["active_followers"]) == (1, 0, 2, 15.0)
    (row,) = ask("audience_hours", handle="me")
    assert (row["weekday"], row["hour"]) == (7, 23)


def test_only_the_newest_days_count(owner: World, ask: Ask) -> None:
    active(owner, "2025-03-02", 5, 10)
    active(owner, "2025-02-02", 5, 1_000)
    (row,) = ask("audience_hours", handle="me", days=28)
    assert (row["n"], row["active_followers"]) == (1, 10.0)


def shares(world: World, post_id: str, at: Any, **of: float) -> None:
    for member, share in of.items():
        row = {"post_id": post_id, "observed_at": at, "dimension": "impression_source", "member": member}
        world.rows["post_breakdowns"].append({**row, "share": share, "source": "api"})


def test_each_video_counts_with_its_views_by_its_newest_list(owner: World, ask: Ask) -> None:
    later = DAY + timedelta(days=1)
    owner.post("a", views=900, seen_at=DAY)
    owner.post("b", views=100, seen_at=DAY)
    owner.post("ad", views=10**6, seen_at=DAY, is_ad=True)
    for post_id in ("a", "b", "ad"):
        shares(owner, post_id, DAY, Search=1.0)
    owner.snapshot("a", later, views=900)
    shares(owner, "a", later, Search=0.5, Follow=0.5)
    rows = {row["traffic_source"]: row for row in ask("traffic_sources", handle="me")}
    assert {name: round(row["share"], 3) for name, row in rows.items()} == {"Search": 0.55, "Follow": 0.45}
    assert (rows["Search"]["videos"], rows["Search"]["views"], str(rows["Search"]["month"])) == (2, 1_000, "2025-03-01")
