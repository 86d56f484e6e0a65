"""What runs the compiled queries of metrics over a snapshot of the tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, Protocol

from dwell.results import Result
from dwell.settings import DUCKDB, Settings
from dwell.warehouse.snapshot import StoreSnapshot

Dialect = Literal["duckdb", "spark"]


class Engine(Protocol):
    """An engine with one snapshot of the tables attached; for one thread, until it is closed."""

    @property
    def dialect(self) -> Dialect:
        """The SQL that it runs."""
        ...

    def query(self, sql: str, tables: Iterable[str], parameters: Mapping[str, Any] | None = None) -> Result:
        """Runs one query over the named tables, with values for its placeholders.

        Instants come back aware and in UTC, NaN and infinity as None.
        """
        ...

    def query_arrow(self, sql: str, tables: Iterable[str]) -> Result:
        """Runs one query over the named tables for all their rows, which stay in Arrow where the engine can."""
        ...

    def close(self) -> None:
        """Frees what the queries used."""
        ...


def open_engine(settings: Settings, snapshot: StoreSnapshot) -> Engine:
    """The engine of the settings, over this snapshot.

    Raises:
        EngineError: The Spark server cannot be reached.
        MissingExtraError: Its client library is not installed.
    """
    if settings.engine == DUCKDB:
        from dwell.warehouse.engine_duckdb import DuckDBEngine

        return DuckDBEngine(settings, snapshot)
    from dwell.warehouse.engine_spark import SparkEngine

    return SparkEngine(settings.engine, snapshot)
