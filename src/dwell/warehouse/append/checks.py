"""The checks of `warehouse.load.checked`, for records: what is wrong with what one object of a source says.

A file is checked in bulk by its engine, a record here, without one; both give the same reasons in the same order;
`tests/unit/live/test_append_as_load.py` drives both. What only a whole file can tell is not asked of records.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

import msgspec

from dwell.records import TOPICS
from dwell.records.unit import unit_of
from dwell.text.ids import (
    FACEBOOK_ID,
    FLOAT_ID,
    LOST_REASON,
    OLDEST_ID,
    SCIENTIFIC_ID,
    is_post_id,
    latest_id,
    minted_at,
)
from dwell.warehouse.append.codec import DAY, LARGEST_COUNT, OLDEST_INSTANT, codec_of
from dwell.warehouse.load.described import described


@dataclass(frozen=True)
class CheckedRecords:
    """The records of one object after the checks.

    Attributes:
        records: With unknown in place of what is unreadable or impossible.
        problem: The first reason that refuses the object; None for a good one.
        unknown: The reasons for the values that were left unknown.
    """

    records: tuple[msgspec.Struct, ...]
    problem: str | None
    unknown: tuple[str, ...]


def check_records(records: Sequence[msgspec.Struct], now: datetime) -> CheckedRecords:
    """What is wrong with the records of one object: a key refuses it, any other value is left unknown.

    Args:
        records: At most one of each table.
        now: The latest instant that is accepted; records observed more than a day later are refused.
    """
    keys, values = _checks(tuple(type(record) for record in records))
    for place, check in keys:
        problem = check(records[place], now)
        if problem is not None:
            return CheckedRecords(tuple(records), problem, ())
    checked, unknown = list(records), []
    for place, name, check in values:
        problem = check(checked[place], now)
        if problem is not None:
            unknown.append(problem)
            instead = {name: _instead(checked[place], name)}
            if unit_of(name) in checked[place].__struct_fields__:
                instead[unit_of(name)] = None
            checked[place] = msgspec.structs.replace(checked[place], **instead)
    if unknown and not any(_says_something(record) for record in checked):
        return CheckedRecords(tuple(checked), unknown[0], ())
    return CheckedRecords(tuple(checked), None, tuple(unknown))


def _instead(record: Any, name: str) -> Any:
    """Unknown; of an impossible posting time the time in the id."""
    if name != "posted_at" or not re.fullmatch("[0-9]{19}", getattr(record, "post_id", None) or ""):
        return None
    return minted_at(record.post_id) if int(record.post_id) >= OLDEST_ID else None


def _says_something(record: Any) -> bool:
    """The record says what its table exists for."""
    codec = codec_of(record.__class__)
    if codec.table.keeps == "every":
        return codec.is_row(codec.read(record))
    return any(_is_stated(record, name) for name in described(codec.table))


def _is_stated(record: msgspec.Struct, name: str) -> bool:
    """The record says what a column holds; the posting time in its id says nothing beyond the id."""
    value = getattr(record, name)
    post_id = getattr(record, "post_id", None)
    if name != "posted_at" or post_id is None or not post_id.isdigit() or int(post_id) < OLDEST_ID:
        return value is not None
    return value is not None and value != minted_at(post_id)


Check = Callable[[Any, datetime], str | None]


@lru_cache
def _checks(types: tuple[type, ...]) -> tuple[list[tuple[int, Check]], list[tuple[int, str, Check]]]:
    """The checks of one combination of records: those of its keys, and those of its other values."""
    tables = [codec_of(kind).table for kind in types]
    place_of = {column.name: place for place in reversed(range(len(tables))) for column in tables[place].columns}
    kind_of = {column.name: column.kind for table in tables for column in table.columns}
    keys = {key for table in tables for key in table.key}
    refusing: list[tuple[int, Check]] = []
    if "comments" in (table.name for table in tables):
        refusing.append((place_of["comment_id"], _id_check("comment_id")))
    if "post_id" in keys:
        refusing.append((place_of["post_id"], _id_check("post_id")))
    amounts = [(place_of[name], name, _readable(name)) for name, kind in kind_of.items() if kind in {"count", "number"}]
    # A count of one day can be negative: what was taken back, or the net change.
    for kind in ("number",) if "day" in kind_of else ("number", "count"):
        amounts += [(place_of[name], name, _not_negative(name)) for name in kind_of if kind_of[name] == kind]
    refusing += [(place, check) for place, name, check in amounts if name in keys]
    refusing.append((place_of["observed_at"], _observed))
    if "day" in kind_of:
        refusing.append((place_of["day"], _day))
    if "topic_kind" in kind_of:
        refusing.append((place_of["topic_kind"], _topic_kind))
    others = [(place, name, check) for place, name, check in amounts if name not in keys]
    if "posted_at" in kind_of:
        others.append((place_of["posted_at"], "posted_at", _posted))
    return refusing, others


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
    if platform == "facebook" and re.fullmatch(FACEBOOK_ID, value):
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
        return f"posted_at before 2005: {format_instant(posted)}"
    late = posted > record.observed_at + 2 * DAY
    return f"posted_at after it was observed: {format_instant(posted)}" if late else None


def _day(record: Any, now: datetime) -> str | None:
    day: date = record.day
    impossible = day < OLDEST_INSTANT.date() or datetime(day.year, day.month, day.day, tzinfo=UTC) > now + 2 * DAY
    return f"impossible day: {day}" if impossible else None


def _topic_kind(record: Any, _: datetime) -> str | None:
    return None if record.topic_kind in TOPICS else f"unknown kind of topic: {record.topic_kind}"


def format_instant(moment: datetime) -> str:
    """An instant as DuckDB writes it in UTC, `2026-03-01 08:30:00.25+00`."""
    text = moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
    fraction = f".{moment.microsecond:06d}".rstrip("0") if moment.microsecond else ""
    return f"{text}{fraction}+00"
