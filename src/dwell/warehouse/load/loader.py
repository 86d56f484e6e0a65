"""One file into the store: read and checked without the lock, merged and committed under it, in one batch."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from dwell import clock
from dwell.errors import BadFileError, MemoryLimitError, StorageError
from dwell.records import TABLES, Extract, Hints, SourceFile
from dwell.settings.limits import ROWS
from dwell.warehouse import batches
from dwell.warehouse.batches import Batch
from dwell.warehouse.damage import is_out_of_memory
from dwell.warehouse.duckdb_connection import bulk_connection
from dwell.warehouse.load import rejects, summary
from dwell.warehouse.load.date_columns import decide_dates
from dwell.warehouse.load.earlier_imports import EarlierImports, import_name
from dwell.warehouse.load.extract_reader import ExtractReader, ReadExtract
from dwell.warehouse.load.file_checks import check_file, columns_without_values
from dwell.warehouse.load.given import collect_given
from dwell.warehouse.load.loaded import Loaded, repeated, require_few_rejects, to_report
from dwell.warehouse.load.merge import Merge
from dwell.warehouse.load.row_facts import LoadOptions
from dwell.warehouse.load.rows import CheckedExtract
from dwell.warehouse.load.work_database import attach_work
from dwell.warehouse.store import Store
from dwell.warehouse.writer import Writer

if TYPE_CHECKING:
    import duckdb

Progress = Callable[[str, float], None]

# Part of a batch's identity: a loader that reads files differently reads them again, and corrects what it stored.
VERSION = 5
# Hints that are part of a batch's identity only where the user gave them: files that were imported before stay known.
_LATER_HINTS = frozenset({"decimal", "percent", "suffixes"})
# The format of tables that users make.
USER_TABLE = "table"
# Bytes of a file whose working tables are in memory.
_SMALL = 4 << 20
# Each thread of DuckDB's readers holds buffers of its own; more than these cost memory and win little.
_THREADS = 4


def load(
    store: Store,
    file: SourceFile,
    hints: Hints,
    *,
    dry_run: bool = False,
    progress: Progress | None = None,
    now: datetime | None = None,
    correct: bool = False,
    strict: bool = True,
    max_rejects: int | None = None,
) -> Loaded:
    """Loads one file in one batch: all its good rows, or nothing.

    Args:
        store: Where to.
        file: As a provider opened it.
        hints: What the user said about it.
        dry_run: Do everything but store.
        progress: Called with the step and the fraction of it that is done.
        now: The latest instant that is accepted, UTC: rows observed more than a day later are refused. The present
            where None; a simulation may be ahead of it.
        correct: The rows are read anew from what stored rows were read from: a value that they know replaces the
            stored one of the same key and time, and a value that they do not know leaves it.
        strict: A file of which no row can be kept is an error, because the user who named it can correct it. Without
            that its rows are counted as rejects.
        max_rejects: With more rejects, the file is an error.

    Raises:
        TooManyRejectsError: It has more rejects than may be.
        BadFileError: The file cannot be read, or, if strict, no row of it can be kept.
        MissingTimeError: No row says when it was observed, nor did the user.
        AmbiguousDatesError: Nothing tells day/month from month/day.
        AmbiguousNumbersError: Nothing tells what a mark between digits means.
        WrongAccountError: The file is another account's than the user named.
        StorageError: The data folder cannot be written.
    """
    batch_id = store.current_id(identity(file, hints, correct=correct))
    before = store.find_batch(batch_id)
    if before:
        return _repeated(store, file, before, max_rejects)
    with open_loader(store, file, hints, progress=progress, now=now, correct=correct, strict=strict) as loader:
        loader.max_rejects = max_rejects
        loader.check()
        earlier = earlier_imports(store, file, hints, correct=correct)
        if dry_run:
            store.attach(loader.connection, loader.merge.tables, with_seq=True)
            return loader.decide(earlier)
        with store.writing() as writer:
            before = writer.find_batch(batch_id)
            if before:
                return _repeated(store, file, before, max_rejects)
            writer.attach(loader.connection, loader.merge.tables, with_seq=True)
            return loader.commit(writer, store.root, batch_id, earlier)


@contextmanager
def open_loader(
    store: Store, file: SourceFile, hints: Hints, *, progress: Progress | None = None, now: datetime | None = None,
    correct: bool = False, strict: bool = True,
) -> Iterator[Loader]:  # fmt: skip
    """A loader with an engine and a scratch folder of its own; the arguments are those of `load`."""
    with store.scratch() as scratch, _errors(store.root), bulk_connection(store.settings, scratch) as connection:
        if not store.settings.threads:
            connection.execute(f"SET threads = {_threads(connection)}").fetchall()
        options, on_progress = make_options(hints, now), progress or _no_progress
        yield Loader(connection, file, options, hints, scratch, on_progress, correct=correct, strict=strict)


def identity(file: SourceFile, hints: Hints, *, correct: bool = False, version: int | None = None) -> str:
    """What makes two imports the same one: the bytes, the format, the hints, and the loader."""
    stated = {**asdict(hints), "columns": dict(sorted(hints.columns.items()))}
    stated = {name: value for name, value in stated.items() if name not in _LATER_HINTS or value not in (None, {})}
    given = json.dumps(stated, sort_keys=True)
    given += "\ncorrect" if correct else ""
    return hashlib.sha256(f"{version or VERSION}\n{file.digest}\n{file.format}\n{given}".encode()).hexdigest()[:32]


def earlier_imports(store: Store, file: SourceFile, hints: Hints, *, correct: bool = False) -> EarlierImports:
    """The imports that the stored rows may be of, above all those of this very file."""
    batch_id = store.current_id(identity(file, hints, correct=correct))

    def names(numbers: Iterable[int]) -> dict[int, str]:
        return {number: import_name(found) for number, found in store.batch_ids(numbers).items()}

    of_file = {batch.batch_id for batch in store.batches_of_file(file.digest)} - {batch_id}
    older = {identity(file, hints, correct=correct, version=version) for version in range(1, VERSION)}
    merged = {import_name(found): _merged_tables(store.find_batch(found)) for found in of_file & older}
    return EarlierImports(import_name(batch_id), names, frozenset(map(import_name, of_file)), frozenset(merged), merged)


def _merged_tables(batch: Batch | None) -> frozenset[str]:
    """Tables in which a batch changed stored rows without storing where each value is from: before loader 2."""
    if batch is None or "rows_updated" not in batch.report:
        return frozenset(TABLES)
    if "loader" in batch.report:
        return frozenset()
    return frozenset(name for name, rows in batch.report["rows_updated"].items() if rows)


def _repeated(store: Store, file: SourceFile, before: Batch, max_rejects: int | None) -> Loaded:
    loaded = repeated(file.path, file.format, before.report, store.root / "rejects", file.warnings)
    require_few_rejects(loaded, max_rejects)
    return loaded


def _threads(connection: duckdb.DuckDBPyConnection) -> int:
    row = connection.execute("SELECT current_setting('threads')").fetchone()
    return min(int(row[0]), _THREADS) if row else _THREADS


def _no_progress(_step: str, _fraction: float) -> None:
    """Progress that is not shown."""


@contextmanager
def _errors(root: Path) -> Iterator[None]:
    """DuckDB's own failures as what a user can cure."""
    import duckdb

    try:
        yield
    except (duckdb.OutOfMemoryException, duckdb.IOException) as error:
        if isinstance(error, duckdb.IOException) and not is_out_of_memory(error):
            raise StorageError(
                f"The import could not read or write a file ({str(error).splitlines()[0]}); free some space for {root} "
                "or name another --data."
            ) from error
        raise MemoryLimitError(
            "The import needs more memory than it may use; set DWELL_MEMORY higher (512MB), or free space for "
            f"{root / 'scratch'}."
        ) from error


