"""What became of single rows of a merged file: the reason against them, and what each table got of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from dwell.records import TABLES
from dwell.warehouse.load.explanation import TableRow
from dwell.warehouse.load.merge import Merge
from dwell.warehouse.load.merge_observations import ObservationMerge
from dwell.warehouse.load.rows import CheckedExtract

if TYPE_CHECKING:
    import duckdb


class RowOutcomes:
    """Outcomes of rows, by their number in the file.

    Attributes:
        columns: Every column of the tables that the file feeds.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, merge: Merge) -> None:
        self.connection = connection
        self.merge = merge
        self.columns = list(dict.fromkeys(column.name for name in merge.tables for column in TABLES[name].columns))

    def reasons(self, row_ids: Sequence[int]) -> dict[int, str]:
        """Row -> why nothing of it is kept, for the rejects."""
        rows = self.connection.execute(f"SELECT row_id, reason FROM work.rejects WHERE {_among(row_ids)}").fetchall()
        return dict(rows)

    def unkept(self, row_ids: Sequence[int]) -> dict[int, str]:
        """Row -> what of it is not kept, because another reading of the same time is."""
        sql = f"SELECT row_id, min(difference) FROM work.unkept WHERE {_among(row_ids)} GROUP BY row_id"
        return {
            row_id: f"duplicate: another reading of the same time is kept; {difference}"
            for row_id, difference in self.connection.execute(sql).fetchall()
        }

    def table_rows(self, checked: CheckedExtract, row_ids: Sequence[int]) -> dict[int, list[TableRow]]:
        """Row -> what it gives to each table."""
        refused = self.reasons(row_ids).keys()
        given: dict[int, list[TableRow]] = {}
        for name in self.merge.tables:
            if name not in checked.shape.tables:
                continue
            steps = checked.table_rows(TABLES[name]).add("explained", f"SELECT * FROM rows WHERE {_among(row_ids)}")
            cursor = self.connection.execute(steps.query())
            columns = [column[0] for column in cursor.description or []]
            rows = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
            outcomes = self._outcomes(name, row_ids)
            for row in rows:
                row_id = row.pop("row_id")
                outcome = "refused" if row_id in refused else outcomes.get(row_id, "known")
                given.setdefault(row_id, []).append(TableRow(name, outcome, row))
        return given

    def _outcomes(self, name: str, row_ids: Sequence[int]) -> dict[int, str]:
        """Row -> `new`, `updated` or `duplicate`; the others are known."""
        keyed, merged, among = self.merge.keyed[name], self.merge.merges[name], _among(row_ids)
        outcomes = {row_id: "new" for (row_id,) in self._rows(keyed.unshared_rows(), "row_id", among)}
        if isinstance(merged, ObservationMerge) and keyed.shared:
            outcomes |= {row_id: "duplicate" for (row_id,) in self._rows(merged.unkept(), "row_id", among)}
        changed = self._rows(merged.changed_rows(), "row_id, bool_or(is_new)", f"{among} GROUP BY row_id")
        return outcomes | {row_id: "new" if is_new else "updated" for row_id, is_new in changed}

    def _rows(self, sql: str, columns: str, where: str) -> list[tuple[int, ...]]:
        return self.connection.execute(f"WITH every AS ({sql}) SELECT {columns} FROM every WHERE {where}").fetchall()


def _among(row_ids: Iterable[int]) -> str:
    return f"row_id IN ({', '.join(map(str, row_ids))})"
