"""Made-up files, their shapes, and one call that loads them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dwell.records import Extract, Hints, Shape, SourceFile, source_at
from dwell.settings import Settings
from dwell.warehouse import Store
from dwell.warehouse.duckdb_connection import bulk_connection
from dwell.warehouse.load.loaded import Loaded
from dwell.warehouse.load.loader import load
from dwell.warehouse.load.work_database import attach_work

POSTS = Shape(
    "made-up",
    ("posts", "post_snapshots", "creators", "creator_snapshots"),
    {
        "post_id": source_at("id"),
        "handle": source_at("account"),
        "posted_at": source_at("posted", time="clock"),
        "observed_at": source_at("seen"),
        "duration_s": source_at("length"),
        "is_ad": source_at("ad"),
        "caption": source_at("caption"),
        "url": source_at("link"),
        "views": source_at("views"),
        "likes": source_at("likes"),
        "saves": source_at("saves", "collected"),
        "followers": source_at("followers"),
    },
    {"platform": "tiktok"},
)


@pytest.fixture(scope="session")
def sql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with the loader's macros, for queries that change nothing."""
    scratch = tmp_path_factory.mktemp("macros")
    with bulk_connection(Settings(threads=1), scratch) as connection:
        attach_work(connection, scratch)
        yield connection


@pytest.fixture
def bring(store: Store, tmp_path: Path) -> Callable[..., Loaded]:
    """Loads text as a file: CSV, or JSON lines for a list of objects."""

    def brought(
        content: str | bytes | Sequence[Any], shape: Shape = POSTS, *, name: str = "made-up.csv", dry_run: bool = False,
        layout: str | None = None, delimiter: str = ",", **hints: Any,
    ) -> Loaded:  # fmt: skip
        if isinstance(content, list):
            content, layout = "\n".join(json.dumps(row) for row in content), layout or "ndjson"
        data = content if isinstance(content, bytes) else str(content).encode()
        path = tmp_path / name
        path.write_bytes(data)
        kind: Any = layout or "csv"
        extract = Extract(path, kind, shape, delimiter=delimiter)
        file = SourceFile(path, hashlib.sha256(data).hexdigest(), shape.name, (extract,))
        loaded = load(store, file, Hints(**{"as_of": "2024-06-01", **hints}), dry_run=dry_run)
        assert loaded.gained >= 0
        assert loaded.rows_read == loaded.gained + loaded.known + loaded.duplicates + loaded.rejected
        return loaded

    return brought


@pytest.fixture
def table(store: Store) -> Callable[..., list[dict[str, Any]]]:
    """The rows of a stored table, in the order of its key."""

    def rows(name: str, order: str = "ALL") -> list[dict[str, Any]]:
        return list(store.query(f'SELECT * FROM "{name}" ORDER BY {order}', [name]))

    return rows


def post_id(day: str, low: int = 12345) -> str:
    """An id that was made at noon (UTC) of a day."""
    from datetime import UTC, datetime

    return str((int(datetime.fromisoformat(day).replace(hour=12, tzinfo=UTC).timestamp()) << 32) + low)


@pytest.fixture
def made() -> Callable[..., str]:
    """Makes post ids."""
    return post_id


@pytest.fixture
def posts_shape() -> Shape:
    """The shape of the made-up posts."""
    return POSTS
