from datetime import UTC, datetime, timedelta

import pytest

from dwell_sandbox import World

EVER = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("handle", ["demo_kitchen", "demo_trailruns"])
def test_pages_join_to_the_whole(world: World, now: datetime, handle: str):
    whole = world.posts(handle, since=EVER, at=now)
    joined, edge = [], None
    while page := world.posts(handle, since=EVER, at=now, before=edge, limit=35):
        assert len(page) <= 35
        joined += page
        edge = page[-1].posted_at
    assert tuple(joined) == whole
    assert len(whole) > 200


def test_any_window_is_a_part_of_the_whole(world: World, now: datetime):
    whole = world.posts("demo_pantry", since=EVER, at=now)
    since = now - timedelta(days=201, hours=5)
    assert world.posts("demo_pantry", since=since, at=now) == tuple(post for post in whole if post.posted_at >= since)
    published = world.published_posts("demo_pantry", since=since, until=now)
    assert [post.posted_at for post in published] == sorted(post.posted_at for post in published)
    there = [post for post in published if (world.deleted_at(post.post_id) or now + timedelta(1)) > now]
    assert tuple(reversed(there)) == world.posts("demo_pantry", since=since, at=now)
