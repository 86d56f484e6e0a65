"""A tracked video has a snapshot or a named gap for each hour, and pays for the snapshots alone."""

from __future__ import annotations

import hashlib
import json
import threading
from datetime import timedelta
from itertools import pairwise

import pyarrow as pa
import pytest
from msgspec.structs import replace

from dwell.api.snapshot_formats import encode_snapshots
from dwell.errors import (
    ConflictError,
    IdempotencyError,
    InsufficientBalanceError,
    InvalidRequestError,
    VideoLimitError,
    VideoNotFoundError,
)
from dwell.providers.tikliveapi import parse
from dwell.state import accounts, due_slots, idempotency, slot_results
from dwell.state.readings import Failure
from dwell.tracking import slots, video_creator

from .conftest import HOUR, NOON


def truth(trial, post_id, at) -> dict[str, str]:
    counters = trial.world.counters(post_id, at)
    return {name: str(getattr(counters, name)) for name in ("views", "likes", "comments", "shares", "saves")}


def shown(snapshot) -> dict[str, str]:
    return {name: getattr(snapshot, name) for name in ("views", "likes", "comments", "shares", "saves")}


def test_the_first_snapshot_is_read_at_once(trial):
    (post,) = trial.posts()
    answer = trial.service.track(trial.caller, trial.link(post), 7, metadata={"campaign": "spring"})
    assert (answer.platform, answer.status, answer.days_remaining) == ("tiktok", "monitoring", 7.0)
    assert answer.estimated_cost == 0.0  # billing is off
    video = trial.get(answer.id)
    assert [snapshot.slot for snapshot in video.snapshots] == [0]
    assert shown(video.snapshots[0]) == truth(trial, post.post_id, NOON)
    assert video.snapshots[0].provider == "tikliveapi-sandbox"
    assert video.current_metadata.creator == "demo_kitchen"
    assert video.metadata == {"campaign": "spring"}
    assert trial.requests() == 1


def test_every_hour_has_a_snapshot_and_the_last_one_ends_it(trial):
    (post,) = trial.posts()
    video_id = trial.service.track(trial.caller, trial.link(post), 1).id
    trial.pass_time(NOON + 26 * HOUR)
    video = trial.get(video_id)
    assert [snapshot.slot for snapshot in video.snapshots] == list(range(24))
    assert video.gaps == []
    assert (video.status, video.reason, video.days_remaining) == ("completed", "expired", 0.0)
    for snapshot in video.snapshots:
        assert shown(snapshot) == truth(trial, post.post_id, snapshot.snapshot_time)
    times = [snapshot.snapshot_time for snapshot in video.snapshots]
    assert all(HOUR - timedelta(minutes=10) <= later - earlier for earlier, later in pairwise(times[1:]))
    assert trial.requests() == 24


def test_hours_that_nobody_polled_are_missed(trial):
    (post,) = trial.posts()
    video_id = trial.service.track(trial.caller, trial.link(post), 1).id
    trial.pass_time(NOON + 3 * HOUR)
    trial.clock.at += 5 * HOUR
    trial.pass_time(NOON + 26 * HOUR)
    video = trial.get(video_id)
    assert len(video.snapshots) + len(video.gaps) == 24
    assert {gap.reason for gap in video.gaps} == {"missed"}
    assert 4 <= len(video.gaps) <= 5
    assert sorted([*(one.slot for one in video.snapshots), *(one.slot for one in video.gaps)]) == list(range(24))


def test_a_service_that_was_down_for_the_whole_job_says_so(trial):
    (post,) = trial.posts()
    video_id = trial.service.track(trial.caller, trial.link(post), 1).id
    trial.clock.at += 72 * HOUR
    trial.poll()
    video = trial.get(video_id)
    assert (video.status, len(video.snapshots), len(video.gaps)) == ("completed", 1, 23)
    assert trial.requests() == 1  # nothing is paid for a job that is over


def test_a_provider_that_fails_is_asked_again_in_the_same_hour(trial):
    (post,) = trial.posts()
    trial.break_provider("status_500", 2)
    answer = trial.service.track(trial.caller, trial.link(post), 1)
    assert answer.status == "monitoring"
    assert trial.get(answer.id).snapshots == []
    trial.poll()
    video = trial.get(answer.id)
    assert [snapshot.slot for snapshot in video.snapshots] == [0]
    trial.break_provider("status_500", 1_000)
    trial.pass_time(NOON + 3 * HOUR)
    trial.break_provider("status_500", 1)
    trial.pass_time(NOON + 4 * HOUR)
    video = trial.get(answer.id)
    assert {gap.reason for gap in video.gaps} == {"provider"}
    assert len(video.snapshots) + len(video.gaps) == video.snapshots[-1].slot + 1


