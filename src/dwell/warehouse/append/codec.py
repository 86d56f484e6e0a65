"""Records of one table as rows of the journal, and a quick look at whether anything may be wrong with them."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

import msgspec

from dwell.clock import to_micros
from dwell.records import TABLES, TOPICS, Table
from dwell.records.tables import Kind
from dwell.text.ids import is_post_id, latest_id

Row = tuple[Any, ...]

OLDEST_INSTANT = datetime(2005, 1, 1, tzinfo=UTC)
LARGEST_COUNT = (1 << 63) - 1
DAY = timedelta(days=1)

_TYPES: dict[Kind, tuple[type, ...]] = {
    "text": (str,),
    "count": (int,),
    "number": (float, int),
    "flag": (bool,),
    "instant": (datetime,),
    "day": (date,),
    "texts": (tuple, list),
}


@dataclass(frozen=True, slots=True)
class Latest:
    """The latest that is accepted: an instant of observation, and the id of a post made then."""

    observed_at: datetime
    post_id: int

    @classmethod
    def of(cls, now: datetime) -> Latest:
        """A day after now."""
        return cls(now + DAY, latest_id(now))


class Codec:
    """What is asked of the records of one table, by the place of each column."""

    def __init__(self, table: Table) -> None:
        self.table = table
        place_of = {column.name: place for place, column in enumerate(table.columns)}
        of_kind = {kind: [place_of[c.name] for c in table.columns if c.kind == kind] for kind in _TYPES}
        self._checked: set[tuple[type, ...]] = set()
        self._encoders = [
            (place, _ENCODERS[column.kind]) for place, column in enumerate(table.columns) if column.kind in _ENCODERS
        ]
        self._required = [place_of[name] for name in table.required]
        self._observed = [place_of[name] for name in table.observed] if table.keeps == "every" else []
        ids = ["comment_id"] if table.name == "comments" else ["post_id"] if "post_id" in table.key else []
        self._ids = [place_of[name] for name in ids]
        self._amounts = [*of_kind["count"], *of_kind["number"]]
        self._observed_at = place_of["observed_at"]
        self._posted_at, self._duration_s = place_of.get("posted_at"), place_of.get("duration_s")
        self._platform, self._topic_kind = place_of.get("platform"), place_of.get("topic_kind")
        self._link = (place_of["url"], place_of["media_type"]) if table.name == "posts" else None
        self._is_daily = bool(of_kind["day"])

    def read(self, record: msgspec.Struct) -> Row:
        """The values of a record in the order of the columns; each combination of types is looked at once.

        Raises:
            TypeError: A value is not of the type that the record declares: no table must hold it.
        """
        values: Row = msgspec.structs.astuple(record)
        types = tuple(map(type, values))
        if types not in self._checked:
            for column, kind in zip(self.table.columns, types, strict=True):
                if kind is not type(None) and kind not in _TYPES[column.kind]:
                    expected = _TYPES[column.kind][0].__name__
                    raise TypeError(f"{column.name} of {self.table.name} is {kind.__name__}, not {expected}")
            self._checked.add(types)
        return values

    def is_plain(self, values: Row, latest: Latest) -> bool:
        """No check of `checks` can have anything against the values; where false, the checks say whether one does."""
        for place in self._ids:
            if values[place] is None or not is_post_id(values[place], latest.post_id):
                return False
        for place in self._amounts:
            amount = values[place]
            if amount is not None and not 0 <= amount <= LARGEST_COUNT:
                return False
        observed = values[self._observed_at]
        if not OLDEST_INSTANT <= observed <= latest.observed_at or self._is_daily:
            return False
        posted = None if self._posted_at is None else values[self._posted_at]
        if posted is not None and not OLDEST_INSTANT <= posted <= observed + DAY:
            return False
        if self._platform is not None and values[self._platform] != "tiktok":
            return False
        return self._topic_kind is None or values[self._topic_kind] in TOPICS

    def is_row(self, values: Row) -> bool:
        """The values make a row: the key is known and, in a table of observations, something was observed."""
        for place in self._required:
            if values[place] is None:
                return False
        for place in self._observed:
            if values[place] is not None:
                return True
        return not self._observed

    def encode(self, values: Row) -> Row:
        """The row: as SQLite has it, a length of 0 unknown, and a photo's link saying what it leads to."""
        row = list(values)
        for place, encoder in self._encoders:
            if row[place] is not None:
                row[place] = encoder(row[place])
        if self._duration_s is not None and row[self._duration_s] == 0:
            row[self._duration_s] = None
        if self._link is not None:
            url, media_type = self._link
            if row[url] is not None and "/photo/" in row[url]:
                row[media_type] = "photo"
        return tuple(row)


@lru_cache
def codec_of(record: Hashable) -> Codec:
    """The codec of the records of this type."""
    return Codec(next(table for table in TABLES.values() if table.record is record))


def _encode_number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


_ENCODERS: dict[Kind, Callable[[Any], Any]] = {
    "instant": lru_cache(4_096)(to_micros),
    "day": date.isoformat,
    "number": _encode_number,
    "flag": int,
    "texts": lambda value: msgspec.json.encode(value).decode(),
}
