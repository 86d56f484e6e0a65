"""Records as rows of the journal."""

from __future__ import annotations

import json
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


def encode(table: Table, record: msgspec.Struct) -> tuple[Any, ...]:
    """The row that a record makes, in the order of the table's columns.

    Raises:
        TypeError: A value is not of the type that the record declares: no table must hold it.
    """
    types, encoders = _codec(table)
    row = list(msgspec.structs.astuple(record))
    for place, value in enumerate(row):
        if value is not None and type(value) not in types[place]:
            name = table.columns[place].name
            raise TypeError(f"{name} of {table.name} is {type(value).__name__}, not {types[place][0].__name__}")
    for place, encoder in encoders:
        row[place] = encoder(row[place])
    return tuple(row)


@lru_cache
def _codec(table: Table) -> tuple[list[tuple[type, ...]], list[tuple[int, Callable[[Any], Any]]]]:
    types = [_TYPES[column.kind] for column in table.columns]
    encoders = [
        (place, _ENCODERS[column.kind]) for place, column in enumerate(table.columns) if column.kind in _ENCODERS
    ]
    return types, encoders


def _encode_texts(value: Any) -> str:
    return json.dumps(list(value), ensure_ascii=False, separators=(",", ":")) if value else "[]"


_ENCODERS: dict[Kind, Callable[[Any], Any]] = {
    "instant": lambda value: None if value is None else to_micros(value),
    "day": lambda value: None if value is None else value.isoformat(),
    "number": lambda value: None if value is None or math.isnan(value) else float(value),
    "flag": lambda value: None if value is None else int(value),
    "texts": _encode_texts,
}
