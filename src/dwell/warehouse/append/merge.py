"""The merges of `warehouse.load`, for the few rows of an append: each key's rows among themselves and with the stored.

The same rules as `load.merge_newest`, `load.merge_observations` and `load.comparison`, which say them in SQL; one
property test drives both. A row is a tuple in the order of the table's columns, as the journal has it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from operator import itemgetter
from typing import Any

from dwell.clock import from_micros
from dwell.records import Table
from dwell.records.tables import Kind
from dwell.warehouse.append.checks import format_instant
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
        conflicts: Object -> the reason why its row contradicts the one that stands.
    """

    new: list[Row] = field(default_factory=list)
    updated: list[Row] = field(default_factory=list)
    givers: set[int] = field(default_factory=set)
    conflicts: dict[int, str] = field(default_factory=dict)


@lru_cache
def _places(table: Table) -> dict[str, int]:
    return {column.name: place for place, column in enumerate(table.columns)}


def key_places(table: Table) -> tuple[int, ...]:
    """Where the columns of the key stand in a row."""
    return tuple(_places(table)[name] for name in table.key)


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
        versions = sorted(group, key=columns.rank)  # stable: at one instant what is stored stands, then the first row
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
        places = _places(table)
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

    def rank(self, version: tuple[int, Row]) -> tuple[bool, int]:
        """Newest first; final figures of a day before provisional ones."""
        row = version[1]
        return self.provisional is not None and bool(row[self.provisional]), -row[self.observed]

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


def merge_observations(table: Table, rows: Sequence[tuple[int, Row]], stored: Mapping[Any, Row]) -> Merged:
    """Rows of a table that keeps every observation: one row a key, and no two that disagree.

    Args:
        table: The table.
        rows: Object and row, in the order of the source.
        stored: Key -> the stored row.
    """
    merged = Merged()
    for key, group in group_by_key(table, rows).items():
        before = stored.get(key)
        if before is None and len(group) == 1:
            merged.new.append(group[0][1])
            merged.givers.add(group[0][0])
        else:
            _merge_key(_Comparison(table), group, before, merged)
    return merged


def _merge_key(comparison: _Comparison, group: Sequence[tuple[int, Row]], before: Row | None, merged: Merged) -> None:
    versions = comparison.order(group)
    if before is not None:
        versions = [(_STORED, before), *versions]
    best, givers = versions[0][1], {versions[0][0]}
    for number, row in versions[1:]:
        if not comparison.contradicts(best, row) and comparison.adds(best, row):
            best = comparison.combine(best, row)
            givers.add(number)
    for number, row in group:
        difference = comparison.difference(best, row)
        if difference:
            merged.conflicts[number] = f"conflict: another row of the same key and time has {difference}"
    if before is None:
        merged.new.append(best)
    elif comparison.is_changed(before, best):
        merged.updated.append(best)
    else:
        return
    merged.givers |= givers - {_STORED}


class _Comparison:
    """Comparisons of a row that stands with another one of the same key and time."""

    def __init__(self, table: Table) -> None:
        places = _places(table)
        self.values = [(name, places[name]) for name in table.observed]
        self.kinds = {column.name: column.kind for column in table.columns}
        self.key = set(key_places(table))
        self.source = places["source"]
        self.views = places.get("views")
        self.rounded = places.get("rounded") if "rounded" in table.values else None
        self.units = [(places[name], places[unit]) for name, unit in table.units.items()]

    def order(self, group: Sequence[tuple[int, Row]]) -> list[tuple[int, Row]]:
        """The distinct rows: the one with more views, then with more known values, then the first one first."""
        distinct: dict[Row, tuple[int, Row]] = {}
        for number, row in group:
            distinct.setdefault(tuple(row[place] for _, place in self.values), (number, row))

        def rank(version: tuple[int, Row]) -> tuple[Any, ...]:
            row = version[1]
            views = row[self.views] if self.views is not None else None
            known = sum(row[place] is not None for _, place in self.values)
            return (views is None, -(views or 0), -known, version[0])

        return sorted(distinct.values(), key=rank)

    def differs(self, a: Row, b: Row, place: int) -> bool:
        """Both know the value, and it is not the same; a rounded row agrees with an exact one that rounds to it."""
        one, other = a[place], b[place]
        if one is None or other is None:
            return False
        if self.rounded is None or bool(a[self.rounded]) == bool(b[self.rounded]):
            return bool(one != other)
        exact, rounded = (other, one) if a[self.rounded] else (one, other)
        return not is_rounding_of(exact, rounded)

    def contradicts(self, a: Row, b: Row) -> bool:
        """They differ in some value."""
        return any(self.differs(a, b, place) for _, place in self.values)

    def difference(self, a: Row, b: Row) -> str:
        """The first value in which they differ, in words; empty where they agree."""
        for name, place in self.values:
            if self.differs(a, b, place):
                kind = self.kinds[name]
                return f"{name} {_format(kind, b[place])}, kept {_format(kind, a[place])}"
        return ""

    def adds(self, a: Row, b: Row) -> bool:
        """The second, which does not contradict, knows what the first does not."""
        fills = any(a[place] is None and b[place] is not None for _, place in self.values)
        if self.rounded is None or bool(a[self.rounded]) == bool(b[self.rounded]):
            return fills
        if b[self.rounded]:
            return False
        return fills or any(
            a[place] is not None and b[place] is not None and a[place] != b[place] for _, place in self.values
        )

    def combine(self, a: Row, b: Row) -> Row:
        """What both say together, where the second adds something."""
        row = list(a)
        exact = self.rounded is not None and bool(a[self.rounded]) and not b[self.rounded]
        for _, place in self.values:
            first, second = (b, a) if exact else (a, b)
            row[place] = first[place] if first[place] is not None else second[place]
        first, second = (b, a) if exact else (a, b)
        for place, unit in self.units:
            same = first[place] is None or (first[place] == second[place] and first[unit] is None)
            row[unit] = second[unit] if same else first[unit]
        if self.rounded is not None:
            row[self.rounded] = self._rounded(a, b, exact=exact)
        row[self.source] = b[self.source] if exact else a[self.source]
        return tuple(row)

    def _rounded(self, a: Row, b: Row, *, exact: bool) -> Any:
        assert self.rounded is not None
        one, other = a[self.rounded], b[self.rounded]
        if not exact:
            return one if one is not None else other
        left = any(b[place] is None and a[place] is not None and a[place] >= 1000 for _, place in self.values)
        return (other if other is not None else one) or left

    def is_changed(self, before: Row, after: Row) -> bool:
        """They differ in more than the source."""
        return any(
            old != new
            for place, (old, new) in enumerate(zip(before, after, strict=True))
            if place != self.source and place not in self.key
        )


def _format(kind: Kind, value: Any) -> str:
    """A value as the loader's engine writes it."""
    if kind == "instant":
        return format_instant(from_micros(value))
    return ("true" if value else "false") if kind == "flag" else str(value)


def is_rounding_of(exact: int, rounded: int) -> bool:
    """17,734 is what 17.7K was, and 17,834 is not; `is_rounding_of` of `warehouse.load.comparison` in SQL."""
    if rounded < 1000:
        return exact == rounded
    text = str(rounded)
    lost = min(len(text) - 2, len(text) - len(text.rstrip("0")))
    return bool(abs(exact - rounded) < 10**lost)
