from datetime import UTC, datetime, timedelta

import pytest

from dwell_sandbox import World
from dwell_sandbox.demo_accounts import DEMO_ACCOUNTS
from dwell_sandbox.posts import planted_shift


def test_every_result_is_repeatable(world: World, now: datetime):
    again = World(world.seed)
    posts = world.posts("demo_bigtable", since=now - timedelta(days=60), at=now)
    assert again.posts("demo_bigtable", since=now - timedelta(days=60), at=now) == posts
    assert again.profile("demo_bigtable", now) == world.profile("demo_bigtable", now)
    for post in posts:
        assert again.counters(post.post_id, now) == world.counters(post.post_id, now)
        assert again.truth(post.post_id) == world.truth(post.post_id)


def test_the_past_does_not_change_later(world: World, now: datetime):
    then = now - timedelta(days=100)
    early = {post.post_id for post in world.posts("demo_kitchen", since=then - timedelta(days=50), at=then)}
    late = {post.post_id for post in world.posts("demo_kitchen", since=then - timedelta(days=50), at=now)}
    gone = {post_id for post_id in early if (world.deleted_at(post_id) or now + timedelta(1)) <= now}
    assert early - late == gone
    assert gone


@pytest.mark.parametrize("seed", range(12))
def test_within_eight_days_a_post_of_the_own_account_is_deleted(seed: int, now: datetime):
    world = World(seed)
    since = now - timedelta(days=434)
    before = {post.post_id for post in world.posts("demo_kitchen", since=since, at=now - timedelta(days=8))}
    after = {post.post_id for post in world.posts("demo_kitchen", since=since, at=now)}
    assert 1 <= len(before - after) <= 2
    for post_id in before - after:
        gone = world.deleted_at(post_id)
        assert gone is not None
        assert now - timedelta(days=8) < gone <= now
        assert world.post(post_id).post_id == post_id


def test_three_of_the_best_are_pinned_for_a_quarter(world: World, now: datetime):
    for handle in DEMO_ACCOUNTS:
        pinned = world.pinned(handle, now)
        assert len(pinned) == 3
        assert world.pinned(handle, now + timedelta(days=1)) == pinned
        assert all(world.post(post_id).posted_at < now - timedelta(days=30) for post_id in pinned)
        assert not any(world.post(post_id).is_ad for post_id in pinned)


def test_ads_and_photos_are_few_and_photos_have_neither_length_nor_truth(world: World, now: datetime):
    posts = [post for handle in DEMO_ACCOUNTS for post in world.posts(handle, since=now - timedelta(days=430), at=now)]
    photos = [post for post in posts if post.media_type == "photo"]
    ads = [post for post in posts if post.is_ad]
    assert 0.02 < len(photos) / len(posts) < 0.08
    assert 0.02 < len(ads) / len(posts) < 0.09
    assert all(
        post.duration_s is None and world.truth(post.post_id) is None and "/photo/" in post.url for post in photos
    )
    assert all(post.duration_s is not None and 5 <= post.duration_s <= 180 for post in posts if post not in photos)


def test_planted_effects_and_nothing_else_shift_the_like_rate(world: World, now: datetime):
    creator = world.creator("demo_kitchen")
    for post in world.posts("demo_kitchen", since=now - timedelta(days=430), at=now):
        shift = planted_shift(post, creator)
        if post.duration_s == creator.duration_s and "onepan" not in post.hashtags and not 18 <= post.local_hour < 22:
            assert shift == 0
        if post.media_type == "photo":
            evening = creator.planted.evening_gain if 18 <= post.local_hour < 22 else 0
            tagged = creator.planted.hashtag_gain if "onepan" in post.hashtags else 0
            assert shift == pytest.approx(evening + tagged)


def test_a_profile_counts_the_posts_that_are_there(world: World, now: datetime):
    joined = datetime.fromtimestamp(world.creator("demo_kitchen").joined, UTC)
    profile = world.profile("demo_kitchen", now)
    assert profile.post_count == len(world.posts("demo_kitchen", since=joined, at=now))
    assert profile.followers == world.profile_followers("demo_kitchen", now)
    assert world.profile("demo_kitchen", now - timedelta(days=365)).followers < profile.followers


def test_an_instant_without_a_time_zone_is_refused(world: World, now: datetime):
    with pytest.raises(ValueError, match="time zone"):
        world.profile("demo_kitchen", now.replace(tzinfo=None))
