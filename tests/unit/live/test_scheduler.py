from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dwell.errors import NoDataError, SettingsError, StoppedError
from dwell.live import scheduler
from dwell.state import leases, open_database, schedules
from dwell.state.schedules import Schedule

EARLY = datetime(2026, 1, 1, tzinfo=UTC)


def request(every: str = "day", at: str = "00:00", tz: str = "UTC", added: datetime = EARLY) -> Schedule:
    return Schedule("nightly", every, at, tz, {"names": ["@demo"]}, added)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_daily_at_midnight_utc():
    assert scheduler.last_due(request(), at("2026-03-05T00:00")) == at("2026-03-05T00:00")
    assert scheduler.last_due(request(), at("2026-03-04T23:59:59")) == at("2026-03-04T00:00")
    assert scheduler.next_due(request(), at("2026-03-05T00:00")) == at("2026-03-06T00:00")


def test_weekly_in_the_users_zone():
    weekly = request("monday", "06:00", "Europe/Berlin")
    assert scheduler.last_due(weekly, at("2026-07-15T12:00")) == at("2026-07-13T04:00")
    assert scheduler.next_due(weekly, at("2026-07-15T12:00")) == at("2026-07-20T04:00")
    assert scheduler.last_due(weekly, at("2026-01-14T12:00")) == at("2026-01-12T05:00")


def test_daylight_saving_neither_skips_nor_repeats_a_run():
    nightly = request(at="02:30", tz="Europe/Berlin")
    moments = [scheduler.next_due(nightly, at("2026-03-27T12:00"))]
    for _ in range(4):
        moments.append(scheduler.next_due(nightly, moments[-1]))
    # 28, 29 (the clocks go on: 02:30 is 03:30 by the new time), 30, 31 March and 1 April
    assert [f"{moment:%d %H:%M}" for moment in moments] == ["28 01:30", "29 01:30", "30 00:30", "31 00:30", "01 00:30"]
    autumn = scheduler.next_due(nightly, at("2026-10-24T12:00"))
    assert autumn == at("2026-10-25T00:30")
    assert scheduler.next_due(nightly, autumn) == at("2026-10-26T01:30")


@pytest.mark.parametrize(
    ("words", "cure"),
    [
        (("hour", "00:00", "UTC"), "monday"),
        (("day", "25:00", "UTC"), "18:30"),
        (("day", "12:30:45", "UTC"), "hours and minutes"),
        (("day", "12:00+02:00", "UTC"), "the zone as --tz"),
        (("day", "00:00", "Mars/Base"), "Europe/Berlin"),
        (("day", "00:00", "Europe"), "Europe/Berlin"),
        (("day", "00:00", "x" * 5_000), "Europe/Berlin"),
    ],
)
def test_an_invalid_schedule_is_refused(words, cure):
    with pytest.raises(SettingsError, match=cure) as caught:
        scheduler.parse_schedule(*words)
    assert len(str(caught.value)) < 200


def cron(expression: str, tz: str = "UTC") -> Schedule:
    return Schedule("nightly", *scheduler.parse_cron(expression, tz), {"names": ["@demo"]}, EARLY)


def test_a_cron_expression():
    working_days = cron(" 0 7  * * 1-5 ", "Europe/Berlin")
    assert (working_days.every, working_days.at) == ("0 7 * * 1-5", "")
    friday = scheduler.last_due(working_days, at("2026-07-19T12:00"))
    assert friday == at("2026-07-17T05:00")
    assert scheduler.next_due(working_days, friday) == at("2026-07-20T05:00")
    assert scheduler.last_due(working_days, friday) == friday
    assert scheduler.last_due(working_days, friday + timedelta(microseconds=1)) == friday
    assert scheduler.last_due(working_days, friday - timedelta(microseconds=1)) == at("2026-07-16T05:00")


def test_an_hourly_expression_runs_in_the_repeated_hour_too():
    hourly, moment, moments = cron("0 * * * *", "Europe/Berlin"), at("2026-10-24T23:30"), []
    for _ in range(4):
        moment = scheduler.next_due(hourly, moment)
        moments.append(f"{moment:%H:%M}")
    assert moments == ["00:00", "01:00", "02:00", "03:00"]


