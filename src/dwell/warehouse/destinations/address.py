"""Destinations by their addresses: `postgresql://...`, `duckdb:FILE`, `parquet:DIR`."""

from __future__ import annotations

from pathlib import Path

from dwell.errors import SettingsError
from dwell.warehouse.destinations.destination import Destination

FORMS = "postgresql://user@host/database, duckdb:FILE or parquet:DIR"


def parse_destination(address: str, *, schema: str | None = None) -> Destination:
    """The destination at an address.

    Args:
        address: `postgresql://user@host/database`, `duckdb:FILE` or `parquet:DIR`.
        schema: Schema of the tables in a database; `dwell` in PostgreSQL and `main` in DuckDB where None.

    Raises:
        SettingsError: It isn't an address of that kind, or a folder has no schema.
        MissingExtraError: PostgreSQL's driver is not installed.
    """
    kind, separator, place = address.partition(":")
    if kind in {"postgresql", "postgres"} and place.startswith("//"):
        from dwell.warehouse.destinations.postgresql import PostgreSQLDestination

        return PostgreSQLDestination(f"postgresql:{place}", schema or "dwell")
    if not separator or not place or place.startswith("//"):
        raise SettingsError(f"{address.partition('://')[0][:60]!r} isn't a destination: write {FORMS}.")
    if kind == "duckdb":
        from dwell.warehouse.destinations.duckdb_file import DuckDBDestination

        return DuckDBDestination(Path(place), schema or "main")
    if kind == "parquet":
        from dwell.warehouse.destinations.parquet_folder import ParquetDestination

        if schema is not None:
            raise SettingsError("A folder of Parquet files has no schema: leave out --schema.")
        return ParquetDestination(Path(place))
    raise SettingsError(f"{kind[:60]!r} isn't a kind of destination: write {FORMS}.")
