"""What went wrong with the journal, said so that a user can cure it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from dwell.disk.errors import sqlite_errors
from dwell.errors import DamagedDataError
from dwell.warehouse.rebuild import complete_until


def damaged_journal(path: Path, what: str) -> DamagedDataError:
    """The journal cannot be read; the lake can, and the journal's catalogue is rebuilt from it."""
    moment = complete_until(path.parent)
    lake = f"the lake is complete up to {moment}; import again what came after" if moment else "import your files again"
    return DamagedDataError(
        f"{path} is damaged ({what}): restore it from a backup, or run `dwell check --repair`, which rebuilds "
        f"it from the lake; {lake}."
    )


def journal_errors(path: Path) -> AbstractContextManager[None]:
    """Turns what SQLite and the operating system say about the journal into dwell's errors."""
    return sqlite_errors(path, damaged_journal)
