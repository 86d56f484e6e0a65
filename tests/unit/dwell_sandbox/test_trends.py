"""Sounds and hashtags that come and go: their shape, their counts, the posts that use them, and what they do."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest

from dwell_sandbox import World
from dwell_sandbox.creators import CREATORS
from dwell_sandbox.lifecycle import Lifecycle, day_of, instant_of, serials_around
from dwell_sandbox.lookup import sampled
from dwell_sandbox.made import make
from dwell_sandbox.niches import NICHES
from dwell_sandbox.posts import trend
from dwell_sandbox.sounds import trending
from dwell_sandbox.trends import HASHTAGS, SOUNDS, fashion, life


def alive(world: World, kind, niche: str, at: datetime) -> list[Lifecycle]:
    day = int(day_of(at.timestamp()))
    return [life(world.seed, kind, niche, serial) for serial in fashion(world.seed, kind, niche, day).serials]


@pytest.mark.parametrize("kind", [SOUNDS, HASHTAGS])
def test_each_rises_to_one_peak_and_fades_within_three_to_eight_weeks(world: World, kind):
    for serial in range(200, 400):
        spans = life(world.seed, kind, "beauty", serial)
        assert 21 <= spans.ends - spans.born <= 56
        weights = [spans.weight(spans.born + part / 100 * (spans.ends - spans.born)) for part in range(101)]
        top = weights.index(max(weights))
        assert 20 <= top <= 55
        assert weights[0] == weights[-1] == 0
        assert all(before < after for before, after in pairwise(weights[: top + 1]))
        assert all(before > after for before, after in pairwise(weights[top:]))
        assert spans.tide((spans.born + spans.peak) / 2) == 1
        assert spans.tide((spans.peak + spans.ends) / 2) == -1
        assert spans.tide(spans.peak) == 0
        assert spans.tide(spans.ends + 1) == spans.tide(spans.born - 1) == 0


@pytest.mark.parametrize("kind", [SOUNDS, HASHTAGS])
def test_no_day_misses_something_that_is_in_use(world: World, kind):
    for day in range(739_800, 740_000, 7):
        near = serials_around(day, kind.every_days)
        wider = range(near.start - 20, near.stop + 20)
        used = {serial for serial in wider if life(world.seed, kind, "tech", serial).weight(day + 0.5) > 0}
        assert used == set(fashion(world.seed, kind, "tech", day).serials)
        assert len(used) >= 3


def test_some_rise_and_some_fade_in_every_niche_at_any_time(world: World, now: datetime):
    for niche in NICHES:
        for kind in (SOUNDS, HASHTAGS):
            tides = [spans.tide(day_of(now.timestamp())) for spans in alive(world, kind, niche, now)]
            assert min(tides) < 0 < max(tides)


def test_daily_uses_of_a_sound_rise_and_fade(world: World):
    sound = trending(world.seed, "cooking", 400)
    assert sound.life is not None
    days = int(sound.life.ends - sound.life.born) + 2
    counts = [world.sound_uses(sound.sound_id, sound.life.born_at + timedelta(days=day)) for day in range(days + 5)]
    daily = np.diff(counts)
    assert counts[0] < 1000
    assert (daily >= 0).all()
    top = int(daily.argmax())
    peak = sound.life.peak - sound.life.born
    assert abs(top - peak) < 5
    assert daily[0] < 0.2 * daily[top]
    assert daily[-1] == 0
    assert daily[top // 2] < daily[top] > daily[(top + days) // 2]


def test_uses_of_a_hashtag_rise_and_fade_or_go_on_for_ever(world: World, now: datetime):
    spans = alive(world, HASHTAGS, "travel", now)[0]
    tag = next(
        name
        for number in range(5, 3000)
        if world.creator_number(number).niche == "travel"
        for post in world.posts(world.creator_number(number).handle, since=now - timedelta(days=50), at=now)
        for name in post.hashtags
        if world.hashtag(name).life == spans
    )
    before = world.hashtag_uses(tag, instant_of(spans.born))
    after = world.hashtag_uses(tag, instant_of(spans.ends))
    later = world.hashtag_uses(tag, instant_of(spans.ends + 2))
    assert before.posts == before.views == 0
    assert after.posts == later.posts > 10_000
    assert later.views > after.posts
    for name in ("fyp", "onepan"):
        steps = [world.hashtag_uses(name, now + timedelta(days=day)).posts for day in range(4)]
        gains = np.diff(steps)
        assert (gains > 100_000).all()
        assert max(gains) - min(gains) <= 1
    assert world.hashtag_uses("fyp", now).posts > world.hashtag_uses("onepan", now).posts
    assert world.hashtag_uses("fyp", datetime(2020, 1, 1, tzinfo=UTC)).posts == 0


def test_the_posts_of_a_sound_use_it_and_follow_its_curve(world: World, now: datetime):
    sound = max(
        (trending(world.seed, "running", spans.serial) for spans in alive(world, SOUNDS, "running", now)),
        key=lambda each: world.sound_uses(each.sound_id, now),
    )
    found = world.sound_posts(sound.sound_id, now, 1000)
    assert len(found) >= 100
    assert len({post.handle for post in found}) > 50
    assert [post.posted_at for post in found] == sorted((post.posted_at for post in found), reverse=True)
    for post in found:
        assert post.sound == sound
        assert world.post(post.post_id) == post
        assert post.posted_at <= now
        assert (world.deleted_at(post.post_id) or now + timedelta(1)) > now
        who = world.creator(post.handle)
        assert world.standing(world.handle_at(who.number, now), now).visible
    assert world.sound_posts(sound.sound_id, now, 35) == found[:35]


def test_a_sample_of_a_sound_shows_its_rise_and_its_fall(world: World):
    """Correlation over days between the sampled posts and the count of the whole world."""
    for serial in (380, 390, 400):
        sound = trending(world.seed, "comedy", serial)
        assert sound.life is not None
        end = instant_of(sound.life.ends + 6)
        found = world.sound_posts(sound.sound_id, end, 1000)
        days = int(sound.life.ends - sound.life.born) + 1
        seen = Counter(int(day_of(post.minted_at.timestamp()) - sound.life.born) for post in found)
        counts = [world.sound_uses(sound.sound_id, sound.life.born_at + timedelta(days=day)) for day in range(days + 1)]
        assert np.corrcoef([seen[day] for day in range(days)], np.diff(counts))[0, 1] > 0.6


def test_the_count_of_the_world_is_that_of_the_sample_scaled_up(world: World):
    """260 of the niche's creators are asked; some of their posts are gone or out of sight by the end."""
    seen = expected = 0.0
    for niche in NICHES:
        for serial in (395, 400):
            sound = trending(world.seed, niche, serial)
            assert sound.life is not None
            end = instant_of(sound.life.ends + 6)
            seen += len(world.sound_posts(sound.sound_id, end, 10_000))
            expected += world.sound_uses(sound.sound_id, end) * 260 / (CREATORS / len(NICHES))
    assert 0.75 < seen / expected < 1.02


