"""Destinations by their addresses: `postgresql://...`, `duckdb:FILE`, `parquet:DIR`."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote, urlencode

from dwell.errors import SettingsError
from dwell.warehouse.destinations.destination import Destination

FORMS = "postgresql://user@host/database, duckdb:FILE or parquet:DIR"


def local_path(place: str) -> Path:
    """The file or folder of an address, absolute; the shell leaves `~` as it is behind a colon.

    Raises:
        SettingsError: There is no such user.
    """
    try:
        return Path(place).expanduser().absolute()
    except RuntimeError:
        raise SettingsError(f"{place[:60]!r} names the home of a user who doesn't exist.") from None


def has_password(address: str) -> bool:
    """The address names a password, wherever.

    Raises:
        SettingsError: It is a database's and cannot be read.
        MissingExtraError: PostgreSQL's driver is not installed.
    """
    if "://" not in address:
        return False
    from dwell.warehouse.destinations.postgresql import SECRETS, parse_connection

    return any(name in parse_connection(address) for name in SECRETS)


def without_password(address: str) -> str:
    """The address as a folder may remember it: without a password, and a path as it is from any folder.

    Raises:
        SettingsError: It cannot be read.
        MissingExtraError: PostgreSQL's driver is not installed.
    """
    kind, _, place = address.partition(":")
    if not place.startswith("//"):
        return f"{kind.lower()}:{local_path(place)}"
    from dwell.warehouse.destinations.postgresql import SECRETS, parse_connection

    parts = {name: value for name, value in parse_connection(address).items() if name not in SECRETS}
    user, host, port, database = (
        quote(parts.pop(name, ""), safe=",[]:") for name in ("user", "host", "port", "dbname")
    )
    where = f"{f'{user}@' if user else ''}{f'[{host}]' if host.count(':') > 1 else host}{f':{port}' if port else ''}"
    return f"postgresql://{where}/{database}{f'?{urlencode(parts)}' if parts else ''}"


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
    kind = kind.lower()
    if kind in {"postgresql", "postgres"} and place.startswith("//"):
        from dwell.warehouse.destinations.postgresql import PostgreSQLDestination

        return PostgreSQLDestination(f"postgresql:{place}", schema or "dwell")
    if not separator or not place or place.startswith("//"):
        raise SettingsError(f"{address.partition('://')[0][:60]!r} isn't a destination: write {FORMS}.")
    path = local_path(place)
    if kind == "duckdb":
        from dwell.warehouse.destinations.duckdb_file import DuckDBDestination

        if place == ":memory:":
            raise SettingsError("What is loaded into memory is gone when the command ends: name a file.")
        return DuckDBDestination(path, schema or "main")
    if kind == "parquet":
        from dwell.warehouse.destinations.parquet_folder import ParquetDestination

        if schema is not None:
            raise SettingsError("A folder of Parquet files has no schema: leave out --schema.")
        return ParquetDestination(path)
    raise SettingsError(f"{kind[:60]!r} isn't a kind of destination: write {FORMS}.")
