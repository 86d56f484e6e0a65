"""The scheduler: when schedules are due, and runs each of them once, however many processes there are.

A run that was missed because no process was running is caught up once. Of several missed runs only the latest is,
because yesterday's counters cannot be read today.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from dwell import logs
from dwell.errors import DwellError, SettingsError, StoppedError
from dwell.state import StateDatabase, leases, schedules
from dwell.state.schedules import Schedule
from dwell.text.time_zones import find_zone

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SHORTEST_NAME = 3  # letters that identify a weekday: mon
_CRON_FIELDS = 5
_MARGIN = timedelta(hours=25)  # clocks change by less, and some zones have skipped a whole day
RETRY_S = 600.0
"""Seconds until an unfinished run is retried, as long as the next one is not due."""

log = logs.get_logger(__name__)


class UnfinishedError(DwellError):
    """A scheduled run was done in part and can be finished later; the message says what was done."""

    code = "unfinished"


def parse_schedule(every: str, at: str, tz: str) -> tuple[str, str, str]:
    """Parse and normalise the frequency, clock time and time zone of a schedule.

    Raises:
        SettingsError: One of them is invalid.
    """
    text = every.strip().lower()
    frequency = next(
        (day for day in WEEKDAYS if len(text) >= _SHORTEST_NAME and day.startswith(text)),
        "day" if text == "daily" else text,
    )
    if frequency not in {"day", *WEEKDAYS}:
        raise SettingsError(f"{every!r} isn't a valid schedule: write day, or a weekday such as monday.")
    clock_time = at.strip()
    if not re.fullmatch("([01]?[0-9]|2[0-3]):[0-5][0-9]", clock_time):
        raise SettingsError(
            f"{at[:40]!r} isn't a time of day; write hours and minutes, such as 00:00 or 18:30, and the zone as --tz."
        )
    return frequency, clock_time.zfill(5), _parse_zone(tz)


def _parse_zone(tz: str) -> str:
    try:
        find_zone(tz)
    except DwellError as error:
        raise SettingsError(str(error)) from None
    return tz


def parse_cron(expression: str, tz: str) -> tuple[str, str, str]:
    """Parse and normalise a cron expression and its time zone; the clock time is empty, because it is in there.

    Raises:
        SettingsError: One of them is invalid, or the expression has no time at all, such as February 30.
    """
    from cronsim import CronSim, CronSimError

    text = " ".join(expression.split())
    try:
        some_time = next(CronSim(text, datetime(2026, 1, 1, tzinfo=UTC)), None)
    except CronSimError:
        some_time = None
    if some_time is None or len(text.split()) != _CRON_FIELDS:  # the library also takes a field of seconds
        raise SettingsError(
            f"{expression[:60]!r} isn't a cron expression: write minute, hour, day, month and weekday, such as "
            '"0 7 * * 1-5" for 07:00 from Monday to Friday.'
        )
    return text, "", _parse_zone(tz)


def last_due(schedule: Schedule, now: datetime) -> datetime:
    """The latest scheduled time up to now, UTC.

    If daylight saving time skips a clock time, the run is due that much later; if it repeats one, the first counts.
    A cron expression follows cron: if a clock time is skipped, the run is due when the clocks have changed.
    """
    return next(time for time in _times(schedule, now + _MARGIN, backwards=True) if time <= now)


def next_due(schedule: Schedule, now: datetime) -> datetime:
    """The first scheduled time after now, UTC."""
    return next(time for time in _times(schedule, now - _MARGIN) if time > now)


def _times(schedule: Schedule, start: datetime, *, backwards: bool = False) -> Iterator[datetime]:
    """Scheduled times from `start` on, UTC."""
    from cronsim import CronSim

    zone = ZoneInfo(schedule.tz)
    local = start.astimezone(zone)
    if not schedule.at:
        for time in CronSim(schedule.every, local, reverse=backwards):
            yield time.astimezone(UTC)
        return
    hour, minute = schedule.at.split(":")
    weekday = "*" if schedule.every == "day" else str(WEEKDAYS.index(schedule.every) + 1)
    for wall_time in CronSim(f"{minute} {hour} * * {weekday}", local.replace(tzinfo=None), reverse=backwards):
        yield wall_time.replace(tzinfo=zone).astimezone(UTC)


def find_due(database: StateDatabase, now: datetime) -> list[tuple[Schedule, datetime]]:
    """Schedules that are due and not done, with the scheduled time."""
    due = []
    for schedule in schedules.list_all(database):
        slot = last_due(schedule, now)
        latest = schedules.latest_run(database, schedule.name, now)
        done = latest is not None and (latest[0] > slot or (latest[0] == slot and latest[1] is not None))
        if (slot > schedule.added_at or schedule.added_at > now) and not done:
            due.append((schedule, slot))
    return due


def find_leased(database: StateDatabase, now: datetime) -> list[tuple[str, datetime, datetime]]:
    """Name, scheduled time and end of the lease of due runs that are leased: by another process, or until a retry."""
    leased = []
    for schedule, slot in find_due(database, now):
        until = schedules.leased_until(database, schedule.name, slot)
        if until is not None and until >= now:
            leased.append((schedule.name, slot, until))
    return leased


def run_due(
    database: StateDatabase,
    work: Callable[[Schedule, datetime], str],
    now: Callable[[], datetime] | None = None,
    choose: Callable[[Schedule], bool] | None = None,
) -> list[tuple[str, datetime, str]]:
    """Do the runs that are due and that no other process is doing.

    Args:
        database: Where the schedules are stored.
        work: Does one run; returns a sentence about the outcome.
        now: Returns the current time; the database's clock if None.
        choose: Which schedules are run here; all if None.

    Returns:
        Name, scheduled time and outcome of each run done here. A failed run is done, too: its time has passed.

    Raises:
        StoppedError: The user stopped the work; its lease is released at once.
    """
    runs = []
    now = now or database.now
    for schedule, slot in find_due(database, now()):
        if choose is not None and not choose(schedule):
            continue
        token = uuid.uuid4().hex
        if not schedules.acquire(database, schedule.name, slot, token, now(), leases.LEASE_S):
            log.info("%(schedule)s is being run by another process", {"schedule": schedule.name})
            continue
        log.info("running %(schedule)s, due at %(slot)s", {"schedule": schedule.name, "slot": slot.isoformat()})
        try:  # handle errors only after the lease is no longer extended, which would undo the change
            with leases.renew_while(partial(_extend, database, schedule, slot, token, now)):
                outcome = work(schedule, slot)
        except UnfinishedError as error:
            schedules.extend(database, schedule.name, slot, token, now(), RETRY_S)
            runs.append((schedule.name, slot, f"not finished, retrying in {RETRY_S / 60:.0f} minutes: {error}"))
            log.info("%(schedule)s: %(outcome)s", {"schedule": schedule.name, "outcome": runs[-1][2]})
            continue
        except StoppedError:
            schedules.release(database, schedule.name, slot, token, now())
            raise
        except DwellError as error:
            outcome = f"failed: {error}"
        except Exception as error:
            log.debug("%(schedule)s failed", {"schedule": schedule.name}, exc_info=error)
            outcome = f"failed: this is a bug in dwell ({type(error).__name__}); please report it."
        log.info("%(schedule)s: %(outcome)s", {"schedule": schedule.name, "outcome": outcome})
        schedules.finish(database, schedule.name, slot, token, now(), outcome)
        runs.append((schedule.name, slot, outcome))
    return runs


def _extend(
    database: StateDatabase, schedule: Schedule, slot: datetime, token: str, now: Callable[[], datetime]
) -> bool:
    return schedules.extend(database, schedule.name, slot, token, now(), leases.LEASE_S)
