"""Looking a data folder over, and making again what can be made again."""

from __future__ import annotations

from dwell.errors import NoDataError
from dwell.results import Result
from dwell.settings import Settings
from dwell.warehouse import Store, check, journal, lake

_COLUMNS = ("part", "detail", "repair", "repaired")


def check_folder(settings: Settings, *, repair: bool = False) -> Result:
    """What is wrong with a data folder.

    Args:
        settings: Where the folder is.
        repair: Make again what can be made again. What was damaged is moved to `damaged/`, never deleted.

    Returns:
        A row a problem: `part`, `detail`, `repair` (what a repair does; null where only a backup helps), `repaired`.
        `meta["ok"]` says that nothing is wrong any more.

    Raises:
        NoDataError: There is no data folder at that place.
        StorageError: The folder cannot be written.
    """
    if not any((settings.data / name).exists() for name in (journal.NAME, check.STATE, lake.FOLDER)):
        raise NoDataError(f"There is no data in {settings.data}: name its folder with --data or DWELL_DATA.")
    elsewhere = settings.database is not None
    repaired = check.repair(settings.data, state_elsewhere=elsewhere) if repair else []
    if any(problem.part == journal.NAME for problem in repaired):
        _load_kept_responses(settings)
    remaining = list(check.find_problems(settings.data, state_elsewhere=elsewhere))
    rows = [(one.part, one.detail, one.repair or None, one in repaired) for one in (*repaired, *remaining)]
    return Result(_COLUMNS, rows, {"ok": not remaining})


def _load_kept_responses(settings: Settings) -> None:
    """What sweeps had read is loaded again: rows that are in the lake are known."""
    if settings.database is None and not (settings.data / check.STATE).exists():
        return
    from dwell.live.load_responses import load_pending
    from dwell.state import responses
    from dwell.workspace.state import open_state

    store = Store.open(settings)
    database = open_state(store)
    try:
        responses.mark_pending(database)
        load_pending(store, database)
    finally:
        database.close()
