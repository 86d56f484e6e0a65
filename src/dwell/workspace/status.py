"""What is stored, in one answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dwell.results import Result

if TYPE_CHECKING:
    from dwell.workspace.workspace import Workspace


def status(workspace: Workspace, handle: str | None = None) -> Result:
    """A row a creator; in `meta` the rows per table, sources, time span, and share of each counter that is unknown.

    With a handle, sources, span and shares are those of its posts alone.
    """
    span = next(iter(workspace.ask("span", handle=handle)))
    unknown = next(iter(workspace.ask("unknown_share", handle=handle)))
    del unknown["posts"]
    sources = {row["source"]: row["snapshots"] for row in workspace.ask("sources", handle=handle)}
    creators = workspace.ask("creators")
    meta = {"tables": workspace.store.rows(), "unknown_share": unknown, **span, "sources": sources}
    return Result(creators.columns, creators.rows, meta)
