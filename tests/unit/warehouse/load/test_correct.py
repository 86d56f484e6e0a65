"""Rows that were read anew correct what is stored; rows that merely know more, or know it exactly, complete it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from dwell import clock
from dwell.errors import BadFileError
from dwell.records import Extract, Hints, Shape, SourceFile, source_at
from dwell.settings import Settings
from dwell.warehouse import Store, check, journal, lake, writer
from dwell.warehouse.load import keyed_rows, merge_observations
from dwell.warehouse.load.loaded import Loaded
from dwell.warehouse.load.loader import load
from dwell.workspace import Workspace

Rows = Callable[..., list[dict[str, Any]]]
Bring = Callable[..., Loaded]
HEAD = "id,seen,views,likes,saves"
SNAPSHOTS = Shape(
    "made-up", ("post_snapshots",),
    {"post_id": source_at("id"), "observed_at": source_at("seen"), "views": source_at("views"),
     "likes": source_at("likes"), "saves": source_at("saves"), "rounded": source_at("rounded")},
)  # fmt: skip


@pytest.fixture
def read(store: Store, tmp_path: Path) -> Callable[..., Loaded]:
    """Loads snapshots, one text a row; the digest tells one file from the other."""

    def loaded(*rows: str, correct: bool = False, head: str = HEAD, shape: Shape = SNAPSHOTS) -> Loaded:
        path = tmp_path / "snapshots.csv"
        text = "\n".join([head, *rows])
        path.write_text(text)
        file = SourceFile(path, text, "made-up", (Extract(path, "csv", shape),))
        return load(store, file, Hints(), correct=correct)

    return loaded


Read = Callable[..., Loaded]


def counters(table: Rows) -> list[tuple[Any, ...]]:
    return [(r["views"], r["likes"], r["saves"]) for r in table("post_snapshots", "post_id, observed_at")]


@pytest.fixture(params=["journal", "lake", "rebuilt"])
def settled(request: pytest.FixtureRequest, store: Store) -> Callable[[], None]:
    """Where the rows of the first load are when the second comes."""

    def settle() -> None:
        if request.param != "journal":
            store.seal()
        if request.param == "rebuilt":
            (store.root / journal.NAME).unlink()
            check.repair(store.root)
            Store.open(store.settings)

    return settle


def test_a_corrected_value_replaces_and_an_unknown_one_keeps(
    read: Read, table: Rows, store: Store, made: Callable[..., str], settled: Callable[[], None]
) -> None:
    one, two, three = (made("2024-05-01", n) for n in range(3))
    read(f"{one},2024-05-03,5,1,7", f"{two},2024-05-03,5,1,7", f"{three},2024-05-03,5,1,")
    settled()
    loaded = read(f"{one},2024-05-03,9,,8", f"{two},2024-05-03,5,1,", f"{three},2024-05-03,,,4", correct=True)
    assert counters(table) == [(9, 1, 8), (5, 1, 7), (5, 1, 4)]
    assert loaded.rows_updated["post_snapshots"] == 2
    assert (loaded.snapshots_new, loaded.known, loaded.rejected, loaded.gained) == (0, 1, 0, 2)
    assert store.rows()["post_snapshots"] == 3


def test_a_correction_is_seen_once_however_it_is_stored(
    read: Read, table: Rows, store: Store, made: Callable[..., str]
) -> None:
    i, later = made("2024-05-01"), made("2024-06-01")
    read(f"{i},2024-05-03,5,1,7", f"{later},2024-06-03,50,1,7")
    read(f"{i},2024-05-03,9,1,7", correct=True)
    read(f"{i},2024-05-03,10,1,7", f"{i},2024-05-04,11,1,7", correct=True)
    expected = [(10, 1, 7), (11, 1, 7), (50, 1, 7)]
    assert (counters(table), store.rows()["post_snapshots"]) == (expected, 3)
    store.seal()
    assert (counters(table), store.rows()["post_snapshots"]) == (expected, 3)
    visible = store.instant([])[0].table("post_snapshots")
    assert (visible.rows, visible.superseded) == (3, 0)
    assert lake.open_table(store.root, "post_snapshots").count() == 3
    assert store.seal_if_due() == 0


def test_a_seal_rewrites_only_the_months_with_a_corrected_row(
    read: Read, store: Store, made: Callable[..., str], table: Rows
) -> None:
    i = made("2024-05-01")
    read(f"{i},2024-05-03,5,1,7", f"{i},2024-06-03,50,1,7")
    store.seal()
    before = {file.path for file in store.instant([])[0].table("post_snapshots").files}
    read(f"{i},2024-06-03,51,1,7", correct=True)
    assert store.rows()["post_snapshots"] == 2
    store.seal()
    after = {file.path for file in store.instant([])[0].table("post_snapshots").files}
    assert {path.partition("/")[0] for path in before & after} == {"ym=2024-05"}
    assert len(after) == 2
    assert counters(table) == [(5, 1, 7), (51, 1, 7)]


def test_a_lost_journal_costs_no_large_correction(
    read: Read, table: Rows, store: Store, made: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "JOURNAL_ROWS", 0)  # straight to the lake
    i = made("2024-05-01")
    read(f"{i},2024-05-03,5,1,7")
    store.seal()
    read(f"{i},2024-05-03,9,1,7", correct=True)
    (store.root / journal.NAME).unlink()
    check.repair(store.root)
    opened = Store.open(store.settings)
    assert (counters(table), opened.rows()["post_snapshots"]) == ([(9, 1, 7)], 1)


def test_a_correction_is_another_batch_and_is_done_once(read: Read, made: Callable[..., str]) -> None:
    row = f"{made('2024-05-01')},2024-05-03,5,1,7"
    read(row)
    first = read(row, correct=True)
    assert (first.repeated, first.known, sum(first.rows_updated.values())) == (False, 1, 0)
    assert read(row, correct=True).repeated
    assert read(row).repeated


def test_a_correction_adds_what_was_not_stored(read: Read, table: Rows, made: Callable[..., str]) -> None:
    i = made("2024-05-01")
    read(f"{i},2024-05-03,5,1,7")
    loaded = read(f"{i},2024-05-03,6,1,7", f"{i},2024-05-04,8,1,7", correct=True)
    assert (loaded.snapshots_new, loaded.rows_updated["post_snapshots"], loaded.gained) == (1, 1, 2)
    assert counters(table) == [(6, 1, 7), (8, 1, 7)]


def test_rows_that_correct_and_contradict_each_other_leave_a_duplicate(
    read: Read, table: Rows, made: Callable[..., str]
) -> None:
    i = made("2024-05-01")
    read(f"{i},2024-05-03,99,1,7")
    loaded = read(f"{i},2024-05-03,5,1,", f"{i},2024-05-03,9,1,", correct=True)
    assert (loaded.duplicates, loaded.rejected, loaded.gained) == (1, 0, 1)
    assert counters(table) == [(9, 1, 7)]


def test_attributes_are_corrected_at_the_same_instant(
    store: Store, tmp_path: Path, table: Rows, made: Callable[..., str], posts_shape: Shape
) -> None:
    for length, correct in (("31000", False), ("31", False), ("31", True)):
        path = tmp_path / "posts.csv"
        path.write_text(f"id,account,seen,length,caption\n{made('2024-05-01')},a,2024-05-03,{length},\n")
        file = SourceFile(path, length, "made-up", (Extract(path, "csv", posts_shape),))
        loaded = load(store, file, Hints(), correct=correct)
        assert table("posts")[0]["duration_s"] == (31 if correct else 31000)
    assert loaded.rows_updated["posts"] == 1


def test_corrections_are_settled_in_pieces(
    read: Read, table: Rows, made: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyed_rows, "CHUNK", 17)
    monkeypatch.setattr(merge_observations, "LIST_CHUNK", 7)
    monkeypatch.setattr(writer, "JOURNAL_ROWS", 10)
    ids = [made("2024-05-01", n) for n in range(40)]
    read(*(f"{i},2024-05-03,5,1," for i in ids))
    loaded = read(*(f"{i},2024-05-03,{n},,3" for n, i in enumerate(ids, start=6)), correct=True)
    assert (loaded.rows_updated["post_snapshots"], loaded.gained) == (40, 40)
    assert counters(table) == [(n, 1, 3) for n in range(6, 46)]


def test_a_counter_that_is_learnt_later_is_filled_in(
    read: Read, table: Rows, made: Callable[..., str], settled: Callable[[], None]
) -> None:
    i, other = made("2024-05-01"), made("2024-05-02")
    read(f"{i},2024-05-03,5,,7", f"{other},2024-05-03,5,1,7")
    settled()
    loaded = read(f"{i},2024-05-03,5,2,", f"{other},2024-05-03,6,1,7")
    assert counters(table) == [(5, 2, 7), (6, 1, 7)]
    assert (loaded.rows_updated["post_snapshots"], loaded.gained, loaded.rejected) == (2, 2, 0)


def test_rows_of_one_file_complete_each_other(read: Read, table: Rows, made: Callable[..., str]) -> None:
    i = made("2024-05-01")
    loaded = read(f"{i},2024-05-03,9,,", f"{i},2024-05-03,9,2,", f"{i},2024-05-03,9,3,4", f"{i},2024-05-03,,3,4")
    assert counters(table) == [(9, 3, 4)]
    assert (loaded.snapshots_new, loaded.known, loaded.duplicates, loaded.rejected) == (1, 2, 1, 0)


ROUNDED = "id,seen,views,likes,saves,rounded"


@pytest.mark.parametrize("exact_first", [True, False])
@pytest.mark.parametrize("files", [1, 2])
def test_of_a_rounded_and_an_exact_row_the_exact_one_stands(
    read: Read, table: Rows, made: Callable[..., str], *, exact_first: bool, files: int
) -> None:
    i = made("2024-05-01")
    rows = [f"{i},2024-05-03,17734,120,,false", f"{i},2024-05-03,17700,120,4,true"]
    rows = rows if exact_first else rows[::-1]
    loaded = [read(*rows, head=ROUNDED)] if files == 1 else [read(row, head=ROUNDED) for row in rows]
    row = table("post_snapshots")[0]
    assert (row["views"], row["likes"], row["saves"], row["rounded"]) == (17734, 120, 4, False)
    assert sum(one.rejected + one.duplicates for one in loaded) == 0
    assert loaded[-1].rows_updated["post_snapshots"] == (files == 2)


def test_an_exact_row_that_does_not_round_to_the_other_is_another_reading(
    read: Read, table: Rows, made: Callable[..., str]
) -> None:
    i, other = made("2024-05-01"), made("2024-05-02")
    read(f"{i},2024-05-03,17700,1,,true", f"{other},2024-05-03,900,1,,true", head=ROUNDED)
    loaded = read(f"{i},2024-05-03,17534,1,,false", f"{other},2024-05-03,901,1,,false", head=ROUNDED)
    assert (loaded.duplicates, loaded.gained, loaded.rejected) == (1, 1, 0)
    found = [(row["views"], row["rounded"]) for row in table("post_snapshots", "post_id, observed_at")]
    assert found == [(17700, True), (901, False)]


def test_a_rounded_correction_leaves_the_exact_value_that_it_agrees_with(
    read: Read, table: Rows, made: Callable[..., str]
) -> None:
    i, other = made("2024-05-01"), made("2024-05-02")
    read(f"{i},2024-05-03,17734,1,,false", f"{other},2024-05-03,17734,1,,false", head=ROUNDED)
    loaded = read(f"{i},2024-05-03,17700,1,,true", f"{other},2024-05-03,52300,1,,true", head=ROUNDED, correct=True)
    assert (loaded.known, loaded.rows_updated["post_snapshots"]) == (1, 1)
    found = [(row["views"], row["rounded"]) for row in table("post_snapshots", "post_id")]
    assert found == [(17734, False), (52300, True)]


def test_what_may_be_believed_is_said_by_the_caller(
    store: Store, tmp_path: Path, table: Rows, made: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2024, 6, 1, tzinfo=UTC))
    path, ahead = tmp_path / "ahead.csv", datetime(2030, 5, 3, tzinfo=UTC)
    path.write_text(f"{HEAD}\n{made('2030-05-02')},{ahead.isoformat()},5,1,7\n{made('2030-05-02')},2031-01-01,5,1,7\n")
    file = SourceFile(path, "ahead", "made-up", (Extract(path, "csv", SNAPSHOTS),))
    with pytest.raises(BadFileError, match="implausible id"):
        load(store, file, Hints())
    loaded = load(store, file, Hints(), now=ahead)
    assert [row["observed_at"] for row in table("post_snapshots")] == [ahead]
    assert [reason.split(":")[0] for _, reason, _ in loaded.rejects] == ["observed in the future"]
    assert store.batches()[0].at == datetime(2024, 6, 1, tzinfo=UTC)


def test_a_metric_sees_the_corrected_value_once(
    read: Read, bring: Bring, made: Callable[..., str], settings: Settings
) -> None:
    i = made("2024-05-01")
    bring(f"id,account,seen,views,likes\n{i},ann,2024-05-13,5,1\n")
    read(f"{i},2024-05-13,9,1,", correct=True)
    assert [(row["post_id"], row["views"]) for row in Workspace(settings).posts(creator="ann")] == [(i, 9)]