def test_no_creator_is_asked_twice_and_all_are_of_the_niche(world: World):
    for block in range(60):
        numbers = sampled(world.seed, "anything", block, "tech", 260)
        assert 255 <= len(numbers) == len(set(numbers)) <= 260
        assert {world.creator_number(number).niche for number in numbers[:3]} == {"tech"}


@pytest.mark.parametrize("tag", ["fyp", "onepan", "runtok"])
def test_the_posts_of_a_hashtag_carry_it(world: World, now: datetime, tag: str):
    found = world.hashtag_posts(tag, now, 120)
    assert len(found) == 120
    assert all(tag in post.hashtags and f"#{tag}" in post.caption for post in found)
    assert world.hashtag_posts(f"#{tag}", now, 35) == found[:35]
    earlier = world.hashtag_posts(tag, now - timedelta(days=10), 50)
    assert all(post.posted_at <= now - timedelta(days=10) for post in earlier)
    if tag == "fyp":
        assert {world.creator(post.handle).niche for post in found} == set(NICHES)


def test_posts_of_a_hashtag_in_fashion_carry_it(world: World, now: datetime):
    tags = {
        name
        for post in world.hashtag_posts("recipe", now - timedelta(days=20), 100)
        for name in post.hashtags
        if world.hashtag(name).life
    }
    assert len(tags) >= 3
    sizes = []
    for name in tags:
        found = world.hashtag_posts(name, now, 1000)
        assert all(name in post.hashtags for post in found)
        sizes.append(len(found))
    assert max(sizes) >= 100


def test_a_post_early_to_its_sound_and_hashtags_fares_better(world: World, now: datetime):
    """The planted effect, within creators: a fifth of a log unit in views, two fifths of a logit in the share held."""
    rows = []
    for number in range(20, 80):
        posts = world.posts(world.creator_number(number).handle, since=now - timedelta(days=300), at=now)
        videos = [post for post in posts if post.duration_s is not None and not post.is_ad]
        if len(videos) < 20:
            continue
        table = []
        for post in videos:
            true = world.truth(post.post_id)
            assert true is not None
            fares = make(world.seed, post.post_id).fares
            held = np.log(true.held / (1 - true.held))
            table.append((trend(world.seed, post), np.log(fares.views), held, sum(np.log(fares.rates))))
        rows.append(np.array(table) - np.mean(table, axis=0))
    tide, views, held, rates = np.concatenate(rows).T
    slope = (tide @ np.column_stack([views, held, rates])) / (tide @ tide)
    assert slope[0] == pytest.approx(0.2, abs=0.05)
    assert slope[1] == pytest.approx(0.4, abs=0.06)
    assert slope[2] > 0


def test_own_sounds_and_lasting_hashtags_are_neither_early_nor_late(world: World, now: datetime):
    posts = world.posts("demo_bigtable", since=now - timedelta(days=400), at=now)
    plain = [
        post for post in posts if post.sound.original and not any(world.hashtag(tag).life for tag in post.hashtags)
    ]
    assert len(plain) > 20
    assert all(trend(world.seed, post) == 0 for post in plain)
    moved = {np.sign(trend(world.seed, post)) for post in posts if not post.sound.original}
    assert moved == {-1, 0, 1} or moved == {-1, 1}
