"""Checks a data folder, rebuilds what can be rebuilt, and sets readings from the future aside."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict
from datetime import datetime
from typing import Any

from dwell import clock
from dwell.clock import from_micros
from dwell.disk.paths import require_reachable
from dwell.errors import NoDataError
from dwell.results import Result
from dwell.settings import Settings
from dwell.text.plurals import pluralize
from dwell.warehouse import Store, batches, check, journal, lake, unfinished
from dwell.warehouse.check import Problem
from dwell.warehouse.lake_repair import PROVIDER_FORMATS
from dwell.workspace.erasure_records import describe_unfinished

_COLUMNS = (
    "part",
    "detail",
    "repair",
    "repaired",
    "rows",
    "first_observed_at",
    "last_observed_at",
    "import_again",
    "replay",
)


def check_folder(
    settings: Settings,
    *,
    repair: bool = False,
    set_aside_future: bool = False,
    tell: Callable[[str], None] = lambda _: None,
) -> Result:
    """Check a data folder; every stored row is read once.

    Args:
        settings: Where the folder is.
        repair: Rebuild what can be rebuilt. Damaged files are moved to `damaged/`, never deleted.
        set_aside_future: Move the readings that are stamped later than now to files in `set-aside/`.
        tell: Is told in a sentence what a repair is about to do, and what will be missing then.

    Returns:
        One row per problem: `part`, `detail`, `repair` (what a repair does; null if only a backup helps), `repaired`.
        For a file of the lake also what is lost with it: `rows`, `first_observed_at`, `last_observed_at` (null where
        that is not known), `import_again`, the imported files that may have given the rows, and `replay`: rows may be
        of sweeps, whose kept responses can be replayed. `meta["unverified_files"]` is the number of files that an older
        dwell wrote, which have no checksum until the next seal.
        `meta["ok"]` is true if no problem and no reading from the future is left. `meta["outdated_imports"]` lists the
        files that an older dwell imported: it may have read some values otherwise, and importing them again corrects
        those. `meta["future_readings"]` lists the readings that are stamped later than now, by table and source;
        `meta["set_aside"]` the files with those that were set aside. Both are empty while there is a problem.

    Raises:
        NoDataError: There is no data folder at that place.
        StorageError: The folder cannot be written.
    """
    require_reachable(settings.data / journal.NAME)
    unfinished.require_finished(settings.data)
    if not any((settings.data / name).exists() for name in (journal.NAME, check.STATE, lake.FOLDER)):
        raise NoDataError(f"There is no data in {settings.data}: name its folder with --data or DWELL_DATA.")
    elsewhere = settings.database is not None
    if repair:
        _mark_responses_pending(settings)
    repaired: list[Problem] = []
    if repair:
        repaired = check.repair(settings.data, state_elsewhere=elsewhere, tell=lambda one: tell(describe_repair(one)))
    if any(problem.part == journal.NAME for problem in repaired):
        _load_stored_responses(settings)
    remaining = list(check.find_problems(settings.data, state_elsewhere=elsewhere))
    rows = [_to_row(one, repaired=one in repaired) for one in (*repaired, *remaining)]
    if remaining:
        warnings = ["Nothing was set aside: the problems of the folder come first"] if set_aside_future else []
        empty: dict[str, Any] = {"outdated_imports": [], "future_readings": [], "set_aside": []}
        empty["unverified_files"] = None
        warnings += describe_unfinished(settings.data)
        return Result(_COLUMNS, rows, {"ok": False, **empty, "warnings": warnings})
    store, now = Store.open(settings), clock.now()
    files = store.set_aside_future_readings(now) if set_aside_future else []
    future = store.list_future_readings(now)
    found: dict[str, Any] = {
        "ok": not future,
        "outdated_imports": _list_outdated_imports(store),
        "unverified_files": check.count_unverified(settings.data),
        "future_readings": [asdict(reading) for reading in future],
        "set_aside": [{"table": file.table, "rows": file.rows, "path": str(file.path)} for file in files],
        "warnings": [_describe_future(sum(reading.rows for reading in future), now)] if future else [],
    }
    found["warnings"] += describe_unfinished(settings.data)
    return Result(_COLUMNS, rows, found)


def describe_repair(problem: Problem) -> str:
    """What a repair is about to do, and what will be missing then, in a sentence."""
    lost = f" {describe_loss(problem)}" if problem.loss else ""
    return f"{problem.part} {problem.detail}: the repair {problem.repair}.{lost}"


def describe_loss(problem: Problem) -> str:
    """What is lost with a file of the lake, in sentences."""
    loss = problem.loss
    if loss is None:
        return ""
    span = ""
    if loss.first_at is not None and loss.last_at is not None:
        span = f", observed from {from_micros(loss.first_at):%Y-%m-%d} to {from_micros(loss.last_at):%Y-%m-%d}"
    return f"{pluralize(loss.rows, 'row')} will be missing{span}."


def _to_row(problem: Problem, *, repaired: bool) -> tuple[Any, ...]:
    loss = problem.loss
    lost: tuple[Any, ...] = (None, None, None, [], False)
    if loss is not None:
        first, last = (None if at is None else from_micros(at) for at in (loss.first_at, loss.last_at))
        lost = (loss.rows, first, last, list(loss.imports), loss.of_sweeps)
    return (problem.part, problem.detail, problem.repair or None, repaired, *lost)


def _describe_future(rows: int, now: datetime) -> str:
    are = "is" if rows == 1 else "are"
    moment = f"{now:%Y-%m-%d %H:%M} UTC"
    return f"{pluralize(rows, 'row')} {are} stamped later than now ({moment} by this machine's clock)"


def _list_outdated_imports(store: Store) -> list[dict[str, object]]:
    """Files that were imported by an older dwell, which may have read some values otherwise, and not again since."""
    from dwell.warehouse.load.loader import VERSION

    found: dict[str, dict[str, object]] = {}
    for batch in store.batches():
        if batch.format in {*PROVIDER_FORMATS, *batches.REMOVALS}:
            continue
        if batch.report.get("loader", 1) < VERSION:
            found[batch.digest] = {"path": batch.path, "format": batch.format, "imported_at": batch.at}
        else:
            found.pop(batch.digest, None)
    return list(found.values())


def _mark_responses_pending(settings: Settings) -> None:
    """Before a journal is rebuilt: if the repair is killed after that, the next sweep still loads what it lost."""
    parts = {
        problem.part for problem in check.find_problems(settings.data, state_elsewhere=settings.database is not None)
    }
    has_state = settings.database is not None or (settings.data / check.STATE).exists()
    if journal.NAME not in parts or check.STATE in parts or not has_state:
        return
    from dwell.state import open_database, responses

    with closing(open_database(settings.data, settings.database)) as database:
        responses.mark_pending(database)


def _load_stored_responses(settings: Settings) -> None:
    """Load the responses of sweeps again: the loader recognises the rows that are in the lake."""
    if settings.database is None and not (settings.data / check.STATE).exists():
        return
    from dwell.live.load_responses import load_pending
    from dwell.workspace.state import open_state

    store = Store.open(settings)
    with closing(open_state(store)) as database:
        load_pending(store, database)
