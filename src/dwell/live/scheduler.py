"""Standing orders: when they are due, and doing each due moment once, however many processes are at it.

A moment that was missed because nothing ran is made up once: of several missed ones only the last, since yesterday's
counters cannot be read today.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dwell.errors import DwellError, SettingsError, StoppedError
from dwell.state import StateDatabase, leases, schedules
from dwell.state.schedules import Schedule

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SHORTEST_NAME = 3  # letters that tell a weekday: mon
RETRY_S = 600.0
"""What a provider's failure cut short is taken up again after so long, until the next moment is due."""


class UnfinishedError(DwellError):
    """A standing order was done in part, and the rest can be done later; says in a sentence what was done."""

    code = "unfinished"


def parse_schedule(every: str, at: str, tz: str) -> tuple[str, str, str]:
    """The three words of a time-table, cleaned.

    Raises:
        SettingsError: One of them cannot be read.
    """
    said = every.strip().lower()
    often = next(
        (day for day in WEEKDAYS if len(said) >= _SHORTEST_NAME and day.startswith(said)),
        "day" if said == "daily" else said,
    )
    if often not in {"day", *WEEKDAYS}:
        raise SettingsError(f"{every!r} is no time-table: write day, or a weekday such as monday.")
    moment = at.strip()
    if not re.fullmatch("([01]?[0-9]|2[0-3]):[0-5][0-9]", moment):
        raise SettingsError(
            f"{at[:40]!r} is no time of day; write hours and minutes, as 00:00 or 18:30, and the zone as --tz."
        )
    try:
        ZoneInfo(tz)
    except (ValueError, OSError, ZoneInfoNotFoundError):  # OSError: a folder of zones, or a name that is too long
        raise SettingsError(f"{tz[:40]!r} is no time zone; write it as UTC or Europe/Berlin.") from None
    return often, moment.zfill(5), tz


def last_due(schedule: Schedule, now: datetime) -> datetime:
    """The newest moment, not after now, at which the order was due, UTC.

    A clock time that summer time skips is due as much later as the clocks were put on; one that comes twice, the first
    time.
    """
    day = now.astimezone(ZoneInfo(schedule.tz)).date()
    while True:
        moment = _moment(schedule, day)
        if moment <= now and _falls_on(schedule, day):
            return moment
        day -= timedelta(days=1)


def next_due(schedule: Schedule, now: datetime) -> datetime:
    """The first moment after now, UTC."""
    day = now.astimezone(ZoneInfo(schedule.tz)).date()
    while True:
        moment = _moment(schedule, day)
        if moment > now and _falls_on(schedule, day):
            return moment
        day += timedelta(days=1)


def find_due(database: StateDatabase, now: datetime) -> list[tuple[Schedule, datetime]]:
    """Orders with a moment that is due and not done, and that moment."""
    found = []
    for schedule in schedules.list_all(database):
        slot = last_due(schedule, now)
        newest = schedules.latest_run(database, schedule.name)
        done = newest is not None and (newest[0] > slot or (newest[0] == slot and newest[1] is not None))
        if slot > schedule.added_at and not done:
            found.append((schedule, slot))
    return found


def find_leased(database: StateDatabase, now: datetime) -> list[tuple[str, datetime, datetime]]:
    """Name, due moment and end of the lease of what is due, but kept by another process or for a later try."""
    found = []
    for schedule, slot in find_due(database, now):
        until = schedules.leased_until(database, schedule.name, slot)
        if until is not None and until >= now:
            found.append((schedule.name, slot, until))
    return found


def run_due(
    database: StateDatabase, work: Callable[[Schedule, datetime], str], now: Callable[[], datetime] | None = None
) -> list[tuple[str, datetime, str]]:
    """Does what is due and nobody else is doing.

    Args:
        database: Where the orders are.
        work: Does one; returns in a sentence what came of it.
        now: The present instant; the database's where None.

    Returns:
        Name, moment and outcome of each that was done here. One that failed is done too: its moment has passed.

    Raises:
        StoppedError: The user ended the work; its moment is given back at once.
    """
    did = []
    now = now or database.now
    for schedule, slot in find_due(database, now()):
        token = uuid.uuid4().hex
        if not schedules.acquire(database, schedule.name, slot, token, now(), leases.LEASE_S):
            continue
        try:  # whatever is done about an error is done after the lease's keeper has ended, which would undo it
            with leases.keeping(partial(_extend, database, schedule, slot, token, now)):
                outcome = work(schedule, slot)
        except UnfinishedError as error:
            schedules.extend(database, schedule.name, slot, token, now(), RETRY_S)
            did.append((schedule.name, slot, f"not finished, goes on in {RETRY_S / 60:.0f} minutes: {error}"))
            continue
        except StoppedError:
            schedules.release(database, schedule.name, slot, token, now())
            raise
        except DwellError as error:
            outcome = f"failed: {error}"
        except Exception as error:  # noqa: BLE001 - one schedule's fault must not keep the others from being done
            outcome = f"failed: this is a fault of dwell's ({type(error).__name__}); please report it."
        schedules.finish(database, schedule.name, slot, token, now(), outcome)
        did.append((schedule.name, slot, outcome))
    return did


def _extend(
    database: StateDatabase, schedule: Schedule, slot: datetime, token: str, now: Callable[[], datetime]
) -> bool:
    return schedules.extend(database, schedule.name, slot, token, now(), leases.LEASE_S)


def _falls_on(schedule: Schedule, day: date) -> bool:
    return schedule.every == "day" or WEEKDAYS[day.weekday()] == schedule.every


def _moment(schedule: Schedule, day: date) -> datetime:
    return datetime.combine(day, time.fromisoformat(schedule.at), ZoneInfo(schedule.tz)).astimezone(UTC)
