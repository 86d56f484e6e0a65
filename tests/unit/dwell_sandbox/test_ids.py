"""Ids lead back to what they name, without a table."""

from datetime import UTC, datetime, timedelta

import pytest

from dwell_sandbox import World
from dwell_sandbox.creators import CREATORS
from dwell_sandbox.demo_accounts import DEMO_ACCOUNTS
from dwell_sandbox.niches import GENERIC_HASHTAGS, NICHES


def test_an_account_id_leads_back_to_its_creator(world: World):
    for number in (0, *DEMO_ACCOUNTS.values(), 5, 4711, 999_999, CREATORS - 1):
        creator = world.creator_by_number(number)
        creator_id = world.creator_id(creator.handle)
        assert len(creator_id) == 19
        assert int(creator_id) >> 32 == creator.joined
        assert world.creator_by_id(creator_id) == creator


@pytest.mark.parametrize("other", ["", "abc", "7.0E+18", "1", "9" * 19, "7000000000000000000", "٧" * 19])
def test_other_ids_are_unknown(world: World, other: str):
    with pytest.raises(LookupError, match="no account"):
        world.creator_by_id(other)
    with pytest.raises(LookupError, match="no sound"):
        world.sound(other)
    with pytest.raises(LookupError, match="no hashtag"):
        world.hashtag_by_id(other)
    with pytest.raises(LookupError, match="no hashtag"):
        world.hashtag("nobody uses this")


def test_sounds_and_hashtags_of_posts_are_found_by_their_ids(world: World, now: datetime):
    posts = [
        post
        for number in range(20, 40)
        for post in world.posts(world.creator_by_number(number).handle, since=now - timedelta(days=200), at=now)
    ]
    assert len(posts) > 300
    for post in posts:
        assert len(post.sound.sound_id) == 19
        assert world.sound(post.sound.sound_id) == post.sound
        for name in post.hashtags:
            tag = world.hashtag(name)
            assert tag.name == name
            assert len(tag.hashtag_id) <= 12
            assert world.hashtag_by_id(tag.hashtag_id) == tag
            assert world.hashtag(f"#{name.upper()}") == tag


def test_another_world_has_other_ids(world: World, now: datetime):
    other = World(world.seed + 1)
    post = world.posts("demo_kitchen", since=now - timedelta(days=100), at=now)[0]
    assert other.hashtag("fyp").hashtag_id != world.hashtag("fyp").hashtag_id
    with pytest.raises(LookupError):
        other.creator_by_id(world.creator_id("demo_kitchen"))
    with pytest.raises(LookupError):
        other.sound(post.sound.sound_id)


def test_every_hashtag_that_is_always_in_use_has_an_id_of_its_own(world: World):
    names = [*GENERIC_HASHTAGS, *(tag for niche in NICHES.values() for tag in niche.hashtags)]
    tags = [world.hashtag(name) for name in names]
    assert len({tag.hashtag_id for tag in tags}) == len(names)
    assert all(tag.lifecycle is None for tag in tags)
    assert [tag.niche for tag in tags[:3]] == [None, None, None]


def test_an_original_sound_belongs_to_one_post(world: World, now: datetime):
    posts = world.posts("demo_kitchen", since=now - timedelta(days=200), at=now)
    own = next(post for post in posts if post.sound.original)
    assert own.sound.author == "demo_kitchen"
    assert world.sound_posts(own.sound.sound_id, now, 10) == (own,)
    assert world.sound_uses(own.sound.sound_id, now) == 1
    assert world.sound_posts(own.sound.sound_id, own.posted_at - timedelta(seconds=1), 10) == ()
    assert world.sound_uses(own.sound.sound_id, datetime(2020, 1, 1, tzinfo=UTC)) == 0
