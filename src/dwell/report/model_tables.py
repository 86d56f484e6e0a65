"""The tables of audit, model and scores: measured beside predicted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dwell.charts.words import UNKNOWN, bucket_labels, name, number, percent, sentence_case, with_interval
from dwell.report.table import Column, Row, Table, interval_text, post_cell, table


def audit_table(rows: Iterable[Mapping[str, Any]]) -> Table:
    """Each public ratio against each measured target."""
    columns = [
        Column("Measured", numeric=False),
        Column("Public ratio", numeric=False),
        Column("Posts"),
        Column("Rank correlation", "measured"),
    ]
    columns += [Column("95% interval"), Column("Gain in R²", "predicted"), Column("Answer", numeric=False)]
    body: list[Row] = [
        [
            name(str(row["target"])),
            name(str(row["proxy"])),
            number(row.get("n")),
            number(row.get("spearman")),
            interval_text(row),
            _gain(row),
            str(row.get("verdict")),
        ]
        for row in rows
    ]
    return table("Public ratios against measured watch time", columns, body)


def skill_table(fit: Mapping[str, Any]) -> Table:
    """The model and its baselines: skill on posts left out, and on the newest posts."""
    columns = [
        Column("Model", numeric=False),
        Column("R², posts left out", "predicted"),
        Column("Mean error, posts left out", "predicted"),
    ]
    columns += [
        Column("Rank correlation", "predicted"),
        Column("R², newest posts", "predicted"),
        Column("Mean error, newest posts", "predicted"),
    ]
    entries: dict[str, Mapping[str, Any]] = {"This model": fit, **(fit.get("baselines") or {})}
    body: list[Row] = []
    for key, entry in entries.items():
        fold, ahead = entry.get("out_of_fold") or {}, entry.get("forward") or {}
        figures = [fold.get("r2"), fold.get("mae"), fold.get("spearman"), ahead.get("r2"), ahead.get("mae")]
        body.append(
            [
                sentence_case(name(key)),
                *(number(figure, 3 if at in {1, 4} else 2) for at, figure in enumerate(figures)),
            ]
        )
    return table("Skill of the model beside simple baselines", columns, body)


def coverage_table(fit: Mapping[str, Any]) -> Table:
    """Share of left-out posts inside their interval, per bucket."""
    interval = fit.get("interval") or {}
    found, rows = interval.get("coverage_by_bucket") or {}, interval.get("rows_by_bucket") or {}
    body: list[Row] = []
    for bucket, label in bucket_labels(found).items():
        body.append([label, number(rows.get(bucket)), percent(found[bucket])])
    return table(
        "Coverage of the intervals",
        [Column("Length", numeric=False), Column("Posts"), Column("Inside the interval", "predicted")],
        body,
    )


def prediction_table(rows: Iterable[Mapping[str, Any]]) -> Table:
    """Measured and predicted values, the largest misses first."""
    known = [row for row in rows if row.get("measured") is not None and row.get("predicted") is not None]
    known.sort(key=lambda row: -abs(row["measured"] - row["predicted"]))
    columns = [
        Column("Post", numeric=False),
        Column("Measured", "measured"),
        Column("Predicted (interval)", "predicted"),
    ]
    body: list[Row] = [
        [post_cell(row), number(row["measured"]), with_interval(row["predicted"], row.get("low"), row.get("high"))]
        for row in known
    ]
    return table("Predicted and measured, largest misses first", columns, body, most=25)


def score_table(score: Mapping[str, Any], posts: Iterable[Mapping[str, Any]]) -> Table:
    """Scored posts, best first; the level only where transfer has been shown."""
    known = {post["post_id"]: post for post in posts}
    level = f"{score.get('target') or 'watch_ratio'}_predicted"
    fields = ["percentile", level] if score.get("level_shown") else ["percentile"]
    columns = [Column("Rank", "predicted"), Column("Post", numeric=False)]
    columns += [Column(f"{sentence_case(name(field))} (interval)", "predicted") for field in fields]
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
    return table("Predicted order of posts", columns, body, most=25)


def _gain(row: Mapping[str, Any]) -> str:
    if row.get("gain_r2") is None:
        return UNKNOWN
    return f"{number(row['gain_r2'], 3)} ({number(row.get('gain_low'), 3)} to {number(row.get('gain_high'), 3)})"
