"""A summary of what is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dwell.results import Result
from dwell.workspace.sealing import describe_storage

if TYPE_CHECKING:
    from dwell.workspace.workspace import Workspace


def status(workspace: Workspace, handle: str | None = None) -> Result:
    """One row per creator; in `meta` the rows per table, sources, time span, unknown shares, and what waits for a seal.

    With a handle, sources, span and shares cover its posts only.
    """
    span = next(iter(workspace.ask("span", handle=handle)))
    unknown = next(iter(workspace.ask("unknown_share", handle=handle)))
    del unknown["posts"]
    sources = {row["source"]: row["snapshots"] for row in workspace.ask("sources", handle=handle)}
    creators = workspace.ask("creators")
    meta = {"tables": workspace.store.rows(), "unknown_share": unknown, **span, "sources": sources}
    meta["storage"] = describe_storage(workspace.store)
    return Result(creators.columns, creators.rows, meta)
