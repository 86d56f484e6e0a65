"""The engines that metrics must agree on, and one nasty world that all of them read from the same Parquet files."""

from __future__ import annotations

import importlib.util
import json
import random
import shutil
import warnings
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest

from dwell.metrics.compile import sql
from dwell.records import TABLES
from dwell.results import Result
from dwell.settings import Settings
from dwell.warehouse.duckdb_connection import connect
from dwell.warehouse.engine_duckdb import fetch

from . import owner_world, spark_settings
from .curve_world import curves, likes
from .organic_world import OWNED, organic
from .topic_world import topics

Run = Callable[[str], Result]
NAMES = (
    "posts", "post_snapshots", "creators", "creator_snapshots", "watch_times", "topic_samples", "topic_posts",
    *dict.fromkeys(("retention", "engagement_likes", *owner_world.NAMES, *OWNED)),
)  # fmt: skip
TYPES = {"text": "VARCHAR", "count": "BIGINT", "number": "DOUBLE", "flag": "BOOLEAN", "texts": "VARCHAR[]"}
TYPES |= {"instant": "TIMESTAMPTZ", "day": "DATE"}
# Around both changes of the clocks in Berlin, and around New Year.
_MOMENTS = (
    "2025-03-30T00:59:59",
    "2025-03-30T01:00:00",
    "2025-10-26T00:30:00",
    "2025-10-26T01:30:00",
    "2024-12-31T23:30:00",
)
_HANDLES = ("plain", "o'brien\\n", "größe", "視頻", "both_platforms", "lonely", None)


def world(seed: int = 7, posts: int = 2_000) -> dict[str, list[dict[str, Any]]]:
    """Posts with every kind of trouble: unknown values, zero views, ties, several snapshots, one without any."""
    dice = random.Random(seed)
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in NAMES}
    for number in range(posts):
        post = _post(dice, number)
        rows["posts"].append(post)
        rows["post_snapshots"] += _snapshots(dice, post)
        if dice.random() < 0.3:
            rows["watch_times"] += _watch_times(dice, post)
    for number in range(1, 7):  # of a file that has days alone, and no ids
        day = {"post_id": f"local-{number:016x}", "handle": "plain", "posted_at": datetime(2025, 3, number, tzinfo=UTC)}
        rows["posts"].append(post | day)
    for handle in _HANDLES[:-2]:
        rows["creators"].append(
            {
                "handle": handle,
                "platform": "tiktok",
                "creator_id": None if handle == "plain" else f"68{len(rows['creators']):017d}",
                "niche": dice.choice(["food", "Ünïcode", None]),
                "display_name": dice.choice(["Größe", None, "B"]),
            }
        )
        if handle == "both_platforms":
            rows["creators"].append(rows["creators"][-1] | {"platform": "youtube", "niche": "art"})
        if handle != "größe":
            rows["creator_snapshots"] += _follower_counts(dice, handle)
    for name, more in owner_world.owners(seed, rows["posts"]).items():
        rows[name] += more
    rows["retention"], measured = curves(rows["posts"])
    rows["engagement_likes"] = likes(rows["retention"])
    rows["watch_times"] += measured
    for name, more in organic().items():
        rows[name] += more
    return rows | topics()


