"""The state database of a data folder: opened, brought up to date, and held to the folder."""

from __future__ import annotations

import uuid

from dwell.errors import StorageError
from dwell.state import StateDatabase, open_database
from dwell.state.database import NAME
from dwell.state.layout import claim, read_folder_id
from dwell.warehouse.store import Store


def open_state(store: Store) -> StateDatabase:
    """Open the state of a folder: `live.db` in it, or the database that `DWELL_DATABASE` names.

    Folder and database share an id, so that the state of one folder is never used with the tables of another.

    Raises:
        StorageError: It cannot be used, belongs to another folder, or the folder has a state of its own.
    """
    file = store.root / NAME
    if store.settings.database is not None and file.exists() and file.stat().st_size:
        raise StorageError(
            f"The state of this folder is in {file}, so DWELL_DATABASE would hide its costs, watchlists and schedules: "
            "unset DWELL_DATABASE, or move the file away to start a new state on the server."
        )
    database = open_database(store.root, store.settings.database)
    try:
        folder_id = store.folder_id()
        if folder_id is None:
            # A file in the folder belongs to it; a database on a server may belong to another folder.
            known = read_folder_id(database) if database.path is not None else None
            folder_id = store.set_folder_id(known or uuid.uuid4().hex)
        claim(database, folder_id)
    except BaseException:
        database.close()
        raise
    return database
