"""The SQL of every metric and engine as it was last reviewed.

After a change on purpose: `pytest tests/golden/metrics --refresh-sql`, then read the difference.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from dwell.metrics.catalog import METRICS
from dwell.metrics.compile import Engine, sql

FOLDER = Path(__file__).parent
ENGINES: tuple[Engine, ...] = ("duckdb", "spark")


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("metric", METRICS)
def test_sql_is_the_reviewed_one(metric: str, engine: Engine, request: pytest.FixtureRequest) -> None:
    golden = FOLDER / f"{metric}.{engine}.sql"
    text = sql(metric, engine) + "\n"
    if request.config.getoption("--refresh-sql", default=False):
        golden.write_text(text, encoding="utf-8")
    assert golden.read_text(encoding="utf-8") == text


def test_no_golden_file_is_left_over() -> None:
    assert {file.name for file in FOLDER.glob("*.sql")} == {f"{m}.{e}.sql" for m in METRICS for e in ENGINES}


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.sql")), ids=lambda file: file.name)
def test_nothing_approximate_is_used(file: Path) -> None:
    text = file.read_text(encoding="utf-8").upper()
    assert "APPROX" not in text
    assert "TRY_DIVIDE" not in text