def _post(dice: random.Random, number: int) -> dict[str, Any]:
    handle = dice.choices(_HANDLES, weights=(30, 20, 15, 15, 15, 0, 5))[0] if number else "lonely"
    platform = dice.choice(["tiktok", "youtube"]) if handle == "both_platforms" else "tiktok"
    moment = datetime.fromisoformat(dice.choice(_MOMENTS)).replace(tzinfo=UTC)
    posted_at: datetime | None = moment + timedelta(
        hours=dice.randrange(-2_000, 2_000), microseconds=dice.choice([0, 999_999])
    )
    if dice.random() < 0.3:
        posted_at = moment
    if dice.random() < 0.04:
        posted_at = None
    photo = dice.random() < 0.08
    length = dice.choice(
        [None, 0.0, 5.0, 10.0, 10.01, 15.0, 20.0, 35.0, 59.99, 60.0, 120.5, 300.0, 301.0, dice.uniform(1, 90)]
    )
    return {
        "post_id": f"{7_000_000_000_000_000_000 + dice.randrange(10**15)}{number}",
        "platform": platform,
        "handle": handle,
        "posted_at": posted_at,
        "duration_s": None if photo else length,
        "media_type": "photo" if photo else dice.choice(["video", "video", None]),
        "is_ad": dice.choice([True, False, False, False, None]),
        "is_pinned": dice.choice([True, False, False, False, None, None]),
        "caption": dice.choice([None, "", "plain", "naïve 😀 e\u0301", "line\nbreak 'quoted'"]),
        "hashtags": dice.choice([[], ["food"], ["food", "größe", "日本"]]),
        "url": None if photo else f"https://example.org/{number}",
        "sound_id": dice.choice([None, "7000000000000000001"]),
        "sound_original": dice.choice([True, False, None]),
    }


