"""The SQL of two metrics as it was last reviewed, and what no metric's SQL may contain.

What the SQL of every metric answers is proven on each engine in tests/engines; these two files show in a review what a
change of Ibis or of a metric does to it. After a change on purpose: `pytest tests/golden/metrics --refresh-sql`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from dwell.metrics.catalog import METRICS
from dwell.metrics.compile import Engine, sql

FOLDER = Path(__file__).parent
ENGINES: tuple[Engine, ...] = ("duckdb", "spark")
REVIEWED = ("benchmarks", "posts")


@pytest.mark.parametrize("metric", REVIEWED)
def test_sql_is_the_reviewed_one(metric: str, request: pytest.FixtureRequest) -> None:
    golden = FOLDER / f"{metric}.duckdb.sql"
    text = sql(metric, "duckdb") + "\n"
    if request.config.getoption("--refresh-sql", default=False):
        golden.write_text(text, encoding="utf-8")
    assert golden.read_text(encoding="utf-8") == text


def test_no_golden_file_is_left_over() -> None:
    assert {file.name for file in FOLDER.glob("*.sql")} == {f"{metric}.duckdb.sql" for metric in REVIEWED}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("metric", METRICS)
def test_nothing_approximate_is_used(metric: str, engine: Engine, sql_cache: Path) -> None:
    text = sql(metric, engine, sql_cache).upper()
    assert "APPROX" not in text
    assert "TRY_DIVIDE" not in text
