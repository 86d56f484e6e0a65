from dataclasses import asdict, replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from dwell_sandbox import World
from dwell_sandbox.counters import round_count
from dwell_sandbox.growth_curve import HOUR, GrowthCurve, draw_growth_curve, last_refresh, share_reached

PLAIN = GrowthCurve(half_h=15.0, steepness=1.3, wave_h=200.0, wave_share=0.0, purge_h=None, purge_share=0.0)


def test_counters_stand_still_between_batches_and_step_at_them():
    assert last_refresh(599) == 0
    assert share_reached(PLAIN, 599) == 0
    assert share_reached(PLAIN, 600) == share_reached(PLAIN, 1199) < share_reached(PLAIN, 1200)
    assert last_refresh(30 * HOUR + 17) == 30 * HOUR
    assert last_refresh(200 * HOUR + 17) == 198 * HOUR
    ages = [last_refresh(age) for age in range(0, 220 * HOUR, 1777)]
    assert ages == sorted(ages)


def test_half_of_a_plain_post_is_there_after_its_half_time():
    assert share_reached(PLAIN, 15 * HOUR) == pytest.approx(0.5)
    assert share_reached(PLAIN, 0) == share_reached(PLAIN, -5) == 0
    assert 0.98 < share_reached(PLAIN, 2000 * HOUR) < 1


def test_a_second_wave_brings_its_share_later():
    waved = replace(PLAIN, wave_share=0.4)
    assert share_reached(waved, 200 * HOUR) == pytest.approx(0.6 * share_reached(PLAIN, 200 * HOUR))
    assert share_reached(waved, 5000 * HOUR) == pytest.approx(1, abs=0.01)


def test_a_purge_takes_its_share_at_its_hour():
    purged = replace(PLAIN, purge_h=48.0, purge_share=0.05)
    assert share_reached(purged, 48 * HOUR - 1) == share_reached(PLAIN, 48 * HOUR - 1)
    assert share_reached(purged, 48 * HOUR) == pytest.approx(0.95 * share_reached(PLAIN, 48 * HOUR))


def test_counters_never_fall_but_by_a_purge_and_never_exceed_the_views(world: World, now: datetime):
    falls = purges = 0
    for post in world.posts("demo_kitchen", since=now - timedelta(days=430), at=now):
        moments = [
            post.posted_at + timedelta(hours=hours) for hours in (0, 0.3, 1, 5, 24, 72, 200, 500, 1000, 2000, 9000)
        ]
        seen = [asdict(world.counters(post.post_id, moment)) for moment in moments]
        assert all(max(counts.values()) == counts["views"] for counts in seen)
        assert set(seen[0].values()) == {0}
        purge = world.purged_at(post.post_id)
        purges += purge is not None
        for (start, before), (end, after) in pairwise(zip(moments, seen, strict=True)):
            if any(after[name] < before[name] for name in before):
                falls += 1
                assert purge is not None
                assert start < purge + timedelta(minutes=15)
                assert purge <= end
    assert purges > 2
    assert falls > 0


def test_around_a_tenth_of_posts_get_a_second_wave_and_some_a_purge():
    curves = [draw_growth_curve(1, str(at)) for at in range(3000)]
    assert 0.07 < sum(shape.wave_share > 0 for shape in curves) / 3000 < 0.13
    assert 0.03 < sum(shape.purge_h is not None for shape in curves) / 3000 < 0.07


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (0, 0), (9_999, 9_999), (10_000, 10_000), (17_649, 17_600), (17_650, 17_700), (308_749, 308_700),
        (999_949, 999_900), (1_249_999, 1_200_000), (1_250_000, 1_300_000), (1_776_621, 1_800_000),
        (1_234_567_890, 1_200_000_000),
    ],
)  # fmt: skip
def test_pages_round_from_ten_thousand_on(count: int, shown: int):
    assert round_count(count) == shown