def _snapshots(dice: random.Random, post: Mapping[str, Any]) -> list[dict[str, Any]]:
    start = post["posted_at"] or datetime(2025, 6, 1, tzinfo=UTC)
    ages = sorted(dice.sample(range(1, 400), dice.choice([0, 1, 1, 2, 3, 6])))
    views = dice.choice([0, 1, 300, 9_999, 17_700, 999_900, 1_200_000, dice.randrange(2_000_000)])
    found = []
    for age in ages:
        views = max(0, views + dice.choice([0, 100, 100_000, -100, 1, dice.randrange(5_000)]))
        counters = {
            name: dice.choice([None, 0, *[dice.randrange(views // 4 + 1)] * 8]) for name in ("saves", "downloads")
        }
        for name in ("likes", "comments", "shares"):
            counters[name] = dice.choice([None, -3, *[dice.randrange(views // 2 + 1)] * 14, views * 2])
        observed_at = start + timedelta(hours=age, microseconds=dice.choice([0, 1, 500_000]))
        rounded = dice.choice([True, False, None])
        seen = None if dice.random() < 0.05 else views
        found.append(
            {"post_id": post["post_id"], "observed_at": observed_at, "views": seen, "rounded": rounded, **counters}
            | {"source": dice.choice(["scraper", "export"]), **_how_read(observed_at)}
        )
    if len(found) == 1 and dice.random() < 0.1:
        again = found[0] | {"observed_at": found[0]["observed_at"] + timedelta(microseconds=200)}
        found.append(again)
    return found


def _how_read(at: datetime) -> dict[str, Any]:
    """Units, and days without a time, in some rows; by the instant, so that the other values stay as they are."""
    kind = int(at.timestamp()) % 7
    zone = {"observed_precision": "day", "observed_zone": "UTC" if kind else "Europe/Berlin"}
    units = {"views_unit": (None, 1, 1, 100, 1_000, None, 1)[kind], "observed_precision": "instant"}
    return {} if kind == 6 else zone if kind % 5 == 0 else units


def _watch_times(dice: random.Random, post: Mapping[str, Any]) -> list[dict[str, Any]]:
    start = post["posted_at"] or datetime(2025, 6, 1, tzinfo=UTC)
    return [
        {
            "post_id": post["post_id"],
            "observed_at": start + timedelta(days=day),
            "avg_watch_s": dice.choice([None, dice.uniform(0.5, 40)]),
            "full_watch_rate": dice.choice([None, dice.random()]),
        }
        for day in dice.sample(range(1, 30), dice.choice([1, 2, 3]))
    ]


def _follower_counts(dice: random.Random, handle: str | None) -> list[dict[str, Any]]:
    start, followers = datetime(2025, 1, 1, tzinfo=UTC), dice.choice([900, 40_000, 990_000])
    counts = []
    for day in range(0, 400, 9):
        followers += dice.randrange(0, 900)
        known = None if dice.random() < 0.1 else followers
        unit = (None, 1, 100, 1_000)[day % 4]
        platform = "youtube" if handle == "both_platforms" and day % 2 else "tiktok"
        at = start + timedelta(days=day)
        row = {"handle": handle, "platform": platform, "observed_at": at, "followers": known}
        counts.append({**row, "followers_unit": unit, "observed_precision": (None, "instant", "day")[day % 3]})
    return counts


@pytest.fixture(scope="session")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The nasty world as one Parquet file a table."""
    folder = tmp_path_factory.mktemp("lake")
    with connect(Settings()) as connection:
        for name, rows in world().items():
            lines = folder / f"{name}.ndjson"
            lines.write_text(
                "".join(json.dumps(row, default=lambda value: value.isoformat()) + "\n" for row in rows),
                encoding="utf-8",
            )
            types = ", ".join(f"'{column.name}': '{TYPES[column.kind]}'" for column in TABLES[name].columns)
            source = f"read_json('{lines}', format = 'newline_delimited', columns = {{{types}}})"
            connection.execute(f"COPY (FROM {source}) TO '{folder / name}.parquet' (FORMAT parquet)").fetchall()
    return folder


@pytest.fixture(scope="session")
def duckdb(lake: Path) -> Iterator[Run]:
    """Each query is answered once: several tests look at the same rows."""
    with connect(Settings()) as connection:
        for name in NAMES:
            connection.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS FROM '{lake / name}.parquet'").fetchall()
        yield cache(lambda sql: fetch(connection, sql))


@pytest.fixture(scope="session")
def compiled(pytestconfig: pytest.Config) -> Callable[..., str]:
    """`sql` of a metric, compiled once: several tests ask the same, and `make spark` asks what `make test` did.

    A query is found again only while the code that compiles it is the same.
    """
    cache = pytestconfig.cache
    assert cache is not None
    return partial(sql, cache=cache.mkdir("queries"))


@pytest.fixture(scope="session")
def sail(lake: Path) -> Iterator[Run]:
    """Sail in this process: Spark's dialect and protocol without a JVM."""
    pytest.importorskip("pysail", reason="pysail is not installed (extra `sail`)")
    from pysail.spark import SparkConnectServer

    from dwell.warehouse.engine_spark import SparkConnection

    server = SparkConnectServer(port=0)
    server.start(background=True)
    connection = SparkConnection(f"sc://127.0.0.1:{server.listening_address[1]}")
    for name in NAMES:
        connection.run(f"CREATE OR REPLACE TEMP VIEW {name} AS SELECT * FROM parquet.`{lake / name}.parquet`")
    yield connection.run
    connection.close()
    server.stop()


@pytest.fixture(scope="session")
def spark(lake: Path) -> Iterator[Run]:
    """Apache Spark itself on two local threads, in UTC, with ANSI rules."""
    if importlib.util.find_spec("pyspark") is None or importlib.util.find_spec("pyspark.jars") is None:
        pytest.skip("the whole pyspark is not installed (extra `spark`; the client alone has no engine)")
    if shutil.which("java") is None:
        pytest.skip("no Java")
    from pyspark.sql import SparkSession

    with warnings.catch_warnings(), pytest.MonkeyPatch.context() as environment:
        warnings.simplefilter("ignore")
        environment.setenv("JDK_JAVA_OPTIONS", spark_settings.JAVA_OPTIONS)
        builder = SparkSession.builder.master("local[2]").config("spark.sql.session.timeZone", "UTC")
        for option, value in spark_settings.SETTINGS.items():
            builder = builder.config(option, value)
        session = builder.getOrCreate()
    for name in NAMES:
        session.read.parquet(str(lake / f"{name}.parquet")).createOrReplaceTempView(name)

    def run(sql: str) -> Result:
        frame = session.sql(sql)
        return Result(tuple(frame.columns), [tuple(row) for row in frame.collect()])

    yield run
    session.stop()
