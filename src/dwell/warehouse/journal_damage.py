"""What went wrong with the journal, said so that a user can cure it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from dwell.disk.errors import sqlite_errors
from dwell.errors import DamagedDataError
from dwell.warehouse.rebuild import complete_until


class DamagedJournalError(DamagedDataError):
    """The journal cannot be read, or is not what was written; the lake can, and the journal is rebuilt from it.

    Args:
        path: The journal.
        what: What is wrong with it.

    Attributes:
        what: The same.
    """

    def __init__(self, path: Path, what: str) -> None:
        self.what = what
        moment = complete_until(path.parent)
        lake = "import your files again"
        if moment:
            lake = f"the lake is complete up to {moment}; import again what came after"
        super().__init__(
            f"{path} is damaged ({what}): restore it from a backup, or run `dwell check --repair`, which rebuilds "
            f"it from the lake; {lake}."
        )


def damaged_journal(path: Path, what: str) -> DamagedJournalError:
    """The error for a damaged journal."""
    return DamagedJournalError(path, what)


def journal_errors(path: Path) -> AbstractContextManager[None]:
    """Turns what SQLite and the operating system say about the journal into dwell's errors."""
    return sqlite_errors(path, damaged_journal)
