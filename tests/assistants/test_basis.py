"""What the figures of an answer are said to be: measured by the platform, public counters, predicted by a model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dwell.mcp.basis import basis_of
from dwell.mcp.questions import QUESTIONS
from dwell.mcp.videos import VIDEOS
from dwell.results import Result
from dwell.results.kinds import kind_of

TOOLS = {tool.name: tool for tool in (*QUESTIONS, *VIDEOS)}
COLUMNS = ("watch_ratio", "views", "percentile", "post_id")


@pytest.mark.parametrize(
    ("row", "metric", "said"),
    [
        ((None, 5, 0.5, "1"), "engagement_rate", {"views": ["public"], "percentile": ["public"]}),
        ((0.4, 5, 0.5, "1"), "watch_ratio",
         {"watch_ratio": ["measured"], "views": ["public"], "percentile": ["measured"]}),
        ((None, None, None, "1"), "engagement_rate", {}),
    ],
)  # fmt: skip
def test_columns_say_what_their_known_figures_are(row: tuple[Any, ...], metric: str, said: dict[str, Any]) -> None:
    assert basis_of(TOOLS["posts"].figures, Result(COLUMNS, [row], {"metric": {"name": metric}})) == said


def test_rows_that_say_their_kind_count_where_their_value_is_known() -> None:
    rows = [("measured", None), ("public", 0.2), ("predicted", 0.3)]
    said = basis_of(TOOLS["findings"].figures, Result(("kind", "value"), rows))
    assert said == {"value": ["public", "predicted"]}


@pytest.mark.parametrize(
    ("tool", "columns", "basis"),
    [
        ("score", ("watch_ratio_predicted",), ["predicted"]),
        ("audit", ("spearman",), ["measured", "public"]),
        ("retention", ("retention_3s",), ["measured"]),
        ("benchmarks", ("save_rate_median",), ["public"]),
    ],
)
def test_what_tools_say(tool: str, columns: tuple[str, ...], basis: list[str]) -> None:
    assert list(basis_of(TOOLS[tool].figures, Result(columns, [(0.5,)])).values()) == [basis]


def test_every_column_with_figures_is_one_of_a_tool_and_a_number() -> None:
    known = {name for tool in TOOLS.values() for name in tool.columns}
    for tool in TOOLS.values():
        assert set(tool.figures) <= known | {"downloads"}, tool.name
        assert {kind_of(name) for name in tool.figures} <= {"number", "count", "flag"}, tool.name


def test_an_answer_and_its_columns_say_it(call: Callable[..., Any]) -> None:
    answer = call("posts", creator="soup_house", limit=1, columns=["views", "watch_ratio", "caption"])
    assert answer["basis"] == ["public"]
    assert {name: about.get("basis") for name, about in answer["columns"].items()} == {
        "views": ["public"], "watch_ratio": None, "caption": None,
    }  # fmt: skip
