"""Every result depends on seed, name and instant alone: not on earlier calls, nor on the process."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256

from dwell_sandbox import World
from dwell_sandbox.owner import OwnerAnalytics


def answers(world: World, at: datetime) -> Iterator[object]:
    """A result of each kind."""
    handle = world.creator_by_number(4711).handle
    posts = world.posts(handle, since=at - timedelta(days=60), at=at)
    yield world.creator_id(handle), posts, world.profile(handle, at)
    yield [world.status(world.creator_by_number(number).handle, at) for number in range(5, 60)]
    yield [(world.counters(post.post_id, at), world.retention(post.post_id)) for post in posts]
    yield world.comments(posts[-1].post_id, at, 10), world.follower_handles(handle, at, 5, 10)
    sound = next(
        post.sound for post in world.posts(handle, since=at - timedelta(days=400), at=at) if post.sound.lifecycle
    )
    yield sound, world.sound_uses(sound.sound_id, at), world.sound_posts(sound.sound_id, at, 20)
    yield world.hashtag("onepan"), world.hashtag_uses("onepan", at), world.hashtag_posts("onepan", at, 20)
    owner, day = OwnerAnalytics(world), at.date()
    yield [owner.video(post.post_id, at) for post in posts], owner.day(handle, day), owner.audience(handle, at)
    yield world.search("night train", at, 20), world.following_handles(handle, at, 0, 5)


def digest(world: World, at: datetime) -> str:
    return sha256(repr(list(answers(world, at))).encode()).hexdigest()


def test_the_same_results_again_and_in_a_new_process(world: World, now: datetime) -> None:
    here = digest(world, now)
    assert digest(World(world.seed), now) == here
    assert digest(World(world.seed + 1), now) != here
    command = [sys.executable, __file__, str(world.seed), now.isoformat()]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == here


if __name__ == "__main__":
    sys.stdout.write(digest(World(int(sys.argv[1])), datetime.fromisoformat(sys.argv[2])))
