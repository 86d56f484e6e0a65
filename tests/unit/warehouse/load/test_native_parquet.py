"""dwell's own Parquet keeps its types: nothing is written as text and read again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dwell.errors import BadFileError, UnknownFormatError
from dwell.providers.format_registry import read
from dwell.records import TABLES, Hints
from dwell.settings import Settings
from dwell.warehouse import Store
from dwell.warehouse.export import export
from dwell.warehouse.load.explainer import explain
from dwell.warehouse.load.loaded import Loaded
from dwell.warehouse.load.loader import load
from dwell.warehouse.load.raw import raw_rows
from dwell.warehouse.load.text import find_fields, raw_names

POST = str((1_709_294_400 << 32) + 12345)
VALUES = {
    "text": "'x'", "count": "7::BIGINT", "number": "0.1::DOUBLE", "flag": "true", "day": "DATE '2024-03-05'",
    "instant": "TIMESTAMPTZ '2024-05-01 10:11:12.123456+00'", "texts": "['a', 'b']",
}  # fmt: skip
SPECIAL = {
    "post_id": f"'{POST}'", "comment_id": f"'{POST}'", "topic_kind": "'hashtag'", "platform": "'tiktok'",
    "media_type": "'video'", "posted_at": "TIMESTAMPTZ '2024-03-01 12:00:00.5+00'", "hour": "7::BIGINT",
}  # fmt: skip


@pytest.fixture
def opened(store: Store, tmp_path: Path) -> Callable[..., Any]:
    """A Parquet file of these columns, as the registry opens it."""

    def run(columns: dict[str, str]) -> Any:
        path = tmp_path / "own.parquet"
        select = ", ".join(f"{sql} AS {name}" for name, sql in columns.items())
        duckdb.sql(f"COPY (SELECT {select}) TO '{path}' (FORMAT parquet)")
        return read(path, Hints(), tmp_path / "scratch")

    return run


@pytest.fixture
def kept(store: Store, opened: Callable[..., Any]) -> Callable[..., Loaded]:
    return lambda columns: load(store, opened(columns), Hints(), strict=False)


def row_of(name: str) -> dict[str, str]:
    return {column.name: SPECIAL.get(column.name, VALUES[column.kind]) for column in TABLES[name].columns}


@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_table_comes_back_as_it_was(name: str, store: Store, kept: Callable[..., Loaded], tmp_path: Path) -> None:
    assert kept(row_of(name)).rejected == 0
    (before,) = store.query(f"SELECT * FROM {name}", [name]).rows
    assert len(before) == len(TABLES[name].columns)
    export(store, name, tmp_path / "out.parquet", "parquet")
    again = load(store, read(tmp_path / "out.parquet", Hints(), tmp_path / "scratch"), Hints())
    assert (again.known, again.gained, again.rejected) == (1, 0, 0)


@pytest.mark.parametrize("name", sorted(TABLES))
def test_no_value_is_written_as_text(name: str, store: Store, opened: Callable[..., Any]) -> None:
    file = opened(row_of(name))
    (extract,) = file.extracts
    with duckdb.connect() as connection:
        fields = find_fields(extract.shape, raw_rows(connection, extract, raw_names(extract.shape)))
    assert {field.name: field.native for field in fields} == {
        column.name: column.kind not in {"text", "texts"} for column in TABLES[name].columns
    }
    done = explain(store, file, Hints())
    reading = [query for query in done.queries if query.step in {"raw", "text", "typed"}]
    assert "numbered" not in {query.name for query in reading}  # no unusual spellings, so no second look
    assert not any("AS VARCHAR)" in query.sql for query in reading)


def test_columns_of_other_types_are_still_read(kept: Callable[..., Loaded], store: Store) -> None:
    columns = row_of("post_snapshots") | {
        "observed_at": "'2024-05-01T10:11:12Z'", "views": "'1.2K'", "likes": "7.0::FLOAT", "shares": "7::UBIGINT",
        "saves": "7::INTEGER", "rounded": "'yes'",
    }  # fmt: skip
    assert kept(columns).rejected == 0
    (row,) = store.query("SELECT * FROM post_snapshots", ["post_snapshots"])
    assert [row[name] for name in ("views", "likes", "shares", "saves", "rounded")] == [1200, 7, 7, 7, True]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("'nan'", None),
        ("'inf'", "unreadable watched_s_mean, such as 'inf': not stored in 1 row."),
        ("'-inf'", "unreadable watched_s_mean, such as '-inf': not stored in 1 row."),
    ],
)
def test_numbers_that_are_none(kept: Callable[..., Loaded], store: Store, value: str, reason: str | None) -> None:
    name = next(column.name for column in TABLES["watch_times"].columns if column.kind == "number")
    loaded = kept(row_of("watch_times") | {name: f"{value}::DOUBLE"})
    if reason is None:
        assert loaded.rejected == 0
        assert store.query(f"SELECT {name} FROM watch_times", ["watch_times"]).rows == [(None,)]
    else:
        assert [warning.replace(name, "watched_s_mean") for warning in loaded.warnings] == [reason]
        assert loaded.unknown_values == {name: 1}


def test_an_older_export_with_fewer_columns_is_accepted(kept: Callable[..., Loaded], store: Store) -> None:
    older = {column.name for column in TABLES["posts"].columns if not column.nullable or column.name == "posted_at"}
    loaded = kept({name: sql for name, sql in row_of("posts").items() if name in older})
    assert (loaded.posts_new, loaded.rejected) == (1, 0)
    (row,) = store.query("SELECT posted_at, caption FROM posts", ["posts"])
    assert (row["posted_at"].microsecond, row["caption"]) == (500_000, None)


def test_a_list_in_a_column_of_texts_is_text(store: Store, kept: Callable[..., Loaded]) -> None:
    """A file that another program wrote: its types are not dwell's."""
    assert kept(row_of("posts") | {"caption": "['a', NULL]", "hashtags": "[5, 6]"}).rejected == 0
    assert store.query("SELECT caption, hashtags FROM posts", ["posts"]).rows == [("[a, NULL]", ["5", "6"])]


