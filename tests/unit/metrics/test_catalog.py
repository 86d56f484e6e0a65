from __future__ import annotations

import inspect
from importlib import import_module
from pathlib import Path

import generate
import pytest

from dwell.metrics.catalog import METRICS
from dwell.records import TABLES

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("name", METRICS)
def test_entry_is_the_function(name: str) -> None:
    entry = METRICS[name]
    function = getattr(import_module(entry.module), entry.function)
    assert set(inspect.signature(function).parameters) == set(entry.parameters)
    expression = function()
    assert [*expression.columns] == [column for column in entry.columns if column not in entry.optional]
    assert set(entry.key) <= set(entry.columns)
    assert set(entry.tables) <= set(TABLES)
    assert entry.doc.endswith(".")


def test_reference_page_is_fresh() -> None:
    """Cure: run `make docs`."""
    page = (ROOT / "docs" / "reference" / "metrics.md").read_text(encoding="utf-8")
    assert page == generate.metrics().rstrip() + "\n"
