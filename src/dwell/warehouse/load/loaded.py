"""What became of one file."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dwell.errors import TooManyRejectsError
from dwell.records import TABLES
from dwell.text.plurals import pluralize

_COLUMNS = frozenset(column.name for table in TABLES.values() for column in table.columns)
# Rejects that are shown at once; all of them are in the rejects file.
SHOWN = 20
ROUNDED_IDS = {
    "comment_id": "comment_ids_look_rounded",
    "post_id": "ids_look_rounded",
    "sound_id": "sound_ids_look_rounded",
    "creator_id": "creator_ids_look_rounded",
}
"""Column of ids -> the flag of rows whose id shows a mark of lost digits, which alone may be chance."""


@dataclass(frozen=True)
class Loaded:
    """The summary of one file: every source row gave something new, or was known, a duplicate, or rejected.

    Attributes:
        path: As the user named it.
        format: Name of its format.
        rows_read: Source rows.
        posts_new: Posts that were not stored before.
        snapshots_new: Public counters of a post at an instant that were not stored before.
        watch_times_new: Measured watch metrics that were not stored before.
        rows_new: Keys that were not stored before, per table.
        rows_updated: Stored keys with a new version, per table.
        known: Source rows that held nothing new.
        duplicates: Source rows that gave no reading, because another one of the same key has other values: the newest
            or most exact one is kept.
        rejected: Source rows of which nothing was kept.
        flagged: Rows that were kept although something about them is unusual, by what it is.
        rejects_file: CSV of all rejects: line, reason, text.
        rejects: The first of them.
        warnings: What the user should know, a sentence each.
        corrected: Stored values that reading the file again changed, where an older dwell or other options had read
            them otherwise.
        unknown_values: Column -> values that were left unknown because they are unreadable or impossible.
        repeated: This very file was imported before with the same options; nothing was done.
        reasons: Kinds of reasons for rejects, and how many rows each rejected, the most common first.
    """

    path: Path
    format: str
    rows_read: int
    posts_new: int
    snapshots_new: int
    watch_times_new: int
    rows_new: dict[str, int]
    known: int
    rejected: int
    flagged: dict[str, int]
    rejects_file: Path | None
    rejects: tuple[tuple[int, str, str], ...]
    warnings: tuple[str, ...]
    rows_updated: dict[str, int] = field(default_factory=dict)
    unknown_values: dict[str, int] = field(default_factory=dict)
    repeated: bool = False
    reasons: tuple[tuple[str, int], ...] = ()
    duplicates: int = 0
    corrected: int = 0

    @property
    def gained(self) -> int:
        """Source rows that gave something new."""
        return self.rows_read - self.known - self.duplicates - self.rejected


class UnknownValues:
    """Counts values that were left unknown, by column, with an example of each reason."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self._reasons: dict[str, tuple[int, str]] = {}

    def add(self, reason: str, times: int = 1) -> None:
        """Values with one kind of reason, such as `unreadable views: many`."""
        kind, _, value = reason.partition(": ")
        column = next((word for word in kind.split() if word in _COLUMNS), kind)
        self.counts[column] = self.counts.get(column, 0) + times
        before, example = self._reasons.get(kind, (0, value))
        self._reasons[kind] = before + times, example

    def sentences(self) -> list[str]:
        """A warning for each kind of reason."""
        return [
            f"{kind}, such as {example!r}: not stored in {times:,} row{'s' * (times > 1)}."
            for kind, (times, example) in self._reasons.items()
        ]


def to_report(loaded: Loaded) -> dict[str, Any]:
    """JSON of what the ingest log keeps."""
    plain = {name: getattr(loaded, name) for name in (
        "rows_read", "posts_new", "snapshots_new", "watch_times_new", "rows_new", "rows_updated", "known", "rejected",
        "duplicates", "corrected", "flagged", "unknown_values")}  # fmt: skip
    rejects_file = loaded.rejects_file.name if loaded.rejects_file else None
    rejects = [list(reject) for reject in loaded.rejects]
    return {**plain, "rejects_file": rejects_file, "rejects": rejects, "reasons": dict(loaded.reasons)}


def repeated(path: Path, form: str, report: dict[str, Any], rejects: Path, warnings: tuple[str, ...]) -> Loaded:
    """The summary of a file that was imported before: what was good of it is known now."""
    name, duplicates = report.get("rejects_file"), report.get("duplicates", 0)
    return Loaded(
        path=path,
        format=form,
        rows_read=report["rows_read"],
        posts_new=0,
        snapshots_new=0,
        watch_times_new=0,
        rows_new={},
        known=report["rows_read"] - report["rejected"] - duplicates,
        rejected=report["rejected"],
        flagged=dict(report["flagged"]),
        rejects_file=rejects / name if name else None,
        rejects=tuple((line, reason, text) for line, reason, text in report["rejects"]),
        warnings=warnings,
        unknown_values=dict(report.get("unknown_values", {})),
        repeated=True,
        reasons=tuple(report.get("reasons", {}).items()),
        duplicates=duplicates,
    )


def require_few_rejects(loaded: Loaded, most: int | None) -> None:
    """Refuses a file of which more rows cannot be used than the user allows.

    Raises:
        TooManyRejectsError: It has more; the message counts them, with the commonest reason.
    """
    if most is None or loaded.rejected <= most:
        return
    allowed = "none may be" if most == 0 else f"only {most:,} may be"
    reason = f", most often because: {loaded.reasons[0][0]}" if loaded.reasons else ""
    first = f" (line {loaded.rejects[0][0]})" if loaded.rejects else ""
    every = f"; all are in {loaded.rejects_file}" if loaded.rejects_file else ""
    kept = "it was imported before, and nothing was added" if loaded.repeated else "nothing of it was stored"
    raise TooManyRejectsError(
        f"{loaded.rejected:,} of {pluralize(loaded.rows_read, 'row')} cannot be used and {allowed}"
        f"{reason}{first}{every}; {kept}. Correct the file, or allow them with --max-rejects {loaded.rejected}."
    )
