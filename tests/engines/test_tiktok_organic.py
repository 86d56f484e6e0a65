"""The connector's tables have the same rows on every engine, one a key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from dwell.metrics.compile import table_sql
from dwell.metrics.tiktok_organic.catalog import DERIVED
from dwell.records import TABLES

from .same import same

_TYPES = {"text": "VARCHAR", "number": "DOUBLE", "flag": "BOOLEAN", "instant": "TIMESTAMP WITH TIME ZONE"}
_TYPES |= {"day": "DATE"}


@pytest.mark.parametrize("name", [*DERIVED, "owned_posts"])
@pytest.mark.parametrize("engine", ["sail", "spark"])
def test_same_rows_as_duckdb(name: str, engine: str, duckdb: Any, request: pytest.FixtureRequest) -> None:
    run = request.getfixturevalue(engine)
    expected = duckdb(table_sql(name))
    found = run(table_sql(name, "spark"))
    assert found.columns == expected.columns
    rows = _by_key(name, found.columns, found.rows)
    for key, theirs in _by_key(name, expected.columns, expected.rows).items():
        for column, left, right in zip(expected.columns, rows.pop(key), theirs, strict=True):
            assert same(left, right), f"{column}: {engine} {left!r}, duckdb {right!r}"
    assert rows == {}


def _by_key(name: str, columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> Mapping[str, tuple[Any, ...]]:
    places = [columns.index(column) for column in (DERIVED[name] if name in DERIVED else TABLES[name]).key]
    return {str([str(row[place]).removesuffix("+00:00") for place in places]): row for row in rows}


@pytest.mark.parametrize("name", DERIVED)
def test_rows_are_as_the_catalogue_says(name: str, duckdb: Any) -> None:
    table = DERIVED[name]
    found = duckdb(table_sql(name))
    assert len(_by_key(name, found.columns, found.rows)) == len(found) > 0
    for column in table.columns:
        values = found.column(column.name)
        assert any(value is not None for value in values), f"{column.name} is known nowhere: nothing is proven of it"
        assert column.nullable or None not in values
    types = duckdb(f"DESCRIBE {table_sql(name)}").column("column_type")
    assert list(types) == [_TYPES[column.kind] for column in table.columns]
    for column in table.fractions:
        assert all(value is None or 0 <= value <= 1 for value in found.column(column))
