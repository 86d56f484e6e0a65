"""The tables of audit, model and scores: measured and predicted numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dwell.charts.formatting import UNKNOWN, bucket_labels, column_label, number, percent, sentence_case, with_interval
from dwell.report.report_table import ReportTable, Row, TableColumn, interval_text, make_table, post_cell


def audit_table(rows: Iterable[Mapping[str, Any]]) -> ReportTable:
    """Each public ratio, views and length against each measured target."""
    columns = [
        TableColumn("Measured", numeric=False),
        TableColumn("Public figure", numeric=False),
        TableColumn("Posts"),
        TableColumn("Rank correlation", "measured"),
    ]
    columns += [
        TableColumn("95% interval"),
        TableColumn("Gain in R²", "predicted"),
        TableColumn("Answer", numeric=False),
    ]
    body: list[Row] = [
        [
            column_label(str(row["target"])),
            column_label(str(row["proxy"])),
            number(row.get("n")),
            number(row.get("spearman")),
            interval_text(row),
            _gain(row),
            str(row.get("verdict")),
        ]
        for row in rows
    ]
    return make_table("Public figures against measured watch time", columns, body)


def skill_table(fit: Mapping[str, Any]) -> ReportTable:
    """The model and its baselines: skill on posts left out, and on the newest posts."""
    columns = [
        TableColumn("Model", numeric=False),
        TableColumn("R², posts left out", "predicted"),
        TableColumn("Mean error, posts left out", "predicted"),
    ]
    columns += [
        TableColumn("Rank correlation", "predicted"),
        TableColumn("R², newest posts", "predicted"),
        TableColumn("Mean error, newest posts", "predicted"),
    ]
    entries: dict[str, Mapping[str, Any]] = {"This model": fit, **(fit.get("baselines") or {})}
    body: list[Row] = []
    for key, entry in entries.items():
        fold, ahead = entry.get("out_of_fold") or {}, entry.get("forward") or {}
        figures = [fold.get("r2"), fold.get("mae"), fold.get("spearman"), ahead.get("r2"), ahead.get("mae")]
        body.append(
            [
                sentence_case(column_label(key)),
                *(number(figure, 3 if at in {1, 4} else 2) for at, figure in enumerate(figures)),
            ]
        )
    return make_table("Skill of the model and of simple baselines", columns, body)


def coverage_table(fit: Mapping[str, Any]) -> ReportTable:
    """Share of left-out posts inside their interval, per bucket."""
    interval = fit.get("interval") or {}
    shares, rows = interval.get("coverage_by_bucket") or {}, interval.get("rows_by_bucket") or {}
    body: list[Row] = []
    for bucket, label in bucket_labels(shares).items():
        body.append([label, number(rows.get(bucket)), percent(shares[bucket])])
    return make_table(
        "Coverage of the intervals",
        [TableColumn("Length", numeric=False), TableColumn("Posts"), TableColumn("Inside the interval", "predicted")],
        body,
    )


def score_table(score: Mapping[str, Any], posts: Iterable[Mapping[str, Any]]) -> ReportTable:
    """Scored posts, best first; the level only where transfer is proven."""
    known = {post["post_id"]: post for post in posts}
    level = f"{score.get('target') or 'watch_ratio'}_predicted"
    fields = ["percentile", level] if score.get("level_shown") else ["percentile"]
    columns = [TableColumn("Rank", "predicted"), TableColumn("Post", numeric=False)]
    columns += [TableColumn(f"{sentence_case(column_label(field))} (interval)", "predicted") for field in fields]
    ranked = sorted(
        (row for row in score.get("rows") or () if row.get("rank") is not None), key=lambda row: row["rank"]
    )
    body: list[Row] = [
        [
            number(row["rank"]),
            post_cell(known.get(row["post_id"], row)),
            *(with_interval(row.get(field), row.get(f"{field}_low"), row.get(f"{field}_high")) for field in fields),
        ]
        for row in ranked
    ]
    return make_table("Predicted order of posts", columns, body, most=25)


def _gain(row: Mapping[str, Any]) -> str:
    if row.get("gain_r2") is None:
        return UNKNOWN
    return f"{number(row['gain_r2'], 3)} ({number(row.get('gain_low'), 3)} to {number(row.get('gain_high'), 3)})"
