"""The merges of `warehouse.load`, for the few rows of an append: each key's rows among themselves and with the stored.

The same rules as `load.merge_newest`, which says them in SQL; one property test drives both. A row is a tuple in the
order of the table's columns, as the journal has it. Tables of readings are in `merge_readings`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from operator import itemgetter
from typing import Any

from dwell.records import Table
from dwell.warehouse.append.codec import Row

_STORED = -1
_DAY_MICROS = 86_400_000_000


@dataclass
class Merged:
    """What became of the rows of one table.

    Attributes:
        new: Rows of keys that were not stored before.
        updated: Rows that replace the stored one of their key.
        givers: Objects that gave one of these something.
        unkept: Object -> the first of its values that is not kept, beside the one that is.
    """

    new: list[Row] = field(default_factory=list)
    updated: list[Row] = field(default_factory=list)
    givers: set[int] = field(default_factory=set)
    unkept: dict[int, str] = field(default_factory=dict)


@lru_cache
def places_of(table: Table) -> dict[str, int]:
    """Column -> its place in a row."""
    return {column.name: place for place, column in enumerate(table.columns)}


def key_places(table: Table) -> tuple[int, ...]:
    """Where the columns of the key stand in a row."""
    return tuple(places_of(table)[name] for name in table.key)


def group_by_key(table: Table, rows: Sequence[tuple[int, Row]]) -> dict[Any, list[tuple[int, Row]]]:
    """Key -> its objects and their rows, in order; a key of one column stands for itself."""
    places = key_places(table)
    groups: dict[Any, list[tuple[int, Row]]] = {}
    if len(places) == 1:
        place = places[0]
        for entry in rows:
            groups.setdefault(entry[1][place], []).append(entry)
    else:
        of_key = itemgetter(*places)
        for entry in rows:
            groups.setdefault(of_key(entry[1]), []).append(entry)
    return groups


def merge_newest(table: Table, rows: Sequence[tuple[int, Row]], stored: Mapping[Any, Row]) -> Merged:
    """Rows of a table that keeps the newest known value of each column.

    Args:
        table: The table.
        rows: Object and row, in the order of the source.
        stored: Key -> the stored row.
    """
    columns = _NewestColumns(table)
    merged = Merged()
    for key, group in group_by_key(table, rows).items():
        before = stored.get(key)
        if before is not None:
            if not any(columns.says_more(row, before) for _, row in group):
                continue  # most rows of a sweep: what is known of a post rarely changes
            group = [(_STORED, before), *group]
        # Stable: at one instant what is stored stands, then the larger values.
        versions = sorted(sorted(group, key=columns.values_of, reverse=True), key=columns.rank)
        row, givers = columns.best(versions)
        if before is None:
            merged.new.append(row)
            merged.givers |= {*givers.values(), versions[0][0]}
        elif changed := [place for place in columns.values if not columns.same(place, row, before)]:
            merged.updated.append(row)
            merged.givers |= {givers[place] for place in changed} - {_STORED}
    return merged


class _NewestColumns:
    """The columns of a table that keeps the newest known value of each."""

    def __init__(self, table: Table) -> None:
        places = places_of(table)
        self.values = [places[name] for name in table.values]
        self.observed, self.source = places["observed_at"], places["source"]
        self.lists = {places[column.name] for column in table.columns if column.kind == "texts"}
        self.provisional = places["provisional"] if table.name == "account_days" else None
        self.posted = places["posted_at"] if table.name == "posts" else None
        self.post_id = places.get("post_id", 0)

    def says_more(self, row: Row, before: Row) -> bool:
        """The row knows a value that is not the stored one."""
        for place in self.values:
            value = row[place]
            if value != before[place] and value is not None and not self.same(place, row, before):
                return True
        return False

    def values_of(self, version: tuple[int, Row]) -> list[Any]:
        """The values, to be compared column by column; an unknown one is the least."""
        row = version[1]
        known = (json.loads(row[p]) if p in self.lists and row[p] is not None else row[p] for p in self.values)
        return [(value is not None, value) for value in known]

    def rank(self, version: tuple[int, Row]) -> tuple[bool, int, bool]:
        """Newest first, what is stored before others of its instant; final figures of a day before provisional ones."""
        number, row = version
        is_provisional = self.provisional is not None and bool(row[self.provisional])
        return is_provisional, -row[self.observed], number != _STORED

    def best(self, versions: Sequence[tuple[int, Row]]) -> tuple[Row, dict[int, int]]:
        """One row of the newest known value of each column, and which object gave each."""
        first = versions[0][1]
        if len(versions) == 1:
            return first, dict.fromkeys(self.values, versions[0][0])
        best, givers = list(first), {}
        best[self.observed] = max(row[self.observed] for _, row in versions)
        for place in self.values:
            ordered = versions
            if place == self.posted:
                ordered = sorted(versions, key=lambda version: -self._clock_rank(version[1]))
            best[place], givers[place] = next(
                ((row[place], number) for number, row in ordered if not self._is_unknown(place, row)),
                (first[place], versions[0][0]),
            )
        return tuple(best), givers

    def same(self, place: int, one: Row, other: Row) -> bool:
        """Equal values; a list is JSON text, which two writers may escape in two ways."""
        a, b = one[place], other[place]
        return bool(a == b or (place in self.lists and a and b and json.loads(a) == json.loads(b)))

    def _is_unknown(self, place: int, row: Row) -> bool:
        return row[place] is None or (place in self.lists and row[place] == "[]")

    def _clock_rank(self, row: Row) -> int:
        """Of a post's publishing time a full clock time beats a bare date, which beats the time in its id."""
        assert self.posted is not None
        posted, post_id = row[self.posted], row[self.post_id]
        if posted is None:
            return -1
        if post_id.isascii() and post_id.isdigit() and posted == (int(post_id) >> 32) * 1_000_000:
            return 0
        return 1 if posted % _DAY_MICROS == 0 else 2
