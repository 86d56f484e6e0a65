"""The derived tables, with their queries compiled when they are asked for."""

from __future__ import annotations

from dwell.metrics.compile import table_sql
from dwell.metrics.tiktok_organic.catalog import DERIVED, DerivedTable
from dwell.settings.cache import private_cache
from dwell.warehouse.derived import Derived

_OWNED = ("owned_accounts", "owned_posts")


def derived_tables() -> dict[str, Derived]:
    """Every derived table by its name, as exports and loads take them."""
    return {name: _to_derived(table) for name, table in DERIVED.items()}


def _to_derived(table: DerivedTable) -> Derived:
    def make_query(*, with_seq: bool) -> str:
        return table_sql(table.name, "duckdb", private_cache("queries"), with_seq=with_seq)

    return Derived(table, table.partition, table.reads, _OWNED, make_query)
