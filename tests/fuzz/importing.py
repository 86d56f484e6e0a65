"""One import in this process, up to the rows that would be stored."""

from __future__ import annotations

import math
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

from seeds import NOW

from dwell.errors import DwellError
from dwell.providers.format_registry import read
from dwell.records import TABLES, Hints
from dwell.settings import Settings
from dwell.warehouse import Store
from dwell.warehouse.load.loaded import Loaded
from dwell.warehouse.load.loader import earlier_imports, open_loader

Row = dict[str, Any]

_INTERNAL = re.compile(r"\b(?:Traceback|NoneType|[A-Z]\w+Error:|Exception|duckdb|DuckDB|INTERNAL|site-packages)\b")


@dataclass
class Outcome:
    """What became of one file.

    Attributes:
        error: Why it was refused, if it was.
        format: Its format, if it was recognised.
        loaded: The report on its rows.
        tables: Name of a table -> the rows that it would get.
    """

    error: DwellError | None = None
    format: str = ""
    loaded: Loaded | None = None
    tables: dict[str, list[Row]] = field(default_factory=dict)


class Importer:
    """Imports files into an empty data folder, and stores nothing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = Store.open(Settings(data=folder / "data", threads=1), create=True)

    def run(self, name: str, data: bytes, hints: Hints, *, only_read: bool = False) -> Outcome:
        """Reads and checks one file; with `only_read` up to what the warehouse is given.

        Raises:
            AssertionError: The report contradicts itself, or a row holds what no table may hold.
        """
        outcome = Outcome()
        path = self.folder / name.replace("/", "_")
        path.write_bytes(data)
        try:
            with self.store.scratch() as scratch:
                file = read(path, hints, scratch)
                outcome.format = file.format
                if not only_read:
                    with open_loader(self.store, file, hints, now=NOW) as loader:
                        loader.check()
                        self.store.attach(loader.connection, loader.merge.tables, with_seq=True)
                        outcome.loaded = loader.decide(earlier_imports(self.store, file, hints))
                        for table in loader.merge.tables:
                            names = [column.name for column in TABLES[table].columns]
                            found = loader.connection.execute(f"SELECT {', '.join(names)} FROM out_{table}").fetchall()
                            outcome.tables[table] = [dict(zip(names, row, strict=True)) for row in found]
        except DwellError as error:
            outcome.error = error
        finally:
            path.unlink(missing_ok=True)
        if outcome.error:
            message = str(outcome.error).replace(str(path), "")
            told = _INTERNAL.search(message)
            assert message, f"{type(outcome.error).__name__} without a word"
            assert not told or told[0].encode() in data, f"a message that says how dwell is made: {message}"
        _check(outcome)
        return outcome


def _check(outcome: Outcome) -> None:
    loaded = outcome.loaded
    if loaded is None:
        return
    counted = loaded.gained + loaded.known + loaded.duplicates + loaded.rejected
    assert loaded.rows_read == counted, f"{loaded.rows_read} rows were read, and {counted} counted"
    for name, rows in outcome.tables.items():
        table = TABLES[name]
        keys = [tuple(row[column] for column in table.key) for row in rows]
        assert len(set(keys)) == len(keys), f"{name} has a key twice"
        for row in rows:
            for column in table.columns:
                value = row[column.name]
                assert value is not None or column.nullable or column.kind == "texts", f"{name}.{column.name} is null"
                assert not isinstance(value, float) or math.isfinite(value), f"{name}.{column.name} is {value}"
                assert not isinstance(value, str) or "\0" not in value, f"{name}.{column.name} has a NUL"


@contextmanager
def fixed_clock() -> Iterator[None]:
    """It is noon of `NOW`: Studio leaves years out, and nobody may observe the future."""
    with mock.patch("dwell.clock.now", return_value=NOW), mock.patch("dwell.providers.links.now", return_value=NOW):
        yield


@contextmanager
def importing() -> Iterator[Importer]:
    """An importer in a folder that is removed afterwards, with its clock."""
    folder = Path(tempfile.mkdtemp(prefix="dwell-fuzz-"))
    try:
        with fixed_clock():
            yield Importer(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
