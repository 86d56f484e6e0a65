"""What waits for the next seal, and when a seal is due."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from dwell.records import TABLES
from dwell.warehouse import catalogue, journal_rows, rollup

# A question copies every row of the journal, which costs 4 CPU seconds a million. The sealer, a job in the background,
# comes early; a command, whose user waits, only where no sealer runs (DECISIONS.md has the figures).
SEALER_ROWS = 20_000
COMMAND_ROWS = 100_000


@dataclass(frozen=True)
class Waiting:
    """What a seal would have to do.

    Attributes:
        rows: Rows that are only in the journal.
        later: Rows of `posts` and `post_snapshots` in the lake that are not in the roll-up yet.
        corrected: Superseded rows in tables that keep every observation: until they are dropped, every question looks
            for the newest version of each key, and the roll-up cannot be used.
        sealed_at: The latest seal; None before the first.
    """

    rows: int
    later: int
    corrected: int
    sealed_at: datetime | None

    def is_due(self, *, in_background: bool) -> bool:
        """A seal pays now; no command of a user brings the roll-up up to date for its own sake."""
        due = self.rows + self.later > SEALER_ROWS if in_background else self.rows > COMMAND_ROWS
        return due or self.corrected > 0


def read_waiting(log: sqlite3.Connection) -> Waiting:
    """What waits, as the connection's transaction sees it; no table is read."""
    state = catalogue.read(log)
    after = state.rollup.seq if state.rollup else -1
    corrected = sum(state.table(name).superseded for name, table in TABLES.items() if table.keeps == "every")
    return Waiting(
        rows=sum(journal_rows.count(log, name) for name in TABLES),
        later=sum(rollup.later_table(state, name, after).rows for name in rollup.BASES),
        corrected=corrected,
        sealed_at=catalogue.read_sealed_at(log),
    )