def test_a_video_that_is_not_there_is_not_tracked(trial):
    with pytest.raises(VideoNotFoundError):
        trial.service.track(trial.caller, "https://www.tiktok.com/@nobody/video/7618646098588044574", 1)
    assert trial.service.list_videos(trial.caller).videos == []


@pytest.mark.parametrize(
    ("link", "reason"),
    [
        ("https://www.tiktok.com/@user/video/123", "bad_id"),
        ("https://www.tiktok.com/@user/video/1234567890", "bad_id"),
        ("https://tiktok.com.evil.example/@user/video/7170520270497680683", "bad_host"),
        ("https://www.tiktok.com/@user", "profile_url"),
        ("", "empty"),
    ],
)
def test_a_link_that_is_no_video_is_refused_with_its_reason(trial, link, reason):
    with pytest.raises(InvalidRequestError) as refused:
        trial.service.track(trial.caller, link, 7)
    assert refused.value.reason == reason
    assert trial.requests() == 0


@pytest.mark.parametrize("days", [0, 31, -1, True, 1.5, "7", None])
def test_days_are_a_whole_number_from_1_to_30(trial, days):
    with pytest.raises(InvalidRequestError) as refused:
        trial.service.track(trial.caller, trial.link(trial.posts()[0]), days)
    assert refused.value.details[0][0] == "duration_days"


@pytest.mark.parametrize("text", ["\U0001f600" * 1_000, "\u00e9" * 2_000])
def test_metadata_are_measured_as_they_are_sent(trial, text):
    (post,) = trial.posts()
    tracked = trial.service.track(trial.caller, trial.link(post), 1, metadata={"note": text})
    assert trial.get(tracked.id).metadata == {"note": text}
    with pytest.raises(InvalidRequestError):
        trial.service.track(trial.caller, trial.link(post), 1, metadata={"note": text + text})


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "\ud800", {1, 2}])
def test_metadata_are_json(trial, value):
    with pytest.raises(InvalidRequestError):
        trial.service.track(trial.caller, trial.link(trial.posts()[0]), 1, metadata={"note": value})


def test_a_first_reading_that_nobody_waits_for_is_not_paid_for(trial, monkeypatch):
    monkeypatch.setattr(video_creator, "FIRST_READING_S", 0.2)
    ended = threading.Event()
    for _ in range(video_creator._READERS):  # as many slow answers as may be waited for
        trial.service._creator._threads.submit(ended.wait, 30)
    tracked = trial.service.track(trial.caller, trial.link(trial.posts()[0]), 1)
    ended.set()
    trial.service._creator._threads.shutdown(wait=True)
    assert (trial.requests("post-detail"), trial.get(tracked.id).snapshots) == (0, [])
    trial.poll()
    assert len(trial.get(tracked.id).snapshots) == 1


def test_a_deleted_video_ends_after_three_hours(trial):
    post = next(
        post
        for post in trial.world.posts("demo_kitchen", since=NOON - timedelta(days=200), at=NOON)
        if (gone := trial.world.deleted_at(post.post_id)) is not None and gone > NOON
    )
    gone = trial.world.deleted_at(post.post_id)
    trial.clock.at = gone - 3 * HOUR
    video_id = trial.service.track(trial.caller, trial.link(post), 7).id
    trial.pass_time(gone + 6 * HOUR)
    video = trial.get(video_id)
    assert (video.status, video.reason, video.is_deleted) == ("error", "deleted", True)
    assert [gap.reason for gap in video.gaps] == ["deleted"] * 3
    assert len(video.snapshots) >= 3
    assert all(snapshot.snapshot_time < gone for snapshot in video.snapshots)


def test_one_page_serves_all_videos_of_an_account(trial):
    posts = trial.posts(number=20)
    items = [{"video_link": trial.link(post), "duration_days": 1} for post in posts]
    results = trial.service.track_bulk(trial.caller, items)
    assert [result.status for result in results] == [201] * 20
    trial.poll()
    before = trial.requests()
    trial.pass_time(NOON + 10 * HOUR)
    for result in results:
        video = trial.get(result.video.id)
        assert video.gaps == []
        assert len(video.snapshots) in {10, 11}
        assert shown(video.snapshots[-1]) == truth(
            trial, video.video_link.rpartition("/")[2], video.snapshots[-1].snapshot_time
        )
    assert trial.requests() - before <= 12


