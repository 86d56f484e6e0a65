"""A metric's name and parameters -> the SQL text that an engine runs. It is cached: compiling takes a second."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import nullcontext, suppress
from functools import cache as once
from importlib import import_module, metadata
from pathlib import Path
from typing import Any, Literal

from dwell.disk.replace import write_whole
from dwell.errors import DwellError
from dwell.metrics.catalog import METRICS

Engine = Literal["duckdb", "spark"]
# Ibis writes Spark's SQL under the name "databricks", without loading Spark.
_DIALECTS: dict[str, str] = {"duckdb": "duckdb", "spark": "databricks"}


def sql(
    metric: str,
    engine: Engine = "duckdb",
    cache: Path | None = None,
    *,
    rolled_up: bool = False,
    **parameters: Any,
) -> str:
    """The query of a metric, over views named as the stored tables.

    Args:
        metric: A name in `METRICS`.
        engine: The SQL dialect: `duckdb`, or `spark` (Sail and PySpark).
        cache: Folder of compiled queries, shared by processes. Its content is executed, so only the user may be able to
            write it. A folder that cannot be read or written is ignored.
        rolled_up: Read the roll-up `post_latest` where the metric can (`METRICS[metric].rolled_up`).
        parameters: The metric's parameters; those left out have their defaults.

    Returns:
        One SELECT. The columns are `METRICS[metric].columns`, the order of rows is part of the query.

    Raises:
        DwellError: No such metric or engine, or no such value of a parameter.
    """
    if metric not in METRICS:
        raise DwellError(f"Unknown metric {metric!r}: choose from {', '.join(METRICS)}.")
    if engine not in _DIALECTS:
        raise DwellError(f"Unknown engine {engine!r}: choose from {', '.join(_DIALECTS)}.")
    named = dict(canonical_parameters(parameters))
    rolled_up = rolled_up and bool(METRICS[metric].rolled_up)
    key = _key(metric, engine, named, rolled_up=rolled_up)
    known = _read_cached(cache / f"{key}.sql") if cache is not None else None
    if known is not None:
        return known
    text = _compile(metric, engine, named, rolled_up=rolled_up)
    if cache is not None:
        _write_cached(cache / f"{key}.sql", text)
    return text


def canonical_parameters(parameters: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    """The parameters in one order, lists of names as sorted tuples: equal for questions that mean the same."""
    return tuple(sorted((name, _canonical(value)) for name, value in parameters.items()))


def _compile(metric: str, engine: Engine, parameters: Mapping[str, Any], *, rolled_up: bool) -> str:
    import ibis

    from dwell.metrics import tables

    entry = METRICS[metric]
    with tables.rolled_up() if rolled_up else nullcontext():
        expression = getattr(import_module(entry.module), entry.function)(**parameters)
    text = str(ibis.to_sql(expression, dialect=_DIALECTS[engine]))
    return _use_plain_division(text) if engine == "spark" else text


def _use_plain_division(text: str) -> str:
    """Databricks' `try_divide`, which some Sparks lack for fractions, as `/`: no metric divides by 0."""
    from sqlglot import exp, parse_one

    dialect = _DIALECTS["spark"]
    query = parse_one(text, dialect=dialect)
    for division in reversed(list(query.find_all(exp.SafeDivide))):  # innermost first
        plain = exp.Div(this=exp.paren(division.this), expression=exp.paren(division.expression))
        division.replace(exp.paren(plain))
    return str(query.sql(dialect=dialect, pretty=True))


def _canonical(value: Any) -> Any:
    """A list of names in one order, whatever its order or type was, so that it is compiled once."""
    return tuple(sorted(set(value))) if isinstance(value, (list, tuple, set, frozenset)) else value


def _key(metric: str, engine: str, parameters: Mapping[str, Any], *, rolled_up: bool) -> str:
    question = json.dumps([metric, engine, rolled_up, sorted(parameters.items()), _compiler()], default=str)
    return hashlib.sha256(question.encode()).hexdigest()[:32]


@once
def _compiler() -> str:
    """A digest of everything else that the text depends on: this package, the tables' columns, compilers, zone data."""
    here = Path(__file__).parent
    digest = hashlib.sha256()
    for source in [*sorted(here.glob("*.py")), *sorted((here.parent / "records").glob("*.py"))]:
        digest.update(source.read_bytes())
    for package in ("ibis-framework", "sqlglot", "tzdata"):
        digest.update(metadata.version(package).encode())
    return digest.hexdigest()


def _read_cached(file: Path) -> str | None:
    """The cached text; None where it is missing, or not exactly as it was written."""
    try:
        digest, _, text = file.read_text(encoding="utf-8").partition("\n")
    except (OSError, UnicodeDecodeError):
        return None
    return text if digest == _digest(text) else None


def _digest(text: str) -> str:
    return f"-- sha256 {hashlib.sha256(text.encode()).hexdigest()}"


def _write_cached(file: Path, text: str) -> None:
    """Write atomically, also when two processes write the same query; a full disk only costs speed."""
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, f"{_digest(text)}\n{text}")
