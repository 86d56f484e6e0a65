"""The roll-up `post_latest` as readers see it: the sealed part, with every later row of `posts` and `post_snapshots`.

The sealed part contains every batch up to one number; what came later (in the journal, or in files of the lake with a
higher number) is added by one query, which the seal itself uses to bring the sealed part up to date.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from dwell.disk.checksum import StoredFile, find_damage
from dwell.records import POST_LATEST, TABLES
from dwell.warehouse.catalogue import Catalogue, RollUp, RollUpFile, TableState
from dwell.warehouse.columns import quote_name, quote_text, typed_nulls

NAME = POST_LATEST.name
FOLDER = Path("rollups") / NAME
BASES = ("posts", "post_snapshots")

LAYOUT = hashlib.sha256(repr([(column.name, column.kind) for column in POST_LATEST.columns]).encode()).hexdigest()[:12]
"""Digest of the columns: a roll-up with other columns is ignored, and made again by the next seal."""

_COUNTED = ("first_observed_at", "snapshots")
_SNAPSHOT = tuple(
    column.name
    for column in POST_LATEST.columns
    if column.name in {column.name for column in TABLES["post_snapshots"].columns} - {"post_id"}
)
_ATTRIBUTES = tuple(
    column.name
    for column in POST_LATEST.columns
    if column.name not in {"post_id", "has_attributes", *_SNAPSHOT, *_COUNTED}
)

_log = logging.getLogger(__name__)


def folder(root: Path) -> Path:
    """Where the files of the roll-up are."""
    return root / FOLDER


def is_usable(root: Path, state: Catalogue) -> bool:
    """Questions may be answered from the roll-up, and it pays: most snapshots are in it.

    Where the lake has several versions of a snapshot, counts come from the tables until a seal has dropped the older
    ones; a snapshot in the journal says itself whether it replaces one. A missing file is never taken for one without
    rows.
    """
    if state.rollup is None:
        return False
    stored, sealed = state.table("post_snapshots"), state.rollup
    later = sum(file.rows for file in stored.files if file.seq > sealed.seq)
    return later <= stored.rows // 2 and is_current(root, state, sealed)


def is_current(root: Path, state: Catalogue, rollup: RollUp) -> bool:
    """The sealed part is whole, has today's columns, and needs only later rows to be up to date."""
    if rollup.layout != LAYOUT or state.table("post_snapshots").superseded:
        return False
    damage = find_damaged(root, rollup)
    if damage:
        _log.warning(
            "%s is damaged (%s): questions are answered from all snapshots, which takes longer. The next seal "
            "or `dwell check --repair` rebuilds it.",
            folder(root) / damage[0],
            damage[1],
        )
    return damage is None


def find_damaged(root: Path, rollup: RollUp) -> tuple[str, str] | None:
    """The first file that is not what was written, and why; None where all are."""
    files = [StoredFile(folder(root) / file.path, file.bytes, file.checksum) for file in rollup.files]
    try:
        damage = find_damage(files)
    except PermissionError as error:
        return files[0].path.name, f"it cannot be read: {error.strerror}"
    return damage and (damage[0].name, damage[1])


def later_table(state: Catalogue, name: str, after: int) -> TableState:
    """What is visible of a table in the lake, without the files whose batches are not after this one."""
    table = state.table(name)
    return replace(table, files=tuple(file for file in table.files if file.seq > after))


def scan(root: Path, files: tuple[RollUpFile, ...]) -> str:
    """DuckDB SQL, in parentheses, that reads the sealed part."""
    if not files:
        return f"({typed_nulls(NAME)})"
    listed = ", ".join(quote_text(str((folder(root) / file.path).absolute())) for file in files)
    return f"(FROM read_parquet([{listed}], hive_partitioning = false))"


def newest_snapshots(source: str, *, replacing: bool = False) -> str:
    """SQL for one row per post out of snapshots: the newest one, with the first instant and the number of snapshots.

    Args:
        source: Name of a table or a query in parentheses; `post_id` with `observed_at` is unique in it.
        replacing: Its column `replaced` says which rows replace one of the sealed part: those are no further snapshot.
    """
    number = "count(*) - count(CASE WHEN replaced THEN 1 END)" if replacing else "count(*)"
    columns = ", ".join(f"s.{quote_name(name)}" for name in _SNAPSHOT)
    return (
        f"SELECT s.post_id, {columns}, g.first_observed_at, g.snapshots FROM {source} AS s JOIN "
        "(SELECT post_id, max(observed_at) AS last_observed_at, min(observed_at) AS first_observed_at, "
        f"{number} AS snapshots FROM {source} AS every_one GROUP BY post_id) AS g "
        "ON s.post_id = g.post_id AND s.observed_at = g.last_observed_at"
    )


