"""A clock that jumps ahead is noticed, because the provider says what time it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dwell.tracking.provider_clock import ProviderClock

TRUE = datetime(2026, 6, 10, 12, tzinfo=UTC)
YEARS = timedelta(days=700)


class Times:
    def __init__(self) -> None:
        self.passed, self.error, self.asked, self.theirs = timedelta(0), timedelta(0), 0, True

    def machine(self) -> datetime:
        return TRUE + self.passed + self.error

    def ask(self) -> datetime | None:
        self.asked += 1
        return TRUE + self.passed if self.theirs else None

    def clock(self) -> ProviderClock:
        return ProviderClock(self.machine, self.ask, lambda: self.passed.total_seconds())


@pytest.fixture
def times() -> Times:
    return Times()


def test_a_right_clock_is_asked_about_once(times: Times) -> None:
    clock = times.clock()
    for _ in range(5):
        clock.check()
        times.passed += timedelta(hours=3)
    assert times.asked == 1
    assert clock.now() == TRUE + times.passed


def test_a_jump_ahead_is_corrected_and_a_jump_back_ends_that(times: Times) -> None:
    clock = times.clock()
    clock.check()
    times.error = YEARS
    clock.check()
    assert clock.now() == TRUE
    times.passed += timedelta(minutes=10)
    clock.check()
    assert clock.now() == TRUE + times.passed
    times.error = timedelta(0)
    clock.check()
    assert clock.now() == TRUE + times.passed


def test_a_clock_that_is_ahead_from_the_start_is_corrected(times: Times) -> None:
    times.error = YEARS
    clock = times.clock()
    clock.check()
    assert clock.now() == TRUE


def test_a_clock_behind_and_small_differences_stay(times: Times) -> None:
    for times.error in (-YEARS, timedelta(minutes=4), timedelta(minutes=-4)):
        clock = times.clock()
        clock.check()
        assert clock.now() == TRUE + times.error


def test_without_an_answer_our_clock_counts(times: Times) -> None:
    times.error, times.theirs = YEARS, False
    clock = times.clock()
    clock.check()
    assert clock.now() == TRUE + YEARS
