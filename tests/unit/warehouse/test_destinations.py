"""Tables loaded elsewhere: only what changed, each row once, and nothing of a load that was killed."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from dwell.errors import DamagedDataError, NoDataError, SettingsError, StorageError
from dwell.records import TABLES
from dwell.settings import Settings
from dwell.warehouse import Store
from dwell.warehouse.columns import column_list, key_list, quote_name
from dwell.warehouse.destinations import duckdb_file, parquet_folder
from dwell.warehouse.destinations import postgresql as postgresql_server
from dwell.warehouse.destinations.address import parse_destination
from dwell.warehouse.destinations.load_tables import load_tables
from dwell.warehouse.duckdb_connection import connect

from .conftest import Commit, committing, post, snapshots

FOLDER = "f" * 32
Rows = list[tuple[Any, ...]]
STRANGE = """
    SELECT 'p9' AS post_id, 'tiktok' AS platform, $$a "b" \\ '$$ || chr(10) || '\\N , {x} 🙂' AS caption, '' AS url,
    NULL AS language, ['q"', 'b\\c', 'c,d', '{e}', '', 'NULL', '🙂'] AS hashtags, 0.1 AS duration_s, false AS is_ad,
    'made-up' AS source, TIMESTAMPTZ '2024-02-01 00:00:00.000001+00' AS observed_at"""


class Place:
    """A destination, and its rows as a client of its own reads them."""

    def __init__(self, kind: str, address: str, folder: Path) -> None:
        self.kind, self.address, self.folder = kind, address, folder

    def load(
        self, store: Store, *tables: str, folder_id: str = FOLDER, full: bool = False
    ) -> dict[str, tuple[int, int, str]]:
        destination = parse_destination(self.address)
        result = load_tables(store, destination, folder_id, tables or None, full=full)
        return {row["table"]: (row["loaded"], row["rows"], row["how"]) for row in result}

    def rows(self, name: str) -> Rows:
        table = TABLES[name]
        select = f"SELECT {column_list(table)} FROM %s ORDER BY {key_list(table)}"
        if self.kind == "postgresql":
            with psycopg.connect(self.address) as connection:
                connection.execute("SET timezone TO 'UTC'")
                found = connection.execute((select % f"dwell.{quote_name(name)}").encode()).fetchall()
        else:
            source = (
                quote_name(name) if self.kind == "duckdb" else f"read_parquet('{self.folder / 'pq' / name}/*.parquet')"
            )
            with connect(Settings(threads=1), shared=False) as engine:
                if self.kind == "duckdb":
                    engine.execute(f"ATTACH '{self.folder / 'a.duckdb'}' AS other (READ_ONLY); USE other").fetchall()
                found = engine.execute(select % source).fetchall()
        return [tuple(str(value) for value in row) for row in found]


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


def stored(store: Store, name: str) -> Rows:
    table = TABLES[name]
    with connect(store.settings) as engine:
        store.attach(engine, [name])
        rows = engine.execute(f"SELECT {column_list(table)} FROM {name} ORDER BY {key_list(table)}").fetchall()
    return [tuple(str(value) for value in row) for row in rows]


def same(place: Place, store: Store, *names: str) -> bool:
    return all(place.rows(name) == stored(store, name) for name in names)


def test_only_what_is_new_is_loaded(place: Place, store: Store, commit: Commit) -> None:
    commit("one", posts=post("p1", "x"), post_snapshots=snapshots(5))
    assert place.load(store) == {"posts": (1, 1, "all rows"), "post_snapshots": (5, 5, "all rows")}
    assert place.load(store) == {"posts": (0, 1, "unchanged"), "post_snapshots": (0, 5, "unchanged")}
    commit("two", post_snapshots=snapshots(3, start=10))
    store.seal()
    assert place.load(store) == {"posts": (0, 1, "unchanged"), "post_snapshots": (3, 8, "new rows")}
    assert same(place, store, "posts", "post_snapshots")


def test_a_changed_row_replaces_the_one_before(place: Place, store: Store, commit: Commit) -> None:
    commit("one", posts=f"{post('p1', 'x')} UNION ALL BY NAME {post('p2', 'x')}")
    place.load(store)
    commit("two", posts=post("p1", "y"))
    assert place.load(store)["posts"][1] == 2
    assert same(place, store, "posts")


def test_every_character_and_unknown_value_arrives(place: Place, store: Store, commit: Commit) -> None:
    commit("one", posts=STRANGE)
    place.load(store)
    assert same(place, store, "posts")
    (row,) = place.rows("posts")
    names = [column.name for column in TABLES["posts"].columns]
    assert (row[names.index("url")], row[names.index("language")]) == ("", "None")


def test_the_tables_of_another_folder_are_refused(place: Place, store: Store, commit: Commit) -> None:
    commit("one", posts=post("p1", "x"))
    place.load(store)
    with pytest.raises(StorageError, match="posts of another data folder"):
        place.load(store, folder_id="e" * 32)
    assert same(place, store, "posts")


def test_a_folder_with_another_history_is_loaded_anew(
    place: Place, store: Store, commit: Commit, tmp_path: Path
) -> None:
    commit("one", post_snapshots=snapshots(5))
    commit("two", post_snapshots=snapshots(3, start=10))
    place.load(store)
    other = Store.open(Settings(data=tmp_path / "other", threads=1), create=True)
    committing(other)("one", post_snapshots=snapshots(5))
    committing(other)("three", post_snapshots=snapshots(3, start=20))
    assert place.load(other)["post_snapshots"] == (8, 8, "all rows")
    assert same(place, other, "post_snapshots")


@pytest.mark.parametrize("later", [False, True], ids=["alone", "with new rows"])
def test_rows_that_somebody_removed_come_back(place: Place, store: Store, commit: Commit, *, later: bool) -> None:
    commit("one", post_snapshots=snapshots(5))
    place.load(store)
    change(place, "DELETE FROM {} WHERE post_id = 'p1'")
    if later:
        commit("two", post_snapshots=snapshots(3, start=10))
    assert place.load(store)["post_snapshots"][2] == "all rows"
    assert same(place, store, "post_snapshots")


def test_a_table_that_somebody_dropped_comes_back(place: Place, store: Store, commit: Commit) -> None:
    commit("one", post_snapshots=snapshots(5))
    place.load(store)
    change(place, "DROP TABLE {}")
    assert place.load(store)["post_snapshots"] == (5, 5, "all rows")
    assert same(place, store, "post_snapshots")


def change(place: Place, sql: str, name: str = "post_snapshots") -> None:
    """What somebody else does to a table; to Parquet files only that one is removed."""
    if place.kind == "postgresql":
        with psycopg.connect(place.address) as connection:
            connection.execute(sql.format(f"dwell.{name}").encode())
    elif place.kind == "duckdb":
        with connect(Settings(threads=1), shared=False) as engine:
            engine.execute(f"ATTACH '{place.folder / 'a.duckdb'}' AS other; USE other").fetchall()
            engine.execute(sql.format(name)).fetchall()
    else:
        next((place.folder / "pq" / name).glob("*.parquet")).unlink()


def test_what_dwell_did_not_load_is_never_touched(place: Place, store: Store, commit: Commit) -> None:
    commit("one", posts=post("p1", "x"))
    own = place.folder / "pq" / "posts" / "mine.parquet"
    if place.kind == "postgresql":
        with psycopg.connect(place.address) as connection:
            connection.execute(
                "CREATE SCHEMA dwell; CREATE TABLE dwell.posts (id int); INSERT INTO dwell.posts VALUES (1)"
            )
    elif place.kind == "duckdb":
        with connect(Settings(threads=1), shared=False) as engine:
            engine.execute(f"ATTACH '{place.folder / 'a.duckdb'}' AS other; USE other").fetchall()
            engine.execute("CREATE TABLE posts AS SELECT 1 AS id").fetchall()
    else:
        own.parent.mkdir(parents=True)
        own.write_bytes(b"mine")
    with pytest.raises(StorageError, match="posts that dwell did not load"):
        place.load(store)
    if place.kind == "parquet":
        assert own.read_bytes() == b"mine"
    else:
        change(place, "ALTER TABLE {} ADD COLUMN still_there int", "posts")


def test_the_data_folder_is_no_destination(store: Store, commit: Commit, tmp_path: Path) -> None:
    commit("one", posts=post("p1", "x"))
    store.seal()
    for address in (f"parquet:{store.root / 'lake'}", f"parquet:{tmp_path}", f"duckdb:{store.root / 'journal.db'}"):
        with pytest.raises(StorageError, match="in the data folder, or contains it"):
            load_tables(store, parse_destination(address), FOLDER)
    assert stored(store, "posts")


@pytest.mark.parametrize("place", ["duckdb", "postgresql"], indirect=True)
@pytest.mark.parametrize("schema", ["a", "o'x y%s", "temp 2"])
def test_a_schema_may_have_any_name(place: Place, store: Store, commit: Commit, schema: str) -> None:
    commit("one", posts=post("p1", "x"))
    for _ in range(2):
        load_tables(store, parse_destination(place.address, schema=schema), FOLDER)


def test_an_owner_of_the_schema_may_load(postgresql: Any, store: Store, commit: Commit) -> None:
    commit("one", posts=post("p1", "x"))
    url = postgresql.new_database()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS loader")
        connection.execute("CREATE ROLE loader LOGIN")
        connection.execute("CREATE SCHEMA dwell AUTHORIZATION loader")
    place = Place("postgresql", url.replace("dwell@", "loader@"), store.root)
    assert place.load(store)["posts"] == (1, 1, "all rows")
    assert place.load(store)["posts"] == (0, 1, "unchanged")
    postgresql.drop_database(url)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me:12/hidden-word@127.0.0.1/db",
        "postgresql://me:hid%den-word@127.0.0.1/db",
        "postgresql://me:x@hidden-word@127.0.0.1:1/db",
        "postgresql://me@127.0.0.1:1/db?password=hidden-word",
    ],
)
def test_no_password_is_shown(url: str, store: Store, commit: Commit) -> None:
    commit("one", posts=post("p1", "x"))
    with pytest.raises((SettingsError, StorageError)) as refused:
        load_tables(store, parse_destination(url), FOLDER)
    assert "hidden" not in str(refused.value)
    assert "den-word" not in str(refused.value)


@pytest.mark.parametrize("written", [0, 1, 2])
def test_a_load_that_is_killed_changes_nothing(place: Place, store: Store, commit: Commit, written: int) -> None:
    commit("one", posts=post("p1", "x"), post_snapshots=snapshots(5))
    place.load(store)
    before = {name: stored(store, name) for name in ("posts", "post_snapshots")}
    commit("two", posts=post("p1", "y"), post_snapshots=snapshots(3, start=10))
    assert killed(lambda: place.load(store), place.kind, written)
    assert {name: place.rows(name) for name in before} == before
    loaded = place.load(store)
    assert (loaded["posts"][1], loaded["post_snapshots"][1]) == (1, 8)
    assert same(place, store, "posts", "post_snapshots")


def killed(work: Callable[[], object], kind: str, written: int) -> bool:
    """Does the work in a child that dies after so many tables are written."""
    load = {
        "duckdb": duckdb_file._DuckDBLoad,
        "parquet": parquet_folder._ParquetLoad,
        "postgresql": postgresql_server._PostgreSQLLoad,
    }[kind]
    child = os.fork()
    if not child:
        write, done = load.write, []

        def write_or_die(self: Any, changes: Any) -> int:
            if len(done) == written:
                os.kill(os.getpid(), signal.SIGKILL)
            done.append(changes)
            rows = write(self, changes)
            if len(done) == written == 2:
                os.kill(os.getpid(), signal.SIGKILL)
            return rows

        load.write = write_or_die
        work()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def test_a_table_that_an_older_dwell_loaded_is_written_anew(place: Place, store: Store, commit: Commit) -> None:
    commit("one", posts=post("p1", "x"))
    place.load(store)
    if place.kind == "parquet":
        (path,) = (place.folder / "pq" / "posts").glob("*.parquet")
        with connect(Settings(threads=1), shared=False) as engine:
            engine.execute(f"CREATE TABLE old AS SELECT * EXCLUDE (caption) FROM '{path}'").fetchall()
            engine.execute(f"COPY old TO '{path}' (FORMAT parquet)").fetchall()
    else:
        change(place, "ALTER TABLE {} DROP COLUMN caption", "posts")
    commit("two", posts=post("p2", "y"))
    assert place.load(store)["posts"] == (2, 2, "all rows")
    assert same(place, store, "posts")


@pytest.mark.parametrize("step", [0, 1, 2, 3])
def test_parquet_files_of_a_killed_load_get_their_names_later(
    tmp_path: Path, store: Store, commit: Commit, step: int
) -> None:
    place = Place("parquet", f"parquet:{tmp_path / 'pq'}", tmp_path)
    commit("one", posts=post("p1", "x"), post_snapshots=snapshots(5))
    place.load(store)
    commit("two", posts=post("p1", "y"), post_snapshots=snapshots(3, start=10))
    child = os.fork()
    if not child:
        steps = iter(range(4))
        for name in ("unlink", "replace"):
            do = getattr(Path, name)

            def do_or_die(self: Path, *words: Any, do: Any = do, **options: Any) -> Any:
                if "pq" in self.parts and self.parent.name in TABLES and next(steps) == step:
                    os.kill(os.getpid(), signal.SIGKILL)
                return do(self, *words, **options)

            setattr(Path, name, do_or_die)
        place.load(store)
        os._exit(0)
    died = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    assert died == (step < 3)  # one old file goes, and two new ones get their names
    for name in ("posts", "post_snapshots"):
        rows = place.rows(name) if place_has(place, name) else []
        assert len(rows) == len({row[: len(TABLES[name].key)] for row in rows})  # no row twice, whatever the moment
    place.load(store)
    assert same(place, store, "posts", "post_snapshots")


def place_has(place: Place, name: str) -> bool:
    return any((place.folder / "pq" / name).glob("*.parquet"))


def test_a_destination_that_cannot_be_written_names_the_cure(place: Place, store: Store, commit: Commit) -> None:
    commit("one", posts=post("p1", "x"))
    with pytest.raises(NoDataError, match="There is no table nope"):
        place.load(store, "nope")
    if place.kind == "parquet":
        (place.folder / "pq").mkdir()
        (place.folder / "pq" / parquet_folder.MANIFEST).write_text("{")
        with pytest.raises(DamagedDataError, match="remove the folder"):
            place.load(store)
    elif place.kind == "duckdb":
        (place.folder / "a.duckdb").write_text("not a database")
        with pytest.raises(StorageError, match="isn't a DuckDB database"):
            place.load(store)
    else:
        with pytest.raises(StorageError, match="can't be loaded") as refused:
            load_tables(store, parse_destination("postgresql://me:hidden-word@127.0.0.1:1/x"), FOLDER)
        assert "hidden-word" not in str(refused.value)


@pytest.mark.parametrize(
    "address", ["", "duckdb:", "mysql://x/y", "posts.parquet", "parquet", "sqlite:x.db", "parquet:///x"]
)
def test_an_address_that_is_none(address: str) -> None:
    with pytest.raises(SettingsError, match="write postgresql://user@host/database"):
        parse_destination(address)


def test_memory_is_no_destination() -> None:
    with pytest.raises(SettingsError, match="gone when the command ends"):
        parse_destination("duckdb::memory:")


def test_a_folder_has_no_schema() -> None:
    with pytest.raises(SettingsError, match="no schema"):
        parse_destination("parquet:x", schema="y")


def test_the_manifest_names_the_files(tmp_path: Path, store: Store, commit: Commit) -> None:
    place = Place("parquet", f"parquet:{tmp_path / 'pq'}", tmp_path)
    commit("one", post_snapshots=snapshots(5))
    place.load(store)
    commit("two", post_snapshots=snapshots(3, start=10))
    place.load(store)
    manifest = json.loads((tmp_path / "pq" / parquet_folder.MANIFEST).read_text())
    files = manifest["tables"]["post_snapshots"]["files"]
    assert [(tmp_path / "pq" / file).exists() for file in files] == [True, True]
