"""A summary of what is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dwell.results import Result
from dwell.workspace.sealing import describe_storage

if TYPE_CHECKING:
    from dwell.workspace.snapshot import Snapshot


def status(snapshot: Snapshot, handle: str | None = None) -> Result:
    """One row per creator; in `meta` the rows per table, sources, time span, unknown shares, and what waits for a seal.

    With a handle, sources, span and shares cover its posts only, and the row is its own.
    """
    span = next(iter(snapshot.ask("span", handle=handle)))
    unknown = next(iter(snapshot.ask("unknown_share", handle=handle)))
    del unknown["posts"]
    sources = {row["source"]: row["snapshots"] for row in snapshot.ask("sources", handle=handle)}
    creators = snapshot.ask("creators")
    rows = [row for row in creators.rows if handle in (None, row[creators.columns.index("handle")])]
    meta = {"tables": snapshot.rows(), "unknown_share": unknown, **span, "sources": sources}
    meta["storage"] = describe_storage(snapshot.waiting())
    return Result(creators.columns, rows, meta)
