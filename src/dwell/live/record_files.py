"""Records as files of their tables, for the loader: only it sees the whole lake."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from dwell.records import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dwell.providers.rewrite import Rewriter

Writers = dict[tuple[str, tuple[str, ...]], "Rewriter"]
"""Source and tables -> the file of their rows."""

_NAMES = {table.record: name for name, table in TABLES.items()}


def add_records(writers: Writers, scratch: Path, line: int, records: Iterable[msgspec.Struct]) -> None:
    """Adds each record to the file of its table, which is begun if it is the first.

    Args:
        writers: The files.
        scratch: Where they are.
        line: The number of the object that gave them.
        records: The records, each with its source.
    """
    from dwell.providers.rewrite import Rewriter

    for record in records:
        name = _NAMES[type(record)]
        values = msgspec.structs.asdict(record)
        key = values["source"], (name,)
        if key not in writers:
            writers[key] = Rewriter(scratch, key[0], name, cumulative=not TABLES[name].is_daily)
        # As text, because midnight as a time is taken for a day.
        times = {column: value.isoformat() for column, value in values.items() if isinstance(value, datetime)}
        writers[key].add(line, values | times)
