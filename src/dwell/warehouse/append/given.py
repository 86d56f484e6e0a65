"""What a batch of records gave to rows that others gave, too, for `contributions`."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dwell.records import TABLES, Table
from dwell.warehouse import contributions, current_rows, journal_rows
from dwell.warehouse.append.codec import Row
from dwell.warehouse.append.merge import group_by_key
from dwell.warehouse.contributions import BEFORE, PART_ROWS, Contribution
from dwell.warehouse.row_checksums import as_stored


def collect_given(
    log: sqlite3.Connection, rows: Mapping[str, Sequence[tuple[int, Row]]], stored: Mapping[str, Mapping[Any, Row]]
) -> list[Contribution]:
    """What tables got for keys that were stored, before the batch is; only where a file has given rows to the table.

    Args:
        log: The journal.
        rows: Table -> object and row.
        stored: Table -> key -> the stored row.
    """
    wanted = [name for name, found in stored.items() if found]
    if wanted:
        wanted = sorted(contributions.given_tables(log).intersection(wanted))
    return [_collect(log, TABLES[name], rows[name], stored[name]) for name in wanted]


def _collect(
    log: sqlite3.Connection, table: Table, rows: Sequence[tuple[int, Row]], stored: Mapping[Any, Row]
) -> Contribution:
    if table.keeps == "newest":
        batches = current_rows.find_batches(log, table, stored)
    else:
        batches = {key: seq for key, (_, seq) in journal_rows.find(log, table, stored).items()}
    groups = group_by_key(table, rows)

    def listed() -> Iterator[tuple[Any, ...]]:
        for key, before in stored.items():
            yield (BEFORE, *before, batches[key])
            given = as_stored(table, [row for _, row in groups[key]])
            yield from ((number, *row, None) for (number, _), row in zip(groups[key], given, strict=True))

    every = list(listed())
    return contributions.pack(table, (every[at : at + PART_ROWS] for at in range(0, len(every), PART_ROWS)))
