"""Derived tables loaded elsewhere: only partitions that changed, no member of a list too many, and all or nothing."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest

from dwell.errors import NoDataError
from dwell.metrics import compile as compiling
from dwell.metrics.tiktok_organic.catalog import DERIVED
from dwell.settings import Settings
from dwell.warehouse.destinations import duckdb_file, load_tables, parquet_folder
from dwell.warehouse.destinations import postgresql as postgresql_server
from dwell.warehouse.duckdb_connection import connect
from dwell.workspace import derived
from dwell.workspace.loads import LoadRequest

from .conftest import V1, V2, World, at

VIDEOS, SOURCES = "tiktok_organic_videos", "tiktok_organic_videos_impression_sources"
COMMENTS = "tiktok_organic_videos_comments"
How = dict[str, tuple[int, int, str]]


class Place:
    """A destination, and its rows as a client of its own reads them."""

    def __init__(self, kind: str, address: str, folder: Path) -> None:
        self.kind, self.address, self.folder = kind, address, folder

    def load(self, world: World, *tables: str, full: bool = False) -> How:
        result = world.ws.load(LoadRequest(self.address, tables), full=full)
        return {row["table"]: (row["loaded"], row["rows"], row["how"]) for row in result}

    def rows(self, name: str) -> list[dict[str, Any]]:
        names = [column.name for column in DERIVED[name].columns]
        select = f"SELECT {', '.join(names)} FROM "
        if self.kind == "postgresql":
            with psycopg.connect(self.address) as connection:
                connection.execute("SET timezone TO 'UTC'")
                found = connection.execute(f"{select} dwell.{name}".encode()).fetchall()
        else:
            with connect(Settings(threads=1), shared=False) as engine:
                source = f"read_parquet('{self.folder / 'pq' / name}/*.parquet')"
                if self.kind == "duckdb":
                    engine.execute(f"ATTACH '{self.folder / 'a.duckdb'}' AS other (READ_ONLY); USE other").fetchall()
                    source = name
                found = engine.execute(select + source).fetchall()
        return by_key(name, [dict(zip(names, row, strict=True)) for row in found])

    def has(self, world: World, *names: str) -> bool:
        """These tables, all where none is named, have the rows of the data folder, whatever their order."""
        shown = {name: list(world.ws.table(name)) for name in names or DERIVED}
        return all(self.rows(name) == by_key(name, rows) for name, rows in shown.items() if rows)


def by_key(name: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found = {str([row[column] for column in DERIVED[name].key]): row for row in rows}
    assert len(found) == len(rows)
    return [found[key] for key in sorted(found)]


@pytest.fixture(params=["duckdb", "parquet", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    if request.param == "postgresql":
        server = request.getfixturevalue("postgresql")
        url = server.new_database()
        yield Place("postgresql", url, tmp_path)
        server.drop_database(url)
    else:
        address = f"duckdb:{tmp_path / 'a.duckdb'}" if request.param == "duckdb" else f"parquet:{tmp_path / 'pq'}"
        yield Place(request.param, address, tmp_path)


@pytest.fixture
def filled(world: World) -> World:
    """Two days of two videos, each with a list, and the days of the account."""
    for day in (2, 3):
        world.account(at(day), profile_image="i", followers=day)
        world.day(date(2026, 3, day - 1), at(day), {0: 1, 1: 2}, video_views=day)
        for post_id in (V1, V2):
            world.video(
                at(day),
                post_id,
                counters={"views": day},
                watched={"reach": 1},
                lists={"impression_source": {"For You": 0.5, "Search": 0.5}},
                retention=[1.0, 0.5],
                likes=[1.0],
            )
    world.comment(at(3), username="fan")
    return world


def test_the_first_load_has_every_table_though_some_are_empty(place: Place, filled: World) -> None:
    loaded = place.load(filled)
    assert {*DERIVED} < {*loaded}
    assert loaded[VIDEOS] == (4, 4, "all rows")
    assert loaded["tiktok_organic_videos_audience_cities"] == (0, 0, "all rows")
    assert place.has(filled)
    again = place.load(filled)
    assert again == {name: (0, rows, "unchanged") for name, (_, rows, _) in loaded.items()}


def test_a_folder_without_such_an_account_has_none_of_them(place: Place, world: World) -> None:
    world.sweep(at(2), views=1)
    assert place.load(world) == {"post_snapshots": (1, 1, "all rows")}
    assert place.load(world, VIDEOS) == {VIDEOS: (0, 0, "all rows")}


def test_of_a_new_day_only_its_rows_are_loaded(place: Place, filled: World) -> None:
    place.load(filled)
    filled.video(at(4), counters={"views": 4}, lists={"impression_source": {"Sound": 1.0}})
    loaded = place.load(filled)
    assert loaded[VIDEOS] == (1, 5, "new rows")
    assert loaded[SOURCES] == (1, 9, "new rows")
    assert loaded["tiktok_organic_account_metrics"] == (0, 2, "unchanged")
    assert place.has(filled)


def test_a_list_that_shrinks_loses_its_members(place: Place, filled: World) -> None:
    place.load(filled, SOURCES, VIDEOS)
    filled.video(at(3, 9), counters={"views": 9}, lists={"impression_source": {"Search": 1.0}})
    loaded = place.load(filled, SOURCES, VIDEOS)
    if place.kind == "parquet":  # where stored rows change, its table is written in one file
        assert loaded == {SOURCES: (7, 7, "all rows"), VIDEOS: (4, 4, "all rows")}
    else:
        assert loaded == {SOURCES: (1, 7, "new rows"), VIDEOS: (1, 4, "new rows")}
    assert place.has(filled, SOURCES, VIDEOS)


@pytest.mark.parametrize("sealed", [False, True])
def test_an_attribute_that_changed_reaches_every_day_of_the_video(place: Place, filled: World, *, sealed: bool) -> None:
    """`create_time` is not of a reading: it is known of the video, whenever it was read."""
    place.load(filled)
    if sealed:
        filled.ws.seal()
    filled.video(at(4), post={"posted_at": at(1, 5)})
    loaded = place.load(filled)
    expected = (5, 5, "all rows") if place.kind == "parquet" else (3, 5, "new rows")
    assert loaded[VIDEOS] == expected
    assert place.has(filled)


def test_a_new_thumbnail_reaches_the_comments_of_its_video(place: Place, filled: World) -> None:
    filled.comment(at(3), "7571000000000000102", username="fan")
    place.load(filled)
    filled.video(at(4), V2, thumbnail_url="of another video")
    assert place.load(filled)[COMMENTS] == (0, 2, "unchanged")
    filled.video(at(4, 9), V1, thumbnail_url="new")
    assert place.load(filled)[COMMENTS] == (2, 2, "all rows")
    assert place.has(filled, COMMENTS)


def test_a_member_that_is_no_longer_shown_changes_its_list() -> None:
    """Its batch counts for the rows that are left: here the second of two is of another source since batch 9."""
    name, at_6 = "tiktok_organic_videos_engagement_likes", "TIMESTAMPTZ '2026-03-02 06:00:00+00'"
    stored = {
        "engagement_likes": f"SELECT 'v' AS post_id, {at_6} AS observed_at, s::DOUBLE AS second, 0.5 AS like_share, "
        "source, seq FROM (VALUES (0, 'tiktok-organic', 1), (1, 'studio', 9)) AS rows(s, source, seq)",
        "owned_posts": f"SELECT 'v' AS post_id, {at_6} AS observed_at, 'o' AS open_id, 'me' AS username, 1 AS seq",
        "owned_accounts": f"SELECT 'o' AS open_id, {at_6} AS observed_at, 'me' AS username, 1 AS seq",
    }
    with connect(Settings(threads=1)) as engine:
        for table, sql in stored.items():
            engine.execute(f"CREATE TEMP VIEW {table} AS {sql}").fetchall()
        query = compiling.table_sql(name, with_seq=True)
        found = engine.execute(f"SELECT engagement_likes_second, seq FROM ({query})").fetchall()
    assert found == [(0.0, 9)]


def test_a_rename_within_a_day_leaves_no_row_of_the_old_name(place: Place, filled: World) -> None:
    place.load(filled)
    filled.account(at(3, 12), "renamed", followers=5)
    loaded = place.load(filled)
    assert loaded["tiktok_organic_account"][1:] == (2, "all rows")
    assert loaded[VIDEOS][1] == 4
    assert place.has(filled)


def test_rows_that_somebody_removed_come_back(place: Place, filled: World) -> None:
    place.load(filled, VIDEOS)
    if place.kind == "postgresql":
        with psycopg.connect(place.address) as connection:
            connection.execute(f"DELETE FROM dwell.{VIDEOS} WHERE item_id = '{V2}'".encode())
    elif place.kind == "duckdb":
        with connect(Settings(threads=1), shared=False) as engine:
            engine.execute(f"ATTACH '{place.folder / 'a.duckdb'}' AS other; USE other").fetchall()
            engine.execute(f"DELETE FROM {VIDEOS} WHERE item_id = '{V2}'").fetchall()
    else:
        next((place.folder / "pq" / VIDEOS).glob("*.parquet")).unlink()
    assert place.load(filled, VIDEOS) == {VIDEOS: (4, 4, "all rows")}
    assert place.has(filled, VIDEOS)


def test_a_table_that_is_derived_in_another_way_is_written_anew(
    place: Place, filled: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.load(filled, VIDEOS, "posts")
    monkeypatch.setattr(
        derived, "table_sql", lambda *words, **options: compiling.table_sql(*words, **options) + " -- another"
    )
    assert place.load(filled, VIDEOS, "posts") == {"posts": (0, 2, "unchanged"), VIDEOS: (4, 4, "all rows")}
    assert place.load(filled, VIDEOS)[VIDEOS] == (0, 4, "unchanged")


def test_full_writes_all(place: Place, filled: World) -> None:
    place.load(filled, VIDEOS)
    assert place.load(filled, VIDEOS, full=True) == {VIDEOS: (4, 4, "all rows")}
    assert place.has(filled, VIDEOS)


@pytest.mark.parametrize("written", [0, 1, 2])
def test_a_load_that_is_killed_changes_nothing(place: Place, filled: World, written: int) -> None:
    """Killed before its first table, between the two, and after both, before they become visible."""
    tables = (VIDEOS, SOURCES)
    place.load(filled, *tables)
    before = {name: place.rows(name) for name in tables}
    filled.video(at(4), counters={"views": 4}, lists={"impression_source": {"Sound": 1.0}})
    filled.video(at(3, 9), V2, lists={"impression_source": {"Sound": 1.0}})
    assert _killed(lambda: place.load(filled, *tables), place.kind, written)
    assert {name: place.rows(name) for name in tables} == before
    assert place.load(filled, *tables)[SOURCES][1] == 8
    assert place.has(filled, *tables)
    staged = list(place.folder.glob("pq/*/*.new"))
    assert staged == []


def _killed(work: Any, kind: str, written: int) -> bool:
    """Does the work in a child that dies after so many tables were written."""
    load: Any = {
        "duckdb": duckdb_file._DuckDBLoad,
        "parquet": parquet_folder._ParquetLoad,
        "postgresql": postgresql_server._PostgreSQLLoad,
    }[kind]
    child = os.fork()
    if not child:
        load_table, write = load_tables._Loader.load_table, load.write
        done: list[str] = []

        def load_or_die(self: Any, source: Any, before: Any) -> Any:
            if len(done) == written:
                os.kill(os.getpid(), signal.SIGKILL)
            return load_table(self, source, before)

        def write_or_die(self: Any, changes: Any) -> Any:
            rows = write(self, changes)
            if rows != -1:  # Parquet could not add them: they are written once more, as a whole
                done.append(changes.table.name)
            if len(done) == written == 2:
                os.kill(os.getpid(), signal.SIGKILL)
            return rows

        load_tables._Loader.load_table = load_or_die
        load.write = write_or_die
        work()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def test_an_unknown_table_names_the_others(place: Place, world: World) -> None:
    with pytest.raises(NoDataError, match=r"posts, .*tiktok_organic_videos"):
        place.load(world, "tiktok_organic_nothing")
