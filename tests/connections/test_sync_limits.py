"""The limits of TikTok's API: never more requests in any window, no waiting where there is room, and penalties."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from dwell.state.window_limiter import RateWindow, WindowLimiter
from dwell_sandbox.server.rate_limits import RateLimit

LIST = "business/video/list"
FEW, MANY = "demo_tech_1051", "demo_comedy_534_tv"
"""Accounts with 9 and with 189 videos."""


def most_in_window(times: list[float], length: float) -> int:
    """The most requests in any window of so many seconds, both ends included."""
    ordered = sorted(times)
    return max(sum(start <= time <= start + length for time in ordered) for start in ordered)


def send(trial: Any, limiter: WindowLimiter, after: float = 0.0) -> float:
    """The time, in seconds since noon, at which a request that is ready now goes out."""
    trial.clock.pass_(seconds=after)
    return trial.clock.seconds() + limiter.acquire(trial.clock.at)


def test_the_first_requests_do_not_wait_and_the_next_waits_for_the_window(trial: Any) -> None:
    limiter = WindowLimiter(trial.database, "key", [RateWindow("key", 39, 60.0)])
    assert [send(trial, limiter) for _ in range(39)] == [0.0] * 39
    assert [send(trial, limiter) for _ in range(2)] == [pytest.approx(60.6)] * 2
    assert send(trial, limiter, after=200) == 200


def test_keys_of_one_name_share_its_window_and_keep_their_own(trial: Any) -> None:
    shared = RateWindow("app", 3, 60.0)
    one, other = (WindowLimiter(trial.database, name, [RateWindow(name, 2, 60.0), shared]) for name in ("a", "b"))
    assert [send(trial, one), send(trial, one), send(trial, other)] == [0.0] * 3
    assert send(trial, other) == pytest.approx(60.6)  # the app's
    assert send(trial, WindowLimiter(trial.database, "c", [RateWindow("c", 2, 60.0)])) == 0.0


def test_a_pause_is_the_keys_own(trial: Any) -> None:
    shared = RateWindow("app", 100, 60.0)
    one, other = (WindowLimiter(trial.database, name, [RateWindow(name, 9, 60.0), shared]) for name in ("a", "b"))
    one.pause(trial.clock.at, 300)
    assert (send(trial, one), send(trial, other)) == (300.0, 0.0)


def test_a_place_that_was_not_used_is_returned(trial: Any) -> None:
    one, other = (WindowLimiter(trial.database, "key", [RateWindow("key", 2, 60.0)]) for _ in range(2))
    assert send(trial, one) == 0.0
    send(trial, other, after=1)
    one.release()  # its own, not the newest one
    assert (send(trial, one), send(trial, one)) == (1.0, pytest.approx(61.6))
    one.release()
    one.release()  # nothing more is left of it
    assert send(trial, other) == pytest.approx(61.6)


@hypothesis_settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    limit=st.integers(1, 5),
    events=st.lists(
        st.tuples(
            st.sampled_from(["a", "b"]), st.floats(0, 40), st.sampled_from(["send", "send", "send", "pause", "release"])
        ),
        max_size=40,
    ),
)
def test_no_window_has_too_many_whatever_happens(sqlite_trial: Any, limit: int, events: list[Any]) -> None:
    trial, name = sqlite_trial, f"key {sqlite_trial.clock.at}"
    trial.clock.pass_(days=1)
    windows = [RateWindow(name, limit, 60.0), RateWindow(name, limit * 2, 200.0)]
    limiters = {key: WindowLimiter(trial.database, f"{name}/{key}", windows) for key in ("a", "b")}
    times: dict[str, list[float]] = {"a": [], "b": []}
    for key, after, what in events:
        trial.clock.pass_(seconds=after)
        if what == "send":
            times[key].append(send(trial, limiters[key]))
        elif what == "pause":
            limiters[key].pause(trial.clock.at, after * 5)
        elif times[key] and times[key][-1] > trial.clock.seconds():
            limiters[key].release()
            times[key].pop()
    sent = [*times["a"], *times["b"]]
    assert not sent or most_in_window(sent, 60.0) <= limit
    assert not sent or most_in_window(sent, 200.0) <= 2 * limit


def test_threads_share_the_window(trial: Any) -> None:
    start = threading.Barrier(6)

    def send_some(_: int) -> list[float]:
        limiter = WindowLimiter(trial.database, "key", [RateWindow("key", 10, 60.0), RateWindow("app", 15, 60.0)])
        start.wait()
        return [limiter.acquire(trial.clock.at) for _ in range(8)]

    with ThreadPoolExecutor(6) as threads:
        times = [time for each in threads.map(send_some, range(6)) for time in each]
    assert most_in_window(times, 60.0) == 10
    assert max(times) < 60.6 * 5  # and no place is wasted


@pytest.mark.parametrize("ahead", [120, 800, 86_400, 10**8])
def test_a_clock_that_was_ahead_neither_stops_the_next_requests_nor_lets_too_many_go(trial: Any, ahead: int) -> None:
    limiter = WindowLimiter(trial.database, "key", [RateWindow("key", 39, 60.0)])
    before = [send(trial, limiter) for _ in range(20)]
    limiter.acquire(trial.clock.at + timedelta(seconds=ahead))
    after = [send(trial, limiter) for _ in range(60)]
    assert most_in_window(before + after, 60.0) <= 39
    assert max(after) < 200


def test_a_clock_that_is_two_minutes_behind_waits_that_much_longer_at_most(trial: Any) -> None:
    limiter = WindowLimiter(trial.database, "key", [RateWindow("key", 39, 60.0)])
    times = [send(trial, limiter) for _ in range(39)]
    trial.clock.pass_(seconds=-120)
    assert limiter.acquire(trial.clock.at) == pytest.approx(180.6)
    assert times == [0.0] * 39


def test_large_accounts_are_read_within_the_limits(sqlite_trial: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sandbox counts as TikTok does; a penalty would be a wait of 5 minutes."""
    trial = sqlite_trial
    monkeypatch.setattr("dwell.sync.run._MAX_ACCOUNTS", 1)  # a wait of one thread would make others late
    for handle in ("demo_kitchen", "demo_pantry", "demo_bigtable", MANY):
        trial.account(handle)
    result = trial.sync()
    assert result.meta["complete"] == 4
    codes = {call["code"] for call in trial.sandbox.request_log.to_json(0, 10_000)["calls"]}
    assert codes == {0}
    assert max(trial.clock.waits) < 61


