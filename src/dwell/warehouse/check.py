"""The parts of a data folder: which are missing or damaged, and what can be rebuilt from what.

A missing part is never taken for a new folder: every command stops until the user asks for a repair.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from dwell.disk.errors import is_in_use, move_away, sqlite_error, sqlite_errors
from dwell.disk.lock import exclusive
from dwell.errors import DamagedDataError, StorageError
from dwell.settings import Settings
from dwell.state import open_database
from dwell.state.database import damaged_state
from dwell.warehouse import catalogue, ingest_log, journal, lake, lake_scan, rebuild, recover, rollup
from dwell.warehouse.columns import INGEST
from dwell.warehouse.damage import lake_errors
from dwell.warehouse.journal_damage import damaged_journal
from dwell.warehouse.rollup_check import find_rollup_problem
from dwell.warehouse.seal import seal

if TYPE_CHECKING:
    import duckdb

STATE = "live.db"
LOCK = "writer.lock"
PROVIDER_FORMATS = ("answers", "states")
"""Stored names of the batches that only sweeps write."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one part of a data folder.

    Attributes:
        part: The file or folder, relative to the data folder.
        detail: What is wrong, as the rest of a sentence that begins with the part.
        repair: What a repair does, as the rest of a sentence; empty if only a backup helps.
    """

    part: str
    detail: str
    repair: str = ""


def require_parts(root: Path, *, state_elsewhere: bool = False) -> None:
    """Refuses a folder with a missing part; cheap enough for every command.

    Args:
        root: The data folder.
        state_elsewhere: The state is on a server (`DWELL_DATABASE`), so no file of it is in the folder.

    Raises:
        DamagedDataError: A part is missing; the message says what a repair restores.
    """
    problem = next(find_missing(root, state_elsewhere=state_elsewhere), None)
    if problem is not None:
        raise DamagedDataError(f"{root / problem.part} {problem.detail}: `dwell check --repair` {problem.repair}.")


def find_missing(root: Path, *, state_elsewhere: bool = False) -> Iterator[Problem]:
    """Parts that are not there although others say that they were."""
    if not _is_present(root / journal.NAME):
        yield from _missing_journal(root)
        return
    with journal.connect(root / journal.NAME) as log, journal.read_transaction(log):
        versions = catalogue.versions(log)
        if not state_elsewhere and not _is_present(root / STATE) and _knows_of_sweeps(log):
            yield Problem(
                STATE,
                "is missing or empty, but the tables have rows of sweeps. It contained costs, watchlists, schedules "
                "and stored responses, which are in no other file: restore it from a backup if you have one "
                "(or set DWELL_DATABASE if the state is on a server)",
                "creates a new, empty one; the tables stay as they are",
            )
    for name, version in versions.items():
        entry = lake.log_entry(root, name, version)
        if not entry.is_file() or not entry.stat().st_size:
            yield Problem(
                str(entry.relative_to(root)),
                "is missing or empty: the newest log entry of this table. No row is lost: the journal knows its files",
                "rewrites the entry",
            )


def _missing_journal(root: Path) -> Iterator[Problem]:
    if lake.newest_version(root, INGEST) is not None:
        moment = rebuild.complete_until(root)
        until = f", which is complete up to {moment}; import again what came after" if moment else ""
        yield Problem(
            journal.NAME,
            "is missing or empty beside a lake: it contained the latest imports and sweeps",
            f"rebuilds it from the lake{until} (stored responses are loaded again automatically)",
        )
    elif _is_present(root / STATE) or (root / journal.NAME).exists():
        yield Problem(
            journal.NAME,
            "is missing or empty: it contained the imports and sweeps",
            "creates an empty one and loads the stored responses again; import your files again",
        )


def _knows_of_sweeps(log: sqlite3.Connection) -> bool:
    sql = "SELECT 1 FROM ingest_batches WHERE format IN (?, ?) LIMIT 1"
    return log.execute(sql, PROVIDER_FORMATS).fetchone() is not None


def find_problems(root: Path, *, state_elsewhere: bool = False) -> Iterator[Problem]:
    """All problems: missing parts, damaged databases, and lake files that cannot be read; every stored row is read."""
    verdict = _integrity(root / journal.NAME) if _is_present(root / journal.NAME) else ""
    if verdict:
        repair = "moves it to damaged/ and rebuilds it from the lake"
        yield Problem(journal.NAME, f"is damaged ({verdict})", repair)
    if not state_elsewhere and _is_present(root / STATE):
        yield from _state_problems(root / STATE)
    if verdict:
        return  # a damaged journal says nothing reliable about the rest
    yield from find_missing(root, state_elsewhere=state_elsewhere)
    if _is_present(root / journal.NAME):
        yield from _lake_problems(root)


def _state_problems(path: Path) -> Iterator[Problem]:
    from dwell.state.examination import examine

    with sqlite_errors(path, damaged_state):
        found = examine(path)
    if not found.is_whole:
        yield Problem(STATE, found.describe(), found.describe_repair())


def _lake_problems(root: Path) -> Iterator[Problem]:
    with journal.connect(root / journal.NAME) as log, journal.read_transaction(log):
        state = catalogue.read(log)
    if not state.tables:
        return
    import duckdb

    with duckdb.connect() as connection:
        for name, table in state.tables.items():
            entry = lake.log_entry(root, name, table.version or 0)
            if table.version is not None and _is_present(entry) and not lake.is_whole(entry):
                yield Problem(str(entry.relative_to(root)), "is cut off or damaged", "rewrites the entry")
            for file in table.files:
                if why := _unreadable(connection, root, name, replace(table, files=(file,))):
                    yield Problem(f"{lake.FOLDER}/{name}/{file.path}", f"cannot be read ({why})")
    if why := find_rollup_problem(root, state):
        yield Problem(str(rollup.FOLDER), why, "rebuilds it from the tables")


def _unreadable(connection: duckdb.DuckDBPyConnection, root: Path, name: str, file: catalogue.TableState) -> str:
    """Why a lake file cannot be read to its end; empty if it can."""
    import duckdb

    try:
        connection.execute(f"SELECT bit_xor(hash(stored)) FROM {lake_scan.scan(root, name, file)} AS stored").fetchall()
    except DamagedDataError:
        return "it is missing, or has another size than was written"
    except duckdb.Error as error:
        return str(error).splitlines()[0]
    return ""


def _integrity(path: Path) -> str:
    """What SQLite finds wrong with a database; empty where nothing is."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            (verdict,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
            (application,) = connection.execute("PRAGMA application_id").fetchone()
    except sqlite3.Error as error:
        # A database that is locked, or a folder that cannot be written, is not damaged.
        if getattr(error, "sqlite_errorcode", 0) & 0xFF not in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
            raise sqlite_error(path, error, damaged_journal) from error
        return str(error)
    if path.name == journal.NAME and application != journal.APPLICATION:
        return "it is not dwell's"
    return "" if verdict == "ok" else str(verdict)


