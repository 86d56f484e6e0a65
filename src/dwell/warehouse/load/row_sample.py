"""Some records of a file taken through the first steps one at a time, so that each step's values can be shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dwell.warehouse.load.extract_reader import ReadExtract
from dwell.warehouse.load.pipeline import Pipeline

if TYPE_CHECKING:
    import duckdb


class RowSample:
    """The texts and the typed values of some records.

    Attributes:
        fields: The columns that the file has.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, read: ReadExtract, records: Sequence[int]) -> None:
        self.connection = connection
        self.fields = read.fields
        typing = self._sampled(read, records)
        text = typing.through("text").query()
        connection.execute(f"CREATE OR REPLACE TEMP TABLE sample_typed AS {typing.query()}").fetchall()
        self._texts = self._rows(text, records)
        self._typed = self._rows(self._spelled(read), records)

    def value(self, record: int, name: str) -> tuple[str | None, Any]:
        """A column's text and its typed value."""
        texts, typed = self._texts[record], self._typed[record]
        text = texts.get(f"text_{name}", texts.get(f"native_{name}", texts.get(f"value_{name}")))
        if f"absolute_{name}" in typed:
            moment = typed[f"absolute_{name}"]
            clock = texts.get(f"clock_{name}")
            text = f"{text} {clock}" if text and clock else text
            return _shown(text), moment if moment is not None else typed[f"local_{name}"]
        return _shown(text), typed.get(f"value_{name}")

    def _sampled(self, read: ReadExtract, records: Sequence[int]) -> Pipeline:
        """The typing steps over the sampled records only, which are copied once, in their order."""
        listed = ", ".join(map(str, records))
        steps = read.typing.through("raw").add("counted", "SELECT *, row_number() OVER () - 1 AS record FROM raw")
        steps = steps.add(
            "sampled", f"SELECT * EXCLUDE (record) FROM counted WHERE record IN ({listed}) ORDER BY record"
        )
        # Record numbers are places in the file: with one thread and this setting the engine keeps to them.
        self.connection.execute("SET threads = 1; SET preserve_insertion_order = true").fetchall()
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE sample_raw AS {steps.query()}").fetchall()
        return read.typing.starting_from("raw", "SELECT * FROM sample_raw")

    def _spelled(self, read: ReadExtract) -> str:
        if not read.words:
            return "SELECT * FROM sample_typed ORDER BY rowid"
        steps = read.checking.starting_from("numbered", "SELECT *, rowid AS record FROM sample_typed")
        return steps.through("spelled").add("ordered", "SELECT * FROM spelled ORDER BY record").query()

    def _rows(self, sql: str, records: Sequence[int]) -> dict[int, dict[str, Any]]:
        cursor = self.connection.execute(sql)
        names = [column[0] for column in cursor.description or []]
        rows = cursor.fetchall()
        return {record: dict(zip(names, row, strict=True)) for record, row in zip(records, rows, strict=True)}


def _shown(text: Any) -> str | None:
    return None if text is None or text == [] else str(text)