def test_jobs_of_different_accounts_on_one_video_share_the_readings(trial):
    (post,) = trial.posts()
    other = trial.key(plan="pro", credit_micros=10**9)
    first = trial.service.track(trial.caller, trial.link(post), 1).id
    second = trial.service.track(other, trial.link(post), 1).id
    trial.pass_time(NOON + 6 * HOUR)
    snapshots = len(trial.get(first).snapshots)
    assert snapshots == len(trial.service.get_video(other, second).snapshots) >= 6
    assert trial.requests() == 2 + snapshots - 1  # one each at the start, then one for both
    with pytest.raises(VideoNotFoundError):
        trial.service.get_video(other, first)


def test_a_second_job_names_the_first(trial):
    (post,) = trial.posts()
    first = trial.service.track(trial.caller, trial.link(post), 1)
    second = trial.service.track(trial.caller, trial.link(post), 2)
    assert first.duplicate_of is None
    assert second.duplicate_of == first.id


def test_the_same_idempotency_key_makes_one_job(trial):
    (post,) = trial.posts()
    first = trial.service.track(trial.caller, trial.link(post), 1, idempotency_key="k1")
    assert trial.service.track(trial.caller, trial.link(post), 1, idempotency_key="k1") == first
    with pytest.raises(IdempotencyError):
        trial.service.track(trial.caller, trial.link(post), 2, idempotency_key="k1")
    assert len(trial.service.list_videos(trial.caller).videos) == 1
    trial.clock.at += 25 * HOUR
    assert trial.service.track(trial.caller, trial.link(post), 1, idempotency_key="k1").id != first.id


def test_a_key_that_is_still_running_conflicts_until_its_lease_ends(trial):
    (post,) = trial.posts()
    trial.service.track(trial.caller, trial.link(post), 1, idempotency_key="other")
    request = hashlib.sha256(json.dumps([trial.link(post), 1, None], sort_keys=True).encode()).hexdigest()
    assert idempotency.begin(trial.database, trial.caller.account_id, "k2", request, "dead", trial.clock.at, 60) is None
    with pytest.raises(ConflictError):
        trial.service.track(trial.caller, trial.link(post), 1, idempotency_key="k2")
    trial.clock.at += timedelta(seconds=61)
    assert trial.service.track(trial.caller, trial.link(post), 1, idempotency_key="k2").status == "monitoring"


def test_a_request_that_is_refused_leaves_its_key_free(trial):
    with pytest.raises(VideoNotFoundError):
        trial.service.track(
            trial.caller, "https://www.tiktok.com/@nobody/video/7618646098588044574", 1, idempotency_key="k3"
        )
    assert trial.service.track(trial.caller, trial.link(trial.posts()[0]), 1, idempotency_key="k3").id


def test_a_key_that_is_given_back_meanwhile_is_taken(trial, monkeypatch):
    (post,) = trial.posts()
    account = trial.caller.account_id
    assert idempotency.begin(trial.database, account, "k4", "other request", "first", trial.clock.at, 60) is None
    looked = idempotency.select

    def give_back(*columns):
        """Between this request's insertion, which met the key, and its look at it."""
        monkeypatch.setattr(idempotency, "select", looked)
        if trial.database.path is None:  # on SQLite nobody writes in between
            idempotency.abandon(trial.database, account, "k4", "first")
        return looked(*columns)

    monkeypatch.setattr(idempotency, "select", give_back)
    taken = idempotency.begin(trial.database, account, "k4", "this request", "second", trial.clock.at, 60)
    assert (taken is None) == (trial.database.path is None)
    assert trial.service.track(trial.caller, trial.link(post), 1, idempotency_key="k5").id


def test_the_same_idempotency_key_makes_each_job_of_a_bulk_request_once(trial):
    links = [trial.link(post) for post in trial.posts(number=2)]
    items = [{"video_link": link, "duration_days": 1} for link in (links[0], "https://example.com/", links[0])]

    def send(key="b1", videos=items):
        return trial.service.track_bulk(trial.caller, videos, idempotency_key=key)

    first = send()
    assert [one.status for one in first] == [201, 400, 201]
    assert first[2].video.duplicate_of == first[0].video.id
    assert send() == first
    assert len(trial.service.list_videos(trial.caller).videos) == 2
    changed = [*items[:2], {"video_link": links[1], "duration_days": 1}]
    assert [(one.status, one.video is None) for one in send(videos=changed)] == [(201, False), (400, True), (422, True)]
    assert {one.video.id for one in send("b2") if one.video}.isdisjoint(one.video.id for one in first if one.video)
    trial.service.erase(trial.caller, first[0].video.id)
    again = send()
    assert (again[0].status, again[2]) == (201, first[2])
    assert again[0].video.id != first[0].video.id
    with pytest.raises(InvalidRequestError):
        send("a\tb")


