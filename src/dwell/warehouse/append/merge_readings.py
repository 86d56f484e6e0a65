"""The merge of `warehouse.load.merge_observations` for the few rows of an append: the same rules in Python.

One property test drives both. A row is a tuple in the order of the table's columns, as the journal has it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from dwell.clock import from_micros
from dwell.records import Table
from dwell.records.tables import Kind
from dwell.text.rounding import LEAST_ROUNDED
from dwell.warehouse.append.checks import format_instant
from dwell.warehouse.append.codec import Row
from dwell.warehouse.append.merge import Merged, group_by_key, key_places, places_of
from dwell.warehouse.load.comparison import ReadingColumns

_STORED = -1


@dataclass(frozen=True, slots=True)
class _Version:
    """One reading of a key: the object that gave it (-1 for the stored one), its row, the name of its import."""

    number: int
    row: Row
    imported: str


def merge_observations(
    table: Table, rows: Sequence[tuple[int, Row]], stored: Mapping[Any, tuple[Row, str]], imported: str = ""
) -> Merged:
    """Rows of a table that keeps every reading: one row a key, merged by column.

    Args:
        table: The table.
        rows: Object and row, in the order of the source.
        stored: Key -> the stored row, and the name of its import.
        imported: Name of this import.
    """
    merged, readings = Merged(), _readings(table)
    for key, group in group_by_key(table, rows).items():
        before = stored.get(key)
        if before is None and len(group) == 1:
            merged.new.append(group[0][1])
            merged.givers.add(group[0][0])
        else:
            _merge_key(readings, group, before, imported, merged)
    return merged


def _merge_key(
    readings: _Readings, group: Sequence[tuple[int, Row]], stored: tuple[Row, str] | None, imported: str, merged: Merged
) -> None:
    versions = [_Version(number, row, imported) for number, row in readings.distinct(group)]
    if stored is not None:
        versions.append(_Version(_STORED, *stored))
    versions.sort(key=readings.values_of, reverse=True)
    versions.sort(key=readings.rank)  # stable
    best, givers = readings.combine(versions, imported)
    for number, row in group:
        difference = readings.difference(row, best)
        if difference:
            merged.unkept[number] = difference
    if stored is None:
        merged.new.append(best)
        merged.givers |= set(givers.values())
        return
    changed = [place for place in readings.compared if best[place] != stored[0][place]]
    if changed:
        merged.updated.append(best)
        by_value = {givers[place] for place in changed if place in givers}
        values_same = not any(place in readings.value_places for place in changed)
        merged.givers |= (by_value | ({versions[0].number} if values_same else set())) - {_STORED}


@lru_cache
def _readings(table: Table) -> _Readings:
    return _Readings(table)


class _Readings:
    """How the readings of one table are merged."""

    def __init__(self, table: Table) -> None:
        places, columns = places_of(table), ReadingColumns(table)
        self.names = {places[name]: name for name in columns.values}
        self.value_places = tuple(self.names)
        self.kinds = {places[column.name]: column.kind for column in table.columns}
        self.units = {places[name]: places[unit] for name, unit in columns.units.items()}
        self.can_round = {places[name] for name in columns.values if columns.can_round(name)}
        self.counters = {place for place, name in self.names.items() if name in columns.counters}
        self.key, self.source, self.views = set(key_places(table)), places["source"], places.get("views")
        self.rounded = places.get("rounded")
        self.precision, self.zone = places.get("observed_precision"), places.get("observed_zone")
        self.sources = places.get("value_sources")
        self.described = [p for p in (self.precision, self.zone) if p is not None]
        with_rounding = [places[name] for name in columns.with_rounding]
        self.compared = [*with_rounding, *self.described]

    def distinct(self, group: Sequence[tuple[int, Row]]) -> list[tuple[int, Row]]:
        """The rows without those that say the same as an earlier one."""
        found: dict[Row, tuple[int, Row]] = {}
        for number, row in group:
            found.setdefault(tuple(row[place] for place in self.compared), (number, row))
        return list(found.values())

    def values_of(self, version: _Version) -> list[Any]:
        """What a reading says, to be compared column by column; an unknown value is the least."""
        return [(version.row[place] is not None, version.row[place]) for place in self.compared]

    def rank(self, version: _Version) -> tuple[Any, ...]:
        """Known to the instant first, then more views, then a day read now before the stored row, before an instant."""
        row = version.row
        views = row[self.views] if self.views is not None else None
        known = sum(row[place] is not None for place in self.value_places)
        precision = row[self.precision] if self.precision is not None else None
        now = 1 if version.number == _STORED else 0 if precision == "day" else 2
        return precision == "day", views is None, -(views or 0), now, -known

    def combine(self, versions: Sequence[_Version], imported: str) -> tuple[Row, dict[int, int]]:
        """One row of the best value of each column, and which object gave each value."""
        row: list[Any] = list(versions[0].row)
        givers: dict[int, _Version] = {}
        for place in self.value_places:
            giver = self._giver(versions, place)
            row[place] = None if giver is None else giver.row[place]
            if giver is not None:
                givers[place] = giver
            if place in self.units:
                row[self.units[place]] = self._unit(versions, place, giver)
        origins = {place: self._origin(giver, place) for place, giver in givers.items()}
        row[self.source] = next(iter(origins.values())).rpartition("@")[0]
        if self.sources is not None:
            alike = set(origins.values()) == {f"{row[self.source]}@{imported}"}
            row[self.sources] = None if alike else _to_json({self.names[p]: origin for p, origin in origins.items()})
        if self.rounded is not None:
            row[self.rounded] = self._rounded(row, givers)
        if self.precision is not None and self.zone is not None:
            row[self.precision], row[self.zone] = self._precision(versions)
        return tuple(row), {place: giver.number for place, giver in givers.items()}

    def _giver(self, versions: Sequence[_Version], place: int) -> _Version | None:
        """The first that knows the value; if it is rounded, the first exact one that it is the rounding of."""
        known = [version for version in versions if version.row[place] is not None]
        if not known:
            return None
        first = known[0]
        if place not in self.can_round or self._is_exact(first.row, place):
            return first
        exact = next((version for version in known if self._is_exact(version.row, place)), None)
        return exact if exact is not None and self._agrees(exact.row[place], first.row, place) else first

    def _is_exact(self, row: Row, place: int) -> bool:
        unit = row[self.units[place]] if place in self.units else None
        return bool(unit == 1) if unit is not None else not (self.rounded is not None and row[self.rounded])

    def _agrees(self, exact: int, row: Row, place: int) -> bool:
        """An exact value is what the row's rounded one was."""
        unit = row[self.units[place]] if place in self.units else None
        if unit is not None and unit > 1:
            return is_rounded_to(exact, row[place], unit)
        return is_rounding_of(exact, row[place])

    def _unit(self, versions: Sequence[_Version], place: int, giver: _Version | None) -> Any:
        """Equal counters share what is known of their unit."""
        if giver is None:
            return None
        units = [giver, *(version for version in versions if version.row[place] == giver.row[place])]
        return next((v.row[self.units[place]] for v in units if v.row[self.units[place]] is not None), None)

    def _origin(self, giver: _Version, place: int) -> str:
        own = giver.row[self.sources] if self.sources is not None else None
        return _from_json(own).get(self.names[place]) or f"{giver.row[self.source]}@{giver.imported}"

    def _rounded(self, row: Sequence[Any], givers: Mapping[int, _Version]) -> Any:
        assert self.rounded is not None
        for place, giver in givers.items():
            is_rounded = giver.row[self.rounded] and not self._is_exact(giver.row, place)
            if is_rounded and place in self.counters and row[place] >= 1000:
                return 1
        return next((g.row[self.rounded] for g in givers.values() if g.row[self.rounded] is not None), None)

    def _precision(self, versions: Sequence[_Version]) -> tuple[Any, Any]:
        assert self.precision is not None
        assert self.zone is not None
        known = (v.row for v in versions if v.row[self.precision] is not None)
        return next(((row[self.precision], row[self.zone]) for row in known), (None, None))

    def difference(self, row: Row, best: Row) -> str:
        """The first value of a row that is neither the merged one nor a rounding of it, in words; empty without one."""
        for place, name in self.names.items():
            own, kept = row[place], best[place]
            if own is None or kept is None or own == kept:
                continue
            if place in self.can_round and not self._is_exact(row, place) and self._agrees(kept, row, place):
                continue
            kind = self.kinds[place]
            return f"{name} {_format(kind, own)}, kept {_format(kind, kept)}"
        return ""


