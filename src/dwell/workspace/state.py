"""The state database of a data folder: opened, brought up to date, and held to the folder."""

from __future__ import annotations

import uuid

from dwell.state import StateDatabase, open_database
from dwell.state.layout import claim, read_folder_id
from dwell.warehouse.store import Store


def open_state(store: Store) -> StateDatabase:
    """Opens the folder's state: `live.db` in it, or what `DWELL_DATABASE` names.

    Folder and database hold one id, so that the state of one folder never meets the tables of another.

    Raises:
        StorageError: It cannot be used, or belongs to another folder.
    """
    database = open_database(store.root, store.settings.database)
    try:
        folder_id = store.folder_id()
        if folder_id is None:
            # A file in the folder is the folder's; a server's database is not, just because the folder has no id yet.
            known = read_folder_id(database) if database.path is not None else None
            folder_id = store.set_folder_id(known or uuid.uuid4().hex)
        claim(database, folder_id)
    except BaseException:
        database.close()
        raise
    return database
