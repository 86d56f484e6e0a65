"""Sounds and hashtags that come and go: their shape, their counts, the posts that use them, and what they do."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest

from dwell_sandbox import World
from dwell_sandbox.creators import CREATORS
from dwell_sandbox.lifecycle import Lifecycle, active_serials, day_to_datetime, second_to_day
from dwell_sandbox.niches import NICHES
from dwell_sandbox.post_details import get_post_details
from dwell_sandbox.posts import trend_momentum
from dwell_sandbox.sounds import trending_sound
from dwell_sandbox.topic_sample import sample_creators
from dwell_sandbox.trends import HASHTAGS, SOUNDS, get_lifecycle, trend_shares


def alive(world: World, kind, niche: str, at: datetime) -> list[Lifecycle]:
    day = int(second_to_day(at.timestamp()))
    return [
        get_lifecycle(world.seed, kind, niche, serial) for serial in trend_shares(world.seed, kind, niche, day).serials
    ]


@pytest.mark.parametrize("kind", [SOUNDS, HASHTAGS])
def test_each_rises_to_one_peak_and_fades_within_three_to_eight_weeks(world: World, kind):
    for serial in range(200, 400):
        lifecycle = get_lifecycle(world.seed, kind, "beauty", serial)
        assert 21 <= lifecycle.end - lifecycle.start <= 56
        weights = [
            lifecycle.weight(lifecycle.start + part / 100 * (lifecycle.end - lifecycle.start)) for part in range(101)
        ]
        top = weights.index(max(weights))
        assert 20 <= top <= 55
        assert weights[0] == weights[-1] == 0
        assert all(before < after for before, after in pairwise(weights[: top + 1]))
        assert all(before > after for before, after in pairwise(weights[top:]))
        assert lifecycle.momentum((lifecycle.start + lifecycle.peak) / 2) == 1
        assert lifecycle.momentum((lifecycle.peak + lifecycle.end) / 2) == -1
        assert lifecycle.momentum(lifecycle.peak) == 0
        assert lifecycle.momentum(lifecycle.end + 1) == lifecycle.momentum(lifecycle.start - 1) == 0


@pytest.mark.parametrize("kind", [SOUNDS, HASHTAGS])
def test_no_day_misses_something_that_is_in_use(world: World, kind):
    for day in range(739_800, 740_000, 7):
        near = active_serials(day, kind.every_days)
        wider = range(near.start - 20, near.stop + 20)
        used = {serial for serial in wider if get_lifecycle(world.seed, kind, "tech", serial).weight(day + 0.5) > 0}
        assert used == set(trend_shares(world.seed, kind, "tech", day).serials)
        assert len(used) >= 3


def test_some_rise_and_some_fade_in_every_niche_at_any_time(world: World, now: datetime):
    for niche in NICHES:
        for kind in (SOUNDS, HASHTAGS):
            momenta = [
                lifecycle.momentum(second_to_day(now.timestamp())) for lifecycle in alive(world, kind, niche, now)
            ]
            assert min(momenta) < 0 < max(momenta)


def test_daily_uses_of_a_sound_rise_and_fade(world: World):
    sound = trending_sound(world.seed, "cooking", 400)
    assert sound.lifecycle is not None
    days = int(sound.lifecycle.end - sound.lifecycle.start) + 2
    counts = [
        world.sound_uses(sound.sound_id, sound.lifecycle.start_at + timedelta(days=day)) for day in range(days + 5)
    ]
    daily = np.diff(counts)
    assert counts[0] < 1000
    assert (daily >= 0).all()
    top = int(daily.argmax())
    peak = sound.lifecycle.peak - sound.lifecycle.start
    assert abs(top - peak) < 5
    assert daily[0] < 0.2 * daily[top]
    assert daily[-1] == 0
    assert daily[top // 2] < daily[top] > daily[(top + days) // 2]


def test_uses_of_a_hashtag_rise_and_fade_or_keep_growing(world: World, now: datetime):
    lifecycle = alive(world, HASHTAGS, "travel", now)[0]
    tag = next(
        name
        for number in range(5, 3000)
        if world.creator_by_number(number).niche == "travel"
        for post in world.posts(world.creator_by_number(number).handle, since=now - timedelta(days=50), at=now)
        for name in post.hashtags
        if world.hashtag(name).lifecycle == lifecycle
    )
    before = world.hashtag_uses(tag, day_to_datetime(lifecycle.start))
    after = world.hashtag_uses(tag, day_to_datetime(lifecycle.end))
    later = world.hashtag_uses(tag, day_to_datetime(lifecycle.end + 2))
    assert before.posts == before.views == 0
    assert after.posts == later.posts > 10_000
    assert later.views > after.posts


def test_lasting_hashtags_differ_and_no_two_days_are_alike(world: World, now: datetime):
    for name in ("fyp", "onepan"):
        gains = np.diff([world.hashtag_uses(name, now + timedelta(days=day)).posts for day in range(29)])
        assert (gains > 50_000).all()
        assert 1.1 < max(gains) / min(gains) < 2
        weeks = gains.reshape(4, 7)
        assert weeks.sum(axis=1).std() < 0.05 * weeks.sum(axis=1).mean()  # it is steady all the same
    posts = [world.hashtag_uses(name, now).posts for name in ("onepan", "recipe", "easyrecipe", "baking")]
    assert len(set(posts)) == 4
    assert world.hashtag_uses("fyp", now).posts > world.hashtag_uses("onepan", now).posts
    assert world.hashtag_uses("fyp", datetime(2020, 1, 1, tzinfo=UTC)).posts == 0


def test_the_posts_of_a_sound_use_it_and_follow_its_curve(world: World, now: datetime):
    sound = max(
        (trending_sound(world.seed, "running", lifecycle.serial) for lifecycle in alive(world, SOUNDS, "running", now)),
        key=lambda each: world.sound_uses(each.sound_id, now),
    )
    results = world.sound_posts(sound.sound_id, now, 1000)
    assert len(results) >= 100
    assert len({post.handle for post in results}) > 50
    assert [post.posted_at for post in results] == sorted((post.posted_at for post in results), reverse=True)
    for post in results:
        assert post.sound == sound
        assert world.post(post.post_id) == post
        assert post.posted_at <= now
        assert (world.deleted_at(post.post_id) or now + timedelta(1)) > now
        creator = world.creator(post.handle)
        assert world.status(world.handle_at(creator.number, now), now).visible
    assert world.sound_posts(sound.sound_id, now, 35) == results[:35]


def test_a_sample_of_a_sound_shows_its_rise_and_its_fall(world: World):
    """Correlation over days between the sampled posts and the count of the whole world."""
    for serial in (380, 390, 400):
        sound = trending_sound(world.seed, "comedy", serial)
        assert sound.lifecycle is not None
        end = day_to_datetime(sound.lifecycle.end + 6)
        results = world.sound_posts(sound.sound_id, end, 1000)
        days = int(sound.lifecycle.end - sound.lifecycle.start) + 1
        seen = Counter(int(second_to_day(post.minted_at.timestamp()) - sound.lifecycle.start) for post in results)
        counts = [
            world.sound_uses(sound.sound_id, sound.lifecycle.start_at + timedelta(days=day)) for day in range(days + 1)
        ]
        assert np.corrcoef([seen[day] for day in range(days)], np.diff(counts))[0, 1] > 0.6


def test_the_count_of_the_world_is_that_of_the_sample_scaled_up(world: World):
    """260 of the niche's creators are sampled; some of their posts are deleted or hidden by the end."""
    seen = expected = 0.0
    for niche in NICHES:
        for serial in (395, 400):
            sound = trending_sound(world.seed, niche, serial)
            assert sound.lifecycle is not None
            end = day_to_datetime(sound.lifecycle.end + 6)
            seen += len(world.sound_posts(sound.sound_id, end, 10_000))
            expected += world.sound_uses(sound.sound_id, end) * 260 / (CREATORS / len(NICHES))
    assert 0.75 < seen / expected < 1.02


