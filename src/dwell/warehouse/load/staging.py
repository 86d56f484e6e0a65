"""Bringing one extract onto the stage: one pass over a clean file; a second look at what is broken or oddly spelt."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dwell.errors import BadFileError
from dwell.records import Extract, Hints
from dwell.warehouse.columns import literal
from dwell.warehouse.load import agree, csv_repair, ids, instants, macros
from dwell.warehouse.load.fields import fields, parse, raw_names
from dwell.warehouse.load.odd import plain_rows, understood_rows
from dwell.warehouse.load.source import Raw, csv_raw, header, raw
from dwell.warehouse.load.stage import Reading, Stage, stage

if TYPE_CHECKING:
    import duckdb

Progress = Callable[[float], None]

# A file beyond this size is sampled first, so that an oddly spelt one is not staged in vain.
_LARGE = 8 << 20
_SAMPLE = 2000


@dataclass(frozen=True)
class Brought:
    """An extract on the stage.

    Attributes:
        stage: Its columns.
        rows: Records.
        repaired: It was a CSV that breaks the standard; each broken line is a record with its reason.
        place: Column that numbers the records from 0.
    """

    stage: Stage
    rows: int
    repaired: bool
    place: str


def prepare(connection: duckdb.DuckDBPyConnection, scratch: Path) -> None:
    """Macros, and a database in the scratch folder for working tables: compressed, and never all in memory."""
    for macro in (*macros.MACROS, *ids.MACROS, *instants.MACROS, *agree.MACROS):
        connection.execute(f"CREATE OR REPLACE TEMP MACRO {macro}").fetchall()
    # How far a query is can be asked for; DuckDB is not to print it by itself.
    connection.execute("SET enable_progress_bar = true; SET enable_progress_bar_print = false").fetchall()
    # Nobody reads this database after a crash, so it keeps no log.
    place = literal(str(scratch / "work.duckdb"))
    connection.execute(f"ATTACH {place} AS work (RECOVERY_MODE no_wal_writes)").fetchall()


class Stager:
    """Brings one extract onto the stage.

    Args:
        connection: Prepared.
        extract: What to bring.
        table: The stage table to make.
        reading: What was decided before.
        hints: What the user said.
        progress: Called with the fraction that is read.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, extract: Extract, table: str, reading: Reading, hints: Hints,
        progress: Progress,
    ) -> None:  # fmt: skip
        self.connection = connection
        self.extract = extract
        self.table = table
        self.reading = reading
        self.hints = hints
        self.progress = progress

    def bring(self, scratch: Path) -> Brought:
        """Makes the stage table.

        Raises:
            BadFileError: The file cannot be read as what it is.
            AmbiguousDatesError: Nothing tells day/month from month/day.
        """
        source = raw(self.connection, self.extract, raw_names(self.extract.shape))
        if self.extract.layout != "csv":
            return self._stage(source, repaired=False)
        try:
            brought = self._stage(source, repaired=False)
            if self._whole(brought.rows):
                return brought
        except BadFileError:
            pass  # not the standard's CSV: the repair tells its good records from its broken lines
        return self._stage(self._repaired(scratch), repaired=True)

    def _stage(self, source: Raw, *, repaired: bool) -> Brought:
        found = fields(self.extract.shape, source)
        made = stage(self.extract.shape, found, self.reading)
        parsed = parse(found, source)
        if not self._sampled_odd(plain_rows(found, parsed)):
            rows = self._create(self.table, made.over(plain_rows(found, parsed)))
            if not self._odd(self.table):
                return Brought(made, rows, repaired, "rowid")
        rows = self._create(f"{self.table}_parsed", parsed)
        understood = understood_rows(self.connection, found, f"{self.table}_parsed", self.hints)
        numbered = made.over(understood).replace("SELECT ", "SELECT rn, ", 1)
        self._create(self.table, numbered)
        self.connection.execute(f"DROP TABLE {self.table}_parsed").fetchall()
        return Brought(made, rows, repaired, "rn")

    def _sampled_odd(self, rows: str) -> bool:
        if self.extract.path.stat().st_size < _LARGE:
            return False
        sample = f"SELECT bool_or(odd) FROM (SELECT odd FROM ({rows}) LIMIT {_SAMPLE})"
        with self._readable():
            row = self.connection.execute(sample).fetchone()
        return bool(row and row[0])

    def _odd(self, table: str) -> bool:
        return self.connection.execute(f"SELECT 1 FROM {table} WHERE odd LIMIT 1").fetchone() is not None

    def _whole(self, rows: int) -> bool:
        """The engine lost no record: counted apart from it, fast where no field holds a line end."""
        path = self.extract.path
        return rows + 1 == csv_repair.count_lines(path) or rows == csv_repair.count_records(path)

    def _repaired(self, scratch: Path) -> Raw:
        target = scratch / f"{self.table.replace('.', '-')}.csv"
        columns = header(self.extract.path, self.extract.delimiter)
        csv_repair.repair(self.extract.path, self.extract.delimiter, len(columns), target)
        return csv_raw(target, self.extract.delimiter, columns, raw_names(self.extract.shape), repaired=True)

    def _create(self, table: str, select: str) -> int:
        """Runs a SELECT into a table, in the order of the file; returns the rows."""
        done = threading.Event()
        watcher = threading.Thread(target=self._watch, args=(done,), daemon=True)
        watcher.start()
        try:
            with self._readable():
                self.connection.execute("SET preserve_insertion_order = true").fetchall()
                rows = self.connection.execute(f"CREATE OR REPLACE TABLE {table} AS {select}").fetchall()
        finally:
            done.set()
            watcher.join()
            self.connection.execute("SET preserve_insertion_order = false").fetchall()
        return int(rows[0][0])

    def _readable(self) -> _Readable:
        return _Readable(self.extract.path)

    def _watch(self, done: threading.Event) -> None:
        """Tells how far the running query is, a few times a second."""
        while not done.wait(0.25):
            percent = self.connection.query_progress()
            if percent >= 0:
                self.progress(min(percent, 100.0) / 100)


class _Readable:
    """What DuckDB says of a file that it cannot read, as a `BadFileError`."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        import duckdb

        if isinstance(error, duckdb.InvalidInputException | duckdb.ConversionException):
            what = str(error).splitlines()[0].removeprefix("Invalid Input Error: ")
            raise BadFileError(f"{self.path.name} cannot be read ({what}); export it again.") from error
