"""A few rows in, the metric's rows out, on DuckDB; answers are worked by hand in the tests."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dwell.metrics.catalog import METRICS
from dwell.metrics.compile import sql
from dwell.records import TABLES
from dwell.settings import Settings
from dwell.warehouse.duckdb_connection import connect
from dwell.warehouse.engine_duckdb import fetch

Row = dict[str, Any]
Ask = Callable[..., list[Row]]
DAY = datetime(2025, 3, 3, 12, tzinfo=UTC)  # a Monday
_TYPES = {"text": "VARCHAR", "count": "BIGINT", "number": "DOUBLE", "flag": "BOOLEAN", "texts": "VARCHAR[]"}
_TYPES |= {"instant": "TIMESTAMPTZ", "day": "DATE"}


class World:
    """Tables under construction: each call adds a post with its snapshots."""

    def __init__(self) -> None:
        self.rows: dict[str, list[Row]] = {name: [] for name in ("posts", "post_snapshots", "creators")}
        self.rows |= {"creator_snapshots": [], "watch_times": [], "topic_samples": [], "topic_posts": []}
        self.rows |= {"retention": [], "engagement_likes": []}

    def post(self, post_id: str, *, views: int | None = 1_000, likes: Any = ..., **given: Any) -> None:
        """A settled video of 15 s by `me`, seen once 100 h after DAY; `given` changes its attributes and counters.

        It has 100 likes, or as many as views where those are fewer.
        """
        likes = likes if likes is not ... else 100 if views is None else min(views, 100)
        counters = {"comments": 0, "shares": 0, "saves": 0, "downloads": 0, "rounded": False}
        counters = {name: given.pop(name, default) for name, default in counters.items()}
        seen_at = given.pop("seen_at", DAY + timedelta(hours=100))
        post = {"platform": "tiktok", "handle": "me", "posted_at": DAY, "duration_s": 15.0, "media_type": "video"}
        self.rows["posts"].append({"post_id": post_id, **post, "hashtags": [], **given})
        self.snapshot(post_id, seen_at, views=views, likes=likes, **counters)

    def snapshot(self, post_id: str, at: datetime, **counters: Any) -> None:
        self.rows["post_snapshots"].append({"post_id": post_id, "observed_at": at, **counters})

    def curve(self, post_id: str, points: Mapping[float, float], **given: Any) -> None:
        """A retention curve, second -> share, read 100 h after DAY."""
        at = given.get("at", DAY + timedelta(hours=100))
        for second, rate in points.items():
            row = {"post_id": post_id, "observed_at": at, "second": float(second), "retention_rate": rate}
            self.rows["retention"].append(row)

    def look(self, at: datetime, posts: dict[str, Row], **given: Any) -> None:
        """One look at the sound `song`, and the posts that it listed."""
        topic = {"topic_kind": "sound", "topic": "song", "observed_at": at, "source": "provider"}
        count = given.pop("topic_posts", None)
        self.rows["topic_samples"].append({**topic, "topic_posts": count, "sampled": len(posts), **given})
        for rank, (post_id, row) in enumerate(posts.items(), start=1):
            self.rows["topic_posts"].append({**topic, "post_id": post_id, "rank": rank, "posted_at": DAY, **row})


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def ask(world: World, tmp_path: Path, sql_cache: Path) -> Iterator[Ask]:
    """Run a metric over the world as it stands."""
    with connect(Settings(threads=1)) as connection:

        def run(metric: str, /, **parameters: Any) -> list[Row]:
            for name in METRICS[metric].tables:
                connection.execute(
                    f"CREATE OR REPLACE TEMP VIEW {name} AS {_rows(name, world.rows[name], tmp_path)}"
                ).fetchall()
            return list(fetch(connection, sql(metric, cache=sql_cache, **parameters)))

        yield run


def _rows(name: str, rows: list[Mapping[str, Any]], folder: Path) -> str:
    file = folder / f"{name}.ndjson"
    whole = [TABLES[name].defaults | row for row in rows]
    file.write_text("".join(json.dumps(row, default=datetime.isoformat) + "\n" for row in whole), encoding="utf-8")
    types = ", ".join(f"'{column.name}': '{_TYPES[column.kind]}'" for column in TABLES[name].columns)
    return f"FROM read_json('{file}', format = 'newline_delimited', columns = {{{types}}})"
