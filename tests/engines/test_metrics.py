"""Every metric gives the same rows on every engine: keys exact and in order, numbers to 1e-9."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import pytest

from dwell.metrics.catalog import METRICS
from dwell.metrics.metric_choice import POST_METRICS

from .same import same
from .spark_settings import EVERYTHING_ON_SPARK

_JOINED = ("watch_ratio", "full_watch_rate", "views_per_hour")  # from other tables than the rates
_DAYS_IN_NEW_YORK = {
    "since": datetime(2025, 3, 1, 5, tzinfo=UTC),
    "until": datetime(2025, 3, 4, 5, tzinfo=UTC),
    "since_day": datetime(2025, 3, 1, tzinfo=UTC),
    "until_day": datetime(2025, 3, 4, tzinfo=UTC),
}
CASES: list[tuple[str, dict[str, Any]]] = [
    *((name, {}) for name in METRICS),
    ("benchmarks", {"scheme": "sweet-spot", "by": "creator-size"}),
    ("benchmarks", {"by": "niche", "include": ("ads", "pinned", "photos", "young")}),
    ("benchmarks", {"handle": ("größe", "o'brien\\n"), "platform": "tiktok"}),
    ("benchmarks", {"handle": "o'brien\\n"}),
    ("exclusions", {"handle": "größe", "include": ("ads",), "min_age_h": 100.5}),
    ("posts", {"handle": "both_platforms", "include": ("photos",)}),
    ("posts", {"handle": "lonely", "scheme": "sweet-spot"}),
    ("posts", {"handle": "nobody"}),
    (
        "posts",
        {"handle": "plain", "since": datetime(2025, 3, 1, tzinfo=UTC), "until": datetime(2025, 10, 1, tzinfo=UTC)},
    ),
    ("posts", {"handle": "plain", **_DAYS_IN_NEW_YORK}),
    ("posts", {"handle": "plain", "sort": "save_rate", "limit": 25}),
    ("posts", {"sort": "hashtags", "limit": 300}),
    ("posts", {"sort": "caption", "above_p90": True}),
    ("posts", {"sort": "posted_at", "limit": 1}),
    *((name, {"metric": metric}) for name in ("posts", "benchmarks", "trend", "posting_times") for metric in _JOINED),
    ("metric_counts", {"metrics": tuple(POST_METRICS)}),
    ("post_dots", {"rate": "views_per_hour"}),
    ("post_dots", {"rate": "save_rate", "most": 40}),
    ("post_dots", {"rate": "watch_ratio", "handle": "plain"}),
    ("post_dots", {"rate": "full_watch_rate", "include": ("ads", "pinned", "photos", "young"), "most": 300}),
    ("handles", {"handle": "o'brien\\n"}),
    ("handles", {"handle": "nobody"}),
    ("creator_ids", {"creator_id": "6800000000000000002"}),
    ("growth_ranking", {"handle": "plain", "limit": 3}),
    ("posting_times", {"handle": "視頻", "tz": "Europe/Berlin"}),
    ("posting_times", {"tz": "America/Sao_Paulo"}),
    ("posting_times", {"tz": "Asia/Kathmandu"}),
    ("trend", {"handle": "plain", "every": "month"}),
    ("trend", {"handle": "plain", "every": "day"}),
    ("growth", {"handle": "o'brien\\n"}),
    ("trend", {"include": ("ads", "pinned")}),
    ("follower_steps", {"handle": "o'brien\\n"}),
    ("peers", {"handle": "both_platforms", "niche": "food", "posts": 5}),
    ("peers", {"handle": "plain", "scheme": "sweet-spot", "include": ("photos",)}),
    ("topic_ranking", {"kind": "search", "topic": "o'brien \\n", "days": None}),
    ("topic_ranking", {"kind": "hashtag", "days": 1}),
    ("topic_days", {"kind": "hashtag", "topic": "größe", "days": None}),
    ("topic_days", {"kind": "sound", "days": 3}),
    ("topic_sources", {"kind": "search", "topic": "o'brien \\n"}),
    ("topic_days", {"handles": ("plain", "größe"), "days": None}),
    ("likes_by_second", {"handle": "both_platforms", "platform": "tiktok"}),
    ("likes_by_second", {"handle": "nobody", "post": "7"}),
    ("like_peaks", {"handle": "plain"}),
    ("posts_at_age", {"age": "7d", "handle": "plain", "sort": "views", "limit": 200, "above_p90": True}),
    ("posts_at_age", {"age": "72h", "scheme": "sweet-spot", "include": ("ads", "photos")}),
    ("benchmarks_at_age", {"age": "7d", "by": "niche"}),
    ("benchmarks_at_age", {"age": "72h", "by": "creator-size", "platform": "tiktok"}),
    ("known_at_age", {"age": "7d"}),
    ("retention_curves", {"handle": "plain"}),
    ("retention_curves", {"ads": True}),
    ("retention_points", {"handle": "both_platforms", "platform": "youtube", "most": 20}),
    ("retention_points", {"handle": "nobody", "post": "7"}),
    ("retention_bands", {"axis": "fraction"}),
    ("retention_bands", {"handle": "plain", "ads": True}),
]

Case = tuple[str, dict[str, Any]]


def _named(cases: Iterable[Case], *engine: str) -> list[Any]:
    return [
        pytest.param(*engine, name, given, id="-".join([*engine, name, *map(str, given.values() or ["all"])]))
        for name, given in cases
    ]


def _on_spark() -> list[Case]:
    """All cases or, as each takes Spark seconds, the first and the last of each metric."""
    if EVERYTHING_ON_SPARK:
        return CASES
    own = [[case for case in CASES if case[0] == name] for name in METRICS]
    return [case for cases in own for case in (cases[:1] if len(cases) == 1 else [cases[0], cases[-1]])]


_NAMED = _named(CASES)


@pytest.mark.parametrize(("engine", "metric", "parameters"), [*_named(CASES, "sail"), *_named(_on_spark(), "spark")])
def test_same_rows_as_duckdb(
    metric: str,
    parameters: dict[str, Any],
    engine: str,
    duckdb: Any,
    compiled: Callable[..., str],
    request: pytest.FixtureRequest,
) -> None:
    run = request.getfixturevalue(engine)
    expected = duckdb(compiled(metric, "duckdb", **parameters))
    found = run(compiled(metric, "spark", **parameters))
    assert found.columns == expected.columns
    assert len(found) == len(expected)
    for mine, theirs in zip(found.rows, expected.rows, strict=True):
        for column, left, right in zip(expected.columns, mine, theirs, strict=True):
            assert same(left, right), f"{column}: {engine} {left!r}, duckdb {right!r}"


@pytest.mark.parametrize("engine", ["duckdb", "spark"])
@pytest.mark.parametrize(("metric", "parameters"), _NAMED)
def test_nothing_approximate_is_used(
    metric: str, parameters: dict[str, Any], engine: str, compiled: Callable[..., str]
) -> None:
    text = compiled(metric, engine, **parameters).upper()
    assert "APPROX" not in text
    assert "TRY_DIVIDE" not in text


@pytest.mark.parametrize(("metric", "parameters"), _NAMED)
def test_rows_are_as_the_catalogue_says(
    metric: str, parameters: dict[str, Any], duckdb: Any, compiled: Callable[..., str]
) -> None:
    entry = METRICS[metric]
    found = duckdb(compiled(metric, **parameters))
    given = set(entry.optional) if parameters.get("by", "bucket") != "bucket" else set()
    given |= {str(parameters.get("metric")), *parameters.get("metrics", ())}
    assert found.columns == tuple(name for name in entry.columns if name not in entry.optional or name in given)
    keys = [tuple(row[name] for name in entry.key if name in row) for row in found]
    assert len(set(keys)) == len(keys)
    assert all(value is not None for key in keys for value in key)
    # Sums that DuckDB widened, and decimals, would reach Arrow as something else than a count.
    types = set(duckdb("DESCRIBE " + compiled(metric, **parameters)).column("column_type"))
    assert types <= {"BIGINT", "DOUBLE", "VARCHAR", "BOOLEAN", "DATE", "TIMESTAMP WITH TIME ZONE", "VARCHAR[]"}
    assert not any(isinstance(value, float) and not math.isfinite(value) for row in found.rows for value in row)


@pytest.mark.parametrize("metric", METRICS)
def test_every_column_is_known_somewhere_in_the_nasty_world(
    metric: str, duckdb: Any, compiled: Callable[..., str]
) -> None:
    """Engines that agree on nulls alone would prove nothing."""
    found = duckdb(compiled(metric))
    empty = {name for name in found.columns if all(value is None for value in found.column(name))}
    assert not empty
