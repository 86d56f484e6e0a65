"""A backup becomes a data folder and its state again: all of it, or the same command ends it.

A mark in the folder says from the first change to the last that a restore is going on; every other command refuses the
folder meanwhile. Whoever restores again continues at the step that the mark names.
"""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from typing import Any, Literal

import msgspec

from dwell import clock, logs
from dwell.connections.listing import list_unreadable
from dwell.connections.secret_keys import FILE as KEY_FILE
from dwell.disk.errors import is_in_use, os_error, sidecars
from dwell.disk.flush import flush
from dwell.disk.lock import remove_dead_scratch, try_exclusive
from dwell.disk.paths import require_reachable
from dwell.errors import DamagedDataError, StorageError
from dwell.results import Result
from dwell.settings import Settings
from dwell.state import StateDatabase, open_database
from dwell.state.database import NAME as STATE
from dwell.state.database import READY
from dwell.warehouse import Store, journal, journal_revision, unfinished
from dwell.warehouse.backup import PARTS
from dwell.warehouse.store import LOCK
from dwell.workspace import backups
from dwell.workspace.backup_manifest import FOLDER, STATE_MEMBER
from dwell.workspace.erasure_records import REQUEST

_ASIDE = "replaced"
_STATE_FILES = tuple(f"{STATE}{ending}" for ending in ("", "-wal", "-shm", READY))
_KEPT = frozenset({"scratch", "lost+found", _ASIDE, unfinished.NAME, KEY_FILE, REQUEST})
"""What stays: what was moved aside before, keys, which no backup has, and an erasure that has not ended; locks, too."""

_PARTIAL = ".dwell-*.partial"
"""A mark whose writer was killed."""

MOVING, FILLING = "moving", "filling"

log = logs.get_logger(__name__)


@dataclass(frozen=True)
class _Restore:
    """What is to be done.

    Attributes:
        settings: Where folder and state are.
        backup: The backup.
        parts: `tables` and `state`, as far as the backup has them and they are wanted.
        whole: Everything in the folder is replaced.
        tell: Is told of progress.
    """

    settings: Settings
    backup: backups.Backup
    parts: tuple[str, ...]
    whole: bool
    tell: backups.Progress

    @property
    def root(self) -> Path:
        """The data folder."""
        return self.settings.data

    @property
    def server(self) -> str | None:
        """The database on a server that the state goes to; None where that is not asked for."""
        return self.settings.database if "state" in self.parts else None

    def list_old(self) -> list[Path]:
        """What is in the place of what is to be restored."""
        found = [path for path in _list(self.root) if path.name not in _KEPT and path.suffix != ".lock"]
        found = [path for path in found if not path.match(_PARTIAL)]
        return [path for path in found if self.whole or (path.name in _STATE_FILES) == ("state" in self.parts)]


def restore_backup(
    settings: Settings,
    file: Path,
    *,
    replace: bool = False,
    only: Literal["tables", "state"] | None = None,
    progress: backups.Progress | None = None,
) -> Result:
    """Restore a backup, after every digest in it was compared.

    Killed at any moment, nothing was changed, or the folder is refused by every command until a restore has ended.

    Args:
        settings: Where folder and state are to be.
        file: What `back_up` wrote.
        replace: What is there is moved to `replaced/` in the folder, or to another schema of the database. Without
            it, that must be empty.
        only: Restore only the tables, or only the state.
        progress: Is told of progress.

    Returns:
        One row per table, of `part` `state` or `tables`, with its `rows`. In `meta` the `file`, when it was
        `created_at`, the folder `data`, the `database` of the state, where old content is (`moved_to` a folder,
        `moved_to_schema` of the database; null if there was none), and `responses_to_load`: responses whose rows the
        tables lack, which are loaded again; `warnings`: connected accounts whose tokens no key of the folder decrypts.

    Raises:
        BadFileError: The backup is damaged.
        StorageError: Something is there already or in use, a newer dwell wrote the backup, or something cannot be
            written.
    """
    backup = backups.read_backup(file, progress or backups.tell_nobody, "Comparing digests")
    work = _plan(settings, backup, only, progress or backups.tell_nobody)
    _require_place(work, replace=replace)
    with _alone(work.root):
        mark = _begin(work, replace=replace)
        aside = mark["moved_to"]
        try:
            if mark["step"] == MOVING:
                _move_aside(work, work.root / aside if aside else None)
                unfinished.write(work.root, mark | {"step": FILLING})
            counts, schema = _fill(work, mark)
            pending = _load_again(work)
            unreadable = _list_unreadable(work)
            moved_to = str(work.root / aside) if aside and (work.root / aside).exists() else None
        except OSError as error:
            raise os_error(work.root, error) from error
        unfinished.remove(work.root)
    log.info("%(data)s was restored from %(file)s", {"data": str(work.root), "file": str(file)})
    meta = {
        "file": str(file),
        "created_at": backup.description.created_at,
        "data": str(work.root),
        "database": _database_name(work),
        "moved_to": moved_to,
        "moved_to_schema": schema,
        "responses_to_load": pending,
        "warnings": unreadable,
    }
    return Result(backups.COLUMNS, backups.list_rows(counts), meta)


