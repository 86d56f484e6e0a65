"""A frame's schema depends on the question alone: never on the rows, and not on whether there are any."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import dwell
from dwell.errors import DwellError
from dwell.metrics.catalog import METRICS
from dwell.metrics.metric_choice import POST_METRICS
from dwell.models import account, audit, reconciliation, retention_quartiles, tiers, vet_check
from dwell.results import Result
from dwell.results.frames import PANDAS
from dwell.results.kinds import KINDS, kind_of
from dwell.sync import history, plan, summary
from dwell.tracking import curve

ROOT = Path(__file__).parents[3]
IBIS = {
    "string": "text", "int64": "count", "int32": "count", "int16": "count", "int8": "count", "float64": "number",
    "boolean": "flag", "timestamp('UTC')": "instant", "date": "day", "array<string>": "texts",
}  # fmt: skip
VALUES: dict[str, Any] = {
    "text": "a\ud800",
    "count": 2**60,
    "number": 1,
    "flag": True,
    "instant": datetime(2026, 1, 1, tzinfo=UTC),
    "day": date(2026, 1, 1),
    "texts": ("a", "b"),
    "json": {"a": [1]},
}
QUESTIONS: dict[str, Callable[[dwell.Workspace], Result]] = {
    "formats": lambda ws: ws.formats(),
    "status": lambda ws: ws.status(),
    "posts": lambda ws: ws.posts(),
    "benchmarks": lambda ws: ws.benchmarks(),
    "benchmarks by niche": lambda ws: ws.benchmarks(by="niche", include="ads,pinned"),
    "watchlists": lambda ws: ws.live.watchlists(),
    "schedules": lambda ws: ws.live.schedules(),
    "cost": lambda ws: ws.live.cost(),
    "cost by day": lambda ws: ws.live.cost(by="day"),
    "limits": lambda ws: ws.live.limits(),
    "drift": lambda ws: ws.live.drift(),
    "accounts": lambda ws: ws.connections.list_all(),
    "syncs": lambda ws: ws.syncs.list_all(),
    "run": lambda ws: ws.live.run_due(),
    "sql": lambda ws: ws.sql("SELECT handle, count(*) AS n, max(posted_at) FROM posts GROUP BY ALL"),
    **{f"{name} of an account": lambda ws, name=name: getattr(ws, name)(creator="@demo_kitchen") for name in (
        "posts", "tiers", "trend", "growth", "posting_times", "vet", "audit", "findings",
    )},
    "compare": lambda ws: ws.compare(["@demo_kitchen", "@demo_pantry"]),
    "retention": lambda ws: ws.retention("@demo_kitchen"),
    "retention points": lambda ws: ws.retention_points("@demo_kitchen"),
    "import": lambda ws: ws.import_files([], dry_run=True),
    "explain": lambda ws: ws.explain_import([]),
    "plan": lambda ws: ws.live.plan(["@demo_kitchen"], posts=20),
    **{f"metric {name}": lambda ws, name=name: ws.ask(name) for name in METRICS if name != "post_dots"},
}  # fmt: skip


def schemas(result: Result) -> tuple[Any, ...]:
    """In Arrow, Polars and pandas; the conversion fails where a value is of another kind than its column."""
    return result.to_arrow().schema, result.to_polars().schema, list(result.to_pandas().dtypes.astype(str))


@pytest.fixture
def empty(tmp_path: Path) -> dwell.Workspace:
    return dwell.open(tmp_path / "empty", create=True)


def test_every_question_has_one_schema(
    whole_folder: Path, empty: dwell.Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DWELL_TIKLIVEAPI_KEY", "a-key")
    whole = dwell.open(whole_folder)
    answered, filled = set(), 0
    for name, ask in QUESTIONS.items():
        result = ask(whole)
        assert "other" not in result.kinds.values(), (name, result.kinds)
        filled += bool(len(result))
        schema = schemas(result)
        assert schema == schemas(result.head(0)), name
        try:
            assert schema == schemas(ask(empty)), name
        except DwellError:
            continue
        answered.add(name)
    assert len(answered) > 40
    assert filled > 30


@pytest.mark.parametrize("metric", METRICS.values(), ids=lambda metric: metric.name)
def test_a_metric_has_the_types_that_are_declared(metric: Any) -> None:
    needed = {
        "post_dots": {"rate": "engagement_rate"},
        "benchmarks": {"by": "niche"},
        "benchmarks_at_age": {"by": "niche"},
        "posts": {"metric": "views_per_hour"},
        "metric_counts": {"metrics": tuple(POST_METRICS)},
    }
    expression = getattr(import_module(metric.module), metric.function)(**needed.get(metric.name, {}))
    found = {name: IBIS[str(kind).removeprefix("!")] for name, kind in expression.schema().items()}
    assert found == metric.kinds


def test_every_declared_list_of_columns_has_kinds() -> None:
    modules = (account, audit, reconciliation, retention_quartiles, tiers, vet_check, history, plan, summary, curve)
    for module in modules:
        assert [name for name in module.COLUMNS if kind_of(name) == "other"] == [], module.__name__


def test_every_kind_in_every_library() -> None:
    kinds = {f"c_{kind}": kind for kind in PANDAS if kind != "other"}
    filled = Result(tuple(kinds), [tuple(VALUES[kind] for kind in kinds.values())], {}, kinds)
    unknown = Result(tuple(kinds), [tuple(None for _ in kinds)], {}, kinds)
    assert schemas(filled) == schemas(unknown) == schemas(filled.head(0))
    assert [str(kind) for kind in filled.to_polars().dtypes] == [
        "String", "Int64", "Float64", "Boolean", "Datetime(time_unit='us', time_zone='UTC')", "Date", "List(String)",
        "String",
    ]  # fmt: skip
    assert [str(kind) for kind in filled.to_arrow().schema.types] == [
        "string", "int64", "double", "bool", "timestamp[us, tz=UTC]", "date32[day]", "list<item: string>", "string",
    ]  # fmt: skip
    assert [str(kind) for kind in filled.to_pandas().dtypes] == list(PANDAS.values())[:-1]
    assert filled.to_polars().row(0) == (
        "a\\ud800", 2**60, 1.0, True, VALUES["instant"], VALUES["day"], ["a", "b"], '{"a": [1]}',
    )  # fmt: skip
    assert unknown.to_pandas().isna().all(axis=None)


def test_frames_can_be_joined() -> None:
    polars = pytest.importorskip("polars")
    known, unknown = Result(("views", "caption"), [(1, "a")]), Result(("views", "caption"), [(None, None)])
    assert len(polars.concat([known.to_polars(), unknown.to_polars()])) == 2


def test_a_value_of_another_kind_is_refused() -> None:
    for column, value in (("views", 1.5), ("posted_at", date(2026, 1, 1))):
        with pytest.raises(TypeError, match="as its column is declared to be"):
            Result((column,), [(value,)]).to_polars()


def test_the_column_reference_names_the_types() -> None:
    page = (ROOT / "docs" / "reference" / "metrics.md").read_text()
    for metric in METRICS.values():
        section = page.split(f"## {metric.name}\n")[1].split("\n## ")[0]
        assert dict(re.findall(r"^\| `(\w+)` \| (\w+) \|", section, re.MULTILINE)) == metric.kinds


def test_no_name_is_declared_twice() -> None:
    from dwell.results import kinds

    assert len(KINDS) == sum(len(names.split()) for names in kinds._NAMES.values())
