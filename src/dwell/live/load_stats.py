"""What became of the objects in the responses of a job."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field

from dwell.errors import DwellError
from dwell.text.spreadsheets import unguard_cell
from dwell.warehouse.load.loaded import Loaded

REASON_PREFIX = "answer: "
"""What stands before a reason when responses were loaded as a file."""


@dataclass
class LoadStats:
    """Totals of loading responses.

    Attributes:
        posts_new: Posts that were not stored before.
        snapshots_new: Snapshots of counters that were not stored before.
        rows_updated: Stored rows that were changed.
        rejected: Objects that could not be turned into rows.
        reasons: Reason -> number of rejects.
        unknown_values: Column -> values that could not be read, in objects that were stored without them.
    """

    posts_new: int = 0
    snapshots_new: int = 0
    rows_updated: int = 0
    rejected: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    unknown_values: dict[str, int] = field(default_factory=dict)

    def add(self, loaded: Loaded | None) -> None:
        """Add the counts of one batch."""
        if loaded is None:
            return
        self.posts_new += loaded.posts_new
        self.snapshots_new += loaded.snapshots_new
        self.rows_updated += sum(loaded.rows_updated.values())
        self.rejected += loaded.rejected
        for column, times in loaded.unknown_values.items():
            self.unknown_values[column] = self.unknown_values.get(column, 0) + times
        for _, reason in list_rejects(loaded):
            self._count(reason.removeprefix(REASON_PREFIX).split(":")[0])

    def fail(self, error: Exception) -> None:
        """Count a response that cannot be loaded."""
        self.rejected += 1
        self._count(str(error) if isinstance(error, DwellError) else f"not loaded ({type(error).__name__})")

    def _count(self, reason: str) -> None:
        self.reasons[reason] = self.reasons.get(reason, 0) + 1


def list_rejects(loaded: Loaded) -> list[tuple[int, str]]:
    """Line and reason of every reject; if there is a rejects file, it has all of them."""
    if loaded.rejects_file is None:
        return [(line, reason) for line, reason, _ in loaded.rejects]
    with loaded.rejects_file.open(encoding="utf-8", newline="") as lines:
        return [(int(row["line"]), unguard_cell(row["reason"])) for row in csv.DictReader(lines)]
