"""The parts of a data folder: which are missing or damaged, and what can be rebuilt from what.

A missing part is never taken for a new folder: every command stops until the user asks for a repair.
"""

from __future__ import annotations

import itertools
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from dwell import clock
from dwell.disk.errors import is_in_use, move_away, sqlite_errors
from dwell.disk.lock import exclusive
from dwell.errors import DamagedDataError, StorageError
from dwell.settings import Settings
from dwell.state import open_database
from dwell.state.database_errors import LOST_STATE, NEW_STATE, damaged_state
from dwell.warehouse import (
    batches,
    catalogue,
    contributions,
    current_rows,
    journal,
    journal_checksum,
    journal_revision,
    journal_rows,
    lake,
    lake_repair,
    log_checksums,
    part_kinds,
    rebuild,
    recover,
    rollup,
)
from dwell.warehouse.catalogue import LakeFile
from dwell.warehouse.columns import INGEST
from dwell.warehouse.journal_damage import DamagedJournalError
from dwell.warehouse.journal_loss import describe_loss
from dwell.warehouse.lake_check import find_file_fault
from dwell.warehouse.lake_repair import Loss
from dwell.warehouse.page_check import NOT_OURS, find_page_damage
from dwell.warehouse.rollup_check import find_rollup_problem
from dwell.warehouse.seal import seal

STATE = "live.db"
LOCK = "writer.lock"
_FORGETS = "forgets it"
_NEW_JOURNAL = "creates an empty one and loads the stored responses again; import your files again"
_FORGETS_COPIES = "forgets the copies"
KEEPS = "keeps what it has"
"""How the repair of a journal begins that is whole but lacks its newest changes."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one part of a data folder.

    Attributes:
        part: The file or folder, relative to the data folder.
        detail: What is wrong, as the rest of a sentence that begins with the part.
        repair: What a repair does, as the rest of a sentence; empty if only a backup helps.
        loss: What is lost with a file of the lake, unless it comes back from a backup or its source.
        file: That file, with its table.
    """

    part: str
    detail: str
    repair: str = ""
    loss: Loss | None = None
    file: tuple[str, LakeFile] | None = None


def require_parts(root: Path, *, state_elsewhere: bool = False) -> None:
    """Refuses a folder with a missing part; cheap enough for every command.

    Args:
        root: The data folder.
        state_elsewhere: The state is on a server (`DWELL_DATABASE`), so no file of it is in the folder.

    Raises:
        DamagedDataError: A part is missing; the message says what a repair restores.
    """
    needed = (Problem(*one) for one in part_kinds.find_wrong_needed(root, state_elsewhere=state_elsewhere))
    problem = next(itertools.chain(needed, find_missing(root, state_elsewhere=state_elsewhere)), None)
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
                f"is missing or empty, but the tables have rows of sweeps. {LOST_STATE} "
                "(or set DWELL_DATABASE if the state is on a server)",
                NEW_STATE,
            )
    for name, version in versions.items():
        entry = lake.log_entry(root, name, version)
        if not entry.is_file() or not entry.stat().st_size:
            yield Problem(
                str(entry.relative_to(root)),
                "is missing or empty: the newest log entry of this table. No row is lost: the journal knows its files",
                "moves the log to damaged/ and writes a new one",
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
            _NEW_JOURNAL,
        )


def _knows_of_sweeps(log: sqlite3.Connection) -> bool:
    sql = "SELECT 1 FROM ingest_batches WHERE format IN (?, ?) LIMIT 1"
    return log.execute(sql, batches.PROVIDER_FORMATS).fetchone() is not None