def test_a_plan_limits_the_videos_at_once(trial):
    free = trial.key(plan="free")
    posts = trial.posts(number=11)
    for post in posts[:10]:
        trial.service.track(free, trial.link(post), 1)
    with pytest.raises(VideoLimitError) as refused:
        trial.service.track(free, trial.link(posts[10]), 1)
    assert (refused.value.limit, refused.value.active) == (10, 10)
    trial.service.stop(free, trial.service.list_videos(free).videos[0].id)
    trial.service.track(free, trial.link(posts[10]), 1)


def test_stopping_ends_the_job_and_charges_nothing_more(trial):
    (post,) = trial.posts()
    video_id = trial.service.track(trial.caller, trial.link(post), 1).id
    trial.pass_time(NOON + 3 * HOUR)
    stopped = trial.service.stop(trial.caller, video_id)
    assert (stopped.previous_status, stopped.new_status) == ("monitoring", "completed")
    before = trial.get(video_id)
    trial.pass_time(NOON + 6 * HOUR)
    after = trial.get(video_id)
    assert (after.status, after.reason, after.snapshots) == ("completed", "stopped", before.snapshots)
    again = trial.service.stop(trial.caller, video_id)
    assert (again.previous_status, again.new_status) == ("completed", "completed")


def test_erasing_leaves_nothing_but_the_ledger(opened):
    with opened(DWELL_BILLING="on") as trial:
        (post,) = trial.posts()
        video_id = trial.service.track(trial.caller, trial.link(post), 1, idempotency_key="k").id
        trial.service.erase(trial.caller, video_id)
        with pytest.raises(VideoNotFoundError):
            trial.get(video_id)
        assert accounts.count_charges(trial.database, trial.caller.account_id) == (1, 15_000)
        trial.pass_time(NOON + 3 * HOUR)
        assert trial.requests() == 1


