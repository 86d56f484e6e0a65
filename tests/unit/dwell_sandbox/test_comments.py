from datetime import datetime, timedelta

from dwell_sandbox import World


def busy(world: World, now: datetime) -> str:
    posts = world.posts("demo_kitchen", since=now - timedelta(days=200), at=now - timedelta(days=20))
    return max(posts, key=lambda post: world.counters(post.post_id, now).comments).post_id


def test_there_are_as_many_as_the_counter_says(world: World, now: datetime):
    for post in world.posts("demo_kitchen", since=now - timedelta(days=60), at=now):
        for at in (post.posted_at + timedelta(hours=5), post.posted_at + timedelta(days=3), now):
            assert len(world.comments(post.post_id, at, 10**6)) == world.counters(post.post_id, at).comments


def test_pages_join_and_stay_put_while_new_ones_come(world: World, now: datetime):
    post_id = busy(world, now)
    early = world.post(post_id).posted_at + timedelta(hours=12)
    first, later = world.comments(post_id, early, 10**6), world.comments(post_id, now, 10**6)
    assert 0 < len(first) < len(later)
    assert [each.comment_id for each in later[: len(first)]] == [each.comment_id for each in first]
    joined = [each for offset in range(0, len(later), 30) for each in world.comments(post_id, now, 30, offset)]
    assert tuple(joined) == later
    assert len({each.comment_id for each in later}) == len(later)


def test_they_come_in_order_between_the_post_and_now(world: World, now: datetime):
    post_id = busy(world, now)
    for at in (world.post(post_id).posted_at + timedelta(hours=3), now):
        results = world.comments(post_id, at, 10**6)
        moments = [each.posted_at for each in results]
        assert moments == sorted(moments)
        assert world.post(post_id).posted_at < moments[0]
        assert moments[-1] <= at
        for each in results:
            assert int(each.comment_id) >> 32 == int(each.posted_at.timestamp())
            assert each.text
            assert each.likes >= 0
            assert each.replies >= 0
            assert world.handle_at(world.creator(each.handle).number, at) == each.handle


def test_likes_of_a_comment_never_fall(world: World, now: datetime):
    post_id = busy(world, now)
    early = world.post(post_id).posted_at + timedelta(days=1)
    first, later = world.comments(post_id, early, 10**6), world.comments(post_id, now, 10**6)
    pairs = list(zip(first, later, strict=False))
    assert all(before.likes <= after.likes for before, after in pairs)
    assert any(before.likes < after.likes for before, after in pairs)