class Loader:
    """One file on its way through the steps."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, file: SourceFile, options: LoadOptions, hints: Hints,
        scratch: Path, progress: Progress, *, correct: bool, strict: bool,
    ) -> None:  # fmt: skip
        self.connection = connection
        self.file = file
        self.hints = hints
        self.scratch = scratch
        self.progress = progress
        self.options = options
        self.correct = correct
        self.strict = strict
        self.max_rejects: int | None = None
        self.ask = strict  # what a spelling means: of the user who named the file
        self.extracts: list[CheckedExtract] = []
        self.reads: list[ReadExtract] = []
        self.without_values: dict[str, str] = {}

    def check(self) -> None:
        """Reads every extract and finds which rows share a key; needs no lock."""
        attach_work(self.connection, None if self._is_small() else self.scratch)
        many = len(self.file.extracts)
        for number, extract in enumerate(self.file.extracts):
            table = f"work.checked_{number}"
            extract, read = self._read_extract(extract, table, partial(self._read, number / many, many))
            facts = check_file(self.connection, extract, read.columns, table, self.options)
            self.without_values |= self._without_values(read, extract, table)
            offset = sum(checked.facts.rows for checked in self.extracts)
            label = extract.name if many > 1 else ""
            self.reads.append(read)
            self.extracts.append(
                CheckedExtract(
                    number, table, extract.shape, read.columns, facts, offset, label, self.hints.niche,
                    read.number_column,
                )
            )  # fmt: skip
        rows = sum(checked.facts.rows for checked in self.extracts)
        if rows > ROWS.value():
            raise BadFileError(f"It has {rows:,} rows, more than {ROWS}: split it, or set {ROWS.variable} higher.")
        self.progress("checking", 0.0)
        self.merge = Merge(self.connection, self.extracts, correct=self.correct)

    def _is_small(self) -> bool:
        """The working tables fit into the memory; those of Parquet are larger than the file by any factor."""
        extracts = self.file.extracts
        size = sum(extract.path.stat().st_size for extract in extracts)
        return size <= _SMALL and all(extract.layout != "parquet" for extract in extracts)

    def _without_values(self, read: ReadExtract, extract: Extract, table: str) -> dict[str, str]:
        """Columns of a user's own table that were recognised and hold nothing, with their headers."""
        if extract.shape.name != USER_TABLE:
            return {}
        names = [field.name for field in read.fields if field.name in read.columns.names]
        empty = columns_without_values(self.connection, names, table)
        return {name: extract.shape.columns[name].names[0].lstrip("/") for name in empty}

    def _read_extract(
        self, extract: Extract, table: str, progress: Callable[[float], None]
    ) -> tuple[Extract, ReadExtract]:
        """Reads an extract, again where its dates turn out to mean something else than their header says."""

        def read(one: Extract) -> ReadExtract:
            return ExtractReader(self.connection, one, table, self.options, self.hints, progress, ask=self.strict).read(
                self.scratch
            )

        first = read(extract)
        dates = decide_dates(self.connection, extract, first.columns, table, self.hints.columns)
        if dates.warning:
            extracts = tuple(dates.extract if one is extract else one for one in self.file.extracts)
            warnings = (*self.file.warnings, f"{extract.name}: {dates.warning}")
            self.file = replace(self.file, extracts=extracts, warnings=warnings)
        return dates.extract, first if dates.extract is extract else read(dates.extract)

    def _read(self, done: float, many: int, part: float) -> None:
        self.progress("reading", done + part / many)

    def decide(self, earlier: EarlierImports) -> Loaded:
        """Decides over every row and counts what became of them.

        Args:
            earlier: Which imports the stored rows are of.

        Raises:
            BadFileError: No row can be kept, and the load is strict.
        """
        loaded = self._summarize(earlier)
        if self._is_refused(loaded):
            raise self._refusal(loaded, None)
        require_few_rejects(loaded, self.max_rejects)
        return loaded

    def _summarize(self, earlier: EarlierImports) -> Loaded:
        self.merge.merge_with_store(earlier)
        self.progress("checking", 0.8)
        loaded = summary.summarize(self.connection, self.file, self.extracts, self.merge)
        decided = (f"{sentence}." for read in self.reads for sentence in read.warnings)
        first = tuple(rejects.first_rejects(self._rejects()))
        left = {name: header for name, header in self.without_values.items() if name not in loaded.unknown_values}
        named = ", ".join(f"{name} ({header})" for name, header in left.items())
        empty = [f"Columns without a value: {named}."] if named else []
        return replace(loaded, rejects=first, warnings=(*loaded.warnings, *decided, *empty))

    def _is_refused(self, loaded: Loaded) -> bool:
        return self.strict and loaded.rejected > 0 and loaded.rejected == loaded.rows_read

    def _refusal(self, loaded: Loaded, rejects_file: Path | None) -> BadFileError:
        """No row can be kept: the commonest reason with the value of the first row that it rejects."""
        kind = loaded.reasons[0][0]
        first = next((reject for reject in self._rejects() if kind in reject[1]), loaded.rejects[0])
        every = f"; all are in {rejects_file}" if rejects_file else ""
        return BadFileError(
            f"None of the {loaded.rows_read:,} rows can be kept, most often because: {first[1]} (line {first[0]})"
            f"{every}; nothing was loaded."
        )

    def commit(self, writer: Writer, root: Path, batch_id: str, earlier: EarlierImports) -> Loaded:
        """Merges, writes the rejects, and stores the batch.

        Raises:
            BadFileError: No row can be kept, and the load is strict; the rejects are written.
        """
        loaded = self._summarize(earlier)
        if loaded.rejected:
            name = rejects.rejects_name(self.file.path, batch_id)
            loaded = replace(loaded, rejects_file=rejects.write_rejects(self._rejects(), root / "rejects", name))
        if self._is_refused(loaded):
            raise self._refusal(loaded, loaded.rejects_file)
        require_few_rejects(loaded, self.max_rejects)
        self.progress("storing", 0.0)
        report = {**to_report(loaded), "loader": VERSION, "as_of": self.hints.as_of}
        if merging := {**earlier.to_report(), **self.merge.options()}:
            report["merging"] = merging
        batch = Batch(batch_id, str(self.file.path), self.file.format, self.file.digest, clock.now(), report)
        rows = {n: f"out_{n}" for n in self.merge.tables if loaded.rows_new.get(n) or loaded.rows_updated.get(n)}
        of_file = self.file.format not in batches.PROVIDER_FORMATS
        given = collect_given(self.merge, [n for n in self.merge.tables if of_file or n in writer.undoable_tables()])
        writer.commit(self.connection, batch, rows, replacing=self.merge.replaced(), given=given)
        self.progress("storing", 1.0)
        return loaded

    def _rejects(self) -> Iterator[tuple[int, str, str]]:
        repaired = [read.repaired for read in self.reads]
        return rejects.list_rejects(self.connection, self.file.extracts, self.extracts, repaired)


def make_options(hints: Hints, now: datetime | None) -> LoadOptions:
    """What the hints say about every row."""
    return LoadOptions(
        now=now or clock.now(),
        as_of=hints.as_of_instant(),
        zone=hints.tz or "UTC",
        zone_given=hints.tz is not None,
        handle=hints.account,
        as_of_is_day=hints.as_of_is_day,
    )
