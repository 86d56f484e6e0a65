"""Figures of one day or video from two sources, pair by pair; the answers are worked by hand."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from dwell.models.reconciliation import difference, summarize_pairs

from .conftest import DAY, Ask, World

API = "tiktok-organic"


@pytest.fixture
def owner(world: World) -> World:
    world.rows |= {"account_days": [], "owned_account_days": [], "owned_accounts": []}
    return world


def name(world: World, open_id: str, username: str | None) -> None:
    world.rows["owned_accounts"].append({"open_id": open_id, "observed_at": DAY, "username": username, "source": API})


def day(world: World, table: str, **row: Any) -> None:
    world.rows[table].append({"day": "2025-03-01", "observed_at": DAY, "source": "studio", **row})


def test_days_that_both_know(owner: World, ask: Ask) -> None:
    name(owner, "o1", "me")
    name(owner, "o1", "me")
    name(owner, "o2", None)
    day(owner, "account_days", handle="me", views=100, likes=9, followers=None)
    day(owner, "account_days", handle="other", views=5)
    day(owner, "owned_account_days", open_id="o1", video_views=110, likes=9, followers_count=70, source=API)
    day(owner, "owned_account_days", open_id="o2", video_views=5, source=API)
    rows = ask("reconcile_days", handle="me")
    found = [(row["field"], row["subject"], row["api_value"], row["file_value"]) for row in rows]
    assert found == [("likes", "2025-03-01", 9.0, 9.0), ("views", "2025-03-01", 110.0, 100.0)]
    assert ask("reconcile_days", handle="other") == []


def watch(world: World, at: Any, source: str, **values: Any) -> None:
    world.rows["watch_times"].append({"post_id": "a", "observed_at": at, "source": source, **values})


def test_the_newest_file_meets_the_nearest_reading(owner: World, ask: Ask) -> None:
    later = DAY + timedelta(hours=100)
    owner.post("a", views=1_000, seen_at=later, likes=10)
    owner.snapshot("a", later + timedelta(hours=5), views=1_050, likes=11, source=API)
    owner.snapshot("a", later + timedelta(hours=50), views=1_200, likes=12, source=API)
    watch(owner, DAY, "studio", avg_watch_s=4.0)
    watch(owner, later, "studio", avg_watch_s=5.0)
    watch(owner, later + timedelta(hours=5), API, avg_watch_s=5.5)
    watch(owner, later + timedelta(hours=50), API, avg_watch_s=6.0)
    rows = {row["field"]: row for row in ask("reconcile_posts", handle="me")}
    assert (rows["avg_watch_s"]["api_value"], rows["avg_watch_s"]["file_value"]) == (5.5, 5.0)
    assert (rows["views"]["api_value"], rows["views"]["file_value"], rows["views"]["hours_apart"]) == (1_050, 1_000, 5)
    assert set(rows) == {"avg_watch_s", "likes", "views"}


@pytest.mark.parametrize(("days", "compared"), [(3, 1), (3.1, 0)])
def test_readings_far_apart_are_not_compared(owner: World, ask: Ask, days: float, compared: int) -> None:
    owner.post("a", seen_at=DAY)
    watch(owner, DAY, "studio", reach=10)
    watch(owner, DAY + timedelta(days=days), API, reach=12)
    assert len(ask("reconcile_posts", handle="me")) == compared


def test_a_summary_names_the_largest_difference() -> None:
    pairs = [
        {"field": "views", "subject": "d1", "api_value": 10.0, "file_value": 10.0, "hours_apart": 0.0},
        {"field": "views", "subject": "d2", "api_value": 8.0, "file_value": 10.0, "hours_apart": 0.0},
        {"field": "views", "subject": "d3", "api_value": 0.0, "file_value": 0.0, "hours_apart": 0.0},
    ]
    (row,) = summarize_pairs("day", pairs)
    assert row[:5] == ("day", "views", 3, 2, 0.0)
    assert row[5:] == (pytest.approx(-0.2), "d2", 8.0, 10.0, 0.0)
    assert difference({"api_value": -5.0, "file_value": 5.0}) == -2.0


def test_a_studio_table_without_watch_time_is_compared_and_a_sweep_is_not(owner: World, ask: Ask) -> None:
    owner.post("a", views=1_000, seen_at=DAY, likes=10)
    owner.snapshot("a", DAY + timedelta(hours=1), views=1_010, likes=10, source=API)
    owner.rows["post_snapshots"][0]["source"] = "studio"
    owner.snapshot("a", DAY + timedelta(hours=2), views=5_000, likes=10, source="tikliveapi")
    rows = {row["field"]: (row["api_value"], row["file_value"]) for row in ask("reconcile_posts")}
    assert rows == {"views": (1_010.0, 1_000.0), "likes": (10.0, 10.0)}
