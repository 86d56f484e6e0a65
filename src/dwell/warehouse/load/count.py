"""The account of a file: where each of its rows went, and which were kept although they are odd."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from dwell.records import SourceFile
from dwell.warehouse.load.loaded import Loaded
from dwell.warehouse.load.observed import Observed
from dwell.warehouse.load.rows import Staged
from dwell.warehouse.load.settle import Settlement

if TYPE_CHECKING:
    import duckdb


def account(
    connection: duckdb.DuckDBPyConnection, file: SourceFile, staged: Sequence[Staged], settlement: Settlement
) -> Loaded:
    """Counts a settled file; rejects are counted, not yet located."""
    unread = sum(len(extract.rejects) for extract in file.extracts)
    counts = {name: settled.counts() for name, settled in settlement.done.items()}
    rows_new = {name: fresh for name, (fresh, _) in counts.items()}
    warnings = list(file.warnings)
    flagged = _flagged(connection, staged, settlement)
    rows_read = sum(one.verdict.rows for one in staged) + unread
    if not rows_read:
        warnings.append("The file holds no rows.")
    if flagged.get("fractional_counts"):
        warnings.append("Counts with a fraction (0.71) are no counts: those values were left unknown.")
    if any(one.stage.local_ids for one in staged):
        warnings.append("The rows have no post ids: dwell made local ones out of account, time, title and length.")
    return Loaded(
        path=file.path,
        format=file.format,
        rows_read=rows_read,
        posts_new=rows_new.get("posts", 0),
        snapshots_new=rows_new.get("post_snapshots", 0),
        watch_times_new=rows_new.get("watch_times", 0),
        rows_new=rows_new,
        known=settlement.known(),
        rejected=_number(connection, "SELECT count(*) FROM work.rejects") + unread,
        flagged=flagged,
        rejects_file=None,
        rejects=(),
        warnings=tuple(warnings),
        rows_updated={name: updated for name, (_, updated) in counts.items()},
    )


def commonest(connection: duckdb.DuckDBPyConnection, file: SourceFile) -> str:
    """The reason that most rejects share; the value behind its colon does not count."""
    reasons = Counter(reason.split(":")[0] for extract in file.extracts for _, reason, _ in extract.rejects)
    found = connection.execute("SELECT split_part(reason, ':', 1), count(*) FROM work.rejects GROUP BY 1").fetchall()
    for reason, times in found:
        reasons[reason] += times
    return reasons.most_common(1)[0][0]


def _flagged(connection: duckdb.DuckDBPyConnection, staged: Sequence[Staged], settlement: Settlement) -> dict[str, int]:
    flagged: Counter[str] = Counter()
    for number, one in enumerate(staged):
        tests = _tests(one)
        if not tests:
            continue
        counts = ", ".join(f"count(*) FILTER ({test})" for test in tests.values())
        good = f"SELECT * FROM good_{number} WHERE reason IS NULL"
        row = connection.execute(f"SELECT {counts} FROM ({good}) ANTI JOIN work.conflicts USING (rn)").fetchone()
        flagged.update(dict(zip(tests, row or (), strict=True)))
    carried = settlement.done.get("creator_snapshots")
    if isinstance(carried, Observed) and "creator_snapshots" not in settlement.strict:
        flagged["creator_counters_disagree"] = carried.disagreements()
    return {name: times for name, times in flagged.items() if times}


def _tests(one: Staged) -> dict[str, str]:
    """Oddity -> SQL over the good rows."""
    has = one.stage.columns.__contains__
    tests = {"fractional_counts": "fractional"}
    if has("views") and "post_snapshots" in one.shape.tables:
        tests["views_zero"] = "views = 0"
        if has("likes"):
            tests["likes_over_views"] = "likes > views"
    if "posts" in one.shape.tables:
        tests["duration_zero"] = "zero_length"
        known = "duration_s IS NULL AND NOT zero_length" if has("duration_s") else "true"
        tests["no_duration"] = f"{known} AND media_type IS DISTINCT FROM 'photo'"
    return tests


def _number(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    row = connection.execute(sql).fetchone()
    return int(row[0]) if row and row[0] is not None else 0
