"""One extract into its checked table: one pass over a clean file, a second over one with broken lines or spellings."""

from __future__ import annotations

import json
import os
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from dwell.errors import BadFileError
from dwell.records import Extract, Hints
from dwell.settings.limits import CSV_ROW, JSON_ROW, Limit
from dwell.warehouse.columns import quote_text
from dwell.warehouse.load import csv_repair, json_repair
from dwell.warehouse.load.checked import CheckedColumns, add_checked
from dwell.warehouse.load.column_styles import Writing
from dwell.warehouse.load.pipeline import Pipeline
from dwell.warehouse.load.raw import NOT_JSON, RawRows, csv_rows, header, raw_rows
from dwell.warehouse.load.row_facts import LoadOptions
from dwell.warehouse.load.spellings import assume_canonical, read_spellings, words_table
from dwell.warehouse.load.text import Field, add_text, find_fields, raw_names
from dwell.warehouse.load.typed import add_typed

if TYPE_CHECKING:
    import duckdb

Progress = Callable[[float], None]

# A file beyond this size is sampled first, so that one with unusual spellings is not read twice in full.
_LARGE = 8 << 20
_SAMPLE = 2000
# Where DuckDB finds the damage.
_PLACE = re.compile(r"((?:on |in )?(?:line|byte|record/value):? \d+)", re.IGNORECASE)


@dataclass(frozen=True)
class ReadExtract:
    """An extract in its checked table.

    Attributes:
        columns: What the table has.
        rows: Records.
        repaired: It was a CSV that breaks the standard; each broken line is a record with its reason.
        number_column: Column that numbers the records from 0.
        fields: The canonical columns that the file has.
        typing: The steps from `raw` to `typed`.
        checking: The steps from there to `checked`.
        words: Tables of the unusual spellings, one for each column that has any.
        warnings: What was decided on weak evidence, a sentence each.
    """

    columns: CheckedColumns
    rows: int
    repaired: bool
    number_column: str
    fields: tuple[Field, ...]
    typing: Pipeline
    checking: Pipeline
    words: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