class TestMoney:
    @pytest.fixture
    def trial(self, opened):
        with opened(DWELL_BILLING="on") as found:
            yield found

    def test_each_snapshot_is_charged_once(self, trial):
        (post,) = trial.posts()
        before = trial.service.usage(trial.caller).balance_usd
        answer = trial.service.track(trial.caller, trial.link(post), 1)
        assert answer.estimated_cost == 0.36
        trial.pass_time(NOON + 26 * HOUR)
        usage = trial.service.usage(trial.caller)
        assert (usage.total_snapshots, usage.active_videos, usage.total_charged_usd) == (24, 0, 0.36)
        assert usage.balance_usd == pytest.approx(before - 0.36)
        assert usage.cost_per_snapshot == 0.015

    def test_a_balance_that_does_not_cover_the_job_refuses_it(self, trial):
        poor = trial.key(plan="pro", credit_micros=500_000)
        with pytest.raises(InsufficientBalanceError) as refused:
            trial.service.track(poor, trial.link(trial.posts()[0]), 7)
        assert (refused.value.balance, refused.value.estimated_cost) == (0.5, 2.52)
        assert trial.requests() == 0  # refused before the provider is paid

    def test_at_zero_it_pauses_and_after_a_top_up_it_goes_on(self, trial):
        poor = trial.key(plan="pro", credit_micros=400_000)
        posts = trial.posts(number=2)
        ids = [trial.service.track(poor, trial.link(post), 1).id for post in posts]
        trial.pass_time(NOON + 15 * HOUR)
        videos = [trial.service.get_video(poor, video_id) for video_id in ids]
        assert sum(len(video.snapshots) for video in videos) == 26  # 0.40 at 0.015
        assert {video.status for video in videos} == {"paused"}
        assert {gap.reason for video in videos for gap in video.gaps} == {"budget"}
        assert trial.service.usage(poor).balance_usd == pytest.approx(0.01)
        ended = [video.days_remaining for video in videos]
        with trial.database.transaction() as connection:
            accounts.top_up(connection, poor.account_id, 1_000_000, trial.clock.at)
        assert trial.service.get_video(poor, ids[0]).status == "monitoring"
        trial.pass_time(NOON + 26 * HOUR)
        for video_id in ids:
            video = trial.service.get_video(poor, video_id)
            assert video.status == "completed"
            assert len(video.snapshots) + len(video.gaps) == 24
        assert max(ended) < 0.5

    def test_a_top_up_while_a_slot_is_settled_is_not_undone(self, trial, monkeypatch):
        poor = trial.key(plan="pro", credit_micros=360_000)
        video_id = trial.service.track(poor, trial.link(trial.posts()[0]), 1).id
        with trial.database.transaction() as connection:
            accounts.change_balance(connection, poor.account_id, -345_000)
        trial.pass_time(NOON + 3 * HOUR)
        assert trial.service.get_video(poor, video_id).status == "paused"
        version, lock_balances = trial.service.get_version(poor, video_id), accounts.lock_balances

        def top_up_first(connection, account_ids):
            """After the settlement has read the video, and before it has locked the account."""
            monkeypatch.setattr(accounts, "lock_balances", lock_balances)
            if trial.database.path is None:  # on SQLite nobody writes in between
                trial.service.keys.top_up(poor.account_id, 1_000_000)
            else:
                accounts.top_up(connection, poor.account_id, 1_000_000, trial.clock.at)
            return lock_balances(connection, account_ids)

        trial.clock.at += HOUR
        claims = due_slots.claim(trial.database, "one", 32, trial.clock.at, 180.0)
        monkeypatch.setattr(accounts, "lock_balances", top_up_first)
        with trial.database.transaction() as connection:
            failed = [(claim, Failure("provider")) for claim in claims]
            slot_results.settle(
                connection, failed, trial.clock.at, align=slots.align, on_events=trial.service.on_events
            )
        assert trial.service.get_video(poor, video_id).status == "monitoring"
        assert trial.service.get_version(poor, video_id) == version + 2

    def test_the_credits_of_a_day_are_a_hard_stop(self, opened):
        with opened(DWELL_TRACK_MAX_CREDITS="48") as trial:
            (post,) = trial.posts()
            video_id = trial.service.track(trial.caller, trial.link(post), 2).id
            trial.service.access.budget.limit = 6
            trial.pass_time(NOON + 11 * HOUR)
            video = trial.get(video_id)
            assert len(video.snapshots) == trial.service.usage(trial.caller).provider_credits_today == 6
            assert {gap.reason for gap in video.gaps} == {"budget"}
            assert video.status == "monitoring"
            trial.pass_time(NOON + 14 * HOUR)  # the next day
            assert len(trial.get(video_id).snapshots) > 6


def test_more_than_100_videos_can_be_listed(trial):
    items = [{"video_link": trial.link(post), "duration_days": 1, "metadata": {"n": str(at)}}
             for at, post in enumerate(trial.posts(number=130))]  # fmt: skip
    trial.service.track_bulk(trial.caller, items)
    pages, cursor = [], None
    while True:
        page = trial.service.list_videos(trial.caller, limit=50, cursor=cursor)
        pages.append(page)
        cursor = page.next_cursor
        if cursor is None:
            break
    assert [page.total for page in pages] == [50, 50, 30]
    assert len({video.id for page in pages for video in page.videos}) == 130
    found = trial.service.list_videos(trial.caller, metadata={"n": "77"})
    assert [video.metadata for video in found.videos] == [{"n": "77"}]
    assert trial.service.list_videos(trial.caller, status="completed").videos == []
    with pytest.raises(InvalidRequestError):
        trial.service.list_videos(trial.caller, cursor="bm9uc2Vuc2U")


def test_a_rounded_counter_says_its_unit(trial, monkeypatch):
    whole = parse.post
    monkeypatch.setattr(parse, "post", lambda item: replace(whole(item), views="17.7K", likes="1,234", saves="3万"))
    made = trial.service.track(trial.caller, trial.link(trial.posts()[0]), 1)
    (snapshot,) = trial.get(made.id).snapshots
    assert (snapshot.views, snapshot.likes, snapshot.saves) == ("17700", "1234", "30000")
    assert snapshot.rounded_to == {"views": 100, "saves": 10_000}
    header, row = encode_snapshots(made.id, [snapshot], "csv").decode().splitlines()
    assert header.endswith(",rounded_to")
    assert row.endswith(',"{""saves"":10000,""views"":100}"')
    table = pa.ipc.open_stream(encode_snapshots(made.id, [snapshot], "arrow")).read_all()
    assert json.loads(table["rounded_to"][0].as_py()) == {"saves": 10_000, "views": 100}