def _is_present(path: Path) -> bool:
    """The file is there and not empty, as a power cut may leave one that had just been made."""
    return path.exists() and path.stat().st_size > 0


def repair(root: Path, *, state_elsewhere: bool = False) -> list[Problem]:
    """Rebuilds what can be rebuilt; damaged files are moved to `damaged/`, never deleted.

    Returns:
        The problems that are gone.

    Raises:
        StorageError: The folder cannot be written.
    """
    repaired: list[Problem] = []
    while problem := next(
        (
            problem
            for problem in find_problems(root, state_elsewhere=state_elsewhere)
            if problem.repair and problem not in repaired
        ),
        None,
    ):
        _repair_part(root, problem.part)
        repaired.append(problem)  # a journal that was made again may show what the damaged one hid
    return repaired


def _repair_part(root: Path, part: str) -> None:
    with exclusive(root / LOCK):
        if part == journal.NAME:
            move_away(root / journal.NAME)
            recover.create_or_rebuild(root, root / journal.NAME)
        elif part == STATE:
            if _is_present(root / STATE):
                from dwell.state.salvage import salvage

                if is_in_use(root / STATE):
                    who = "stop every `dwell serve`, worker, `dwell run` and notebook that uses it, then repair"
                    raise StorageError(f"{root / STATE} is in use: {who}.")
                with sqlite_errors(root / STATE, damaged_state):
                    salvage(root, root / "scratch")
            else:
                move_away(root / STATE)
                open_database(root).close()
        elif part == str(rollup.FOLDER):
            recover.prepare_for_writing(root, root / journal.NAME)
            seal(root, Settings(data=root), fresh_rollup=True)
        else:
            _rewrite_log_entry(root, Path(part).parts[1])


def _rewrite_log_entry(root: Path, name: str) -> None:
    """Brings the Delta log of a table to what the journal says is visible, by one new commit."""
    with journal.connect(root / journal.NAME, writing=True) as log:
        journal.upgrade(log)
        state = catalogue.read(log)
        table = state.table(name)
        described = ingest_log.describe(state, ingest_log.unsealed_since(log)) if name == INGEST else None
        with lake_errors(lake.folder(root, name)):
            version = lake.rewrite_log(root, name, table.files, state.seq, described)
        with journal.transaction(log):
            catalogue.write(log, state, state.with_tables({name: replace(table, version=version)}))