class ExtractReader:
    """Reads one extract into its checked table.

    Args:
        connection: Prepared.
        extract: What to read.
        table: The table to make.
        options: What was decided before.
        hints: What the user said.
        progress: Called with the fraction that is read.
        ask: The user can be asked what a spelling means; otherwise it is not read.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, extract: Extract, table: str, options: LoadOptions, hints: Hints,
        progress: Progress, *, ask: bool = True,
    ) -> None:  # fmt: skip
        self.ask = ask
        self.connection = connection
        self.extract = extract
        self.table = table
        self.options = options
        self.hints = hints
        self.progress = progress

    def read(self, scratch: Path) -> ReadExtract:
        """Makes the checked table.

        Raises:
            BadFileError: The file cannot be read as what it is.
            AmbiguousDatesError: Nothing tells day/month from month/day.
            AmbiguousNumbersError: Nothing tells what a mark between digits means.
        """
        with self._readable():
            raw = raw_rows(self.connection, self.extract, raw_names(self.extract.shape))
        if self.extract.layout in {"ndjson", "array"}:
            return self._read_json(raw, scratch)
        if self.extract.layout != "csv":
            return self._read(raw, repaired=False)
        try:
            read = self._read(raw, repaired=False)
            if self._is_whole(read.rows):
                return read
        except BadFileError:
            pass  # not the standard's CSV: the repair separates its good records from its broken lines
        return self._read(self._repaired_rows(scratch), repaired=True)

    def _read_json(self, raw: RawRows, scratch: Path) -> ReadExtract:
        """JSON that the engine refuses in part is read again without halves of characters, where it has any."""
        refusal: BadFileError | None = None
        try:
            read = self._read(raw, repaired=False)
            if not self._has_broken(self.table):
                return read
        except BadFileError as error:
            refusal = error
        target = scratch / f"{self.table.replace('.', '-')}.json"
        if json_repair.replace_half_characters(self.extract.path, target):
            repaired = replace(self.extract, path=target)
            return self._read(raw_rows(self.connection, repaired, raw_names(self.extract.shape)), repaired=False)
        if refusal:
            raise refusal
        return read

    def _read(self, raw: RawRows, *, repaired: bool) -> ReadExtract:
        fields = tuple(find_fields(self.extract.shape, raw))
        typing = add_typed(add_text(fields, raw), fields)
        canonical = assume_canonical(typing, fields)
        if not any(field.undecided for field in fields) and not self._sample_is_unusual(canonical):
            steps, columns = add_checked(canonical, self.extract.shape, fields, self.options)
            rows = self._create(self.table, steps)
            if not self._is_unusual(self.table):
                checking = steps.after("typed")
                return ReadExtract(columns, rows, repaired, "rowid", fields, typing, checking)
        typed = f"{self.table}_typed"
        rows = self._create(typed, typing)
        spelled = read_spellings(self.connection, fields, typed, self.hints, self._writing(raw))
        checking, columns = add_checked(spelled.steps, self.extract.shape, fields, self.options, numbered=True)
        self._create(self.table, checking)
        self.connection.execute(f"DROP TABLE {typed}").fetchall()
        words = tuple(words_table(typed, column) for column in spelled.unusual)
        return ReadExtract(columns, rows, repaired, "record", fields, typing, checking, words, spelled.warnings)

    def _writing(self, raw: RawRows) -> Writing:
        semicolons = self.extract.layout == "csv" and self.extract.delimiter == ";"
        if self.extract.layout not in {"ndjson", "array"} or self.extract.line_key:
            return Writing("", semicolons, self.ask)
        return Writing(".", ask=self.ask, is_quoted=partial(self._is_quoted, raw))

    def _is_quoted(self, raw: RawRows, text: str) -> bool:
        quoted = quote_text(json.dumps(text))
        steps = raw.steps.add("quoted", f"SELECT 1 FROM raw WHERE contains(json, {quoted}) LIMIT 1")
        return self.connection.execute(steps.query()).fetchone() is not None

    def _sample_is_unusual(self, steps: Pipeline) -> bool:
        if self.extract.path.stat().st_size < _LARGE:
            return False
        sample = steps.add("sample", f"SELECT unusual FROM spelled LIMIT {_SAMPLE}")
        with self._readable():
            row = self.connection.execute(sample.add("any", "SELECT bool_or(unusual) FROM sample").query()).fetchone()
        return bool(row and row[0])

    def _is_unusual(self, table: str) -> bool:
        return self.connection.execute(f"SELECT 1 FROM {table} WHERE unusual LIMIT 1").fetchone() is not None

    def _has_broken(self, table: str) -> bool:
        return (
            self.connection.execute(f"SELECT 1 FROM {table} WHERE problem = {quote_text(NOT_JSON)} LIMIT 1").fetchone()
            is not None
        )

    def _is_whole(self, rows: int) -> bool:
        """The engine lost no record: counted apart from it, fast where no field holds a line end."""
        path, lines = self.extract.path, self.extract.lines
        return rows + 1 == (
            csv_repair.count_lines(path) if lines is None else lines
        ) or rows == csv_repair.count_records(path)

    def _repaired_rows(self, scratch: Path) -> RawRows:
        target = scratch / f"{self.table.replace('.', '-')}.csv"
        columns = header(self.extract)
        csv_repair.repair(self.extract.path, self.extract.delimiter, len(columns), target)
        extract = replace(self.extract, path=target)
        return csv_rows(extract, columns, raw_names(self.extract.shape), repaired=True)

    def _create(self, table: str, steps: Pipeline) -> int:
        """Runs steps into a table, in the order of the file; returns the rows."""
        done = threading.Event()
        watcher = threading.Thread(target=self._watch, args=(done,), daemon=True)
        watcher.start()
        threads = self.connection.execute("SELECT current_setting('threads')").fetchone()
        try:
            with self._readable():
                self.connection.execute("SET preserve_insertion_order = true").fetchall()
                if self._is_unordered():
                    self.connection.execute("SET threads = 1").fetchall()
                rows = self.connection.execute(f"CREATE OR REPLACE TABLE {table} AS {steps.query()}").fetchall()
        finally:
            done.set()
            watcher.join()
            self.connection.execute("SET preserve_insertion_order = false").fetchall()
            self.connection.execute(f"SET threads = {threads[0] if threads else 1}").fetchall()
        return int(rows[0][0])

    def _is_unordered(self) -> bool:
        """JSON lines without a line end at the last one: several threads read that line before the others."""
        if self.extract.layout != "ndjson" or not self.extract.path.stat().st_size:
            return False
        with self.extract.path.open("rb") as file:
            file.seek(-1, os.SEEK_END)
            return file.read(1) != b"\n"

    def _readable(self) -> _Readable:
        return _Readable(self.extract)

    def _watch(self, done: threading.Event) -> None:
        """Reports the progress of the running query, a few times a second."""
        while not done.wait(0.25):
            percent = self.connection.query_progress()
            if percent >= 0:
                self.progress(min(percent, 100.0) / 100)


class _Readable:
    """What DuckDB says of a file that it cannot read, as a `BadFileError`."""

    def __init__(self, extract: Extract) -> None:
        self.extract = extract

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is None:
            return
        if limit := self._limit(error):
            raise BadFileError(
                f"{self.extract.name} has a row longer than {limit}; shorten it, or set {limit.variable} higher."
            ) from error
        if self._is_damage(error):
            place = _PLACE.search(str(error).splitlines()[0])
            at = f" ({' '.join(place[1].casefold().split())})" if place else ""
            raise BadFileError(f"{self.extract.name} is cut off or damaged{at}; export it again.") from error

    def _limit(self, error: BaseException) -> Limit | None:
        """The limit that a row of text is longer than."""
        import duckdb

        if isinstance(error, duckdb.NotImplementedException) and self.extract.layout != "parquet":
            return CSV_ROW
        is_long = isinstance(error, duckdb.InvalidInputException) and "maximum_object_size" in str(error)
        return JSON_ROW if is_long else None

    def _is_damage(self, error: BaseException) -> bool:
        """Text has two ways to be damaged; over the bytes of a Parquet file DuckDB can stumble anywhere."""
        import duckdb

        if isinstance(error, duckdb.InvalidInputException | duckdb.ConversionException):
            return True
        if self.extract.layout != "parquet":
            return False
        stumbles = (
            duckdb.DataError, duckdb.NotSupportedError, duckdb.InternalError, duckdb.SerializationException,
            duckdb.FatalException,
        )  # fmt: skip
        is_of_file = isinstance(error, duckdb.IOException) and str(self.extract.path) in str(error)
        return type(error) is duckdb.Error or isinstance(error, stumbles) or is_of_file
