from __future__ import annotations

from datetime import timedelta

from .conftest import DAY, Ask, World


def test_span_and_sources_of_snapshots(world: World, ask: Ask) -> None:
    world.post("a")
    world.snapshot("a", DAY, source="export")
    world.snapshot("b", DAY + timedelta(days=9), source="export")
    for row in world.rows["post_snapshots"][:1]:
        row["source"] = "scraper"
    assert ask("span") == [{"first_observed_at": DAY, "last_observed_at": DAY + timedelta(days=9)}]
    assert ask("sources") == [{"source": "export", "snapshots": 2}, {"source": "scraper", "snapshots": 1}]


def test_sources_of_a_topic(world: World, ask: Ask) -> None:
    world.look(DAY, {"a": {}, "b": {}})
    world.rows["topic_samples"].append({**world.rows["topic_samples"][0], "topic": "other", "source": "tool-sandbox"})
    assert ask("topic_sources", kind="sound", topic="song") == [{"source": "provider", "rows": 3}]
    assert [row["source"] for row in ask("topic_sources")] == ["provider", "tool-sandbox"]


def test_creators_count_what_is_theirs(world: World, ask: Ask) -> None:
    for name in ("a", "b"):
        world.post(name)
        world.snapshot(name, DAY, views=1)
    for day in (1, 2):
        world.rows["watch_times"].append({"post_id": "a", "observed_at": DAY + timedelta(days=day), "avg_watch_s": 3.0})
    # Followers that a post gained are no watch time of it.
    world.rows["watch_times"].append({"post_id": "b", "observed_at": DAY + timedelta(days=1), "new_followers": 3})
    world.rows["creators"] += [
        {"handle": "empty", "platform": "tiktok"},
        {"handle": "me", "platform": "tiktok", "niche": "food"},
    ]
    rows = [(r["handle"], r["posts"], r["snapshots"], r["posts_with_watch_time"]) for r in ask("creators")]
    assert rows == [("me", 2, 4, 1), ("empty", 0, 0, 0)]


def test_a_handle_on_two_platforms_is_two_accounts(world: World, ask: Ask) -> None:
    world.post("a")
    world.post("b", platform="youtube")
    world.snapshot("b", DAY, views=1)
    world.rows["creators"].append({"handle": "me", "platform": "youtube", "display_name": "Me"})
    rows = [(r["handle"], r["platform"], r["display_name"], r["posts"], r["snapshots"]) for r in ask("creators")]
    assert rows == [("me", "tiktok", None, 1, 1), ("me", "youtube", "Me", 1, 2)]