def find_problems(root: Path, *, state_elsewhere: bool = False) -> Iterator[Problem]:
    """All problems: missing parts, damaged databases, and lake files that cannot be read; every stored row is read."""
    wrong = [Problem(*one) for one in part_kinds.find_wrong_kinds(root, state_elsewhere=state_elsewhere)]
    yield from (replace(one, detail=f"{one.detail}. {LOST_STATE}") if one.part == STATE else one for one in wrong)
    if any(one.part.startswith((journal.NAME, STATE)) for one in wrong):
        return  # what the databases know is told once they can be opened
    journal_problem = _find_journal_problem(root) if _is_present(root / journal.NAME) else None
    if journal_problem:
        yield journal_problem
    if not state_elsewhere and _is_present(root / STATE):
        yield from _state_problems(root / STATE)
    if journal_problem:
        return  # a damaged journal says nothing reliable about the rest
    yield from find_missing(root, state_elsewhere=state_elsewhere)
    if _is_present(root / journal.NAME):
        yield from _problems_besides_rows(root)
        yield from _lake_problems(root)


def _find_journal_problem(root: Path) -> Problem | None:
    path = root / journal.NAME
    if verdict := find_page_damage(path):
        return _damaged_journal_problem(root, verdict)
    try:
        with journal.connect(path) as log, journal.read_transaction(log):
            if journal_checksum.is_known(log):
                journal_rows.verify_rows(log)
                batches.verify(log)
    except DamagedJournalError as error:
        if journal_revision.is_behind(path):
            return _older_journal_problem(root, error.what)
        return _damaged_journal_problem(root, error.what)
    return None


def _damaged_journal_problem(root: Path, what: str) -> Problem:
    moment = rebuild.complete_until(root)
    until = f", which is complete up to {moment}; import again what came after" if moment else ""
    lost = describe_loss(root) or (": it contained the latest imports and sweeps" if what == NOT_OURS else "")
    detail = f"is damaged ({what}){lost}"
    if lake.newest_version(root, INGEST) is None:
        return Problem(journal.NAME, detail, f"moves it to damaged/ and {_NEW_JOURNAL}")
    return Problem(journal.NAME, detail, f"moves it to damaged/ and rebuilds it from the lake{until}")


def _older_journal_problem(root: Path, what: str) -> Problem:
    """A journal that is whole but lacks its newest changes: what it has is kept, unless the lake has all of it."""
    path = root / journal.NAME
    if rebuild.sealed_seq(root) >= journal_revision.read_seq(path):
        return _damaged_journal_problem(root, what)
    return Problem(
        journal.NAME,
        f"is damaged ({what}: its write-ahead log {path.name}-wal was lost or damaged, or it is an older copy)",
        KEEPS + "; import again what was imported lately (stored responses are loaded again automatically)",
    )


def _state_problems(path: Path) -> Iterator[Problem]:
    from dwell.state.examination import examine

    with sqlite_errors(path, damaged_state):
        found = examine(path)
    if not found.is_whole:
        yield Problem(STATE, found.describe(), found.describe_repair())


def _problems_besides_rows(root: Path) -> Iterator[Problem]:
    with journal.connect(root / journal.NAME) as log, journal.read_transaction(log):
        try:
            if journal_checksum.is_known(log):
                current_rows.verify(log)
        except DamagedJournalError as error:
            what = f"is damaged ({error.what}): a copy of a newest row. No row is lost"
            yield Problem(journal.NAME, what, f"{_FORGETS_COPIES} and makes them again from the tables")
        if not contributions.is_whole(log):
            what = "is damaged in what `dwell undo` needs: no import can be undone. Every table is whole"
            yield Problem(journal.NAME, what, f"{_FORGETS}: later imports can be undone, those until now cannot")


def _lake_problems(root: Path) -> Iterator[Problem]:
    with journal.connect(root / journal.NAME) as log, journal.read_transaction(log):
        state = catalogue.read(log)
        for path, why in log_checksums.find_damaged(log, root):
            yield Problem(
                path.relative_to(root).as_posix(),
                f"is damaged ({why}): a part of the log of this table. No row is lost: the journal knows its files",
                "moves the log to damaged/ and writes a new one",
            )
        for name, table in state.tables.items():
            for file in table.files:
                if why := find_file_fault(root, name, file):
                    yield _lake_file_problem(log, name, file, why)
    if why := find_rollup_problem(root, state):
        yield Problem(str(rollup.FOLDER), why, "rebuilds it from the tables")