def _plan(settings: Settings, backup: backups.Backup, only: str | None, tell: backups.Progress) -> _Restore:
    rows = msgspec.structs.asdict(backup.description.rows)
    parts = tuple(part for part, counts in rows.items() if counts is not None and only in {None, part})
    if not parts:
        raise StorageError(f"{backup.archive.path} has no {only}: restore the rest without --{only}-only.")
    whole = only is None and "tables" in parts
    return _Restore(settings, backup, parts, whole, tell)


def _require_place(work: _Restore, *, replace: bool) -> None:
    """Refuses before anything is changed.

    Raises:
        StorageError: The place is taken, in use, or belongs to another folder.
    """
    root, file = work.root, work.backup.archive.path
    require_reachable(root / journal.NAME)
    if root.exists() and not root.is_dir():
        raise StorageError(f"{root} is a file; name a folder with --data or DWELL_DATA.")
    mark = unfinished.read(root)
    if mark and (mark["parts"], mark["whole"]) != ([*work.parts], work.whole):
        names = " and ".join(mark["parts"])
        raise StorageError(f"A restore of {names} in {root} was stopped: end that first, with the same options.")
    if mark is None and not replace and work.list_old():
        raise StorageError(
            f"{root} is not empty: name another folder with --data, or say --replace, which moves what is there to "
            f"{root / _ASIDE}."
        )
    if file.resolve().is_relative_to(root.resolve()):
        raise StorageError(f"{file} is in the folder that it is to be restored into: move it elsewhere.")
    _require_unused(work)
    if work.settings.database is not None:
        from dwell.state.restore import require_free

        with closing(StateDatabase(work.settings.database)) as database:
            require_free(database, replace=replace or mark is not None or "state" not in work.parts)
    if not work.whole:
        _require_same_folder(work)


def _require_unused(work: _Restore) -> None:
    if any((path := work.root / name) in work.list_old() and is_in_use(path) for name in (journal.NAME, STATE)):
        raise _in_use(work.root)


def _require_same_folder(work: _Restore) -> None:
    """A part of a backup belongs to the rest of the folder that it is a backup of."""
    restored = work.backup.description.folder_id
    if "state" in work.parts:
        known = Store(work.settings).folder_id() if (work.root / journal.NAME).exists() else None
    elif work.settings.database is not None or (work.root / STATE).exists():
        from dwell.state.layout import read_folder_id

        with closing(open_database(work.root, work.settings.database)) as database:
            known = read_folder_id(database)
    else:
        known = None
    if None not in {known, restored} and known != restored:
        raise StorageError(
            f"{work.backup.archive.path} is a backup of another data folder (id {restored}; this one is {known}): "
            "restore it as a whole into another folder."
        )


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """Holds the folder against everybody who writes; makes it where there is none."""
    try:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise os_error(root, error) from error
    with try_exclusive(root / LOCK) as alone:
        if not alone:
            raise _in_use(root)
        yield


def _begin(work: _Restore, *, replace: bool) -> dict[str, Any]:
    """The mark of this restore, or of one that was stopped and is continued."""
    file, mark = str(work.backup.archive.path.absolute()), unfinished.read(work.root)
    if mark is not None and mark.get("step") in {MOVING, FILLING}:
        # What was restored into a database before it was stopped may be replaced.
        mark |= {"file": file, "replace": True}
        unfinished.write(work.root, mark)
        return mark
    aside = _new_place(work.root) if work.list_old() else None
    mark = {"file": file, "parts": [*work.parts], "whole": work.whole, "step": MOVING, "moved_to": aside}
    mark |= {"replace": replace}
    unfinished.write(work.root, mark)
    try:
        _require_unused(work)  # nobody can begin to use it from now on
    except StorageError:
        unfinished.remove(work.root)
        raise
    return mark


