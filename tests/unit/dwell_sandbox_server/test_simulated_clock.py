from datetime import UTC, datetime, timedelta, timezone

import pytest

from dwell.errors import SettingsError
from dwell_sandbox.server.simulated_clock import LAST_INSTANT, SimulatedClock

START = datetime(2026, 11, 1, 9, tzinfo=UTC)


def test_time_runs_at_the_given_speed(seconds):
    time = SimulatedClock(START, 3600, seconds)
    assert time.now() == START
    seconds.gone += 24
    assert time.now() == START + timedelta(days=1)
    assert time.elapsed() == 24


def test_time_can_stand_still(seconds):
    time = SimulatedClock(START, 0, seconds)
    seconds.gone += 1e6
    assert time.now() == START


def test_time_ends_before_ids_do(seconds):
    time = SimulatedClock(START, 604_800, seconds)
    seconds.gone += 1e12
    assert time.now() == LAST_INSTANT


def test_another_time_zone_becomes_utc(seconds):
    berlin = datetime(2026, 11, 1, 10, tzinfo=timezone(timedelta(hours=1)))
    assert SimulatedClock(berlin, 1, seconds).now().isoformat() == "2026-11-01T09:00:00+00:00"


@pytest.mark.parametrize(("start", "speed"), [(START, -1), (START, 1e9), (START, float("nan")), (LAST_INSTANT, 1)])
def test_invalid_starts_and_speeds_are_rejected(start: datetime, speed: float):
    with pytest.raises(SettingsError, match="sandbox"):
        SimulatedClock(start, speed)


def test_an_instant_without_a_time_zone_is_refused():
    with pytest.raises(SettingsError, match="UTC"):
        SimulatedClock(START.replace(tzinfo=None))
