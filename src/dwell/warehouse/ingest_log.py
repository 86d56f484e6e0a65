"""The ingest log in the lake, written last in every change of the lake.

Its newest commit therefore belongs to the last change that is complete, and says in its commit info which version of
every other table belongs to it: enough to rebuild the journal's catalogue from the lake alone.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dwell.clock import from_micros
from dwell.warehouse import batches, lake
from dwell.warehouse.catalogue import Catalogue, LakeFile
from dwell.warehouse.columns import INGEST, INGEST_COLUMNS, quote_name, quote_text
from dwell.warehouse.damage import lake_errors
from dwell.warehouse.parquet import write

if TYPE_CHECKING:
    import duckdb


FILE = ("path", "rows", "bytes", "seq", "checksum", "first_seq", "first_at", "last_at")
"""What the description has of each file, in this order."""


def unsealed_since(log: sqlite3.Connection) -> int | None:
    """When the oldest batch was imported whose rows may be in the journal alone, in microseconds since 1970."""
    return min((row[5] for row in batches.list_unsealed(log)), default=None)


def describe(ahead: Catalogue, since: int | None) -> dict[str, Any]:
    """What the lake looks like as a whole, JSON-compatible."""
    return {
        "seq": ahead.seq,
        "sealed_seq": ahead.sealed_seq,
        "folder_id": ahead.folder_id,
        "versions": {name: version for name, version in ahead.versions().items() if name != INGEST},
        "files": {name: [_to_json(file) for file in state.files] for name, state in ahead.tables.items()},
        "unsealed_since": from_micros(since).isoformat() if since is not None else None,
    }


def _to_json(file: LakeFile) -> list[Any]:
    return [getattr(file, name) for name in FILE]


def write_entry(
    connection: duckdb.DuckDBPyConnection,
    root: Path,
    ahead: Catalogue,
    entries: Sequence[tuple[Any, ...]],
    since: int | None,
    *,
    anew: bool = False,
) -> Catalogue:
    """Adds batches to the lake's ingest log together with the description of all tables.

    Args:
        connection: Any DuckDB connection; it writes the file.
        root: The data folder.
        ahead: The catalogue as it will be.
        entries: Rows `seq, batch_id, path, format, digest, at, report`; none if only files were rewritten.
        since: As of `unsealed_since`.
        anew: The entries are all there are, and replace those of the log.

    Returns:
        The catalogue with the log's own new version.
    """
    with lake_errors(lake.folder(root, INGEST)):
        files = write(connection, INGEST, _values(entries), lake.folder(root, INGEST)) if entries else []
        before = ahead.table(INGEST)
        old = before.files if anew else ()
        own = replace(before, files=() if anew else before.files)
        # The commit describes the log with this entry, all but its version, which it does not know yet.
        after = ahead.with_tables({INGEST: own.with_files(own.version or 0, [written.file for written in files])})
        version = lake.commit(root, INGEST, files, ahead.seq, old, describe(after, since))
    return after.with_tables({INGEST: replace(after.table(INGEST), version=version)})


def _values(entries: Sequence[tuple[Any, ...]]) -> str:
    rows = ", ".join(
        f"({seq}, {quote_text(batch_id)}, {quote_text(path)}, {quote_text(form)}, {quote_text(digest)}, "
        f"make_timestamptz({at}), {quote_text(report)})"
        for seq, batch_id, path, form, digest, at, report in entries
    )
    types = ", ".join(f"{quote_name(name)}::{kind} AS {quote_name(name)}" for name, kind in INGEST_COLUMNS.items())
    return f"SELECT {types} FROM (VALUES {rows}) AS log({', '.join(map(quote_name, INGEST_COLUMNS))})"