@pytest.mark.parametrize(
    "text",
    ["", "@daily", "0 7 * *", "0 0 7 * * 1", "61 7 * * *", "0 0 30 2 *", "0 0 31 4,6 *", "x" * 5_000, "0 7 * * L"],
)
def test_text_that_is_not_a_cron_expression_is_refused(text):
    with pytest.raises(SettingsError, match="0 7") as caught:
        scheduler.parse_cron(text, "UTC")
    assert len(str(caught.value)) < 300


@given(
    st.sampled_from(["day", *scheduler.WEEKDAYS]),
    st.times(),
    st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca"]),
    st.integers(0, 3 * 366 * 86_400).map(lambda seconds: at("2024-01-01") + timedelta(seconds=seconds)),
)
@settings(deadline=None)
def test_daily_and_weekly_times_are_those_of_the_calendar(every, time, tz, now):
    """Against the plain definition: the clock time of each matching day, in the zone's first reading of it."""
    schedule = request(every, f"{time:%H:%M}", tz)
    days = [(now + timedelta(days=n)).date() for n in range(-9, 10)]
    times = [
        datetime.combine(day, time.replace(second=0, microsecond=0, fold=0), ZoneInfo(tz)).astimezone(UTC)
        for day in days
        if every in {"day", scheduler.WEEKDAYS[day.weekday()]}
    ]
    assert scheduler.last_due(schedule, now) == max(moment for moment in times if moment <= now)
    assert scheduler.next_due(schedule, now) == min(moment for moment in times if moment > now)


@given(
    st.sampled_from(["0 7 * * 1-5", "*/7 * * * *", "30 2 * * *", "15 1-3 * * *", "0 */5 1,15 * *", "30 * * * 7"]),
    st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca"]),
    st.sampled_from(["2026-03-29", "2026-10-25", "2026-03-08", "2026-11-01", "2026-04-05", "2026-10-04", "2026-06-10"]),
    st.integers(-200_000, 200_000),
)
@settings(deadline=None, max_examples=300)
def test_the_last_time_of_an_expression_is_the_one_that_was_next(expression, tz, day, shift):
    """Around every change of the clocks: no time is due twice, and none is skipped."""
    schedule, now = cron(expression, tz), at(day) + timedelta(seconds=shift)
    last, following = scheduler.last_due(schedule, now), scheduler.next_due(schedule, now)
    assert last <= now < following
    assert scheduler.next_due(schedule, last) == following
    assert scheduler.last_due(schedule, following) == following
    assert scheduler.last_due(schedule, following - timedelta(seconds=1)) == last


def test_a_schedule_is_normalised():
    assert scheduler.parse_schedule(" Monday", " 9:05 ", "UTC") == ("monday", "09:05", "UTC")


@pytest.mark.parametrize(("said", "means"), [("day", "day"), ("Daily", "day"), ("mon", "monday"), ("SUNDAY", "sunday")])
def test_spellings_of_the_frequency(said, means):
    assert scheduler.parse_schedule(said, "6:05", "UTC") == (means, "06:05", "UTC")


@pytest.fixture
def database(tmp_path, state_url):
    opened = open_database(tmp_path, state_url)
    yield opened
    opened.close()


def test_a_missed_run_is_caught_up_once(database, caplog):
    schedules.save(database, request())
    now = at("2026-03-05T09:00")  # three nights were missed
    caplog.set_level("INFO", "dwell")
    did = scheduler.run_due(database, lambda schedule, slot: f"{schedule.name} {slot:%d}", lambda: now)
    logged = [
        text
        for name, slot, outcome in did
        for text in (f"running {name}, due at {slot.isoformat()}", f"{name}: {outcome}")
    ]
    assert caplog.messages == logged
    caplog.set_level("WARNING", "dwell")
    assert did == [("nightly", at("2026-03-05T00:00"), "nightly 05")]
    assert scheduler.run_due(database, lambda *_: "again", lambda: now) == []
    tomorrow = now + timedelta(days=1)
    assert [slot for _, slot, _ in scheduler.run_due(database, lambda *_: "", lambda: tomorrow)] == [
        at("2026-03-06T00:00")
    ]


def test_times_before_the_schedule_was_added_are_never_due(database):
    schedules.save(database, request(added=at("2026-03-05T08:00")))
    assert scheduler.find_due(database, at("2026-03-05T09:00")) == []
    assert len(scheduler.find_due(database, at("2026-03-06T00:00"))) == 1


