from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from dwell_sandbox import World
from dwell_sandbox.uploads import find_upload, list_uploads


def test_an_id_holds_its_second_and_leads_back_to_its_post(world: World, now: datetime):
    posts = world.posts("demo_kitchen", since=now - timedelta(days=400), at=now)
    assert len({post.post_id for post in posts}) == len(posts) > 100
    for post in posts:
        assert len(post.post_id) == 19
        assert int(post.post_id) >> 32 == int(post.minted_at.timestamp())
        assert world.post(post.post_id) == post


def test_publishing_follows_the_upload_by_seconds_or_by_days_if_scheduled(world: World, now: datetime):
    lags = [
        (post.posted_at - post.minted_at).total_seconds()
        for handle in ("demo_kitchen", "demo_pantry", "demo_bigtable", "demo_trailruns")
        for post in world.posts(handle, since=now - timedelta(days=800), at=now)
    ]
    at_once = [lag for lag in lags if lag <= 43]
    assert all(lag >= 1 for lag in lags)
    assert all(lag % 86400 == 0 and lag <= 4 * 86400 for lag in lags if lag > 43)
    assert 0.93 < len(at_once) / len(lags) < 1


@pytest.mark.parametrize(
    "post_id", ["", "abc", "7.70E+18", "1", "9" * 19, "7700000000000000000", "٧" * 19, "v09044g40000cxexample"]
)
def test_an_unknown_id_is_rejected(world: World, post_id: str):
    assert find_upload(world.seed, post_id) is None
    with pytest.raises(LookupError, match="no post of the simulated world"):
        world.post(post_id)


def test_another_seed_does_not_know_the_ids(world: World, now: datetime):
    newest = world.posts("demo_kitchen", since=now - timedelta(days=30), at=now)[0]
    with pytest.raises(LookupError):
        World(world.seed + 1).post(newest.post_id)


def test_uploads_are_in_order_and_can_be_split_at_any_second(world: World, now: datetime):
    end = int(now.timestamp())
    start = end - 90 * 86400
    whole = list_uploads(world.seed, 1, start, end)
    middle = whole[len(whole) // 2].minted
    assert all(before.minted <= after.minted for before, after in pairwise(whole))
    assert list_uploads(world.seed, 1, start, middle) + list_uploads(world.seed, 1, middle + 1, end) == whole


def test_creators_do_not_post_before_joining(world: World):
    creator = world.creator("demo_kitchen")
    assert list_uploads(world.seed, creator.number, 0, creator.joined - 1) == []


def test_the_own_account_posts_at_its_usual_hours(world: World, now: datetime):
    posts = world.posts("demo_kitchen", since=now - timedelta(days=800), at=now)
    at_usual = [post for post in posts if 11 <= post.local_hour < 14 or 17 <= post.local_hour < 22]
    assert len(at_usual) / len(posts) > 0.75
