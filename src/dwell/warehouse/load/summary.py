"""The summary of a file: where each of its rows went, and which were kept although something about them is unusual."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from dwell.records import SourceFile
from dwell.records import plausibility as limits
from dwell.text.reasons import reason_kind
from dwell.warehouse.columns import quote_text
from dwell.warehouse.load.loaded import ROUNDED_IDS, Loaded, UnknownValues
from dwell.warehouse.load.merge import Merge
from dwell.warehouse.load.pipeline import Pipeline
from dwell.warehouse.load.rows import CheckedExtract
from dwell.warehouse.load.unkept import Unkept, describe_unkept

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
    if flagged.get(limits.LENGTH_OVER_TIKTOK):
        warnings.append(
            "TikTok takes no video of over 60 minutes: if lengths are in milliseconds, name that column duration_ms."
        )
    if flagged.get(limits.LENGTH_UNDER_HALF_SECOND):
        warnings.append(
            "No post is shorter than half a second: if lengths are in seconds or minutes, name that column duration_s "
            "or duration_min."
        )
    if flagged.get("fractional_counts"):
        warnings.append("Counts with a fraction (0.71) are not valid: those values were left unknown.")
    warnings += _lost_ids(connection, extracts)
    if flagged.get("posting_time_contradicts_id"):
        warnings.append(_describe_contradiction(connection, extracts))
    if any(extract.columns.local_ids and extract.facts.rows for extract in extracts):
        warnings.append("The rows have no post ids: dwell made local ones out of account, time, title and length.")
    warnings += describe_unkept(_list_unkept(connection, merge.carried))
    duplicates = merge.duplicates()
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
        reasons=tuple(_count_reasons(connection, file).most_common()),
        duplicates=duplicates,
        corrected=merge.corrected(),
    )


def _lost_ids(connection: duckdb.DuckDBPyConnection, extracts: Sequence[CheckedExtract]) -> list[str]:
    """A sentence for each kind of id, other than keys, that lost its digits."""
    lost: Counter[str] = Counter()
    for extract in extracts:
        for name in extract.lost_ids:
            query = f"SELECT count(*) FROM {extract.view} WHERE reason IS NULL AND lost_{name}"
            lost[name] += _number(connection, query)
    return [
        f"{times:,} rows hold a damaged {name.replace('_', ' ')}, rounded by a spreadsheet, JavaScript or a float: it "
        "was left unknown. Export ids as text."
        for name, times in lost.items()
        if times
    ]


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


def _count_reasons(connection: duckdb.DuckDBPyConnection, file: SourceFile) -> Counter[str]:
    """Kinds of reasons for rejects; the value in a reason does not count."""
    reasons = Counter(reason_kind(reason) for extract in file.extracts for _, reason, _ in extract.rejects)
    counted = connection.execute("SELECT reason, count(*) FROM work.rejects GROUP BY 1").fetchall()
    for reason, times in counted:
        reasons[reason_kind(reason)] += times
    return reasons


def _list_unkept(connection: duckdb.DuckDBPyConnection, carried: str | None) -> list[Unkept]:
    rows = connection.execute(
        "SELECT name, count(DISTINCT entity), arg_min(difference, row_id) FROM work.unkept GROUP BY name"
    ).fetchall()
    return [Unkept(*row) for row in rows if row[0] != carried]


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
        steps = steps.add("counted", f"SELECT {counts} FROM {steps.last}")
        row = connection.execute(steps.query()).fetchone()
        flagged.update(dict(zip(tests, row or (), strict=True)))
    if merge.carried:
        sql = f"SELECT count(*) FROM work.unkept WHERE name = '{merge.carried}'"
        flagged["creator_counters_disagree"] = _number(connection, sql)
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
    if has("handle"):
        tests |= {"account_differs_from_link": "other_account", "account_names_without_handle": "no_handle"}
    for name, flag in ROUNDED_IDS.items():
        if name in extract.facts.ids.marked:
            tests[flag] = f"looks_rounded(TRY_CAST({name} AS BIGINT))"
    if has("views") and "post_snapshots" in extract.shape.tables:
        tests |= {"views_zero": "views = 0", "zero_views_beside_other_counters": "views_missing"}
        reactions = " OR ".join(f"{name} > 0" for name in limits.REACTIONS if has(name))
        if reactions:
            tests[limits.REACTIONS_WITHOUT_VIEWS] = f"views = 0 AND ({reactions})"
        if has("likes"):
            tests[limits.LIKES_OVER_VIEWS] = "likes > views AND views >= 0"
    tests |= {"posting_time_contradicts_id": "contradicts_id", "observed_before_id": "observed_before_id"}
    if has("duration_s"):
        tests[limits.LENGTH_OVER_HOURS] = f"duration_s > {limits.LONGEST_POST_S}"
        tests[limits.LENGTH_UNDER_HALF_SECOND] = f"duration_s > 0 AND duration_s < {limits.SHORTEST_POST_S}"
        fixed = extract.shape.constants.get("platform", "tiktok")
        platform = f"coalesce(platform, {quote_text(str(fixed))})" if has("platform") else quote_text(str(fixed))
        over = f"duration_s > {limits.LONGEST_TIKTOK_S} AND duration_s <= {limits.LONGEST_POST_S}"
        tests[limits.LENGTH_OVER_TIKTOK] = f"{platform} = 'tiktok' AND {over}"
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
