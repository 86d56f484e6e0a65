"""The owner's analytics agree with the public counters, with each other, and with themselves over time."""

from dataclasses import astuple
from datetime import UTC, date, datetime, timedelta

import pytest

from dwell_sandbox import World
from dwell_sandbox.creators import draw_creator, draw_size
from dwell_sandbox.growth_curve import HOUR
from dwell_sandbox.owner import OwnerAnalytics
from dwell_sandbox.owner.account_types import account_type, has_analytics
from dwell_sandbox.owner.activity import has_views_between
from dwell_sandbox.post_details import get_post_details
from dwell_sandbox.posts import Post
from dwell_sandbox.retention import mean

HANDLE = "demo_kitchen"
WEEK = timedelta(days=7)


@pytest.fixture(scope="module")
def owner(world: World) -> OwnerAnalytics:
    return OwnerAnalytics(world)


@pytest.fixture(scope="module")
def posts(world: World, now: datetime) -> tuple[Post, ...]:
    return world.posts(HANDLE, since=now - timedelta(days=200), at=now)


def test_a_video_has_the_public_counters_and_the_true_watch_time(owner, world, posts, now):
    for post in posts:
        metrics, counters, true = (
            owner.video(post.post_id, now),
            world.counters(post.post_id, now),
            world.truth(post.post_id),
        )
        shown = (metrics.views, metrics.likes, metrics.comments, metrics.shares, metrics.favorites)
        assert shown == astuple(counters)[:5]
        assert metrics.reach <= metrics.views
        assert metrics.retention == (world.retention(post.post_id) or ())
        if true is None:
            assert (metrics.average_watch_s, metrics.total_watch_s, metrics.likes_by_second) == (None, None, ())
            continue
        assert (metrics.average_watch_s, metrics.full_watch_rate) == (true.avg_watch_s, true.full_watch_rate)
        assert metrics.total_watch_s < true.avg_watch_s * metrics.views
        if 0.15 < true.watch_ratio < 0.9:
            assert mean(metrics.retention) * post.duration_s == pytest.approx(true.avg_watch_s, abs=1e-4)


def test_before_publishing_there_is_nothing(owner, posts):
    metrics = owner.video(posts[0].post_id, posts[0].posted_at - timedelta(hours=1))
    assert (metrics.views, metrics.reach, metrics.totals.profile_views) == (0, 0, 0)
    assert (metrics.average_watch_s, metrics.retention, metrics.likes_by_second) == (None, (), ())
    assert (metrics.impression_sources, metrics.audience_types, metrics.audience.cities) == ({}, {}, {})


def test_shares_add_up_and_change_slowly(owner, posts, now):
    moved = 0
    for post in posts[:30]:
        metrics, later = owner.video(post.post_id, now), owner.video(post.post_id, now + timedelta(days=1))
        assert sum(metrics.impression_sources.values()) == pytest.approx(1)
        assert sum(metrics.audience.genders.values()) == pytest.approx(1)
        assert len(metrics.audience.countries) == len(metrics.audience.cities) == 10
        assert sum(metrics.audience.cities.values()) < sum(metrics.audience.countries.values()) < 1
        types = metrics.audience_types
        assert types["NEW_VIEWER"] + types["RETURN_VIEWER"] == pytest.approx(1)
        assert types["FOLLOWER_PERCENT"] + types["NON_FOLLOWER_PERCENT"] == pytest.approx(1)
        for name, share in metrics.impression_sources.items():
            assert later.impression_sources[name] == pytest.approx(share, abs=0.06)
        moved += later.impression_sources != metrics.impression_sources
    assert moved == 30


