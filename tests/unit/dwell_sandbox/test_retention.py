from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from dwell_sandbox import World
from dwell_sandbox.posts import Post
from dwell_sandbox.retention import mean
from dwell_sandbox.watch_time import WatchTruth

Curves = list[tuple[Post, tuple[float, ...], WatchTruth]]


@pytest.fixture(scope="module")
def curves(world: World, now: datetime) -> Curves:
    results = []
    for number in (1, 2, 3, 4, *range(10, 40)):
        for post in world.posts(world.creator_by_number(number).handle, since=now - timedelta(days=60), at=now):
            curve, true = world.retention(post.post_id), world.truth(post.post_id)
            if curve is not None and true is not None:
                results.append((post, curve, true))
    assert len(results) > 500
    return results


def test_the_curve_falls_from_one_to_the_share_that_reaches_the_end(curves: Curves):
    for post, curve, true in curves:
        assert len(curve) == (post.duration_s or 0) + 1
        assert curve[0] == 1
        assert curve[-1] == pytest.approx(true.full_watch_rate)
        assert all(after <= before for before, after in pairwise(curve))


def test_its_mean_is_the_watch_ratio_without_repeated_watching(curves: Curves):
    exact = 0
    for _, curve, true in curves:
        assert true.held <= true.watch_ratio
        steps = len(curve) - 1
        assert sum(curve[1:]) / steps <= true.held + 1e-9 <= sum(curve[:-1]) / steps + 2e-9
        exact += mean(curve) == pytest.approx(true.held, abs=1e-6)
    assert exact / len(curves) > 0.9


def test_curves_differ_in_shape_and_not_only_in_level(curves: Curves):
    """Two seconds in, some that hold equally much have lost far more than others."""
    early = [curve[2] for _, curve, true in curves if 20 <= len(curve) <= 40 and 0.4 < true.held < 0.6]
    assert len(early) > 20
    assert max(early) - min(early) > 0.1


def test_photos_have_none(world: World, now: datetime):
    posts = world.posts("demo_kitchen", since=now - timedelta(days=400), at=now)
    photo = next(post for post in posts if post.media_type == "photo")
    assert world.retention(photo.post_id) is None
