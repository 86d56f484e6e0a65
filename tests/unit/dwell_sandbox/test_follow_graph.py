from datetime import datetime, timedelta

from dwell_sandbox import World
from dwell_sandbox.follow_graph import follower_handles
from dwell_sandbox.seeded_random import SeededRandom


def test_pages_of_followers_join_without_repeating(world: World, now: datetime):
    total = world.profile("demo_kitchen", now).followers
    pages = [world.follower_handles("demo_kitchen", now, offset, 50) for offset in range(0, 500, 50)]
    joined = [handle for page in pages for handle in page]
    assert len(joined) == len(set(joined)) == 500
    assert tuple(joined[:70]) == world.follower_handles("demo_kitchen", now, 0, 70)
    assert len(world.follower_handles("demo_kitchen", now, total - 7, 50)) == 7
    assert world.follower_handles("demo_kitchen", now, total, 50) == ()


def test_every_follower_is_a_creator_under_the_present_handle(world: World, now: datetime):
    for handle in world.follower_handles("demo_pantry", now, 0, 200):
        creator = world.creator(handle)
        assert world.handle_at(creator.number, now) == handle


def test_new_followers_come_first(world: World, now: datetime):
    then = now - timedelta(days=400)
    grown = world.profile("demo_kitchen", now).followers - world.profile("demo_kitchen", then).followers
    assert grown > 0
    before = [world.creator(handle) for handle in world.follower_handles("demo_kitchen", then, 0, 20)]
    after = [world.creator(handle) for handle in world.follower_handles("demo_kitchen", now, grown, 20)]
    assert before == after


def place_of(seed: int, account: int, member: int) -> int:
    """The place at which the order of an account's followers has a creator: its three rounds, taken back."""
    rng = SeededRandom(seed, "follower", account)
    left, right = divmod(member, 2**12)
    for turn in (2, 1, 0):
        left, right = right ^ rng.bits(f"{turn} {left}", 12), left
    return left * 2**12 + right


def test_accounts_do_not_follow_themselves(world: World, now: datetime):
    second = int(now.timestamp())
    for number in (5, 77, 4711):
        at = place_of(world.seed, number, number)
        others = follower_handles(world.seed, number, second, at + 1, 0, 2)
        assert world.creator(others[0]).number != number
        neighbour = world.creator(others[1]).number
        assert place_of(world.seed, number, neighbour) == at - 1


def test_those_followed_are_as_many_as_the_profile_says(world: World, now: datetime):
    following = world.profile("demo_kitchen", now).following
    handles = world.following_handles("demo_kitchen", now, 0, 10_000)
    assert len(set(handles)) == len(handles) == following
