"""A user's SQL over one snapshot, in a DuckDB of its own that can open the files of the tables in question only.

The walls, each of which holds without the others: only a checked SELECT runs (`sql_check.py`); it runs as a subquery,
in which no other statement can stand; and DuckDB may open the files of this snapshot and no others, load nothing, and
change none of its settings.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from dwell.errors import QueryError
from dwell.records import TABLES
from dwell.results import Result
from dwell.warehouse import lake, views
from dwell.warehouse.columns import quote_name, quote_text
from dwell.warehouse.damage import reading_errors
from dwell.warehouse.derived import Derived
from dwell.warehouse.duckdb_connection import connect
from dwell.warehouse.fetch_arrow import Parameters, fetch_arrow
from dwell.warehouse.sql_check import check_query, one_sentence

if TYPE_CHECKING:
    import duckdb

    from dwell.settings import Settings
    from dwell.warehouse.snapshot import StoreSnapshot


def run_sql(
    settings: Settings,
    snapshot: StoreSnapshot,
    derived: Mapping[str, Derived],
    text: str,
    parameters: Parameters = None,
) -> Result:
    """Run one SELECT.

    Args:
        settings: Memory and threads.
        snapshot: What it sees.
        derived: The derived tables by name, which it may read besides the stored ones.
        text: The SQL, in DuckDB's dialect.
        parameters: Values for `?` or `$name` in it.

    Returns:
        Rows that stay in Arrow. Whole numbers are 64 bits wide, other decimals are doubles, timestamps are in UTC; NaN
        and infinity are null. What these cannot hold exactly is an error.

    Raises:
        QueryError: It is not one SELECT over these tables, or DuckDB refuses it.
        StorageError: It needs more memory than it may use.
        DamagedDataError: A file of a table is damaged.
    """
    snapshot.require_files()
    with connect(settings, shared=False) as connection, _query_errors(snapshot.root):
        checked = check_query(connection, text, [*TABLES, *derived])
        names = [name for name in checked.tables if name in derived]
        stored = dict.fromkeys(name for name in checked.tables if name in TABLES)
        stored |= dict.fromkeys(read for name in names for read in derived[name].reads)
        unsealed = snapshot.unsealed_rows(stored)
        views.attach(connection, snapshot.root, snapshot.catalogue, unsealed, stored)
        for name in names:
            query = derived[name].make_query(with_seq=False)
            connection.execute(f"CREATE TEMP VIEW {quote_name(name)} AS {query}").fetchall()
        lock(connection, _files(snapshot, stored))
        return fetch_arrow(connection, checked.sql, parameters)


def _files(snapshot: StoreSnapshot, tables: Iterable[str]) -> list[str]:
    places = {name: lake.folder(snapshot.root, name).absolute() for name in tables}
    return [str(place / file.path) for name, place in places.items() for file in snapshot.catalogue.table(name).files]


def lock(connection: duckdb.DuckDBPyConnection, files: Iterable[str]) -> None:
    """From here on the connection opens these files only, and its settings stand."""
    allowed = ", ".join(map(quote_text, files))
    for setting in (
        "python_enable_replacements = false",
        f"allowed_paths = [{allowed}]",
        "enable_external_access = false",
        "lock_configuration = true",
    ):
        connection.execute(f"SET {setting}").fetchall()


@contextmanager
def _query_errors(root: Path) -> Iterator[None]:
    """What DuckDB says of a query, as an error of ours: a fault of the SQL, of memory, or of a file."""
    import duckdb

    try:
        yield
    except duckdb.Error as error:
        is_of_disk = isinstance(error, (duckdb.IOException, duckdb.OutOfMemoryException))
        with suppress(duckdb.Error), reading_errors(root):
            if is_of_disk or str(root.absolute()) in str(error):
                raise
        raise QueryError(one_sentence(error)) from error
