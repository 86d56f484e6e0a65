"""Records as rows of the journal."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import msgspec

from dwell.records import Table
from dwell.records.tables import Kind
from dwell.warehouse.batches import to_micros

_TYPES: dict[Kind, tuple[type, ...]] = {
    "text": (str,),
    "count": (int,),
    "number": (float, int),
    "flag": (bool,),
    "instant": (datetime,),
    "day": (date,),
    "texts": (tuple, list),
}


def check_types(table: Table, record: msgspec.Struct) -> None:
    """Look at the types of a record's values; each combination once, because a table sees few.

    Raises:
        TypeError: A value is not of the type that the record declares: no table must hold it.
    """
    checked, types = _codec(table).checked, tuple(map(type, msgspec.structs.astuple(record)))
    if types in checked:
        return
    for column, kind in zip(table.columns, types, strict=True):
        if kind is not type(None) and kind not in _TYPES[column.kind]:
            expected = _TYPES[column.kind][0].__name__
            raise TypeError(f"{column.name} of {table.name} is {kind.__name__}, not {expected}")
    checked.add(types)


def encode(table: Table, record: msgspec.Struct) -> tuple[Any, ...]:
    """The row that a record makes, in the order of the table's columns."""
    row = list(msgspec.structs.astuple(record))
    for place, encoder in _codec(table).encoders:
        if row[place] is not None:
            row[place] = encoder(row[place])
    return tuple(row)


class _Codec:
    """Encoders of a table's columns, and the combinations of types that were looked at."""

    def __init__(self, table: Table) -> None:
        self.encoders = [
            (place, _ENCODERS[column.kind]) for place, column in enumerate(table.columns) if column.kind in _ENCODERS
        ]
        self.checked: set[tuple[type, ...]] = set()


_codec = lru_cache(_Codec)


def _encode_number(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


_ENCODERS: dict[Kind, Callable[[Any], Any]] = {
    "instant": to_micros,
    "day": date.isoformat,
    "number": _encode_number,
    "flag": int,
    "texts": lambda value: msgspec.json.encode(value).decode(),
}
