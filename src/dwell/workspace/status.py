"""A summary of what is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dwell.errors import DwellError
from dwell.results import Result
from dwell.state.connection_summary import may_have_connections
from dwell.workspace.erasure_records import REQUEST, describe_unfinished
from dwell.workspace.sealing import describe_storage

if TYPE_CHECKING:
    from dwell.workspace.snapshot import Snapshot
    from dwell.workspace.workspace import Workspace


def status(snapshot: Snapshot, handle: str | None = None, platform: str | None = None) -> Result:
    """One row per creator; in `meta` the rows per table, sources, time span, unknown shares, and what waits for a seal.

    With a handle, sources, span and shares cover its posts only, of all platforms or of one, and the row is its own.
    """
    chosen: dict[str, Any] = {"handle": handle, **({"platform": platform} if platform else {})}
    span = next(iter(snapshot.ask("span", **chosen)))
    unknown = next(iter(snapshot.ask("unknown_share", **chosen)))
    del unknown["posts"]
    sources = {row["source"]: row["snapshots"] for row in snapshot.ask("sources", **chosen)}
    creators = snapshot.ask("creators")
    rows = [row for row in creators.rows if handle in (None, row[creators.columns.index("handle")])]
    meta = {"tables": snapshot.rows(), "unknown_share": unknown, **span, "sources": sources}
    meta["storage"] = describe_storage(snapshot.waiting())
    return Result(creators.columns, rows, meta)


def with_connections(workspace: Workspace, result: Result) -> Result:
    """The same with `connections`: those that end within 30 days, have ended, or have a problem.

    Without a connection in the folder, nothing of the state is loaded.
    """
    settings = workspace.settings
    if settings.database is None and not may_have_connections(settings.data):
        return Result(result.columns, result.rows, {**result.meta, "connections": []})
    try:
        found = workspace.connections.forecast()
    except DwellError as error:  # the tables can be summarised all the same
        warnings = [f"Connected accounts were not looked at: {error}"]
        return Result(result.columns, result.rows, {**result.meta, "connections": None, "warnings": warnings})
    warnings = [each["message"] for each in found]
    more = {"warnings": warnings} if warnings else {}
    return Result(result.columns, result.rows, {**result.meta, "connections": found, **more})


def with_erasure(workspace: Workspace, result: Result) -> Result:
    """The same with a warning where an erasure was begun and has not ended."""
    if not (workspace.settings.data / REQUEST).exists():
        return result
    warnings = [*result.meta.get("warnings", ()), *describe_unfinished(workspace.settings.data)]
    return Result(result.columns, result.rows, {**result.meta, "warnings": warnings})
