from __future__ import annotations

import pytest

from dwell.results import Result

ANSWER = Result(("name", "views", "flag"), [("a", 1, True), ("b", None, None), ("c", 3, False)])


def test_sorted_puts_unknown_last() -> None:
    assert ANSWER.sorted_by("views").column("name") == ["c", "a", "b"]


def test_where_keeps_only_what_is_true() -> None:
    assert ANSWER.where("flag").column("name") == ["a"]


def test_head() -> None:
    assert ANSWER.head(2).column("name") == ["a", "b"]
    assert ANSWER.head(None) is ANSWER


def test_rows_are_dicts() -> None:
    assert list(ANSWER)[0] == {"name": "a", "views": 1, "flag": True}  # noqa: RUF015 - the first of all


def test_notebook_table_escapes() -> None:
    assert "<script>" not in Result(("caption",), [("<script>",)])._repr_html_()


def test_into_table_libraries() -> None:
    polars = pytest.importorskip("polars")
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    assert ANSWER.to_polars()["views"].to_list() == [1, None, 3]
    assert isinstance(ANSWER.to_polars(), polars.DataFrame)
    assert isinstance(ANSWER.to_pandas(), pandas.DataFrame)
    assert ANSWER.to_arrow().column("views").to_pylist() == [1, None, 3]