def test_damaged_pages_are_refused_in_a_sentence(store: Store, opened: Callable[..., Any], tmp_path: Path) -> None:
    """DuckDB stumbles over some bytes with errors of many kinds; none of them is the user's business."""
    opened(row_of("post_snapshots"))
    whole = (tmp_path / "own.parquet").read_bytes()
    refused = 0
    for at in range(4, len(whole) - 8, max(1, len(whole) // 40)):
        (tmp_path / "own.parquet").write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        try:
            load(store, read(tmp_path / "own.parquet", Hints(), tmp_path / "scratch"), Hints(), dry_run=True)
        except (BadFileError, UnknownFormatError):  # and no other
            refused += 1
    assert refused > 5


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_words_for_nothing_may_be_names(form: Any, store: Store, kept: Callable[..., Loaded], tmp_path: Path) -> None:
    """@na is an account, NA is Namibia, and a city may be called None: what was stored once is taken as it is."""
    kept(row_of("posts") | {"handle": "'na'", "region": "'NA'", "sound_id": "'-'"})
    kept(row_of("audience_shares") | {"handle": "'null'", "member": "'NA'"})
    other = Store.open(Settings(data=tmp_path / "other", threads=1), create=True)
    for table in ("posts", "audience_shares"):
        path = tmp_path / f"{table}.{form}"
        assert export(store, table, path, form) == 1
        assert load(other, read(path, Hints(), tmp_path / "scratch"), Hints()).rejected == 0
        names = ", ".join(column.name for column in TABLES[table].columns)
        assert other.query(f"SELECT {names} FROM {table}", [table]).rows == (
            store.query(f"SELECT {names} FROM {table}", [table]).rows
        )


def test_nul_in_a_text_is_left_out(store: Store, kept: Callable[..., Loaded]) -> None:
    columns = row_of("posts") | {"caption": "'a' || chr(0) || 'b'", "handle": "chr(0)", "hashtags": "['x' || chr(0)]"}
    assert kept(columns).rejected == 0
    (row,) = store.query("SELECT caption, handle, hashtags FROM posts", ["posts"]).rows
    assert row == ("ab", None, ["x"])
