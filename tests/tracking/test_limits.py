"""Limits hold under concurrent requests: the balance, the plan, the provider's rate, one job for a key."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import pytest

from dwell.errors import CapacityError, ConflictError, DwellError, InsufficientBalanceError, VideoLimitError
from dwell.state import accounts, tracked_videos

from .conftest import HOUR, NOON

THREADS = 8


def track_at_once(trial, caller, posts, **options: object) -> Counter[str]:
    """Tracks videos from several threads; returns how often what came of it."""

    def one(post) -> str:
        try:
            trial.service.track(caller, trial.link(post), 1, **options)
        except DwellError as error:
            return type(error).__name__
        return "tracked"

    with ThreadPoolExecutor(THREADS) as threads:
        return Counter(threads.map(one, posts))


def test_a_balance_is_not_spent_twice(opened):
    with opened(DWELL_BILLING="on") as trial:
        poor = trial.key(plan="enterprise", credit_micros=3 * 360_000 - 45_000)
        results = track_at_once(trial, poor, trial.posts(number=8))
        # Each first snapshot costs 0.015: the balance falls as jobs begin, and stays above what the others need.
        assert results["tracked"] + results[InsufficientBalanceError.__name__] == 8
        balance = accounts.find(trial.database, poor.account_id).balance_micros
        charged = accounts.count_charges(trial.database, poor.account_id)
        assert charged == (results["tracked"], 15_000 * results["tracked"])
        assert balance == 3 * 360_000 - 45_000 - charged[1] >= 0


def test_a_plan_is_not_exceeded(opened):
    with opened(DWELL_PLAN_FREE="600/3") as trial:
        free = trial.key(plan="free")
        results = track_at_once(trial, free, trial.posts(number=8))
        assert results == {"tracked": 3, VideoLimitError.__name__: 5}


def test_one_idempotency_key_makes_one_job(trial):
    (post,) = trial.posts()
    results = track_at_once(trial, trial.caller, [post] * THREADS, idempotency_key="same")
    assert results["tracked"] + results[ConflictError.__name__] == THREADS
    assert results["tracked"] >= 1
    assert len(trial.service.list_videos(trial.caller).videos) == 1


def test_a_rate_that_serves_no_further_account_refuses_it(opened):
    with opened(DWELL_TIKLIVEAPI_LIMIT="2/3600") as trial:
        kitchen, pantry = trial.posts(number=2), trial.posts("demo_pantry")
        trial.service.track(trial.caller, trial.link(kitchen[0]), 1)
        with pytest.raises(CapacityError):
            trial.service.track(trial.caller, trial.link(pantry[0], "demo_pantry"), 1)
        assert trial.service.usage(trial.caller).served_share == 1.0
        assert len(trial.service.list_videos(trial.caller).videos) == 1


def test_the_rate_is_not_exceeded_by_requests_at_once(opened, monkeypatch):
    together, count = threading.Barrier(2), tracked_videos.count_creators

    def count_at_once(*arguments):
        found = count(*arguments)
        with suppress(threading.BrokenBarrierError):
            together.wait(0.5)
        return found

    with opened(DWELL_TIKLIVEAPI_LIMIT="2/3600") as trial:
        monkeypatch.setattr(tracked_videos, "count_creators", count_at_once)
        callers = {handle: trial.key(plan="enterprise") for handle in ("demo_kitchen", "demo_pantry")}

        def track(handle):
            try:
                link = trial.link(trial.posts(handle)[0], handle)
                return trial.service.track_bulk(callers[handle], [{"video_link": link, "duration_days": 1}])[0].status
            finally:
                together.abort()

        with ThreadPoolExecutor(2) as threads:
            assert sorted(threads.map(track, callers)) == [201, 409]


def test_the_days_credits_limit_the_accounts_as_well(opened):
    with opened(DWELL_TRACK_MAX_CREDITS="24") as trial:
        trial.service.track(trial.caller, trial.link(trial.posts()[0]), 1)
        with pytest.raises(CapacityError):
            trial.service.track(trial.caller, trial.link(trial.posts("demo_pantry")[0], "demo_pantry"), 1)


def test_growth_of_tracked_videos_is_that_of_any_reading(trial, monkeypatch):
    import dwell
    from dwell.tracking.loader import load_if_free

    (post,) = trial.posts()
    video_id = trial.service.track(trial.caller, trial.link(post), 1).id
    trial.pass_time(NOON + 6 * HOUR)
    load_if_free(trial.store, trial.database)
    growth = dwell.open(trial.settings.data).growth(creator="@demo_kitchen")
    rows = list(growth)
    video = trial.get(video_id)
    assert rows
    assert {row["post_id"] for row in rows} == {post.post_id}
    first, last = video.snapshots[0], video.snapshots[-1]
    gained = int(last.views) - int(first.views)
    assert last.snapshot_time - first.snapshot_time > timedelta(hours=4)
    assert sum(row["views_gained"] for row in rows if row.get("views_gained")) <= gained + 1 or gained >= 0
