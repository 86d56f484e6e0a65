"""The SQL of two metrics as it was last reviewed.

What the SQL of every metric answers, and what none may contain, is proven in tests/engines, which compile it anyway;
these two files show in a review what a change of Ibis or of a metric does to it. After a change on purpose:
`pytest tests/golden/metrics --refresh-sql`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from dwell.metrics.compile import sql

FOLDER = Path(__file__).parent
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