def test_no_creator_is_sampled_twice_and_all_are_of_the_niche(world: World):
    for block in range(60):
        numbers = sample_creators(world.seed, "anything", block, "tech", 260)
        assert 255 <= len(numbers) == len(set(numbers)) <= 260
        assert {world.creator_by_number(number).niche for number in numbers[:3]} == {"tech"}


@pytest.mark.parametrize("tag", ["fyp", "onepan", "runtok"])
def test_the_posts_of_a_hashtag_carry_it(world: World, now: datetime, tag: str):
    results = world.hashtag_posts(tag, now, 120)
    assert len(results) == 120
    assert all(tag in post.hashtags and f"#{tag}" in post.caption for post in results)
    assert world.hashtag_posts(f"#{tag}", now, 35) == results[:35]
    earlier = world.hashtag_posts(tag, now - timedelta(days=10), 50)
    assert all(post.posted_at <= now - timedelta(days=10) for post in earlier)
    if tag == "fyp":
        assert {world.creator(post.handle).niche for post in results} == set(NICHES)


def test_posts_of_a_trending_hashtag_have_it(world: World, now: datetime):
    tags = {
        name
        for post in world.hashtag_posts("recipe", now - timedelta(days=20), 100)
        for name in post.hashtags
        if world.hashtag(name).lifecycle
    }
    assert len(tags) >= 3
    sizes = []
    for name in tags:
        results = world.hashtag_posts(name, now, 1000)
        assert all(name in post.hashtags for post in results)
        sizes.append(len(results))
    assert max(sizes) >= 100


def test_a_post_early_to_its_sound_and_hashtags_performs_better(world: World, now: datetime):
    """The planted effect, within creators: a fifth of a log unit in views, two fifths of a logit in the share held."""
    rows = []
    for number in range(20, 80):
        posts = world.posts(world.creator_by_number(number).handle, since=now - timedelta(days=300), at=now)
        videos = [post for post in posts if post.duration_s is not None and not post.is_ad]
        if len(videos) < 20:
            continue
        table = []
        for post in videos:
            true = world.truth(post.post_id)
            assert true is not None
            fares = get_post_details(world.seed, post.post_id).performance
            held = np.log(true.held / (1 - true.held))
            table.append((trend_momentum(world.seed, post), np.log(fares.views), held, sum(np.log(fares.rates))))
        rows.append(np.array(table) - np.mean(table, axis=0))
    tide, views, held, rates = np.concatenate(rows).T
    slope = (tide @ np.column_stack([views, held, rates])) / (tide @ tide)
    assert slope[0] == pytest.approx(0.2, abs=0.05)
    assert slope[1] == pytest.approx(0.4, abs=0.06)
    assert slope[2] > 0


def test_own_sounds_and_lasting_hashtags_are_neither_early_nor_late(world: World, now: datetime):
    posts = world.posts("demo_bigtable", since=now - timedelta(days=400), at=now)
    plain = [
        post for post in posts if post.sound.original and not any(world.hashtag(tag).lifecycle for tag in post.hashtags)
    ]
    assert len(plain) > 20
    assert all(trend_momentum(world.seed, post) == 0 for post in plain)
    moved = {np.sign(trend_momentum(world.seed, post)) for post in posts if not post.sound.original}
    assert moved == {-1, 0, 1} or moved == {-1, 1}