def test_an_account_of_200_videos_does_not_wait_for_the_minute(sqlite_trial: Any) -> None:
    trial = sqlite_trial
    trial.account(MANY)
    result = trial.sync()
    assert result.meta["videos"] > 180
    assert sum(trial.clock.waits) < 4  # the app's limit of a second, which requests of a fifth of one do not meet
    assert {call["code"] for call in trial.sandbox.request_log.to_json(0, 10_000)["calls"]} == {0}


def test_without_a_limit_nothing_waits(sqlite_trial: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    trial = sqlite_trial
    monkeypatch.setenv("DWELL_TIKTOK_ORGANIC_LIMIT", "none")
    trial.sandbox.limits = {"business_api": RateLimit(0, 60.0)}
    trial.account("demo_kitchen")
    assert trial.sync().meta["complete"] == 1
    assert trial.clock.waits == []


def test_a_penalty_is_waited_for_and_the_sync_goes_on(trial: Any) -> None:
    trial.account(FEW)
    trial.fail("status_429", LIST, 2)
    begin = trial.clock.at
    result = trial.sync()
    assert result.meta["complete"] == 1
    assert trial.clock.at - begin >= timedelta(minutes=10)
    assert trial.calls()[LIST] == 3
    assert trial.clock.waits == [300.0, 300.0]


def test_throttling_for_ever_ends_with_a_message_and_is_resumed(sqlite_trial: Any) -> None:
    trial = sqlite_trial
    trial.account("demo_beauty_1035")
    trial.change(lambda name, query, body: '{"code":40100,"message":"slow"}' if query.get("cursor") else None)
    result = trial.sync()
    assert (trial.states(result)["videos"], result.meta["unfinished"]) == ("failed", 1)
    assert "too many requests" in trial.messages(result)
    before = trial.calls()
    trial.change(None)
    trial.clock.pass_(minutes=10)
    result = trial.sync()
    assert (result.meta["complete"], result.meta["resumed"]) == (1, True)
    assert trial.calls()[LIST] - before[LIST] == 3  # the first page is stored
    assert len(trial.rows("posts")) == 68
