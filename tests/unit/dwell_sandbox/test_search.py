from datetime import datetime, timedelta

import pytest

from dwell_sandbox import World
from dwell_sandbox.search import split_query


@pytest.mark.parametrize(
    "query", ["lemon orzo", "#onepan", "Night Train", "wait for", "viral running", "part 2", "  fyp ", '"e-ink"']
)
def test_every_word_is_in_the_caption_or_names_the_niche(world: World, now: datetime, query: str):
    results = world.search(query, now, 60)
    assert len(results) > 20
    for post in results:
        niche = world.creator(post.handle).niche
        assert all(word in post.caption.lower() or word == niche for word in split_query(query))
    assert [post.posted_at for post in results] == sorted((post.posted_at for post in results), reverse=True)
    assert results[0].posted_at <= now
    assert world.search(query, now, 20) == results[:20]


def test_a_trending_hashtag_is_found_by_its_name(world: World, now: datetime):
    name = next(
        name
        for post in world.hashtag_posts("skincare", now, 100)
        for name in post.hashtags
        if world.hashtag(name).lifecycle
    )
    results = world.search(f"{name} fyp", now, 500)
    assert results
    assert set(results) <= set(world.hashtag_posts(name, now, 5000))
    assert all("fyp" in post.hashtags for post in results)


@pytest.mark.parametrize("query", ["", "  ", "#", "xyzzy", "lemon xyzzy"])
def test_nothing_is_found_without_words_and_for_unused_words(world: World, now: datetime, query: str):
    assert world.search(query, now, 50) == ()


def test_deleted_and_hidden_posts_are_not_found(world: World, now: datetime):
    then = now - timedelta(days=60)
    before = world.search("comedy", then, 400)
    gone = [post for post in before if (world.deleted_at(post.post_id) or now + timedelta(1)) <= now]
    assert gone
    after = {post.post_id for post in world.search("comedy", now, 10_000)}
    assert not after & {post.post_id for post in gone}
    for post in before:
        creator = world.creator(post.handle)
        assert world.status(world.handle_at(creator.number, then), then).visible
