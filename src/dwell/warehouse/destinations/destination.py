"""What a destination is: it remembers what it has, and takes the changes of several tables in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from dwell.errors import StorageError
from dwell.records import Relation

if TYPE_CHECKING:
    import duckdb

STATE_TABLE = "_dwell_loads"
"""Where a database remembers what was loaded: a row a table."""


@dataclass(frozen=True, slots=True)
class TableState:
    """What a destination has of one table; written in the transaction that writes the rows.

    Attributes:
        folder_id: The data folder that the rows came from.
        seq: The newest batch of that folder that was loaded.
        batch_id: The id of that batch: a folder that was restored from an older backup has another one there, or none.
            Of a derived table with `/` and the version of its query.
        rows: Rows of the table after that load.
    """

    folder_id: str
    seq: int
    batch_id: str
    rows: int


@dataclass(frozen=True, slots=True)
class Changes:
    """The rows of one table that a destination lacks.

    Attributes:
        table: The table.
        connection: The engine that has them.
        query: SQL for these rows in the columns of the table.
        rows: How many.
        partition: Columns whose rows belong together: of each of these the destination has none but the new rows.
        whole: They are all rows of the table, and replace what the destination has of it.
        state: What the destination has afterwards.
    """

    table: Relation
    connection: duckdb.DuckDBPyConnection
    query: str
    rows: int
    partition: tuple[str, ...]
    whole: bool
    state: TableState


class Destination(Protocol):
    """A place that tables are loaded into.

    Attributes:
        name: As messages name it, without a password.
    """

    name: str

    @property
    def path(self) -> Path | None:
        """The file or folder, absolute; None for a server."""

    def loading(self, scratch: Path) -> AbstractContextManager[Load]:
        """One load: all changes become visible together at its end, or none.

        Args:
            scratch: A folder for files on the way.

        Raises:
            StorageError: The destination cannot be used, or another program is writing to it.
        """


class Load(Protocol):
    """A load that is under way; nobody else loads meanwhile."""

    def states(self) -> Mapping[str, TableState]:
        """What the destination has, by table."""

    def count_rows(self, table: Relation) -> int | None:
        """How many rows the table has there now; None where it does not exist, or lacks a column or a file."""

    def write(self, changes: Changes) -> int:
        """Adds rows, or replaces those of the same partitions; returns how many rows the table then has.

        Raises:
            StorageError: They cannot be written, or something of that name is there that dwell did not load.
        """


def foreign_table_error(place: str, table: Relation) -> StorageError:
    """The error for a table, or files, of the same name that dwell did not load."""
    return StorageError(
        f"{place} has {table.name} that dwell did not load, and would overwrite: choose another place or another "
        "--schema, or rename it there."
    )
