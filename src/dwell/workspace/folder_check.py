"""Checks a data folder, rebuilds what can be rebuilt, and sets readings from the future aside."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict
from datetime import datetime
from typing import Any

from dwell import clock
from dwell.clock import from_micros
from dwell.disk.errors import set_aside
from dwell.disk.paths import require_reachable
from dwell.disk.permissions import describe_loose
from dwell.errors import NoDataError
from dwell.results import Result
from dwell.settings import Settings
from dwell.text.plurals import pluralize
from dwell.warehouse import Store, batches, check, journal, lake, part_kinds, unfinished
from dwell.warehouse.check import Problem
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
        `meta["unverified_responses"]` is the number of stored responses without a checksum: an older dwell stored
        them, and a repair makes their checksums.

    Raises:
        NoDataError: There is no data folder at that place.
        StorageError: The folder cannot be written.
    """
    elsewhere = settings.database is not None
    wrong = any(part_kinds.find_wrong_kinds(settings.data, state_elsewhere=elsewhere))
    if not wrong:
        require_reachable(settings.data / journal.NAME)
    unfinished.require_finished(settings.data)
    if not wrong and not any((settings.data / name).exists() for name in (journal.NAME, check.STATE, lake.FOLDER)):
        raise NoDataError(f"There is no data in {settings.data}: name its folder with --data or DWELL_DATA.")
    if repair:
        _mark_responses_pending(settings)
    repaired: list[Problem] = []
    if repair:
        repaired = check.repair(settings.data, state_elsewhere=elsewhere, tell=lambda one: tell(describe_repair(one)))
    if any(problem.part == journal.NAME for problem in repaired):
        _load_stored_responses(settings)
    remaining = list(check.find_problems(settings.data, state_elsewhere=elsewhere))
    responses_meta, damaged = _check_responses(settings, repair=repair and not remaining)
    models = _list_damaged_models(settings)
    if repair and not remaining:
        for problem in models:
            set_aside(settings.data, settings.data / problem.part)
        repaired, models = [*repaired, *models], []
    remaining += [*damaged, *models]
    rows = [_to_row(one, repaired=one in repaired) for one in (*repaired, *remaining)]
    if remaining:
        warnings = ["Nothing was set aside: the problems of the folder come first"] if set_aside_future else []
        empty: dict[str, Any] = {"outdated_imports": [], "future_readings": [], "set_aside": []}
        empty["unverified_files"] = None
        warnings += [*describe_unfinished(settings.data), *_describe_loose(settings)]
        return Result(_COLUMNS, rows, {"ok": False, **empty, **responses_meta, "warnings": warnings})
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
    found |= responses_meta
    found["warnings"] += [*describe_unfinished(settings.data), *_describe_loose(settings)]
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


def _list_damaged_models(settings: Settings) -> list[check.Problem]:
    """The files of models that cannot be used."""
    folder = settings.data / "models"
    if not folder.is_dir() or not any(folder.iterdir()):
        return []
    from dwell.models.artifact import read_models
    from dwell.models.file_names import MODEL

    repair = "moves it to damaged/; `dwell fit` makes a new one"
    return [
        check.Problem(f"models/{model_id}{MODEL}", f"cannot be used ({reason.rstrip('.')})", repair)
        for model_id, reason in read_models(folder)[1].items()
    ]


def _describe_loose(settings: Settings) -> list[str]:
    said = describe_loose(settings.data)
    return [said] if said else []


def _check_responses(settings: Settings, *, repair: bool) -> tuple[dict[str, Any], list[check.Problem]]:
    """How many kept responses have no checksum, and those on a server that are damaged; the repair makes the checksums.

    Responses in the folder were looked at with the rest of its state.
    """
    place = settings.data / check.STATE
    if settings.database is None and (not place.exists() or not place.stat().st_size):
        return {"unverified_responses": 0}, []
    if settings.database is None and not repair:
        from dwell.state.examination import count_unverified

        return {"unverified_responses": count_unverified(place)}, []
    from dwell.state import open_database, responses

    with closing(open_database(settings.data, settings.database)) as database:
        if repair:
            responses.add_checksums(database)
        damaged = [] if settings.database is None else responses.list_damaged(database)
        unverified = {"unverified_responses": responses.count_unverified(database)}
    if not damaged:
        return unverified, []
    numbers = ", ".join(map(str, damaged[:5])) + (", ..." if len(damaged) > 5 else "")
    detail = f"has {pluralize(len(damaged), 'damaged response')} (number {numbers}): no rows can be made of them again"
    return unverified, [check.Problem(database.name, detail)]


def _describe_future(rows: int, now: datetime) -> str:
    are = "is" if rows == 1 else "are"
    moment = f"{now:%Y-%m-%d %H:%M} UTC"
    return f"{pluralize(rows, 'row')} {are} stamped later than now ({moment} by this machine's clock)"


def _list_outdated_imports(store: Store) -> list[dict[str, object]]:
    """Files that were imported by an older dwell, which may have read some values otherwise, and not again since."""
    from dwell.warehouse.load.loader import VERSION

    found: dict[str, dict[str, object]] = {}
    every = store.batches()
    undone = {batch.report["undone"] for batch in every if batch.format == batches.UNDO}
    for batch in every:
        if batch.format in {*batches.PROVIDER_FORMATS, *batches.REMOVALS} or batch.batch_id in undone:
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