def test_two_processes_do_a_run_once(database, tmp_path, state_url):
    schedules.save(database, request())
    now = at("2026-03-05T00:10")
    other = open_database(tmp_path, state_url)
    seen = []

    def work(_schedule, _slot):
        seen.append(scheduler.run_due(other, lambda *_: "the other did it too", lambda: now))
        return "done"

    assert len(scheduler.run_due(database, work, lambda: now)) == 1
    assert seen == [[]]
    other.close()


def test_the_run_of_a_killed_process_is_taken_over(database):
    schedules.save(database, request())
    slot, now = at("2026-03-05T00:00"), at("2026-03-05T00:01")
    assert schedules.acquire(database, "nightly", slot, "killed", now, leases.LEASE_S)
    assert scheduler.run_due(database, lambda *_: "", lambda: now) == []
    later = now + timedelta(seconds=leases.LEASE_S + 1)
    assert len(scheduler.run_due(database, lambda *_: "made up", lambda: later)) == 1
    assert not schedules.extend(database, "nightly", slot, "killed", later, leases.LEASE_S)


def test_a_stopped_run_can_be_acquired_at_once(database, tmp_path, state_url):
    schedules.save(database, request())
    now = at("2026-03-05T00:10")
    other = open_database(tmp_path, state_url)

    def work(*_):
        assert [name for name, *_ in scheduler.find_leased(other, now)] == ["nightly"]
        raise StoppedError("Stopped.")

    with pytest.raises(StoppedError):
        scheduler.run_due(database, work, lambda: now)
    assert scheduler.find_leased(other, now) == []
    assert [outcome for *_, outcome in scheduler.run_due(other, lambda *_: "went on", lambda: now)] == ["went on"]
    assert scheduler.find_leased(other, now) == []
    other.close()


def test_only_the_holder_releases_a_lease(database):
    schedules.save(database, request())
    slot, now = at("2026-03-05T00:00"), at("2026-03-05T00:01")
    assert schedules.acquire(database, "nightly", slot, "mine", now, leases.LEASE_S)
    schedules.release(database, "nightly", slot, "another's", now)
    assert scheduler.find_leased(database, now) == [("nightly", slot, now + timedelta(seconds=leases.LEASE_S))]


def test_a_failure_is_recorded_and_not_retried_forever(database):
    schedules.save(database, request())

    def work(*_):
        raise NoDataError("the list is empty")

    now = at("2026-03-05T00:10")
    assert [outcome for *_, outcome in scheduler.run_due(database, work, lambda: now)] == ["failed: the list is empty"]
    assert scheduler.find_due(database, now) == []
    assert schedules.list_runs(database, 5).rows[0][4] == "failed: the list is empty"


def test_a_run_that_a_failing_provider_cut_short_is_retried_later(database):
    schedules.save(database, request())
    now, tries = at("2026-03-05T00:10"), []

    def work(*_):
        tries.append(1)
        if len(tries) == 1:
            raise scheduler.UnfinishedError("3 of 4 complete")
        return "4 of 4 complete"

    ((_, _, outcome),) = scheduler.run_due(database, work, lambda: now)
    assert outcome == "not finished, retrying in 10 minutes: 3 of 4 complete"
    assert scheduler.run_due(database, work, lambda: now + timedelta(minutes=9)) == []
    assert len(scheduler.run_due(database, work, lambda: now + timedelta(minutes=10, seconds=1))) == 1
    assert scheduler.run_due(database, work, lambda: now + timedelta(minutes=30)) == []


def test_a_clock_that_was_ahead_does_not_stop_a_schedule(tmp_path) -> None:
    now = at("2026-03-05T12:00")
    ahead = now + timedelta(days=730)
    done = []

    def work(_schedule: Schedule, slot: datetime) -> str:
        done.append(slot)
        return "done"

    with contextlib.closing(open_database(tmp_path)) as database:
        schedules.save(database, request(added=ahead))
        for time in (ahead + timedelta(days=1), now, now, now + timedelta(days=1)):
            scheduler.run_due(database, work, now=lambda time=time: time)
        assert done == [at("2028-03-05T00:00"), at("2026-03-05T00:00"), at("2026-03-06T00:00")]
        assert schedules.latest_run(database, "nightly", now + timedelta(days=1))[0] == at("2026-03-06T00:00")
