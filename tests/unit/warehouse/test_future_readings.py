"""Readings that are stamped later than now: listed, and moved to files as if they had never been read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dwell import clock
from dwell.errors import BadFileError
from dwell.records import (
    TABLES,
    Comment,
    Creator,
    CreatorSnapshot,
    Hints,
    Post,
    PostSnapshot,
    PostState,
    TopicPost,
    TopicSample,
    WatchTime,
)
from dwell.settings import Settings
from dwell.warehouse import Batch, Store, check, current_rows, journal, lake, rollup_update, set_aside
from dwell.warehouse.append import SealedRowsError
from dwell.warehouse.duckdb_connection import connect
from dwell.warehouse.future_readings import FutureReadings
from dwell.warehouse.load.loaded import Loaded
from dwell.workspace.imports import import_files

from .conftest import Commit

NOW = datetime(2026, 2, 10, 12, tzinfo=UTC)
AHEAD = timedelta(days=730)
FIRST = 7_300_000_000_000_000_137


def store_at(folder: Path) -> Store:
    return Store.open(Settings(data=folder, threads=1), create=True)


def append(store: Store, name: str, *objects: tuple[Any, ...]) -> Loaded:
    with store.appending() as appender:
        return appender.append(Batch(name, "made-up", "records", "ab" * 32, NOW, {}), objects, now=NOW + 2 * AHEAD)


def sweep(
    at: datetime, views: int, posts: range = range(3), source: str = "vendor", caption: str = "", handle: str = "alice"
) -> list[Any]:
    """What a sweep of one account and one topic reads; of another account than alice only what has current rows."""

    def of(kind: type, **values: Any) -> Any:
        return kind(observed_at=at, source=source, **values)

    ids = [str(FIRST + number) for number in posts]
    about_account = [
        (of(Creator, handle=handle, platform="tiktok", display_name=caption or "Alice"),),
        *(
            (
                of(Post, post_id=one, handle=handle, platform="tiktok", caption=caption or f"views {views}"),
                of(PostSnapshot, post_id=one, views=views, observed_precision="instant"),
            )
            for one in ids
        ),
        *((of(PostState, post_id=one, state="ok"),) for one in ids),
    ]
    if handle != "alice":
        return about_account
    return [
        *about_account,
        (of(CreatorSnapshot, handle=handle, platform="tiktok", followers=views * 10),),
        *((of(WatchTime, post_id=one, avg_watch_s=views / 100),) for one in ids[:1]),
        *((of(Comment, comment_id=one.replace("73", "74"), post_id=one, comment_likes=views),) for one in ids[:1]),
        (of(TopicSample, topic_kind="hashtag", topic="food", topic_posts=views, sampled=3),),
        *(
            (of(TopicPost, topic_kind="hashtag", topic="food", post_id=one, rank=rank, views=views),)
            for rank, one in enumerate(ids, 1)
        ),
    ]


def fill(store: Store, seal_after: str, *, future: bool) -> None:
    """Sweeps of three days; after the second one, where asked, one by a clock that is two years ahead.

    Args:
        store: An empty store.
        seal_after: The batches after which a seal comes.
        future: Whether that sweep is among them.
    """
    day = timedelta(days=1)
    batches = [
        ("a", sweep(NOW - 5 * day, 100)),
        ("b", sweep(NOW - 4 * day, 200, range(4))),
        ("s", sweep(NOW + 9 * day, 900, range(8, 10), "vendor-sandbox", handle="simulated")),
        ("f", sweep(NOW - 3 * day + AHEAD, 300, range(1, 6), caption="from the future")),
        ("g", sweep(NOW - 3 * day + AHEAD + timedelta(minutes=1), 301, range(1, 6), caption="later still")),
        ("c", sweep(NOW - 2 * day, 400, range(6, 8), handle="bob")),
    ]
    for name, objects in batches:
        if future or name not in "fg":
            append(store, name, *objects)
        if name in seal_after:
            store.seal()


def content(store: Store) -> dict[str, Any]:
    """Everything that a reader sees, and what the journal says beside it."""
    names = [*TABLES, "post_latest"]
    with connect(store.settings) as connection:
        store.attach(connection, names)
        found: dict[str, Any] = {
            name: sorted(connection.execute(f"FROM {name}").fetchall(), key=repr) for name in names
        }
    with journal.connect(store.root / journal.NAME) as log:
        for name in current_rows.KEYS:
            columns = ", ".join(f'"{column.name}"' for column in TABLES[name].columns)
            found[f"current_{name}"] = sorted(log.execute(f"SELECT {columns} FROM current_{name}"), key=repr)
        found["sealed_until"] = current_rows.sealed_until(log)
        found["days_until"] = {name: current_rows.days_until(log, name) for name in TABLES}
    found["rows"] = store.rows()
    return found


def unlike_lake(store: Store) -> list[str]:
    """Tables that another Delta reader sees otherwise."""
    state = store.instant([])[0]
    return [
        name
        for name, visible in state.tables.items()
        if set(lake.files_at(store.root, name, lake.newest_version(store.root, name) or 0)) != set(visible.files)
    ]


@pytest.mark.parametrize("seal_after", ["", "b", "f", "abg"])
def test_set_aside_as_if_never_read(tmp_path: Path, seal_after: str) -> None:
    store, other = store_at(tmp_path / "data"), store_at(tmp_path / "other")
    fill(store, seal_after, future=True)
    fill(other, seal_after, future=False)
    other.seal()
    files = store.set_aside_future_readings(NOW)
    assert {file.table: file.rows for file in files if TABLES[file.table].keeps == "every"} == {
        "post_snapshots": 10, "creator_snapshots": 2, "watch_times": 2, "comments": 2, "post_states": 10,
        "topic_samples": 2, "topic_posts": 10,
    }  # fmt: skip
    assert {"posts", "creators"} <= {file.table for file in files}
    found, expected = content(store), content(other)
    if seal_after in {"f", "abg"}:  # a compaction has dropped the older versions, so the newest attributes stay
        later = {str(FIRST + number): "later still" if number in {1, 2, 3} else None for number in range(10)}
        posts = {row[0]: (row[-1], row[9]) for row in found.pop("posts")}
        known = {row[0]: (row[-1], later[row[0]] or row[9]) for row in expected.pop("posts")}
        assert posts == known
        for name in ("creators", "post_latest", "current_posts", "current_creators"):
            assert [row[0] for row in found.pop(name)] == [row[0] for row in expected.pop(name)]
        found["sealed_until"].pop("posts"), expected["sealed_until"].pop("posts")
    assert found == expected
    assert store.list_future_readings(NOW) == []
    assert list(check.find_problems(store.root)) == []
    assert unlike_lake(store) == []
    assert store.set_aside_future_readings(NOW) == []
    assert {path.parent.parent for path in (file.path for file in files)} == {store.root / set_aside.FOLDER}
    for file in files:
        copied = store.query(f"FROM read_parquet('{file.path}')", []).rows
        assert len(copied) == file.rows


def test_the_list_says_what_would_be_missing(tmp_path: Path) -> None:
    store = store_at(tmp_path / "data")
    fill(store, "b", future=True)
    found = {one.table: one for one in store.list_future_readings(NOW)}
    assert set(found) == {
        "posts", "post_snapshots", "creators", "creator_snapshots", "watch_times", "comments", "post_states",
        "topic_samples", "topic_posts",
    }  # fmt: skip
    start = NOW - timedelta(days=3) + AHEAD
    assert found["post_snapshots"] == FutureReadings(
        "post_snapshots", "vendor", 10, "posts", 5, 2, start, start + timedelta(minutes=1)
    )
    posts = found["posts"]  # as a reader sees them: one version of each
    assert (posts.rows, posts.subjects, posts.subjects_without_others) == (5, 5, 2)
    assert (found["topic_posts"].subject, found["topic_posts"].subjects) == ("topics", 1)
    store.seal()  # drops the older versions of posts, whose other readings remain
    assert {one.table: one for one in store.list_future_readings(NOW)} == found
    assert store.list_future_readings(NOW + AHEAD) == []


@pytest.mark.parametrize(
    ("table", "precision", "minutes", "listed"),
    [
        ("post_snapshots", "'instant'", 4, False),
        ("post_snapshots", "'instant'", 6, True),
        ("post_snapshots", "NULL", 6, True),
        ("post_snapshots", "'day'", 13 * 60, False),  # in the easternmost zone that day has begun
        ("post_snapshots", "'day'", 15 * 60, True),
        ("posts", None, 13 * 60, False),
        ("posts", None, 15 * 60, True),
        ("creator_states", None, 6, True),
    ],
)
def test_what_counts_as_future(
    commit: Commit, store: Store, table: str, precision: str | None, minutes: int, listed: bool
) -> None:
    key = "handle" if table == "creator_states" else "post_id"
    row = f"SELECT 'a' AS {key}, TIMESTAMPTZ '{NOW + timedelta(minutes=minutes)}' AS observed_at, 'x' AS source"
    row += f", {precision} AS observed_precision" if precision else ""
    commit("one", **{table: row})
    assert bool(store.list_future_readings(NOW)) is listed
    assert bool(store.set_aside_future_readings(NOW)) is listed
    assert store.rows()[table] == (0 if listed else 1)


def test_a_merged_reading_goes_whole_and_its_imports_can_be_made_again(tmp_path: Path) -> None:
    store, at = store_at(tmp_path / "data"), clock.now() + timedelta(hours=3)
    scrape = write_csv(tmp_path / "scrape.csv", at, "views", 700, "scraper")
    saved = write_csv(tmp_path / "saved.csv", at, "saves", 7, "saver")
    for sealed, file in enumerate((scrape, saved)):
        assert run_import(store, file).rows_read == 1
        if not sealed:
            store.seal()
    (reading,) = store.query("SELECT views, saves, value_sources FROM post_snapshots", ["post_snapshots"]).rows
    assert reading[:2] == (700, 7)
    assert "saver@" in reading[2]
    assert run_import(store, scrape).known == 1

    (copied,) = store.set_aside_future_readings(clock.now())
    assert store.rows()["post_snapshots"] == 0
    assert store.list_future_readings(clock.now()) == []
    assert list(check.find_problems(store.root)) == []
    # Neither file counts as imported any more, in a journal that was made again from the lake as well.
    (store.root / "journal.db").unlink()
    check.repair(store.root)
    again = Store.open(store.settings)
    for file in (scrape, saved):
        assert run_import(again, file).known == 0
    assert again.query("SELECT views, saves FROM post_snapshots", ["post_snapshots"]).rows == [(700, 7)]
    again.set_aside_future_readings(clock.now())
    assert run_import(again, copied.path).snapshots_new == 1  # three hours ahead, as an import accepts
    assert again.query("SELECT views, saves FROM post_snapshots", ["post_snapshots"]).rows == [(700, 7)]


def test_an_import_refuses_what_is_more_than_a_day_ahead(tmp_path: Path) -> None:
    store = store_at(tmp_path / "data")
    file = write_csv(tmp_path / "late.csv", clock.now() + timedelta(days=2), "views", 700, "scraper")
    with pytest.raises(BadFileError, match="observed in the future"):
        run_import(store, file)


def write_csv(path: Path, at: datetime, column: str, value: int, source: str) -> Path:
    """One reading, as dwell exports it."""
    path.write_text(f"post_id,observed_at,{column},source\n{FIRST},{at.isoformat()},{value},{source}\n")
    return path


def run_import(store: Store, file: Path) -> Loaded:
    done = import_files(store, [file], Hints())
    if done.failures:
        raise done.failures[0][1]
    return done.files[0]


def test_appends_see_the_lake_as_it_is(tmp_path: Path) -> None:
    store = store_at(tmp_path / "data")
    fill(store, "g", future=True)
    with pytest.raises(SealedRowsError):
        append(store, "d", *sweep(NOW, 500))
    store.set_aside_future_readings(NOW)
    assert append(store, "d", *sweep(NOW, 500)).snapshots_new == 3
    views = store.query("SELECT views FROM post_latest WHERE handle = 'alice' ORDER BY ALL", ["post_latest"])
    assert views.rows == [(200,), (500,), (500,), (500,)]


def test_only_files_with_such_readings_are_rewritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rollup_update, "_POSTS_A_FILE", 4)
    store = store_at(tmp_path / "data")
    for number in range(8):
        posts = range(10 * number, 10 * number + 10)
        append(store, f"a{number}", *sweep(NOW - timedelta(days=5), 100, posts, handle=f"h{number}"))
    store.seal()
    before = store.instant([])[0]
    append(store, "f", *sweep(NOW + AHEAD, 300, range(33, 36), handle="h3", caption="later"))
    store.seal()
    store.set_aside_future_readings(NOW)
    after = store.instant([])[0]
    assert set(before.table("post_snapshots").files) == set(after.table("post_snapshots").files)
    assert before.rollup is not None
    assert after.rollup is not None
    assert len(before.rollup.files) == 8
    assert len(set(before.rollup.files) & set(after.rollup.files)) == 7
    assert list(check.find_problems(store.root)) == []