def _new_place(root: Path) -> str:
    day = clock.now().date().isoformat()
    number = next(n for n in itertools.count(1) if not (root / _ASIDE / f"{day}-{n}").exists())
    return f"{_ASIDE}/{day}-{number}"


def _move_aside(work: _Restore, place: Path | None) -> None:
    """Moves what is there, file by file; a database goes last, with what belongs to it."""
    old = work.list_old()
    if place is None or not old:
        return
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    for path in sorted(old, key=lambda path: (path.name.startswith((STATE, journal.NAME)), path.name)):
        path.rename(place / path.name)
    flush(place, place.parent, work.root)


def _fill(work: _Restore, mark: dict[str, Any]) -> tuple[dict[str, dict[str, int]], str | None]:
    """Puts everything in its place; what a stopped restore left there is made again.

    Returns:
        Rows of each table that were put there, counted, by part. And the schema that tables of the database were moved
        to; None if there were none.
    """
    unfinished_files = [path for path in work.list_old() if path.name in {*PARTS, journal_revision.FILE, *_STATE_FILES}]
    for path in (*unfinished_files, *work.root.glob(_PARTIAL)):
        rmtree(path) if path.is_dir() else path.unlink()
    members = {
        name: work.root / name.removeprefix(f"{FOLDER}/")
        for name in work.backup.archive.members
        if name != STATE_MEMBER and "tables" in work.parts
    }
    total = sum(work.backup.archive.members[name].bytes for name in members)
    work.backup.archive.extract(members, backups.Counter(work.tell, "Restoring the tables", total).add)
    state, schema = _fill_state(work, mark) if "state" in work.parts else ({}, None)
    return {"state": state, "tables": Store(work.settings).rows() if "tables" in work.parts else {}}, schema


def _fill_state(work: _Restore, mark: dict[str, Any]) -> tuple[dict[str, int], str | None]:
    from dwell.state.restore import copy_into, prepare_file

    remove_dead_scratch(work.root / "scratch")
    with Store(work.settings).scratch() as scratch:
        copy = scratch / STATE
        size = work.backup.archive.members[STATE_MEMBER].bytes
        work.backup.archive.extract({STATE_MEMBER: copy}, backups.Counter(work.tell, "Restoring the state", size).add)
        if work.server is None:
            counts = prepare_file(copy, clock.now())
            assert sidecars(copy) == [copy], "the last connection moves everything into the file"
            flush(copy)
            copy.rename(work.root / STATE)
            flush(work.root)
            return counts, None
        rows = work.backup.description.rows.state or {}
        counter = backups.Counter(work.tell, f"Copying rows to {_database_name(work)}", sum(rows.values()))
        schema = f"{_ASIDE}_{clock.now():%Y%m%d_%H%M%S}_{secrets.token_hex(2)}" if mark["replace"] else None
        with closing(StateDatabase(work.server)) as database:
            moved = copy_into(copy, database, rows, aside=schema, on_rows=counter.add_rows)
        return rows, schema if moved else None


def _load_again(work: _Restore) -> int:
    """Responses whose rows the restored tables lack, or the older ones of the folder; they are loaded again."""
    has_state = work.settings.database is not None or (work.root / STATE).exists()
    if not has_state or not (work.root / journal.NAME).exists():
        return 0
    from dwell.live.load_responses import load_again

    with closing(open_database(work.root, work.settings.database)) as database:
        try:
            return load_again(Store(work.settings), database, thorough=True)
        except DamagedDataError as error:  # of the part that was kept: it must not keep this restore from its end
            log.warning("Responses whose rows may be missing were not looked for: %(reason)s", {"reason": str(error)})
            return 0


def _list_unreadable(work: _Restore) -> list[str]:
    if "state" not in work.parts:
        return []
    with closing(open_database(work.root, work.settings.database)) as database:
        return list_unreadable(work.root, database)


def _database_name(work: _Restore) -> str | None:
    if "state" not in work.parts:
        return None
    if work.server is None:
        return str(work.root / STATE)
    with closing(StateDatabase(work.server)) as database:
        return database.name


def _in_use(root: Path) -> StorageError:
    return StorageError(f"{root} is in use: stop every `dwell serve`, worker and command that uses it, then restore.")


def _list(root: Path) -> list[Path]:
    try:
        return sorted(root.iterdir()) if root.is_dir() else []
    except OSError as error:
        raise os_error(root, error) from error
