"""When posts were published: the period that a question is about."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias, TypedDict

from dwell import clock
from dwell.errors import SettingsError
from dwell.metrics.growth_note import OF_PERIODS
from dwell.results import Result
from dwell.text.iso_times import parse_iso_day, parse_iso_time
from dwell.text.plurals import pluralize
from dwell.text.time_zones import find_zone

if TYPE_CHECKING:
    from dwell.workspace.instant import Instant

When: TypeAlias = str | date | datetime
"""A day (`2026-01-31`) or an instant (`2026-01-31T18:00`)."""

_HOURS = {"h": 1, "d": 24, "w": 7 * 24}
_LAST = re.compile(r"([0-9]{1,6})([hdw])")
_AS_WRITTEN = "write a day as 2026-01-31, or an instant as 2026-01-31T18:00"


class PeriodOptions(TypedDict, total=False):
    """Which posts, by when they were published; see `parse_period`."""

    since: When | None
    until: When | None
    last: str | timedelta | None


class ZonedPeriodOptions(PeriodOptions, total=False):
    """The same for questions in which a time zone has no other meaning: that of days, UTC where it is left out."""

    tz: str


@dataclass(frozen=True)
class Period:
    """A period, from one instant until before another.

    Attributes:
        since: The first instant, in UTC; None without a beginning.
        until: The instant after the last, in UTC; None without an end.
        tz: Whose days are counted, of posts whose day alone is known.
    """

    since: datetime | None = None
    until: datetime | None = None
    tz: tzinfo = field(default=UTC, compare=False)

    @cached_property
    def parameters(self) -> dict[str, datetime]:
        """As parameters of a metric, in UTC; `since_day`, `until_day` where days of the zone are not those of UTC."""
        ends = {"since": self.since, "until": self.until}
        instants = {name: end for name, end in ends.items() if end is not None}
        local = {name: _in_zone(end, self.tz) for name, end in instants.items()}
        if not any(end.utcoffset() for end in local.values()):
            return instants
        return instants | {f"{name}_day": _first_day(end) for name, end in local.items()}

    @property
    def options(self) -> PeriodOptions:
        """What `parse_period` reads as this period: its ends in its zone."""
        since, until = (end and _in_zone(end, self.tz) for end in (self.since, self.until))
        return {"since": since, "until": until}

    def to_dict(self) -> dict[str, str | None]:
        """As in the `meta` of a result: instants in ISO 8601, or null."""
        return {name: _iso(end) for name, end in (("since", self.since), ("until", self.until))}


ALWAYS = Period()


def parse_period(
    since: When | None = None, until: When | None = None, last: str | timedelta | None = None, tz: str = "UTC"
) -> Period:
    """The period that a user named.

    Args:
        since: Its first day, from midnight, or its first instant.
        until: Its last day, which is part of it, or the instant before which it ends.
        last: Its length until now: `24h`, `90d` or `12w`.
        tz: The time zone of days, and of instants that name none, unless a `datetime` has one.

    Raises:
        SettingsError: One of them cannot be read, or they contradict each other.
    """
    if last is not None and since is not None:
        raise SettingsError("Give either a beginning (--since) or a length (--last), not both.")
    if last is not None and until is not None:
        raise SettingsError("The last days end now: give either an end (--until) or a length (--last), not both.")
    now = clock.now()
    if last is not None:
        return Period(_before(now, last), tz=find_zone(tz))
    start, end = _instant(since, tz, "since"), _instant(until, tz, "until")
    if start is not None and start > now:
        raise SettingsError(f"{_minute(start)} is in the future, so no post is that new: choose an earlier --since.")
    if start is not None and end is not None and start >= end:
        raise SettingsError(f"The period ends ({until}) before it begins ({since}): choose an earlier --since.")
    zones = [when.tzinfo for when in (since, until) if isinstance(when, datetime) and when.tzinfo]
    return Period(start, end, zones[0] if zones else find_zone(tz))


def describe_period(instant: Instant, found: Result, period: Period, account: Mapping[str, Any]) -> Result:
    """The result with its period in `meta`; warnings say which posts are in none, and which counters are of periods.

    Args:
        instant: Counts those posts.
        found: The result.
        period: Of its posts.
        account: The parameters that select the posts: handle, platform.
    """
    notes = _note_counters(instant, found, account)
    meta = {**found.meta, **period.to_dict()}
    if period == ALWAYS:
        return replace(found, meta=_with_warnings(meta, notes))
    undated = next(iter(instant.ask("undated", **account)))["posts"]
    meta["undated"] = undated
    notes += _outside(instant, period, account) if not len(found) else []
    if undated:
        verb = "has" if undated == 1 else "have"
        notes.append(f"{pluralize(undated, 'post')} {verb} no known time of publishing, so no period has them.")
    return replace(found, meta=_with_warnings(meta, notes))


def _with_warnings(meta: dict[str, Any], notes: Sequence[str]) -> dict[str, Any]:
    return {**meta, "warnings": list(dict.fromkeys([*meta.get("warnings", ()), *notes]))} if notes else meta


def _note_counters(instant: Instant, found: Result, account: Mapping[str, Any]) -> list[str]:
    """That views of YouTube's posts are no totals, where the answer does not say so."""
    platform, handle = found.meta.get("platform") or account.get("platform"), account.get("handle")
    if platform is None and isinstance(handle, str):
        platform = next(iter(instant.ask("handles", handle=handle).column("platform")), None)
    if platform != "youtube" or any(OF_PERIODS in note for note in found.meta.get("warnings", ())):
        return []
    return [f"YouTube's views, likes and comments are {OF_PERIODS}: those of the newest file that has the post."]


