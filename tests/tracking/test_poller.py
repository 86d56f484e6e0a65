"""Workers that die, clocks that step, providers that hold: no slot is lost, and none is settled twice."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import timedelta

import pytest
from sqlalchemy import select

from dwell.errors import StorageError, TemporaryError
from dwell.http import HttpTransport
from dwell.live.load_responses import load_pending
from dwell.state import due_slots, leases, ledger, responses, slot_results
from dwell.state.readings import Failure
from dwell.state.tracking_schema import tracked_snapshots
from dwell.tracking import slots
from dwell.tracking.loader import load_if_free, remove_old
from dwell.tracking.provider_clock import ProviderClock
from dwell.warehouse import Store

from .conftest import HOUR, NOON


def track(trial, days: int = 1, number: int = 1) -> list[str]:
    return [trial.service.track(trial.caller, trial.link(post), days).id for post in trial.posts(number=number)]


def claim(trial, token: str = "one") -> list[due_slots.Claim]:
    return due_slots.claim(trial.database, token, 32, trial.clock.at, 180.0)


def settle(trial, results) -> slot_results.Settled:
    with trial.database.transaction() as connection:
        return slot_results.settle(
            connection, results, trial.clock.at, align=slots.align, on_events=trial.service.on_events
        )


def test_a_worker_that_lost_its_slot_changes_nothing(trial):
    (video_id,) = track(trial)
    trial.clock.at += 2 * HOUR
    (slow,) = claim(trial, "slow")
    assert claim(trial, "other") == []
    trial.clock.at += timedelta(seconds=181)
    (fast,) = claim(trial, "fast")
    trial_reading = trial.service.reader.read_post(slow.post_id)
    assert settle(trial, [(fast, trial_reading)]).snapshots == 1
    before = trial.get(video_id)
    settled = settle(trial, [(slow, trial_reading)])
    assert (settled.snapshots, settled.lost) == (0, 1)
    assert trial.get(video_id) == before


def test_the_slots_of_a_dead_process_are_free_at_once(trial):
    track(trial)
    trial.clock.at += 2 * HOUR
    child = subprocess.run(
        [sys.executable, "-c", "from dwell.state import leases; print(leases.new_holder())"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert len(claim(trial, child.stdout.strip())) == 1
    assert claim(trial, leases.new_holder()) == []
    assert due_slots.free_dead_claims(trial.database) == 1
    assert len(claim(trial, leases.new_holder())) == 1
    assert due_slots.free_dead_claims(trial.database) == 0


def test_slots_held_while_a_clock_was_ahead_are_free_again(trial):
    (video_id,) = track(trial)
    trial.clock.at += 2 * HOUR
    now = trial.clock.at
    trial.clock.at += timedelta(days=700)
    assert len(claim(trial, leases.new_holder())) == 1
    trial.clock.at = now
    assert claim(trial) == []
    poller = trial.poller()
    poller._free_claims()
    assert poller.run_round() == 1
    assert trial.get(video_id).snapshots[-1].slot >= 1


def test_a_video_is_found_under_its_accounts_new_name(trial):
    handle = next(
        handle
        for number in range(5, 3_000)
        if trial.world.status(handle := trial.world.creator_by_number(number).handle, NOON).state == "renamed"
        and trial.world.posts(handle, since=NOON - timedelta(days=30), at=NOON)
    )
    (post,) = trial.world.posts(handle, since=NOON - timedelta(days=30), at=NOON, limit=1)
    video_id = trial.service.track(trial.caller, trial.link(post, handle), 1).id
    video = trial.get(video_id)
    assert len(video.snapshots) == 1
    assert video.current_metadata.creator == trial.world.status(handle, NOON).handle or video.current_metadata.creator
    trial.pass_time(NOON + 4 * HOUR)
    assert len(trial.get(video_id).snapshots) >= 4
    assert trial.get(video_id).gaps == []


def test_a_private_account_ends_the_job_as_private(trial):
    (video_id,) = track(trial)
    trial.clock.at += HOUR
    for number in range(3):
        trial.clock.at += HOUR
        (held,) = claim(trial, f"claim-{number}")
        settle(trial, [(held, Failure("private", is_gone=True))])
    video = trial.get(video_id)
    assert (video.status, video.reason, video.is_deleted) == ("error", "private", False)


def test_gone_in_different_ways_does_not_end_the_job(trial):
    (video_id,) = track(trial)
    trial.clock.at += HOUR
    for number, reason in enumerate(["private", "private", "deleted", "deleted", "region"]):
        trial.clock.at += HOUR
        (held,) = claim(trial, f"claim-{number}")
        settle(trial, [(held, Failure(reason, is_gone=True))])
    assert trial.get(video_id).status == "monitoring"


def test_a_listing_without_the_video_says_nothing_about_it(trial):
    """Old videos are not on the first page: each is looked up by itself, and has its snapshot."""
    old = trial.posts(number=200)[-3:]
    ids = [trial.service.track(trial.caller, trial.link(post), 1).id for post in old]
    trial.pass_time(NOON + 5 * HOUR)
    for video_id in ids:
        assert trial.get(video_id).gaps == []
    assert trial.requests("user-posts") <= 2  # tried once, then left alone for some hours


def test_posts_that_are_published_meanwhile_do_not_push_tracked_ones_off_the_page(trial):
    handle = "demo_tech_8"  # publishes often
    pinned = trial.world.pinned(handle, NOON)
    for post in [post for post in trial.posts(handle, 40) if post.post_id not in pinned][:34]:
        trial.service.track(trial.caller, trial.link(post, handle), 3)
    trial.pass_time(NOON + HOUR)
    pages, singles = trial.requests("user-posts"), trial.requests("post-detail")
    trial.pass_time(NOON + 49 * HOUR, step=HOUR)
    assert len([post for post in trial.posts(handle, 40) if post.posted_at > NOON]) == 4
    from_the_top = 48 // 12  # what a first page showed is remembered for 12 hours
    assert trial.requests("user-posts") - pages <= 48 + from_the_top
    assert trial.requests("post-detail") - singles <= from_the_top


def test_a_provider_that_asks_to_wait_for_long_ends_the_slot(trial):
    (video_id,) = track(trial)
    trial.service.reader._client().__enter__().limiter.pause(trial.clock.at, 3 * 3600)
    trial.clock.at += 2 * HOUR
    trial.poll()
    video = trial.get(video_id)
    assert [gap.reason for gap in video.gaps][-1] == "provider"
    trial.pass_time(NOON + 6 * HOUR)
    assert trial.get(video_id).snapshots[-1].slot >= 4


def test_a_connection_that_breaks_is_retried_within_the_hour(trial, monkeypatch):
    (video_id,) = track(trial)
    broken = []

    def send(*_: object, **__: object) -> None:
        broken.append(1)
        raise TemporaryError("the connection broke")

    with monkeypatch.context() as patch:
        patch.setattr(HttpTransport, "send", send)
        trial.clock.at += 2 * HOUR
        trial.poll()
        tried = len(broken)
        trial.poll()
        assert len(broken) == tried  # not at once
        trial.clock.at += timedelta(seconds=31)
        trial.poll()
        assert len(broken) > tried
    trial.clock.at += timedelta(minutes=10)
    trial.poll()
    assert trial.get(video_id).snapshots[-1].slot >= 1


def test_snapshots_are_in_the_tables_once(trial):
    ids = track(trial, number=3)
    trial.pass_time(NOON + 5 * HOUR)
    load_if_free(trial.store, trial.database)
    load_if_free(trial.store, trial.database)
    columns = ("post_id", "observed_at", "views", "likes", "comments", "shares", "saves")
    stored = set(trial.store.query(f"SELECT {', '.join(columns)} FROM post_snapshots", ["post_snapshots"]).rows)
    for video_id in ids:
        video = trial.get(video_id)
        post_id = video.video_link.rpartition("/")[2]
        for one in video.snapshots:
            counters = (one.views, one.likes, one.comments, one.shares, one.saves)
            assert (post_id, one.snapshot_time, *map(int, counters)) in stored


def test_an_older_backup_of_the_tables_gets_its_snapshots_again(trial, tmp_path):
    def count() -> int:
        return Store.open(trial.settings).query("SELECT count(*) FROM post_snapshots", ["post_snapshots"]).rows[0][0]

    track(trial)
    load_pending(trial.store, trial.database)
    older = tmp_path / "older.db"
    with closing(sqlite3.connect(tmp_path / "data" / "journal.db")) as journal, closing(sqlite3.connect(older)) as copy:
        journal.backup(copy)
    trial.pass_time(NOON + 2 * HOUR)
    load_pending(trial.store, trial.database)
    whole = count()
    for path in (tmp_path / "data").glob("journal.*"):
        path.unlink()
    shutil.copy(older, tmp_path / "data" / "journal.db")
    assert count() < whole
    load_pending(Store.open(trial.settings), trial.database)
    assert count() == whole


@pytest.mark.parametrize("state_url", [None], ids=["sqlite"])
def test_nothing_is_promised_once_the_state_has_no_file(trial):
    """What is written to a removed file is lost with the process, so it is not answered as if it were stored."""
    track(trial)
    kept = trial.database.path.with_name("kept.db")
    trial.database.path.rename(kept)
    for ask in (lambda: track(trial), lambda: trial.service.usage(trial.caller), trial.poll):
        with pytest.raises(StorageError, match=r"live\.db was removed or replaced"):
            ask()
    shutil.copy(kept, trial.database.path)
    with pytest.raises(StorageError, match=r"live\.db was removed or replaced"):
        track(trial)
    kept.replace(trial.database.path)
    assert len(track(trial)) == 1


def test_the_state_stays_small(trial):
    track(trial, days=2)
    trial.pass_time(NOON + 30 * HOUR, timedelta(minutes=30))
    load_if_free(trial.store, trial.database)
    paid = trial.service.access.budget.spent_today()
    before = ledger.group_totals(trial.database, "provider").meta["total"]
    trial.clock.at += timedelta(days=40)
    remove_old(trial.database, 30)
    assert responses.count(trial.database) == 0
    after = ledger.group_totals(trial.database, "provider").meta["total"]
    assert (after["requests"], after["credits"], after["usd"]) == (before["requests"], before["credits"], before["usd"])
    assert ledger.group_totals(trial.database, "account").rows[0][2] == before["requests"]
    assert paid
    with trial.database.reading() as connection:
        assert len(connection.execute(select(tracked_snapshots)).all()) > 20  # what was measured stays
    assert remove_old(trial.database, 30) is None


def test_a_clock_that_jumps_ahead_ends_no_job(trial):
    """Slots that were claimed by a wrong clock wait for their time, and cost nothing."""
    (video_id,) = track(trial)
    before = trial.requests()
    true_time = trial.clock.at
    clock = trial.service.reader.clock
    clock._machine = lambda: trial.clock.at + timedelta(days=700)
    clock._ask = lambda: trial.clock.at
    clock.check()
    assert clock.now() == true_time
    trial.poll()
    assert trial.get(video_id).status == "monitoring"
    assert trial.requests() == before
    trial.pass_time(NOON + 3 * HOUR)
    assert trial.get(video_id).gaps == []
    assert len(trial.get(video_id).snapshots) >= 3


def test_a_provider_that_is_down_at_the_start_is_asked_for_its_time_later():
    machine, real = NOON + timedelta(days=700), [NOON]
    answers = iter([None, None, NOON])
    clock = ProviderClock(lambda: machine, lambda: next(answers), lambda: (real[0] - NOON).total_seconds())
    for minutes, is_right in ((0, False), (1, False), (6, False), (12, True)):
        machine = NOON + timedelta(days=700, minutes=minutes)
        real[0] = NOON + timedelta(minutes=minutes)
        clock.check()
        assert clock.now() == (NOON if is_right else machine)


def test_a_job_that_is_made_while_a_clock_is_ahead_begins_now(trial):
    """Otherwise its slots would lie two years ahead, and nobody would read it once the clock is right."""
    clock = trial.service.reader.clock
    clock._machine = trial.database.now = lambda: trial.clock.at + timedelta(days=700)
    clock._ask = lambda: trial.clock.at
    clock.check_once()
    (video_id,) = track(trial)
    found = trial.get(video_id)
    assert (found.monitoring_started, found.status) == (trial.clock.at, "monitoring")
    assert len(found.snapshots) == 1
    clock._machine = trial.database.now = trial.clock.now
    clock.check()
    trial.pass_time(NOON + 3 * HOUR)
    assert trial.get(video_id).gaps == []
    assert len(trial.get(video_id).snapshots) >= 3


def test_a_reading_before_its_slot_begins_waits_for_it(trial):
    (video_id,) = track(trial)
    (held,) = due_slots.claim(trial.database, "ahead", 32, trial.clock.at + 50 * HOUR, 180.0)
    settled = settle(trial, [(held, trial.service.reader.read_post(held.post_id))])
    assert (settled.snapshots, settled.retries) == (0, 1)
    trial.pass_time(NOON + 3 * HOUR)
    assert trial.get(video_id).gaps == []
