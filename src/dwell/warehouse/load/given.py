"""What a file gave to rows that others gave, too, for `contributions`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from dwell.warehouse.columns import stored_value, to_journal
from dwell.warehouse.contributions import BEFORE, PART_ROWS, Contribution, pack
from dwell.warehouse.load.merge_observations import ObservationMerge

if TYPE_CHECKING:
    from dwell.warehouse.load.merge import Merge


def collect_given(merge: Merge, tables: Iterable[str]) -> list[Contribution]:
    """What these tables got for keys that were stored, or that a reading of their day filled; after the merge."""
    found = (pack(merge.keyed[name].table, _rows(merge, name)) for name in tables)
    return [each for each in found if each.parts]


def _rows(merge: Merge, name: str) -> Iterator[list[tuple[Any, ...]]]:
    keyed, merged = merge.keyed[name], merge.merges[name]
    stored = keyed.work_table("stored")
    keys = f"SELECT {keyed.key} FROM {stored}"
    before = f"SELECT {keyed.names}, seq FROM {stored}"
    if isinstance(merged, ObservationMerge) and merged.days and merged.days.filled:
        filled, near = keyed.work_table("filled"), keyed.work_table("near")
        keys += f" UNION SELECT {keyed.key} FROM {filled}"
        before += (
            f" UNION ALL SELECT {keyed.names}, seq FROM {near} SEMI JOIN {filled} USING ({keyed.key}) "
            f"ANTI JOIN {stored} USING ({keyed.key})"
        )
    elif not keyed.stored:
        return
    given = f"SELECT row_id, {keyed.names}, NULL::BIGINT AS seq FROM {keyed.rows}"
    given += f" SEMI JOIN ({keys}) AS known USING ({keyed.key})"
    every = f"{given} UNION ALL SELECT {BEFORE} AS row_id, {keyed.names}, seq FROM ({before})"
    columns = keyed.table.columns
    values = f"SELECT row_id, {', '.join(map(stored_value, columns))}, seq FROM ({every})"
    cursor = keyed.connection.execute(f"SELECT row_id, {', '.join(map(to_journal, columns))}, seq FROM ({values})")
    while chunk := cursor.fetchmany(PART_ROWS):
        yield chunk