def _outside(instant: Instant, period: Period, account: Mapping[str, Any]) -> list[str]:
    """When posts were published, where none of them was in the period."""
    if next(iter(instant.ask("posted_span", **account, **period.parameters)))["posts"]:
        return []
    span = next(iter(instant.ask("posted_span", **account)))
    if span["first_posted_at"] is None:
        return []
    first, last = (f"{span[name]:%Y-%m-%d}" for name in ("first_posted_at", "last_posted_at"))
    return [f"No post is of this period: those that are stored were published from {first} to {last}."]


def _before(now: datetime, last: str | timedelta) -> datetime:
    if isinstance(last, str):
        match = _LAST.fullmatch(last.strip().lower())
        if match is None or not int(match[1]):
            raise SettingsError(f"{last[:40]!r} isn't a length of time: write 90d, 12w or 24h, for example.")
        length = timedelta(hours=int(match[1]) * _HOURS[match[2]])
    else:
        length = last
        if length <= timedelta(0):
            raise SettingsError("The last days are a length of time above 0.")
    try:
        # To the second, as instants are shown.
        return (now - length).replace(microsecond=0)
    except OverflowError:
        raise SettingsError(f"{last} is longer than dates reach back: choose a shorter --last.") from None


def _instant(when: When | None, tz: str, name: str) -> datetime | None:
    """The instant in UTC: of a day its midnight, and as an end the midnight after it."""
    if when is None:
        return None
    try:
        if isinstance(when, str):
            text = when.strip()
            when = parse_iso_day(text) if len(text) <= 10 else parse_iso_time(text)
        if not isinstance(when, datetime):
            when = datetime.combine(when + timedelta(days=name == "until"), time())
        if when.tzinfo is None and _is_skipped(when, tz):
            raise SettingsError(
                f"{when:%Y-%m-%d %H:%M} doesn't exist in {tz}: clocks skip it that day; name another time."
            )
        aware = when if when.tzinfo else when.replace(tzinfo=find_zone(tz))
        return aware.astimezone(UTC)
    except OverflowError:
        raise SettingsError(f"{str(when)[:40]!r} is beyond the years that --{name} can have: leave it out.") from None
    except ValueError:
        raise SettingsError(f"{str(when)[:40]!r} isn't a time for --{name}: {_AS_WRITTEN}.") from None


def _in_zone(end: datetime, tz: tzinfo) -> datetime:
    try:
        return end.astimezone(tz)
    except OverflowError:  # on the first or the last day of all
        return end


def _first_day(end: datetime) -> datetime:
    """The first day that begins, in the zone of this instant, at it or later: as the midnight of that day in UTC.

    A file without hours says the day alone, which is stored so.
    """
    try:
        # Where the clocks skip midnight, the day begins later.
        begins = datetime.combine(end.date(), time(), end.tzinfo).astimezone(UTC) >= end.astimezone(UTC)
    except OverflowError:  # the first day of all began before there are dates
        begins = False
    days = timedelta(days=0 if begins else 1)
    try:
        return datetime.combine(end.date() + days, time(), UTC)
    except OverflowError:  # the last day of all
        return datetime.max.replace(tzinfo=UTC)


def _is_skipped(local: datetime, tz: str) -> bool:
    """Whether the clocks of that zone go from before this time to after it, so that it never is."""
    zone = find_zone(tz)
    return (
        local.time() != time()
        and local.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) != local
    )


def _minute(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M} UTC"


def _iso(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat().replace("+00:00", "Z")