def _lake_file_problem(log: sqlite3.Connection, name: str, file: LakeFile, why: str) -> Problem:
    part = f"{lake.FOLDER}/{name}/{file.path}"
    if name == INGEST:
        detail = f"is damaged ({why}): a part of the log of imports. The journal has all of it"
        return Problem(part, detail, "moves it to damaged/ and writes the log again", file=(name, file))
    return Problem(
        part,
        f"is damaged ({why}): restore it from a backup if you have one",
        f"moves it to damaged/ and takes its rows out of {name}, so that the imports that gave them can be repeated",
        loss=lake_repair.find_loss(log, file),
        file=(name, file),
    )


def count_unverified(root: Path) -> int:
    """Files of lake and roll-up that have no checksum: an older dwell wrote them, and no seal has read them since."""
    with journal.connect(root / journal.NAME) as log, journal.read_transaction(log):
        return catalogue.count_unverified(catalogue.read(log))


def _is_present(path: Path) -> bool:
    """The file is there and not empty, as a power cut may leave one that had just been made."""
    return path.exists() and path.stat().st_size > 0


def repair(
    root: Path, *, state_elsewhere: bool = False, tell: Callable[[Problem], None] = lambda _: None
) -> list[Problem]:
    """Rebuilds what can be rebuilt; damaged files are moved to `damaged/`, never deleted.

    Args:
        root: The data folder.
        state_elsewhere: As for `require_parts`.
        tell: Is told of each problem before it is repaired.

    Returns:
        The problems that are gone.

    Raises:
        StorageError: The folder cannot be written.
    """
    repaired: list[Problem] = []
    while problems := [
        problem
        for problem in find_problems(root, state_elsewhere=state_elsewhere)
        if problem.repair and problem not in repaired
    ]:
        # Damaged files of the lake go together: what is made anew is made of those that stay.
        first = problems[0]
        together = [one for one in problems if one.file and one.loss] if first.loss else [first]
        for problem in together:
            tell(problem)
        _repair(root, together)
        repaired += together  # a journal that was made again may show what the damaged one hid
    return repaired


def _repair(root: Path, problems: list[Problem]) -> None:
    part, settings = problems[0].part, Settings(data=root)
    if problems[0].repair == part_kinds.REPAIR:
        part_kinds.move_away(root, part)
        return
    with exclusive(root / LOCK):
        if part == journal.NAME and problems[0].repair.startswith(KEEPS):
            journal_revision.forget(root)
            recover.prepare_for_writing(root, root / journal.NAME, check=False)
        elif part == journal.NAME and problems[0].repair.startswith(_FORGETS_COPIES):
            recover.prepare_for_writing(root, root / journal.NAME)
            with journal.connect(root / journal.NAME, writing=True) as log, journal.transaction(log):
                current_rows.forget(log)
        elif part == journal.NAME and problems[0].repair.startswith(_FORGETS):
            recover.prepare_for_writing(root, root / journal.NAME)
            with journal.connect(root / journal.NAME, writing=True) as log, journal.transaction(log):
                contributions.begin(log, catalogue.read_seq(log))
        elif part == journal.NAME:
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
            seal(root, settings, fresh_rollup=True)
        elif problems[0].loss:
            damaged: dict[str, list[LakeFile]] = defaultdict(list)
            for name, file in (problem.file for problem in problems if problem.file):
                damaged[name].append(file)
            recover.prepare_for_writing(root, root / journal.NAME)
            lake_repair.take_out_files(root, settings, damaged, clock.now())
        elif problems[0].file:
            recover.prepare_for_writing(root, root / journal.NAME)
            lake_repair.rewrite_ingest_log(root, settings, [problems[0].file[1]])
        else:
            lake_repair.rewrite_log(root, settings, Path(part).parts[1])
