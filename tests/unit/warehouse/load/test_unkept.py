"""What is not kept is said of every table."""

from __future__ import annotations

import pytest

from dwell.records import TABLES
from dwell.warehouse.future_readings import subject_of
from dwell.warehouse.load.unkept import Unkept, describe_unkept


@pytest.mark.parametrize("name", [name for name, table in TABLES.items() if table.keeps == "every"])
def test_every_table_of_readings_is_named(name: str) -> None:
    (sentence,) = describe_unkept([Unkept(name, 2, "a 1, kept 2")])
    assert "of 2 " in sentence
    assert "(the first: a 1, kept 2)" in sentence


@pytest.mark.parametrize("name", TABLES)
def test_every_table_is_about_something(name: str) -> None:
    assert subject_of(TABLES[name]).endswith("s")
