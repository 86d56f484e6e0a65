"""What an erasure cannot reach, each with its cure; and the places that tables were loaded to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from dwell.errors import DwellError
from dwell.state import StateDatabase, reclaim, schedules
from dwell.text.plurals import pluralize
from dwell.warehouse import Store
from dwell.warehouse.destinations.address import parse_destination, without_password
from dwell.warehouse.destinations.load_tables import count_loaded, load_tables
from dwell.workspace.derived import derived_tables
from dwell.workspace.erasure_records import Request
from dwell.workspace.loads import SPEC

BACKUPS = "backups"


@dataclass(frozen=True, slots=True)
class NotReached:
    """One place that an erasure does not reach.

    Attributes:
        place: Which.
        detail: What may be there.
        cure: What to do.
    """

    place: str
    detail: str
    cure: str


def always(asked: str, *, on_server: bool) -> list[NotReached]:
    """What no command can know or change."""
    found = [
        NotReached(
            BACKUPS,
            "Backups from before have everything, and a restore of one brings it back.",
            f"Delete them and make a new one. After a restore of an older one, run dwell forget {asked} again.",
        ),
        NotReached(
            "exports",
            "Where files of dwell export, reports and results (-o) are, the folder does not know.",
            "Delete those that you kept.",
        ),
        NotReached(
            "later readings",
            "A later import, sweep, or sync of a connected account stores it again.",
            "Read it again only if you may.",
        ),
    ]
    if on_server:
        found.append(
            NotReached(
                "database server",
                "The write-ahead log, archives and backups of the PostgreSQL server keep older versions for a while.",
                "Ask who runs the server how long.",
            )
        )
    return found


def of_mentions(counts: dict[str, int]) -> list[NotReached]:
    """Texts of others that name the person."""
    return [
        NotReached(
            column,
            f"The name, or the same word, is in {pluralize(rows, 'row')} about others, which stay.",
            "Erase those accounts, too, if the mentions must go.",
        )
        for column, rows in sorted(counts.items())
    ]


def of_schemas(database: StateDatabase) -> list[NotReached]:
    """Older tables that a restore moved aside on a server."""
    return [
        NotReached(
            f"schema {name}",
            "dwell restore --replace moved the state from before there.",
            f"Drop it: DROP SCHEMA {name} CASCADE",
        )
        for name in reclaim.list_replaced(database)
    ]


def list_destinations(store: Store, database: StateDatabase | None, request: Request) -> list[tuple[str, str | None]]:
    """Where tables were loaded to: known to the folder, in a schedule, or named by the user."""
    found = [*store.destinations(), *((str(address), schema) for address, schema in request.destinations)]
    for schedule in schedules.list_all(database) if database is not None else ():
        if SPEC in schedule.spec:
            fields = schedule.spec[SPEC]
            found.append((without_password(fields["to"]), fields["schema"]))
    return list(dict.fromkeys(found))


def erase_there(store: Store, places: Iterable[tuple[str, str | None]], request: Request) -> list[NotReached]:
    """Removes the rows from destinations, whose tables are written anew; returns those that were not reached."""
    missed: list[NotReached] = []
    folder_id = store.folder_id()
    for address, schema in places:
        words = f"dwell load --to {address}{f' --schema {schema}' if schema else ''}"
        try:
            destination = parse_destination(address, schema=schema)
            if destination.path is not None and not destination.path.exists():
                missed.append(NotReached(address, "It is not there any more.", f"If it was moved: {_moved(request)}"))
                continue
            before = count_loaded(store, destination, folder_id or "")
            if not before:
                continue
            result = load_tables(store, destination, folder_id or "", derived=derived_tables(), only_loaded=True)
        except DwellError as error:
            missed.append(NotReached(address, f"It was not reached: {error}", f"Run {words}"))
            continue
        for row in result:
            if removed := before[row["table"]] - row["rows"]:
                request.count(f"destination {address}", row["table"], removed)
        missed.append(_kept_blocks(address, schema))
    return missed


def _moved(request: Request) -> str:
    return f"dwell forget {request.asked} --destination ADDRESS, or delete it."


def _kept_blocks(address: str, schema: str | None) -> NotReached:
    """The rows are gone; a database may keep their bytes for a while."""
    kind, _, place = address.partition(":")
    if kind == "parquet":
        return NotReached(address, "Copies that other programs made of its files.", "Delete those.")
    if kind == "duckdb":
        copy = f"ATTACH '{place}' AS old; ATTACH 'new.duckdb' AS new; COPY FROM DATABASE old TO new"
        return NotReached(address, "Its file may keep the bytes of removed rows in free blocks.", f"Copy it: {copy}")
    tables = f"VACUUM FULL of the tables in schema {schema or 'dwell'}"
    return NotReached(address, "Its files may keep the bytes of removed rows until it is vacuumed.", f"Run {tables}")


def to_json(missed: Iterable[NotReached]) -> list[dict[str, Any]]:
    """As results and receipts have them."""
    return [{"place": each.place, "detail": each.detail, "cure": each.cure} for each in missed]
