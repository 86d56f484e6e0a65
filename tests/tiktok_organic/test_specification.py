"""The twelve tables are those of the specification: names, columns, order, types, keys, descriptions."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from modules import load_module

from dwell.errors import DwellError
from dwell.metrics.compile import table_sql
from dwell.metrics.tiktok_organic.catalog import DERIVED
from dwell.records import TABLES

_TYPES = {"text": "text", "float": "number", "boolean": "flag", "date": "day", "timestamp": "instant"}
_SYNC = [("_synced_at", "instant"), ("_source", "text")]


def _specified() -> dict[str, list[tuple[str, str, str]]]:
    tables: dict[str, list[tuple[str, str, str]]] = {}
    for line in (Path(__file__).parent / "specification.txt").read_text("utf-8").splitlines():
        if line.startswith("#"):
            columns = tables.setdefault(line.removeprefix("# "), [])
        else:
            name, kind, meaning = line.split(" | ", 2)
            columns.append((name, _TYPES[kind], meaning))
    return tables


SPECIFIED = _specified()


def test_there_are_twelve() -> None:
    assert [name for name, table in DERIVED.items() if table.specified] == [*SPECIFIED]
    assert len(SPECIFIED) == 12


@pytest.mark.parametrize("name", SPECIFIED)
def test_columns_are_those_of_the_specification(name: str) -> None:
    columns = [(column.name, column.kind) for column in DERIVED[name].columns]
    assert columns == [*((name, kind) for name, kind, _ in SPECIFIED[name]), *_SYNC]


@pytest.mark.parametrize("name", SPECIFIED)
def test_descriptions_begin_with_those_of_the_specification(name: str) -> None:
    for column, (_, _, meaning) in zip(DERIVED[name].columns, SPECIFIED[name], strict=False):
        assert column.meaning.startswith(meaning)


@pytest.mark.parametrize("name", DERIVED)
def test_entry_is_the_expression(name: str) -> None:
    table = DERIVED[name]
    module, function = table.function.split(".")
    expression = getattr(import_module(f"dwell.metrics.tiktok_organic.{module}"), function)()
    assert list(expression.columns) == [column.name for column in table.columns]
    assert set(table.reads) <= set(TABLES)
    assert name not in TABLES
    never_null = {column.name for column in table.columns if not column.nullable}
    assert {*table.key, *table.partition} <= never_null
    assert all(column in never_null | {"video_id"} for column in table.references)
    assert table.doc.endswith(".")


def test_an_unknown_table_names_the_others() -> None:
    with pytest.raises(DwellError, match=r"posts, .*tiktok_organic_videos"):
        table_sql("tiktok_organic_nothing")
    with pytest.raises(DwellError, match="Unknown engine 'mysql'"):
        table_sql("tiktok_organic_videos", "mysql")


def test_two_processes_compile_the_same_text() -> None:
    """A load writes a table anew where its query is another, so the order of a set must not be in it."""
    program = (
        "from dwell.metrics.compile import table_sql; from dwell.metrics.tiktok_organic.catalog import DERIVED; "
        "print(*(table_sql(name, with_seq=True) for name in DERIVED))"
    )
    texts = {
        subprocess.run(
            [sys.executable, "-c", program], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(texts) == 1
    assert b"seq" in texts.pop()


def test_the_dbt_package_is_fresh() -> None:
    """Cure: run `make docs`."""
    folder = Path(__file__).parents[2] / "integrations" / "dbt"
    module = load_module(folder / "generate.py")
    written = {f"models/staging/{file.name}": file.read_text("utf-8") for file in (folder / "models/staging").iterdir()}
    assert written == module.files()
