"""A data folder in which every table of the state has rows, and the same as rows to compare."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Integer, LargeBinary, insert, select

import dwell
from dwell.settings import Settings
from dwell.state import open_database
from dwell.state.copy_rows import as_stored
from dwell.state.layout import load_metadata
from dwell.state.stored_response import checksum_of, compress
from dwell.state.types import Flag, Instant, JsonText
from dwell.workspace.state import open_state

Rows = dict[str, list[tuple[Any, ...]]]
BEFORE = 1_780_000_000_000_000  # microseconds: an instant of 2026


def value_of(column: Any, number: int) -> Any:
    """A value that a column of this kind may have, another one for each number."""
    if column.name == "loaded_in":
        return None  # the tables have no such batch, so its response would be loaded again
    if isinstance(column.type, Flag):
        return number % 2 == 1
    if isinstance(column.type, Instant):
        from dwell.clock import from_micros

        return from_micros(BEFORE + number)
    if isinstance(column.type, JsonText):
        return {"number": number, "text": "é \0 '\"", "list": [None, True, 1.5]}
    if isinstance(column.type, LargeBinary):
        return bytes(range(256)) * number
    if isinstance(column.type, Integer) or column.type.python_type is int:
        return number if column.name in {"sequence", "version", "slot"} else number * 1_000
    return f"{column.name}-{number} ü"


def fill(settings: Settings) -> None:
    """Gives every table three rows, one of them with nothing in the columns that may be empty."""
    with closing(open_database(settings.data, settings.database)) as database, database.transaction() as connection:
        for table in load_metadata().sorted_tables:
            if table.name == "identity":
                continue
            rows = []
            for number in (1, 2, 3):
                rows.append({column.name: value_of(column, number) for column in table.columns})
                if table.name == "responses":  # what it says of itself is true
                    packed = compress(rows[-1]["body"])
                    rows[-1] |= {"body": packed, "checksum": checksum_of(rows[-1], packed)}
                if number == 3:
                    rows[-1] |= {column.name: None for column in table.columns if column.nullable}
            for row in rows:
                connection.execute(insert(table), row)


def rows(settings: Settings) -> Rows:
    """Every row of every table, as it is stored."""
    with closing(open_database(settings.data, settings.database)) as database, database.reading() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(as_stored(table)))), key=repr)
            for table in load_metadata().sorted_tables
        }


@pytest.fixture
def url(postgresql: Any) -> Iterator[Callable[[], str]]:
    """Makes empty databases on a server."""
    made: list[str] = []

    def new() -> str:
        made.append(postgresql.new_database())
        return made[-1]

    yield new
    for one in made:
        postgresql.drop_database(one)


@pytest.fixture
def new_folder(tmp_path: Path) -> Callable[..., Settings]:
    """Makes a folder with tables and a full state."""

    def make(database: str | None = None, name: str = "data") -> Settings:
        settings = Settings(data=tmp_path / name, database=database)
        table = tmp_path / "table.csv"
        table.write_text("id,views\n7350810998023949599,5\n7350810998023949600,6\n")
        workspace = dwell.Workspace(settings, create=True)
        workspace.import_files([table], as_of="2024-05-01", creator="@one")
        workspace.seal()
        table.write_text("id,views\n7350810998023949601,7\n")
        workspace.import_files([table], as_of="2024-05-01", creator="@one")
        open_state(workspace.store).close()
        fill(settings)
        return settings

    return make


@pytest.fixture
def state_url(new_state_url: str | None) -> str | None:
    """A backup is restored to an empty database."""
    return new_state_url
