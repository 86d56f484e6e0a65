"""A damaged SQLite state made again of every row that can be read."""

from __future__ import annotations

import shutil
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from dwell.disk.errors import move_away, sidecars
from dwell.disk.flush import flush
from dwell.disk.lock import scratch_folder
from dwell.errors import DwellError
from dwell.state import layout
from dwell.state.copy_rows import as_stored
from dwell.state.database import NAME, READY, StateDatabase, finish_repair
from dwell.state.examination import Examination, open_for_reading, read_rows
from dwell.state.schema import responses

_ROWS, _ROWS_WITH_BODIES = 1_000, 8


def salvage(root: Path, scratch: Path) -> Examination:
    """Makes `live.db` again of the rows that can be read; the damaged one is moved to `damaged/`.

    Killed at any moment, the damaged one is there, or the new one is once the state is opened.

    Args:
        root: The data folder; nobody else uses it.
        scratch: Where the new one is made.
    """
    place, found = root / NAME, Examination()
    with scratch_folder(scratch) as folder:
        for file in sidecars(place):  # what is read is a copy: to open the log of a database is to change it
            if not file.name.endswith("-shm"):
                shutil.copy2(file, folder / file.name.replace(NAME, "old.db", 1))
        with suppress(DwellError), closing(StateDatabase(folder / "old.db")) as old:
            layout.prepare(old)  # tables of older layouts had other names
        new = folder / NAME
        with closing(StateDatabase(new)) as database, open_for_reading(folder / "old.db") as raw:
            layout.prepare(database)
            for known in layout.load_metadata().sorted_tables:
                table, rows = as_stored(known), list[dict[str, Any]]()
                most = _ROWS_WITH_BODIES if known is responses else _ROWS
                with database.transaction(durable=False) as connection:
                    statement = insert(table).prefix_with("OR IGNORE")
                    for row in read_rows(raw, known, found):
                        rows.append(row)
                        if len(rows) == most:
                            connection.execute(statement, rows)
                            rows = []
                    if rows:
                        connection.execute(statement, rows)
        flush(new)
        new.replace(place.with_name(place.name + READY))
    flush(root)
    move_away(place)
    finish_repair(place)
    return found