def _from_json(text: str | None) -> dict[str, str]:
    try:
        origins = json.loads(text or "{}")
    except ValueError:  # a table that was edited elsewhere
        return {}
    return origins if isinstance(origins, dict) else {}


def _to_json(origins: Mapping[str, str]) -> str:
    return json.dumps(origins, separators=(",", ":"), ensure_ascii=False)


def _format(kind: Kind, value: Any) -> str:
    """A value as the loader's engine writes it."""
    if kind == "instant":
        return format_instant(from_micros(value))
    return ("true" if value else "false") if kind == "flag" else str(value)


def is_rounded_to(exact: int, rounded: int, unit: int) -> bool:
    """The exact count may be shown so; `is_rounded_to` of `warehouse.load.comparison` in SQL."""
    near = exact - rounded < unit and rounded - exact <= unit // 2
    return exact == rounded or (near and (exact >= LEAST_ROUNDED or rounded < LEAST_ROUNDED))


def is_rounding_of(exact: int, rounded: int) -> bool:
    """17,734 is what 17.7K was, and 17,834 is not; `is_rounding_of` of `warehouse.load.comparison` in SQL."""
    if rounded < LEAST_ROUNDED:
        return exact == rounded
    text = str(rounded)
    return is_rounded_to(exact, rounded, 10 ** min(len(text) - 2, len(text) - len(text.rstrip("0"))))
