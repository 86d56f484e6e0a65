"""The name of a metric or a table -> the SQL text that an engine runs. It is cached: compiling takes a second."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from contextlib import nullcontext, suppress
from functools import cache as once
from importlib import import_module, metadata
from pathlib import Path
from typing import Any, Literal

from dwell.disk.replace import write_whole
from dwell.errors import DwellError
from dwell.metrics.bound import BOUND, PERIOD, bound_values, name_placeholders, with_placeholders
from dwell.metrics.catalog import METRICS
from dwell.metrics.tiktok_organic.catalog import DERIVED
from dwell.records import TABLES

Engine = Literal["duckdb", "spark"]
# Ibis writes Spark's SQL under the name "databricks", without loading Spark.
_DIALECTS: dict[str, str] = {"duckdb": "duckdb", "spark": "databricks"}


def sql(
    metric: str,
    /,
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
    named = dict(canonical_parameters(parameters))
    rolled_up = rolled_up and bool(METRICS[metric].rolled_up)
    question = [metric, engine, rolled_up, sorted(named.items())]
    return _find(question, cache, lambda: _compile(metric, engine, named, rolled_up=rolled_up))


def bound_sql(
    metric: str,
    /,
    engine: Engine = "duckdb",
    cache: Path | None = None,
    *,
    rolled_up: bool = False,
    **parameters: Any,
) -> tuple[str, dict[str, Any]]:
    """The query of a metric with placeholders for account and period, and their values; else as `sql`.

    Args:
        metric: A name in `METRICS`.
        engine: As for `sql`.
        cache: As for `sql`; one text serves every account and every period.
        rolled_up: As for `sql`.
        parameters: The metric's parameters; of those in `PERIOD_METRICS` also those of
            `dwell.metrics.period.published`.
    """
    if metric not in METRICS:
        raise DwellError(f"Unknown metric {metric!r}: choose from {', '.join(METRICS)}.")
    named = dict(canonical_parameters(parameters))
    values = bound_values(named)
    if not values:
        return sql(metric, engine, cache, rolled_up=rolled_up, **named), values
    rolled_up = rolled_up and bool(METRICS[metric].rolled_up)
    others = sorted((name, value) for name, value in named.items() if name not in values)
    question = ["bound", metric, engine, rolled_up, others, sorted(values)]

    def compiled() -> str:
        text = _compile(metric, engine, with_placeholders(named), rolled_up=rolled_up)
        return name_placeholders(text, engine)

    return _find(question, cache, compiled), values


def table_sql(name: str, engine: Engine = "duckdb", cache: Path | None = None, *, with_seq: bool = False) -> str:
    """The query of a table, stored or derived, over views named as the stored tables.

    Args:
        name: A name in `TABLES` or `DERIVED`.
        engine: As for `sql`.
        cache: As for `sql`.
        with_seq: The views have the number of each row's batch, as `seq`; the rows then have the highest number of
            those that they depend on, as a last column. Without it the rows are ordered by the key.

    Raises:
        DwellError: No such table or engine.
    """
    if name not in DERIVED and name not in TABLES:
        raise DwellError(f"Unknown table {name!r}: choose from {', '.join([*TABLES, *DERIVED])}.")
    return _find(["table", name, engine, with_seq], cache, lambda: _compile_table(name, engine, with_seq=with_seq))


def _find(question: list[Any], cache: Path | None, compiled: Callable[[], str]) -> str:
    """The cached answer, or the compiled one."""
    file = cache / f"{_key(question)}.sql" if cache is not None else None
    known = _read_cached(file) if file is not None else None
    if known is not None:
        return known
    text = compiled()
    if file is not None:
        _write_cached(file, text)
    return text


def canonical_parameters(parameters: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    """The parameters in one order, lists of names as sorted tuples: equal for questions that mean the same.

    No account and no period are as if not given.
    """
    given = ((name, value) for name, value in parameters.items() if value is not None or name not in BOUND)
    return tuple(sorted((name, _canonical(value)) for name, value in given))


def _compile(metric: str, engine: Engine, parameters: Mapping[str, Any], *, rolled_up: bool) -> str:
    from dwell.metrics import tables
    from dwell.metrics.period import published

    entry = METRICS[metric]
    others = {name: value for name, value in parameters.items() if name not in PERIOD}
    period = {name: value for name, value in parameters.items() if name in PERIOD}
    with tables.rolled_up() if rolled_up else nullcontext(), published(**period):
        return _to_sql(getattr(import_module(entry.module), entry.function)(**others), engine)


def _compile_table(name: str, engine: Engine, *, with_seq: bool) -> str:
    from dwell.metrics import tables

    with tables.numbered() if with_seq else nullcontext():
        if name in DERIVED:
            module, _, function = DERIVED[name].function.partition(".")
            expression = getattr(import_module(f"dwell.metrics.tiktok_organic.{module}"), function)()
        else:
            expression = tables.table_with_seq(name) if with_seq else tables.table(name)
    return _to_sql(expression if with_seq else expression.order_by(*_key_of(name)), engine)


def _key_of(name: str) -> tuple[str, ...]:
    return (DERIVED[name] if name in DERIVED else TABLES[name]).key


def _to_sql(expression: Any, engine: Engine) -> str:
    import ibis

    if engine not in _DIALECTS:
        raise DwellError(f"Unknown engine {engine!r}: choose from {', '.join(_DIALECTS)}.")
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


def _key(question: list[Any]) -> str:
    return hashlib.sha256(json.dumps([*question, _compiler()], default=str).encode()).hexdigest()[:32]


@once
def _compiler() -> str:
    """A digest of everything else that the text depends on: this package, the tables' columns, compilers, zone data."""
    here = Path(__file__).parent
    digest = hashlib.sha256()
    for source in [*sorted(here.rglob("*.py")), *sorted((here.parent / "records").glob("*.py"))]:
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
