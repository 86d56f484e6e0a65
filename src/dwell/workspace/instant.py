"""The data of one instant as tables: metrics of the catalogue, whole tables, and SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from dwell.errors import NoDataError
from dwell.results import Result
from dwell.workspace.period import ALWAYS
from dwell.workspace.result_cache import ResultCache

if TYPE_CHECKING:
    from dwell.warehouse.engine import Engine
    from dwell.warehouse.store import Store
    from dwell.warehouse.waiting import Waiting


class Instant:
    """The tables of one instant, through one connection; for one thread, until it is closed.

    Args:
        store: The data folder.
        results: Results that are known already, by the sequence number of the newest batch.

    Attributes:
        root: The data folder.
        settings: Its settings.
        period: When the posts of its answers were published.
    """

    def __init__(self, store: Store, results: ResultCache) -> None:
        from dwell.warehouse.snapshot import StoreSnapshot

        self.root = store.root
        self.settings = store.settings
        self._results = results
        self.period = ALWAYS
        self._tables = StoreSnapshot(store.root)

    def __repr__(self) -> str:
        from dwell.workspace.overview import to_text

        return to_text(type(self).__name__, self.root, self.rows())

    def close(self) -> None:
        """Closes the connections."""
        if "_engine" in self.__dict__:
            self._engine.close()
        self._tables.close()

    @cached_property
    def _engine(self) -> Engine:
        from dwell.warehouse.engine import open_engine

        return open_engine(self.settings, self._tables)

    @property
    def seq(self) -> int:
        """Number of the newest batch of rows."""
        return self._tables.catalogue.seq

    def rows(self) -> dict[str, int]:
        """Rows per table."""
        return self._tables.rows()

    def waiting(self) -> Waiting:
        """What waits for the next seal."""
        return self._tables.waiting()

    def ask(self, metric: str, /, **parameters: Any) -> Result:
        """Run one metric of the catalogue (`dwell.metrics.catalog.METRICS`) over the stored tables."""
        from dwell.metrics.bound import PERIOD_METRICS
        from dwell.metrics.compile import canonical_parameters

        self._tables.require_files()
        if isinstance(parameters.get("include"), str):
            parameters["include"] = tuple(parameters["include"].split(","))
        if metric in PERIOD_METRICS:
            parameters = {**self.period.parameters, **parameters}
        key = (self._tables.catalogue.seq, metric, canonical_parameters(parameters))
        return self._results.get(key, lambda: self._run(metric, parameters))

    def _run(self, metric: str, parameters: dict[str, Any]) -> Result:
        from dwell.metrics.catalog import METRICS
        from dwell.metrics.compile import bound_sql
        from dwell.settings.cache import private_cache

        rolled_up = self._tables.has_rollup
        query, values = bound_sql(
            metric, self._engine.dialect, private_cache("queries"), rolled_up=rolled_up, **parameters
        )
        result = self._engine.query(query, METRICS[metric].reads(rolled_up=rolled_up), values or None)
        return replace(result, types=METRICS[metric].types)

    def table(self, name: str, /) -> Result:
        """Every row of a table, ordered by its key; the rows stay in Arrow until they are looked at.

        Args:
            name: A stored table (`posts`) or a derived one (`tiktok_organic_videos`).

        Raises:
            NoDataError: There is no such table.
        """
        from dwell.metrics.compile import table_sql
        from dwell.metrics.tiktok_organic.catalog import DERIVED
        from dwell.records import TABLES
        from dwell.settings.cache import private_cache

        if name not in TABLES and name not in DERIVED:
            raise NoDataError(f"Unknown table {name!r}; choose from {', '.join([*TABLES, *DERIVED])}.")
        query = table_sql(name, self._engine.dialect, private_cache("queries"))
        result = self._engine.query_arrow(query, DERIVED[name].reads if name in DERIVED else [name])
        columns = DERIVED[name].columns if name in DERIVED else TABLES[name].columns
        return replace(result, types={column.name: column.kind for column in columns})

    def sql(self, query: str, parameters: Sequence[Any] | Mapping[str, Any] | None = None, /) -> Result:
        """Run one SELECT over the tables, stored and derived, in DuckDB; the rows stay in Arrow.

        Only dwell's tables can be read: no file, no setting, nothing of the network.

        Args:
            query: The SQL: `SELECT handle, count(*) AS posts FROM posts GROUP BY ALL`.
            parameters: Values for `?` (a list) or `$name` (a mapping) in it; nothing of them is ever SQL.

        Raises:
            QueryError: It is not one SELECT over these tables, or DuckDB refuses it.
            StorageError: It needs more memory than it may use (`DWELL_MEMORY`).
        """
        from dwell.warehouse.user_sql import run_sql
        from dwell.workspace.derived import derived_tables

        result = run_sql(self.settings, self._tables, derived_tables(), query, parameters)
        columns = [{"name": name, "type": kind} for name, kind in result.kinds.items()]
        return replace(result, meta={"columns": columns})
