"""Opening the state database of a data folder."""

from __future__ import annotations

from pathlib import Path

from dwell.state.database import NAME, StateDatabase


def open_database(root: Path, url: str | None = None) -> StateDatabase:
    """Opens the state of a data folder; makes it where there is none, and brings an older one up to date.

    Args:
        root: The data folder, which exists.
        url: `postgresql://...` where the state is on a server; `live.db` in the folder otherwise.

    Raises:
        StorageError: The database cannot be used, or a newer dwell wrote it.
        DamagedDataError: It is damaged.
        MissingExtraError: PostgreSQL's driver is not installed.
    """
    from dwell.state import copies, layout  # with SQLAlchemy, which no question about tables needs

    database = StateDatabase(root / NAME) if url is None else StateDatabase(url)
    try:
        layout.prepare(database)
        copies.compare_on_use(database, layout.load_metadata().sorted_tables)
    except BaseException:
        database.close()
        raise
    return database
