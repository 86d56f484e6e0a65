"""What an undo would change, and whether it can be exact."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dwell.disk.lock import scratch_folder
from dwell.disk.temporary import temporary_folder
from dwell.disk.unwritable import takes_files
from dwell.errors import UndoError
from dwell.records import TABLES
from dwell.settings import Settings
from dwell.warehouse import batches, catalogue, contributions, journal, views
from dwell.warehouse.batches import Batch
from dwell.warehouse.catalogue import Catalogue
from dwell.warehouse.damage import reading_errors
from dwell.warehouse.duckdb_connection import bulk_connection
from dwell.warehouse.load.earlier_imports import import_name
from dwell.warehouse.load.work_database import attach_work
from dwell.warehouse.undo.conclusions import require_unused
from dwell.warehouse.undo.replay import KEPT, Batches, Replay

if TYPE_CHECKING:
    import duckdb

_AS_IF = "Make a new folder (--data) and import the other files there."


@dataclass(frozen=True)
class Undone:
    """What becomes of the rows of an import that is undone.

    Attributes:
        batch: The import.
        removed: Table -> rows that go.
        changed: Table -> rows that get back what the other imports gave.
    """

    batch: Batch
    removed: dict[str, int]
    changed: dict[str, int]


def plan_undo(root: Path, settings: Settings, batch_id: str) -> Undone:
    """Finds out what an undo would change; changes nothing.

    Raises:
        UndoError: It cannot be undone, or not exactly.
    """
    folder = scratch_folder(root / "scratch") if takes_files(root) else temporary_folder("dwell-work-")
    with (
        journal.connect(root / journal.NAME) as log,
        journal.read_transaction(log),
        folder as scratch,
        reading_errors(root),
        bulk_connection(settings, scratch) as connection,
    ):
        seq = require_undoable(log, batch_id)
        state, unsealed = catalogue.read(log), views.unsealed_rows(log, TABLES)
        known = Batches.read(log, seq)
        replays = replay_all(connection, scratch, log, (root, state, unsealed), known)
        return count(known.by_seq[seq], replays)


def count(batch: Batch, replays: dict[str, Replay]) -> Undone:
    """The rows of each table that change."""
    counts = {name: replay.count() for name, replay in replays.items()}
    removed = {name: gone for name, (gone, _) in counts.items() if gone}
    return Undone(batch, removed, {name: other for name, (_, other) in counts.items() if other})


def replay_all(
    connection: duckdb.DuckDBPyConnection,
    scratch: Path,
    log: sqlite3.Connection,
    stored: tuple[Path, Catalogue, views.Unsealed],
    known: Batches,
) -> dict[str, Replay]:
    """Table -> what it has without the import; tables to which the import gave nothing are left out.

    Args:
        connection: A new connection.
        scratch: A folder for working tables.
        log: The journal.
        stored: The data folder, and the catalogue and the journal's rows of one instant.
        known: The log of batches.

    Raises:
        UndoError: It cannot be undone exactly.
    """
    root, state, unsealed = stored
    attach_work(connection, scratch)
    views.attach(connection, root, state, unsealed, prefix=KEPT, with_seq=True)
    used = {*contributions.list_tables(log), *(name for name in TABLES if state.table(name).files or unsealed[name])}
    found = {name: Replay(connection, log, table, known) for name, table in TABLES.items() if name in used}
    replays = {name: replay for name, replay in found.items() if replay.is_touched}
    for replay in replays.values():
        replay.run()
    require_unused(connection, replays, known)
    return replays


def require_undoable(log: sqlite3.Connection, batch_id: str) -> int:
    """The number of an import that may be undone.

    Raises:
        UndoError: It is no import of a file, was undone, or what it gave is not known any more.
    """
    numbers = {row[1]: row for row in batches.list_rows(log)}
    seq, _, _, form, *_ = numbers[batch_id]
    name = import_name(batch_id)
    if form in batches.REMOVALS:
        raise UndoError(f"{name} removed rows: there is nothing to take back.")
    if form in batches.PROVIDER_FORMATS:
        raise UndoError(f"{name} is of a sweep, sync or tracked video, no file: dwell forget erases an account.")
    if batch_id in batches.find_undone(log):
        raise UndoError(f"{name} was undone before.")
    since = contributions.known_since(log)
    if since is None or seq <= since:
        raise UndoError(f"{name} cannot be undone: {_why_unknown(list(numbers.values()), since)} {_AS_IF}")
    return int(seq)


def _why_unknown(log: list[tuple[object, ...]], since: int | None) -> str:
    """Why what an import gave is not known."""
    form = next((row[3] for row in log if row[0] == since), None)
    why = {
        batches.ERASURE: "rows were erased after it (dwell forget), and what it gave to rows of others went with them.",
        batches.SET_ASIDE: "rows were set aside after it (dwell check --repair), and what it gave went with them.",
        batches.DAMAGE: "damaged files were taken out after it, and what it gave went with them.",
    }
    default = (
        "an older dwell made it, or the journal was repaired since, so what it gave to rows of others is not known."
    )
    return why.get(str(form), default)
