from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from dwell_sandbox import World
from dwell_sandbox.like_moments import like_peak
from dwell_sandbox.posts import Post
from dwell_sandbox.retention import MAX_MEAN, RetentionTruth, mean
from dwell_sandbox.retention_features import MIN_DURATION_S
from dwell_sandbox.watch_time import WatchTruth

Curves = list[tuple[Post, RetentionTruth, WatchTruth]]


@pytest.fixture(scope="module")
def curves(world: World, now: datetime) -> Curves:
    results = []
    for number in (1, 2, 3, 4, *range(10, 40)):
        for post in world.posts(world.creator_by_number(number).handle, since=now - timedelta(days=60), at=now):
            retention, true = world.retention_truth(post.post_id), world.truth(post.post_id)
            if retention is not None and true is not None:
                results.append((post, retention, true))
    assert len(results) > 500
    return results


def test_the_curve_goes_from_one_to_the_share_that_reaches_the_end(curves: Curves):
    for post, retention, true in curves:
        curve = retention.curve
        assert len(curve) == (post.duration_s or 0) + 1
        assert curve[0] == 1
        assert curve[-1] == pytest.approx(true.full_watch_rate)
        assert all(0 <= share <= 1 for share in curve)


def test_it_rises_only_at_its_bumps(curves: Curves):
    for _, retention, _ in curves:
        rises = [second for second, (before, after) in enumerate(pairwise(retention.curve), 1) if after > before]
        allowed = {bump.second + shift for bump in retention.features.bumps for shift in (-1, 0)}
        assert set(rises) <= allowed


def test_the_area_under_it_is_the_average_watch_time(curves: Curves):
    exact = 0
    for post, retention, true in curves:
        area = mean(retention.curve) * (post.duration_s or 0)
        if area == pytest.approx(true.avg_watch_s, abs=1e-4):
            exact += 1
        elif true.watch_ratio <= 0.9:  # nearly all leave within the first second: straight lines have a larger area
            assert area > true.avg_watch_s
            assert retention.curve[1] - true.full_watch_rate < 0.01
        else:
            assert area < true.avg_watch_s
            assert mean(retention.curve) == pytest.approx(MAX_MEAN, abs=0.06)
    assert exact / len(curves) > 0.9


def test_bumps_and_cliffs_are_planted_in_some_curves_and_can_be_seen_there(curves: Curves):
    long_enough = [(post, retention) for post, retention, _ in curves if (post.duration_s or 0) >= MIN_DURATION_S]
    bumped = [retention for _, retention in long_enough if retention.features.bumps]
    cliffs = [retention for _, retention in long_enough if retention.features.cliffs]
    assert 0.25 < len(bumped) / len(long_enough) < 0.45
    assert 0.2 < len(cliffs) / len(long_enough) < 0.4
    seen = [retention.curve[at] > retention.curve[at - 1] for retention in bumped for at in [_bump_at(retention)]]
    assert sum(seen) / len(seen) > 0.85
    steep = [_relative_loss(retention, at) > _relative_loss(retention, at + 1) for retention in cliffs
             for at in [retention.features.cliffs[0].second]]  # fmt: skip
    assert sum(steep) / len(steep) > 0.85
    assert not any(retention.features.bumps for post, retention, _ in curves if (post.duration_s or 0) < MIN_DURATION_S)


def test_curves_differ_in_shape_and_not_only_in_level(curves: Curves):
    """Two seconds in, some that hold equally much have lost far more than others."""
    early = [each.curve[2] for _, each, true in curves if 20 <= len(each.curve) <= 40 and 0.4 < true.held < 0.6]
    assert len(early) > 20
    assert max(early) - min(early) > 0.1


def test_likes_follow_the_curve_and_have_a_moment_of_their_own(world: World, curves: Curves):
    at_peak = 0
    for post, retention, _ in curves:
        likes = world.likes_by_second(post.post_id)
        assert likes is not None
        assert len(likes) == len(retention.curve)
        assert sum(likes) == pytest.approx(1)
        at_peak += abs(likes.index(max(likes)) - like_peak(world.seed, post.post_id, post.duration_s or 0)) <= 2
    assert at_peak / len(curves) > 0.7


def test_away_from_their_moment_likes_are_given_by_those_who_are_there(world: World, curves: Curves):
    for post, retention, _ in curves:
        likes, peak = world.likes_by_second(post.post_id), like_peak(world.seed, post.post_id, post.duration_s or 0)
        assert likes is not None
        ratios = [likes[at] / share for at, share in enumerate(retention.curve) if at >= 3 and abs(at - peak) > 12]
        if ratios:
            assert max(ratios) == pytest.approx(min(ratios), rel=0.01)


def test_photos_have_none(world: World, now: datetime):
    posts = world.posts("demo_kitchen", since=now - timedelta(days=400), at=now)
    photo = next(post for post in posts if post.media_type == "photo")
    assert world.retention(photo.post_id) is None
    assert world.likes_by_second(photo.post_id) is None


def _bump_at(retention: RetentionTruth) -> int:
    return retention.features.bumps[0].second


def _relative_loss(retention: RetentionTruth, second: int) -> float:
    return 1 - retention.curve[second] / retention.curve[second - 1]
