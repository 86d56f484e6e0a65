"""Places that tables were loaded to: known to the folder, or named; reached, or told with the cure."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from dwell.warehouse.destinations.address import parse_destination, without_password
from dwell.workspace.loads import LoadRequest

from .conftest import ALICE, BOB, find_traces, workspace_of


def names(path: Path, table: str = "posts") -> list[tuple]:
    with closing(duckdb.connect(str(path), read_only=True)) as connection:
        return connection.execute(f"SELECT DISTINCT handle FROM {table} ORDER BY 1").fetchall()


def told(result) -> dict[str, str]:
    return {each["place"]: f"{each['detail']} {each['cure']}" for each in result.meta["not_reached"]}


def test_loaded_tables_lose_the_rows(new_folder, tmp_path, postgresql) -> None:
    settings, url = new_folder(), postgresql.new_database()
    workspace = workspace_of(settings)
    workspace.load(LoadRequest(f"duckdb:{tmp_path / 'a.duckdb'}"))
    workspace.load(LoadRequest(f"parquet:{tmp_path / 'files'}", ("posts", "comments")))
    workspace.load(LoadRequest(url, ("posts",), "mine"))
    assert names(tmp_path / "a.duckdb") == [(ALICE,), (BOB,)]
    result = workspace.forget(ALICE)
    assert names(tmp_path / "a.duckdb") == names(tmp_path / "a.duckdb", "comments") == [(BOB,)]
    assert sorted(path.parent.name for path in (tmp_path / "files").rglob("*.parquet")) == ["comments", "posts"]
    parquet = duckdb.sql(f"SELECT DISTINCT handle FROM '{tmp_path}/files/posts/*.parquet'").fetchall()
    assert parquet == [(BOB,)]
    import psycopg

    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT DISTINCT handle FROM mine.posts").fetchall() == [(BOB,)]
        tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'mine' ORDER BY 1"
        assert connection.execute(tables).fetchall() == [("_dwell_loads",), ("posts",)]
    rows = {(row["place"], row["table"]): row["rows"] for row in result}
    assert rows[f"destination duckdb:{tmp_path / 'a.duckdb'}", "posts"] == 5
    assert rows[f"destination parquet:{tmp_path / 'files'}", "comments"] == 3
    assert rows[f"destination {without_password(url)}", "posts"] == 5
    assert "free blocks" in told(result)[f"duckdb:{tmp_path / 'a.duckdb'}"]
    assert "VACUUM FULL of the tables in schema mine" in told(result)[without_password(url)]
    assert {row["how"] for row in workspace.load(LoadRequest(f"duckdb:{tmp_path / 'a.duckdb'}"))} == {"unchanged"}
    postgresql.drop_database(url)


def test_derived_tables_lose_the_rows_too(new_folder, tmp_path) -> None:
    workspace, path = workspace_of(new_folder()), tmp_path / "a.duckdb"
    workspace.load(LoadRequest(f"duckdb:{path}"))
    named = "SELECT DISTINCT video_creator_username FROM {} ORDER BY 1"
    with closing(duckdb.connect(str(path), read_only=True)) as connection:
        assert connection.execute(named.format("tiktok_organic_account")).fetchall() == [(ALICE,), (BOB,)]
    workspace.forget(ALICE)
    with closing(duckdb.connect(str(path), read_only=True)) as connection:
        for table in ("account", "account_metrics", "videos", "videos_comments"):
            assert connection.execute(named.format(f"tiktok_organic_{table}")).fetchall() == [(BOB,)], table


def test_places_that_cannot_be_reached_are_told(new_folder, tmp_path) -> None:
    settings = new_folder()
    workspace = workspace_of(settings)
    workspace.load(LoadRequest(f"duckdb:{tmp_path / 'gone.duckdb'}"))
    workspace.load(LoadRequest(f"duckdb:{tmp_path / 'open.duckdb'}"))
    (tmp_path / "gone.duckdb").unlink()
    (tmp_path / "open.duckdb").write_bytes(b"no database any more")
    closed = "postgresql://me@127.0.0.1:1/nowhere"
    result = workspace.forget(ALICE, destinations=[closed.replace("me@", "me:geheim99@")])
    assert "It is not there any more." in told(result)[f"duckdb:{tmp_path / 'gone.duckdb'}"]
    assert (
        f"Run dwell load --to duckdb:{tmp_path / 'open.duckdb'}" in told(result)[f"duckdb:{tmp_path / 'open.duckdb'}"]
    )
    assert f"Run dwell load --to {closed}" in told(result)[closed]
    assert not (tmp_path / "gone.duckdb").exists()
    assert find_traces(settings, ("geheim99",)) == []


def test_the_command_of_the_cure_does_the_rest(new_folder, tmp_path) -> None:
    settings = new_folder()
    workspace, file = workspace_of(settings), tmp_path / "away" / "a.duckdb"
    file.parent.mkdir()
    workspace.load(LoadRequest(f"duckdb:{file}"))
    file.parent.rename(tmp_path / "elsewhere")
    workspace.forget(ALICE)
    (tmp_path / "elsewhere").rename(file.parent)
    assert names(file) == [(ALICE,), (BOB,)]
    workspace.load(LoadRequest(f"duckdb:{file}"))
    assert names(file) == [(BOB,)]


def test_a_place_of_a_schedule_and_a_named_one_are_reached(new_folder, tmp_path) -> None:
    settings = new_folder()
    workspace = workspace_of(settings)
    scheduled, named = (f"duckdb:{tmp_path / name}.duckdb" for name in ("scheduled", "named"))
    for place in (scheduled, named):
        workspace.load(LoadRequest(place))
    workspace.live.schedule_load(LoadRequest(scheduled))
    forget_places(settings)
    workspace.forget(ALICE, destinations=[named])
    for name in ("scheduled", "named"):
        assert names(tmp_path / f"{name}.duckdb") == [(BOB,)]


def forget_places(settings) -> None:
    """As if an older dwell had loaded."""
    from dwell.warehouse import journal

    with journal.connect(settings.data / journal.NAME, writing=True) as log, journal.transaction(log):
        log.execute("DELETE FROM meta WHERE key GLOB 'destination:*'")


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("postgresql://me:pass@host:5433/db", "postgresql://me@host:5433/db"),
        ("postgres://me@host/db?password=pass&sslmode=require", "postgresql://me@host/db?sslmode=require"),
        ("postgresql://me:p%40ss@[::1]:5433/db", "postgresql://me@[::1]:5433/db"),
        ("postgresql:///db", "postgresql:///db"),
        ("DuckDB:/a/b.duckdb", "duckdb:/a/b.duckdb"),
    ],
)
def test_addresses_are_kept_without_passwords(address: str, kept: str) -> None:
    assert without_password(address) == kept
    assert without_password(kept) == kept
    assert parse_destination(kept).name.partition(":")[0] == kept.partition(":")[0]