def merge(sealed: str, posts: str | None, snapshots: str | None) -> str:
    """SQL for the roll-up out of its sealed part and what came later, for DuckDB and (with other quotes) Spark.

    A filter on the account must reach the files of the sealed part, so each kind of row is a query of its own: posts
    whose attributes are the sealed ones, posts with later attributes, and posts without any.

    Args:
        sealed: Name of a table, or a query in parentheses, with the columns of the roll-up.
        posts: The same for later rows of `posts`, one per post; None if there are none.
        snapshots: The same for later snapshots as of `newest_snapshots`; None if there are none.
    """
    parts = [_unchanged_attributes(sealed, posts, snapshots)]
    if posts:
        parts.append(_later_attributes(sealed, posts, snapshots))
    if snapshots:
        parts.append(_without_attributes(sealed, posts, snapshots))
    return " UNION ALL ".join(parts)


def _unchanged_attributes(sealed: str, posts: str | None, snapshots: str | None) -> str:
    counters = _merged_counters() if snapshots else _columns("r", (*_SNAPSHOT, *_COUNTED))
    columns = _columns("r", ("post_id", "has_attributes", *_ATTRIBUTES)) | counters
    later = f" LEFT JOIN {snapshots} AS s ON r.post_id = s.post_id" if snapshots else ""
    replaced = f" ANTI JOIN {posts} AS p ON r.post_id = p.post_id" if posts else ""
    return f"SELECT {_select(columns)} FROM {sealed} AS r{later}{replaced}"


def _later_attributes(sealed: str, posts: str, snapshots: str | None) -> str:
    sealed_counters = _columns("r", _SNAPSHOT) | {
        "first_observed_at": "r.first_observed_at",
        "snapshots": "coalesce(r.snapshots, 0)",
    }
    columns = _columns("p", ("post_id", *_ATTRIBUTES)) | (_merged_counters() if snapshots else sealed_counters)
    later = f" LEFT JOIN {snapshots} AS s ON p.post_id = s.post_id" if snapshots else ""
    return (
        f"SELECT {_select(columns | {'has_attributes': 'true'})} FROM {posts} AS p "
        f"LEFT JOIN {sealed} AS r ON p.post_id = r.post_id{later}"
    )


def _without_attributes(sealed: str, posts: str | None, snapshots: str) -> str:
    known = f"SELECT post_id FROM {sealed} AS r" + (f" UNION ALL SELECT post_id FROM {posts} AS p" if posts else "")
    columns = _columns("s", ("post_id", *_SNAPSHOT, *_COUNTED)) | dict.fromkeys(_ATTRIBUTES, "NULL")
    return (
        f"SELECT {_select(columns | {'has_attributes': 'false'})} FROM {snapshots} AS s "
        f"ANTI JOIN ({known}) AS known ON s.post_id = known.post_id"
    )


def _merged_counters() -> dict[str, str]:
    """The counters of the newer one of the sealed snapshot `r` and the later one `s`, each of which may be missing.

    A later one of the same time replaces the sealed one.
    """
    newer = "s.observed_at IS NOT NULL AND (r.observed_at IS NULL OR s.observed_at >= r.observed_at)"
    return {
        name: f"CASE WHEN {newer} THEN s.{quote_name(name)} ELSE r.{quote_name(name)} END" for name in _SNAPSHOT
    } | {
        "first_observed_at": "least(coalesce(r.first_observed_at, s.first_observed_at), "
        "coalesce(s.first_observed_at, r.first_observed_at))",
        "snapshots": "coalesce(r.snapshots, 0) + coalesce(s.snapshots, 0)",
    }


def _columns(alias: str, names: Iterable[str]) -> dict[str, str]:
    return {name: f"{alias}.{quote_name(name)}" for name in names}


def _select(columns: Mapping[str, str]) -> str:
    return ", ".join(f"{columns[column.name]} AS {quote_name(column.name)}" for column in POST_LATEST.columns)
