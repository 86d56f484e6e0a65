"""The checks of `warehouse.load.checked`, for records: the first reason against what one object of a source says.

A file is checked in bulk by its engine, a record here, without one; both give the same reasons in the same order;
`tests/unit/live/test_append_as_load.py` drives both. What only a whole file can tell is not asked of records.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

import msgspec

from dwell.records import TOPICS
from dwell.text.ids import FLOAT_ID, LOST_REASON, SCIENTIFIC_ID, is_post_id, latest_id
from dwell.warehouse.append.codec import DAY, LARGEST_COUNT, OLDEST_INSTANT, codec_of


def find_problem(records: Sequence[msgspec.Struct], now: datetime) -> str | None:
    """The first reason against the records of one object; None for good ones.

    Args:
        records: At most one of each table.
        now: The latest instant that is accepted; records observed more than a day later are refused.
    """
    checks = _checks(tuple(type(record) for record in records))
    for place, check in checks:
        problem = check(records[place], now)
        if problem is not None:
            return problem
    return None


def missing_keys(types: Sequence[type]) -> str:
    """The reason against an object of which no record makes a row."""
    names = dict.fromkeys(key for kind in types for key in codec_of(kind).table.key)
    return f"nothing to keep: no {' or '.join(name for name in names if name != 'observed_at')}"


Check = Callable[[Any, datetime], str | None]


@lru_cache
def _checks(types: tuple[type, ...]) -> list[tuple[int, Check]]:
    """The checks of one combination of records: which record, and what is asked of it."""
    tables = [codec_of(kind).table for kind in types]
    place_of = {column.name: place for place in reversed(range(len(tables))) for column in tables[place].columns}
    kind_of = {column.name: column.kind for table in tables for column in table.columns}
    keys = {key for table in tables for key in table.key}
    checks: list[tuple[int, Check]] = []
    if "comments" in (table.name for table in tables):
        checks.append((place_of["comment_id"], _id_check("comment_id")))
    if "post_id" in keys:
        checks.append((place_of["post_id"], _id_check("post_id")))
    checks += [(place_of[name], _readable(name)) for name, kind in kind_of.items() if kind in {"count", "number"}]
    numbers = [name for name, kind in kind_of.items() if kind == "number"]
    counts = [name for name, kind in kind_of.items() if kind == "count"]
    checks += [(place_of[name], _not_negative(name)) for name in (*numbers, *counts)]
    checks.append((place_of["observed_at"], _observed))
    if "posted_at" in kind_of:
        checks.append((place_of["posted_at"], _posted))
    if "day" in kind_of:
        checks.append((place_of["day"], _day))
    if "topic_kind" in kind_of:
        checks.append((place_of["topic_kind"], _topic_kind))
    checks += [(place_of[name], _at_most_one(name)) for name in ("full_watch_rate", "share") if name in kind_of]
    return checks


def _id_check(name: str) -> Check:
    def check(record: Any, now: datetime) -> str | None:
        return id_problem(getattr(record, name), getattr(record, "platform", None), latest_id(now))

    return check


def id_problem(value: str | None, platform: str | None, latest: int) -> str | None:
    """The reason against a post's or comment's id; `id_problem_of` of `warehouse.load.ids` in SQL."""
    if value is None:
        return "missing id"
    if platform in {None, "tiktok"} and is_post_id(value, latest):
        return None
    if value.startswith("local-"):
        return None
    if platform in {None, "youtube"} and re.fullmatch(r"[A-Za-z0-9_-]{11}", value):
        return None
    if re.fullmatch(SCIENTIFIC_ID, value, re.ASCII):
        return f"id in scientific notation {LOST_REASON}: {value[:40]}"
    if re.fullmatch(FLOAT_ID, value, re.ASCII):
        return f"id damaged by a float {LOST_REASON}: {value[:40]}"
    if "/" in value:
        return f"no post id in the link: {value[:120]}"
    if not (value.isascii() and value.isdigit()):
        return f"id with letters or signs: {value[:40]}"
    return f"implausible id, no post of this platform: {value[:40]}"


def _readable(name: str) -> Check:
    """A number that the tables can hold."""

    def check(record: Any, _: datetime) -> str | None:
        value = getattr(record, name)
        fits = value is None or (
            -LARGEST_COUNT - 1 <= value <= LARGEST_COUNT if type(value) is int else not math.isinf(value)
        )
        return None if fits else f"unreadable {name}: {str(value)[:60]}"

    return check


def _not_negative(name: str) -> Check:
    def check(record: Any, _: datetime) -> str | None:
        value = getattr(record, name)
        return f"negative {name}: {value}" if value is not None and value < 0 else None

    return check


def _observed(record: Any, now: datetime) -> str | None:
    observed: datetime = record.observed_at
    if observed > now + DAY:
        return f"observed in the future: {format_instant(observed)}"
    return f"observed before 2005: {format_instant(observed)}" if observed < OLDEST_INSTANT else None


def _posted(record: Any, _: datetime) -> str | None:
    posted: datetime | None = record.posted_at
    if posted is None:
        return None
    if posted < OLDEST_INSTANT:
        return f"published before 2005: {format_instant(posted)}"
    late = posted > record.observed_at + 2 * DAY
    return f"published after it was observed: {format_instant(posted)}" if late else None


def _day(record: Any, now: datetime) -> str | None:
    day: date = record.day
    impossible = day < OLDEST_INSTANT.date() or datetime(day.year, day.month, day.day, tzinfo=UTC) > now + 2 * DAY
    return f"impossible day: {day}" if impossible else None


def _topic_kind(record: Any, _: datetime) -> str | None:
    return None if record.topic_kind in TOPICS else f"unknown kind of topic: {record.topic_kind}"


def _at_most_one(name: str) -> Check:
    def check(record: Any, _: datetime) -> str | None:
        value = getattr(record, name)
        return f"{name} above 100 %: {value}" if value is not None and value > 1 else None

    return check


def format_instant(moment: datetime) -> str:
    """An instant as DuckDB writes it in UTC, `2026-03-01 08:30:00.25+00`."""
    text = moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
    fraction = f".{moment.microsecond:06d}".rstrip("0") if moment.microsecond else ""
    return f"{text}{fraction}+00"