def test_the_days_of_an_account_add_up_to_the_counters_of_its_videos(owner, world, now):
    last = now.date()
    days = [owner.day(HANDLE, last - timedelta(days=back)) for back in range(60)]
    end = datetime.combine(last + timedelta(days=1), datetime.min.time(), tzinfo=UTC)
    start = end - timedelta(days=60)
    young = world.published_posts(HANDLE, since=start, until=end)
    unpurged = [post for post in young if get_post_details(world.seed, post.post_id).curve.purge_h is None]
    gained = 0
    for post in world.published_posts(HANDLE, since=datetime(2020, 1, 1, tzinfo=UTC), until=end):
        deleted = world.deleted_at(post.post_id)
        stop = min(end, deleted) if deleted else end
        gained += (
            owner.video(post.post_id, stop).totals.views - owner.video(post.post_id, min(stop, start)).totals.views
        )
    assert sum(day.gains.views for day in days) == gained > 0
    for post in unpurged:
        metrics = owner.video(post.post_id, end)
        assert (metrics.totals.views, metrics.totals.likes) == (metrics.views, metrics.likes)


def test_followers_of_a_day_follow_from_those_gained_and_lost(owner, world, now):
    for back in range(30):
        day = now.date() - timedelta(days=back)
        this, before = owner.day(HANDLE, day), owner.day(HANDLE, day - timedelta(days=1))
        midnight = datetime.combine(day + timedelta(days=1), datetime.min.time(), tzinfo=UTC)
        assert this.followers == world.profile_followers(HANDLE, midnight)
        assert this.followers - before.followers == this.net_followers
        assert this.new_followers >= this.gains.new_followers
        assert this.lost_followers >= 0
        assert this.unique_viewers <= this.gains.views
        assert this.profile_views >= this.gains.profile_views
        assert len(this.activity) == 24


def test_followers_are_most_active_in_the_evening_of_their_own_clock(owner):
    berlin, new_york = (owner.day(handle, date(2026, 6, 10)).activity for handle in (HANDLE, "demo_bigtable"))
    assert berlin.index(max(berlin)) in (17, 18, 19)
    assert new_york.index(max(new_york)) in (23, 0, 1)


def test_old_videos_fall_quiet_and_some_get_a_view_again(world, now):
    owner = OwnerAnalytics(world)
    old = world.posts(HANDLE, since=now - timedelta(days=500), at=now - timedelta(days=100))
    quiet = [post for post in old if not owner.has_views_within(post.post_id, now, WEEK)]
    assert 0.3 < len(quiet) / len(old) < 1
    weeks = [now + timedelta(days=7 * week) for week in range(1, 30)]
    again = [post for post in quiet if any(owner.has_views_within(post.post_id, at, WEEK) for at in weeks)]
    assert again
    assert all(owner.has_views_within(post.post_id, post.posted_at + WEEK, WEEK) for post in old[:20])


def test_a_purge_is_no_activity(world, now):
    posts = world.posts(HANDLE, since=now - timedelta(days=1000), at=now)
    details = [get_post_details(world.seed, post.post_id) for post in posts]
    purged = [each for each in details if each.curve.purge_h is not None]
    assert purged
    for each in purged:
        second = each.upload.posted + int(each.curve.purge_h * HOUR) + 6 * HOUR
        gross = [OwnerAnalytics(world).video(each.post.post_id, datetime.fromtimestamp(at, UTC)).totals.views
                 for at in (second - 12 * HOUR, second)]  # fmt: skip
        assert has_views_between(each, second - 12 * HOUR, second) is (gross[1] > gross[0])


def test_account_types_and_sizes_are_drawn_as_planned(world):
    types = [account_type(world.seed, number) for number in range(5, 2_005)]
    assert types.count("personal") / 2_000 == pytest.approx(0.6, abs=0.04)
    assert types.count("registered_business") / 2_000 == pytest.approx(0.1, abs=0.03)
    assert sum(not has_analytics(world.seed, number) for number in range(5, 2_005)) / 2_000 == pytest.approx(
        0.03, abs=0.015
    )
    assert [account_type(world.seed, number) for number in range(1, 5)] == [
        "business",
        "personal",
        "registered_business",
        "personal",
    ]
    assert all(draw_size(world.seed, number) == draw_creator(world.seed, number).size for number in range(5, 15))
