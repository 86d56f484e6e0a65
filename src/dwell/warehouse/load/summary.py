"""The summary of a file: where each of its rows went, and which were kept although something about them is unusual."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from dwell.records import SourceFile
from dwell.records import plausibility as limits
from dwell.warehouse.load.loaded import Loaded, UnknownValues
from dwell.warehouse.load.merge import Merge
from dwell.warehouse.load.merge_observations import ObservationMerge
from dwell.warehouse.load.pipeline import Pipeline
from dwell.warehouse.load.rows import CheckedExtract

if TYPE_CHECKING:
    import duckdb

_RATE_BEFORE = "lag(retention_rate) OVER (PARTITION BY post_id, observed_at ORDER BY second)"


def summarize(
    connection: duckdb.DuckDBPyConnection, file: SourceFile, extracts: Sequence[CheckedExtract], merge: Merge
) -> Loaded:
    """Counts what became of a merged file; rejects are counted, their lines not yet found."""
    unread = sum(len(extract.rejects) for extract in file.extracts)
    counts = {name: merged.counts() for name, merged in merge.merges.items()}
    rows_new = {name: new for name, (new, _) in counts.items()}
    warnings = list(file.warnings)
    flagged = _count_flags(connection, extracts, merge)
    unknown = _count_unknown(connection, extracts)
    warnings += unknown.sentences()
    rows_read = sum(extract.facts.rows for extract in extracts) + unread
    if not rows_read:
        warnings.append("The file holds no rows.")
    if flagged.get("fractional_counts"):
        warnings.append("Counts with a fraction (0.71) are not valid: those values were left unknown.")
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
        unknown_values=unknown.counts,
        rows_updated={name: updated for name, (_, updated) in counts.items()},
    )


def _count_unknown(connection: duckdb.DuckDBPyConnection, extracts: Sequence[CheckedExtract]) -> UnknownValues:
    """Values of accepted rows that were left unknown."""
    unknown = UnknownValues()
    for extract in extracts:
        if not _number(connection, f"SELECT count(*) FROM {extract.table} WHERE left_unknown IS NOT NULL"):
            continue
        steps = Pipeline().add(
            "reasons",
            f"SELECT row_id, unnest(left_unknown) AS reason FROM {extract.view} "
            "WHERE reason IS NULL AND left_unknown IS NOT NULL",
        )
        steps = steps.add(
            "counted",
            "SELECT min_by(reason, row_id), count(*) FROM reasons GROUP BY split_part(reason, ':', 1) "
            "ORDER BY min(row_id), 1",
        )
        for reason, times in connection.execute(steps.query()).fetchall():
            unknown.add(reason, times)
    return unknown


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
        steps = Pipeline().add("accepted", f"SELECT * FROM {extract.view} WHERE reason IS NULL")
        if limits.CURVE_RISES in tests:  # it looks at the point before
            steps = steps.add("curves", f"SELECT *, {_RATE_BEFORE} AS rate_before FROM accepted")
        counts = ", ".join(f"count(*) FILTER ({test})" for test in tests.values())
        steps = steps.add("counted", f"SELECT {counts} FROM {steps.last} ANTI JOIN work.conflicts USING (row_id)")
        row = connection.execute(steps.query()).fetchone()
        flagged.update(dict(zip(tests, row or (), strict=True)))
    carried = merge.merges.get("creator_snapshots")
    if isinstance(carried, ObservationMerge) and "creator_snapshots" not in merge.strict:
        flagged["creator_counters_disagree"] = carried.conflict_count()
    return {name: times for name, times in flagged.items() if times}


def _flag_tests(extract: CheckedExtract) -> dict[str, str]:
    """What is unusual -> SQL over the accepted rows."""
    has = extract.columns.names.__contains__
    tests = {"fractional_counts": "fractional"}
    if has("views") and "post_snapshots" in extract.shape.tables:
        tests["views_zero"] = "views = 0"
        reactions = " OR ".join(f"{name} > 0" for name in limits.REACTIONS if has(name))
        if reactions:
            tests[limits.REACTIONS_WITHOUT_VIEWS] = f"views = 0 AND ({reactions})"
        if has("likes"):
            tests[limits.LIKES_OVER_VIEWS] = "likes > views AND views >= 0"
    if has("duration_s"):
        tests[limits.LENGTH_OVER_HOURS] = f"duration_s > {limits.LONGEST_POST_S}"
        if has("avg_watch_s"):
            tests[limits.AVG_WATCH_OVER_LENGTHS] = f"avg_watch_s > duration_s * {limits.MOST_LENGTHS}"
    shares = " OR ".join(f"{name} > {limits.MOST_SHARE}" for name in ("full_watch_rate", "share") if has(name))
    if shares:
        tests[limits.SHARE_OVER_WHOLE] = shares
    if "retention" in extract.shape.tables and has("retention_rate"):
        tests[limits.CURVE_RISES] = f"retention_rate > rate_before + {limits.MOST_CURVE_RISE}"
    if "posts" in extract.shape.tables:
        tests["duration_zero"] = "zero_length"
        known = "duration_s IS NULL AND NOT zero_length" if has("duration_s") else "true"
        tests["no_duration"] = f"{known} AND media_type IS DISTINCT FROM 'photo'"
    return tests


def _number(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    row = connection.execute(sql).fetchone()
    return int(row[0]) if row and row[0] is not None else 0
