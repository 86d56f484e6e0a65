"""Accounts and posts that are deleted, private or renamed: distinguished, and stored with their dates."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dwell.workspace.live import SweepRequest
from dwell_sandbox import World

from .conftest import NOON, SEED

WORLD = World(SEED)


def found(state: str, at: datetime) -> str:
    """The handle of a simulated account that is in this state."""
    for number in range(5, 3_000):
        handle = WORLD.creator_by_number(number).handle
        if WORLD.status(handle, at).state == state:
            return handle
    raise AssertionError(f"nobody is {state}")


@pytest.mark.parametrize("state", ["private", "empty"])
def test_states_that_the_provider_distinguishes_are_stored(trial, state):
    handle = found(state, NOON)
    row = next(iter(trial.workspace.live.sweep(SweepRequest((f"@{handle}",)))))
    assert row["state"] == state
    assert row["complete"] is (state == "empty")
    assert trial.query("SELECT handle, state, observed_at FROM creator_states") == [(handle, state, NOON)]


@pytest.mark.parametrize("state", ["banned", "deleted"])
def test_an_account_that_no_longer_exists(trial, state):
    handle = found(state, NOON)
    row = next(iter(trial.workspace.live.sweep(SweepRequest((f"@{handle}",)))))
    assert row["state"] in {state, "not_found"}
    assert not row["complete"]
    assert row["lacks"]
    assert trial.query("SELECT count(*) FROM posts") == [(0,)]


def test_a_state_is_written_when_it_changes(opened):
    with opened() as trial:
        for _ in range(2):
            trial.workspace.live.sweep(SweepRequest(("@demo_kitchen",), posts=35))
        assert trial.query("SELECT state FROM creator_states") == [("ok",)]


def renamed_account() -> str:
    """The first name of an account that has another one by now."""
    return next(
        handle
        for number in range(5, 3_000)
        if WORLD.status(handle := WORLD.creator_by_number(number).handle, NOON).state == "renamed"
        and WORLD.status(handle, NOON).since > datetime(2024, 6, 1, tzinfo=UTC)
    )


def test_a_renamed_account_is_found_by_its_id(opened):
    handle = renamed_account()
    since = WORLD.status(handle, NOON).since
    before, after = since - timedelta(days=3), since + timedelta(days=4, hours=1)
    with opened(before) as trial:
        first = next(iter(trial.workspace.live.sweep(SweepRequest((f"@{handle}",), posts=35))))
        assert first["state"] == "ok"
        known = trial.workspace.live.database
        with known.transaction() as connection:  # a profile is read again when it is older than six days
            connection.exec_driver_sql("UPDATE subjects SET looked_up_at = 0")
    with opened(after) as trial:
        second = next(iter(trial.workspace.live.sweep(SweepRequest((f"@{handle}",), posts=35))))
        assert second["state"] == "renamed"
        assert second["handle"] == WORLD.status(handle, after).handle != handle
        assert second["posts"]
        states = trial.query("SELECT handle, state, new_handle FROM creator_states ORDER BY observed_at, state DESC")
        assert states == [(handle, "ok", None), (handle, "renamed", second["handle"]), (second["handle"], "ok", None)]


def test_a_deleted_post_is_marked_missing_with_its_date(opened):
    handle = "demo_kitchen"
    gone_at = next(
        at
        for post in WORLD.posts(handle, since=NOON - timedelta(days=200), at=NOON)
        if (at := WORLD.deleted_at(post.post_id)) and NOON < at < NOON + timedelta(days=60)
    )
    with opened(gone_at - timedelta(hours=1)) as trial:
        trial.workspace.live.sweep(SweepRequest((f"@{handle}",), posts=400))
    with opened(gone_at + timedelta(hours=1)) as trial:
        trial.workspace.live.sweep(SweepRequest((f"@{handle}",), posts=400))
        missing = trial.query("SELECT post_id, state, observed_at FROM post_states")
        assert missing
        for post_id, state, observed_at in missing:
            assert (state, observed_at) == ("missing", gone_at + timedelta(hours=1))
            assert gone_at - timedelta(hours=1) < WORLD.deleted_at(post_id) < gone_at + timedelta(hours=1)
        trial.workspace.live.sweep(SweepRequest((f"@{handle}",), posts=400))
        assert len(trial.query("SELECT post_id FROM post_states")) == len(missing)


def test_a_rename_shows_in_the_posts_before_the_profile_is_due_again(opened):
    handle = renamed_account()
    since = WORLD.status(handle, NOON).since
    with opened(since - timedelta(days=1)) as trial:
        trial.workspace.live.sweep(SweepRequest((f"@{handle}",), posts=35))
    with opened(since + timedelta(days=1)) as trial:
        row = next(iter(trial.workspace.live.sweep(SweepRequest((f"@{handle}",), posts=35))))
        assert trial.calls("userinfo") == []
        assert (row["state"], row["handle"]) == ("renamed", WORLD.status(handle, since + timedelta(days=1)).handle)


def test_an_account_by_its_id(trial):
    creator_id = WORLD.creator_id("demo_kitchen")
    row = next(iter(trial.workspace.live.sweep(SweepRequest((creator_id,), posts=35))))
    assert (row["handle"], row["state"], row["creator_id"]) == ("demo_kitchen", "ok", creator_id)
    assert trial.query("SELECT DISTINCT handle FROM posts") == [("demo_kitchen",)]


def test_stored_accounts_are_found_by_name_link_and_id(trial):
    trial.workspace.live.sweep(SweepRequest(("@demo_kitchen",), posts=35))
    creator_id = WORLD.creator_id("demo_kitchen")
    (post_id,) = trial.query("SELECT post_id FROM posts LIMIT 1")[0]
    links = ("https://www.tiktok.com/@demo_kitchen", f"https://www.tiktok.com/@Demo_Kitchen/video/{post_id}")
    for name in ("demo_kitchen", "@DEMO_KITCHEN", *links, creator_id):
        assert len(trial.workspace.posts(creator=name)) == 35
