"""Places at which a process may be made to kill itself: before each step that changes the disk, and after the last.

After one step is before the next one, so these are all the states that the disk can be left in between steps; what a
kill in the midst of a step leaves is for the timers of the second part.
"""

from __future__ import annotations

import functools
import os
import signal
from collections.abc import Callable
from typing import Any, NoReturn

import deltalake

from dwell.warehouse import (
    batches,
    catalogue,
    compact,
    current_rows,
    ingest_log,
    journal,
    journal_layout,
    journal_rows,
    parquet,
    rollup_update,
    set_aside,
)

STEPS: tuple[tuple[Any, str], ...] = (
    (parquet, "_copy"),
    (deltalake.DeltaTable, "create"),
    (deltalake.DeltaTable, "create_write_transaction"),
    (deltalake.DeltaTable, "restore"),
    (ingest_log, "write_entry"),
    (compact, "compact"),
    (compact, "_rewrite"),
    (compact, "delete_unused_files"),
    (rollup_update, "update"),
    (rollup_update, "_write"),
    (rollup_update, "delete_unused_files"),
    (batches, "insert"),
    (batches, "mark_in_lake"),
    (catalogue, "write"),
    (catalogue, "advance"),
    (current_rows, "update"),
    (current_rows, "mark_complete"),
    (current_rows, "replace"),
    (current_rows, "reset_until"),
    (current_rows, "record_seal"),
    (set_aside._Removal, "_copy"),
    (set_aside._Removal, "rewrite_lake"),
    (journal_rows, "insert"),
    (journal_rows, "replace"),
    (journal_rows, "clear"),
    (journal_layout, "create"),
    (journal, "commit"),
)


class Fuse:
    """Counts the steps begun and kills the process before the chosen one.

    Args:
        at: Number of the step, from 0; None to count only.
    """

    def __init__(self, at: int | None) -> None:
        self.at = at
        self.passed: list[str] = []

    def reached(self, name: str) -> None:
        """A step is about to begin, or the work is done."""
        if len(self.passed) == self.at:
            die()
        self.passed.append(name)

    def install(self) -> None:
        """Puts the fuse into every step of this process."""
        for owner, name in STEPS:
            original = getattr(owner, name)
            setattr(
                owner,
                name,
                staticmethod(self._around(original, name)) if name == "create" else self._around(original, name),
            )

    def _around(self, original: Callable[..., Any], name: str) -> Callable[..., Any]:
        @functools.wraps(original)
        def step(*args: Any, **options: Any) -> Any:
            self.reached(name)
            return original(*args, **options)

        return step


def die() -> NoReturn:
    """kill -9."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("unreachable")
