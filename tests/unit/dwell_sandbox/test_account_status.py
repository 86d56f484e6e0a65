from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from dwell_sandbox import World
from dwell_sandbox.account_status import STATES, draw_status_plan
from dwell_sandbox.demo_accounts import DEMO_ACCOUNTS

EVER = datetime(2020, 1, 1, tzinfo=UTC)


def of_state(world: World, state: str) -> list[str]:
    drawn = (world.creator_by_number(number) for number in range(5, 500))
    return [creator.handle for creator in drawn if draw_status_plan(world.seed, creator.number).state == state]


@pytest.mark.parametrize("seed", range(4))
def test_states_come_at_about_the_planned_rates(seed: int):
    counts = Counter(draw_status_plan(seed, number).state for number in range(5, 10_005))
    for state, share in (("private", 0.04), ("renamed", 0.04), ("banned", 0.02), ("deleted", 0.02), ("empty", 0.01)):
        assert counts[state] / 10_000 == pytest.approx(share, rel=0.25)
    assert counts["region_blocked"] / 10_000 == pytest.approx(0.02, rel=0.25)


@pytest.mark.parametrize("seed", range(8))
def test_at_a_present_instant_the_first_five_hundred_show_every_state(seed: int, now: datetime):
    world = World(seed)
    seen = {world.status(world.creator_by_number(number).handle, now).state for number in range(5, 501)}
    assert seen == set(STATES)


def test_the_demo_accounts_are_always_there(world: World, now: datetime):
    for handle in DEMO_ACCOUNTS:
        for at in (EVER, now, now + timedelta(days=3000)):
            assert world.status(f"@{handle.upper()}", at).state == "ok"


def test_a_renamed_account_exists_under_the_new_handle_only(world: World):
    renamed = of_state(world, "renamed")
    assert renamed
    for old in renamed:
        creator = world.creator(old)
        before = world.status(old, EVER)
        after = world.status(old, datetime(2029, 1, 1, tzinfo=UTC))
        assert (before.state, before.since, before.handle) == ("ok", None, old)
        assert after.state == "renamed"
        assert after.since is not None
        assert after.handle.startswith(f"{old}_")
        assert world.status(old, after.since - timedelta(seconds=1)).state == "ok"
        assert world.status(old, after.since).state == "renamed"
        assert world.status(after.handle, after.since).state == "ok"
        with pytest.raises(LookupError, match="yet"):
            world.status(after.handle, after.since - timedelta(seconds=1))
        assert world.handle_at(creator.number, EVER) == old
        assert world.handle_at(creator.number, after.since) == after.handle
        assert world.creator(after.handle) == creator
        assert world.creator_id(after.handle) == world.creator_id(old)


def test_a_private_account_opens_again_and_the_banned_and_deleted_stay_away(world: World):
    late = datetime(2032, 1, 1, tzinfo=UTC)
    for handle in of_state(world, "private"):
        what = draw_status_plan(world.seed, world.creator(handle).number)
        assert what.since is not None
        assert what.until is not None
        inside = world.status(handle, datetime.fromtimestamp(what.since, UTC))
        assert (inside.state, inside.since) == ("private", datetime.fromtimestamp(what.since, UTC))
        assert not inside.visible
        assert world.status(handle, datetime.fromtimestamp(what.until - 1, UTC)).state == "private"
        assert world.status(handle, datetime.fromtimestamp(what.until, UTC)).state == "ok"
    for state in ("banned", "deleted"):
        for handle in of_state(world, state):
            assert world.status(handle, EVER).state == "ok"
            assert world.status(handle, late).state == state


def test_blocked_regions_are_named_and_the_account_is_seen_elsewhere(world: World):
    late = datetime(2032, 1, 1, tzinfo=UTC)
    for handle in of_state(world, "region_blocked"):
        blocked = world.status(handle, late)
        assert 1 <= len(blocked.regions) == len(set(blocked.regions)) <= 4
        assert blocked.visible
        assert world.status(handle, EVER).regions == ()


def test_an_empty_account_never_posts(world: World, now: datetime):
    empty = of_state(world, "empty")
    assert empty
    for handle in empty:
        assert world.status(handle, EVER).state == "empty"
        assert world.posts(handle, since=EVER, at=now) == ()
        assert world.profile(handle, now).post_count == 0


@pytest.mark.parametrize("handle", ["nobody", "demo_kitchen_official", "demo_tech_5_nonsense", "_official", ""])
def test_other_handles_have_no_status(world: World, now: datetime, handle: str):
    with pytest.raises(LookupError, match="no account"):
        world.status(handle, now)


def test_an_account_that_is_never_renamed_is_not_found_under_a_longer_handle(world: World, now: datetime):
    settled = of_state(world, "ok")[0]
    with pytest.raises(LookupError, match="no account"):
        world.status(f"{settled}_official", now)
