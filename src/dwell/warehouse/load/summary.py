"""The summary of a file: where each of its rows went, and which were kept although something about them is unusual."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from dwell.records import SourceFile
from dwell.warehouse.load.loaded import Loaded
from dwell.warehouse.load.merge import Merge
from dwell.warehouse.load.merge_observations import ObservationMerge
from dwell.warehouse.load.pipeline import Pipeline
from dwell.warehouse.load.rows import CheckedExtract

if TYPE_CHECKING:
    import duckdb


def summarize(
    connection: duckdb.DuckDBPyConnection, file: SourceFile, extracts: Sequence[CheckedExtract], merge: Merge
) -> Loaded:
    """Counts what became of a merged file; rejects are counted, their lines not yet found."""
    unread = sum(len(extract.rejects) for extract in file.extracts)
    counts = {name: merged.counts() for name, merged in merge.merges.items()}
    rows_new = {name: new for name, (new, _) in counts.items()}
    warnings = list(file.warnings)
    flagged = _count_flags(connection, extracts, merge)
    rows_read = sum(extract.facts.rows for extract in extracts) + unread
    if not rows_read:
        warnings.append("The file holds no rows.")
    if flagged.get("fractional_counts"):
        warnings.append("Counts with a fraction (0.71) are not valid: those values were left unknown.")
    if flagged.get("posting_time_contradicts_id"):
        warnings.append(_describe_contradiction(connection, extracts))
    if any(extract.columns.local_ids for extract in extracts):
        warnings.append("The rows have no post ids: dwell made local ones out of account, time, title and length.")
    return Loaded(
        path=file.path,
        format=file.format,
        rows_read=rows_read,
        posts_new=rows_new.get("posts", 0),
        snapshots_new=rows_new.get("post_snapshots", 0),
        watch_times_new=rows_new.get("watch_times", 0),
        rows_new=rows_new,
        known=merge.known(),
        rejected=_number(connection, "SELECT count(*) FROM work.rejects") + unread,
        flagged=flagged,
        rejects_file=None,
        rejects=(),
        warnings=tuple(warnings),
        rows_updated={name: updated for name, (_, updated) in counts.items()},
    )


def most_common_reason(connection: duckdb.DuckDBPyConnection, file: SourceFile) -> str:
    """The reason that most rejects share; the value behind its colon does not count."""
    reasons = Counter(reason.split(":")[0] for extract in file.extracts for _, reason, _ in extract.rejects)
    counted = connection.execute("SELECT split_part(reason, ':', 1), count(*) FROM work.rejects GROUP BY 1").fetchall()
    for reason, times in counted:
        reasons[reason] += times
    return reasons.most_common(1)[0][0]


def _count_flags(
    connection: duckdb.DuckDBPyConnection, extracts: Sequence[CheckedExtract], merge: Merge
) -> dict[str, int]:
    flagged: Counter[str] = Counter()
    for extract in extracts:
        tests = _flag_tests(extract)
        if not tests:
            continue
        counts = ", ".join(f"count(*) FILTER ({test})" for test in tests.values())
        steps = Pipeline().add("accepted", f"SELECT * FROM {extract.view} WHERE reason IS NULL")
        steps = steps.add("counted", f"SELECT {counts} FROM accepted ANTI JOIN work.conflicts USING (row_id)")
        row = connection.execute(steps.query()).fetchone()
        flagged.update(dict(zip(tests, row or (), strict=True)))
    carried = merge.merges.get("creator_snapshots")
    if isinstance(carried, ObservationMerge) and "creator_snapshots" not in merge.strict:
        flagged["creator_counters_disagree"] = carried.conflict_count()
    return {name: times for name, times in flagged.items() if times}


def _describe_contradiction(connection: duckdb.DuckDBPyConnection, extracts: Sequence[CheckedExtract]) -> str:
    """The first post whose stated posting time its id rules out, with both."""
    for extract in extracts:
        query = f"SELECT post_id, stated_posted_at::VARCHAR, posted_at::VARCHAR FROM {extract.view}"
        columns = {"post_id", "posted_at"} <= extract.columns.names
        row = (
            connection.execute(f"{query} WHERE contradicts_id AND reason IS NULL LIMIT 1").fetchone()
            if columns
            else None
        )
        if row:
            return (
                f"Posting times that the ids rule out were replaced by the ids' own: post {row[0]} is not of {row[1]}, "
                f"but of {row[2]}."
            )
    return "Posting times that the ids rule out were replaced by the ids' own."


def _flag_tests(extract: CheckedExtract) -> dict[str, str]:
    """What is unusual -> SQL over the accepted rows."""
    has = extract.columns.names.__contains__
    tests = {"fractional_counts": "fractional"}
    if has("views") and "post_snapshots" in extract.shape.tables:
        tests |= {"views_zero": "views = 0", "zero_views_beside_other_counters": "views_missing"}
        if has("likes"):
            tests["likes_over_views"] = "likes > views"
    tests |= {"posting_time_contradicts_id": "contradicts_id", "observed_before_id": "observed_before_id"}
    if "posts" in extract.shape.tables:
        tests["duration_zero"] = "zero_length"
        known = "duration_s IS NULL AND NOT zero_length" if has("duration_s") else "true"
        tests["no_duration"] = f"{known} AND media_type IS DISTINCT FROM 'photo'"
    return tests


def _number(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    row = connection.execute(sql).fetchone()
    return int(row[0]) if row and row[0] is not None else 0
