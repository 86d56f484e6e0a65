"""Seals a data folder by hand, and says how many rows wait for the next seal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dwell.results import Result

if TYPE_CHECKING:
    from dwell.warehouse.store import Store
    from dwell.warehouse.waiting import Waiting


def seal_folder(store: Store) -> Result:
    """Move the journal's rows to the lake and bring the roll-up up to date, however few rows wait.

    Returns:
        One row: `rows_moved`, and `sealed_at`: when the latest seal that changed something ended.
    """
    moved = store.seal()
    return Result(("rows_moved", "sealed_at"), [(moved, store.waiting().sealed_at)])


def describe_storage(waiting: Waiting) -> dict[str, Any]:
    """What waits for the next seal: rows in the journal, rows in the lake outside the roll-up; and the latest seal."""
    return {
        "unsealed_rows": waiting.rows,
        "rows_outside_rollup": waiting.later,
        "sealed_at": waiting.sealed_at,
    }
