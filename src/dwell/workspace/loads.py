"""Loading tables elsewhere: a request, as plain data that a schedule can store, and doing it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from dwell import logs
from dwell.disk.permissions import shared_files
from dwell.errors import SettingsError, StorageError
from dwell.results import Result
from dwell.warehouse.store import Store

log = logs.get_logger(__name__)

SPEC = "load"
"""The field of a schedule that has a `LoadRequest` in place of a sweep's fields."""


@dataclass(frozen=True, slots=True)
class LoadRequest:
    """A user's request to load tables into a destination.

    Attributes:
        to: Its address: `postgresql://user@host/database`, `duckdb:FILE` or `parquet:DIR`.
        tables: Names of tables, stored or derived; all when empty.
        schema: Schema of the tables in a database; `dwell` in PostgreSQL and `main` in DuckDB where None.
    """

    to: str
    tables: tuple[str, ...] = ()
    schema: str | None = None

    def to_spec(self) -> dict[str, Any]:
        """As a schedule stores it.

        Raises:
            SettingsError: The address has a password, which a schedule must not store.
        """
        from dwell.warehouse.destinations.address import has_password, local_path

        if has_password(self.to):
            raise SettingsError(
                "A schedule can't store the password: leave it out of the address and put it in PGPASSWORD, or in the "
                "file ~/.pgpass, of the user who runs `dwell run`."
            )
        kind, _, place = self.to.partition(":")
        # `dwell run` may be started in another folder.
        to = self.to if place.startswith("//") or not place else f"{kind}:{local_path(place)}"
        return {SPEC: {**asdict(self), "to": to}}


def from_spec(spec: Mapping[str, Any]) -> LoadRequest:
    """The request that a schedule stores."""
    fields = spec[SPEC]
    return LoadRequest(**{**fields, "tables": tuple(fields["tables"])})


def load(
    store: Store, request: LoadRequest, *, full: bool = False, on_table: Callable[[str], None] | None = None
) -> Result:
    """Load what changed since the last load; see `dwell.warehouse.destinations.load_tables`."""
    from dwell.warehouse.destinations.address import parse_destination, without_password
    from dwell.warehouse.destinations.load_tables import load_tables
    from dwell.workspace.derived import derived_tables

    destination = parse_destination(request.to, schema=request.schema)
    folder_id = store.folder_id() or store.set_folder_id(uuid.uuid4().hex)

    def remember() -> None:
        # Before the first row is written: an erasure must reach what a load that was stopped has written.
        try:
            store.remember_destination(without_password(request.to), request.schema)
        except StorageError as error:  # a folder that nobody can write
            log.warning(
                "An erasure will not know of %(to)s: %(reason)s", {"to": destination.name, "reason": str(error)}
            )

    with shared_files():
        return load_tables(
            store, destination, folder_id, request.tables or None, derived=derived_tables(), full=full,
            on_begin=remember, on_table=on_table,
        )  # fmt: skip
