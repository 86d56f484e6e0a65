"""Files that overlap with themselves, with each other and with the store: nothing twice, nothing lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from dwell.records import Extract, Hints, Shape, SourceFile, source_at
from dwell.warehouse import Store
from dwell.warehouse.load import keyed_rows, merge
from dwell.warehouse.load.loaded import Loaded
from dwell.warehouse.load.loader import load

Bring = Callable[..., Loaded]
Rows = Callable[..., list[dict[str, Any]]]
HEAD = "id,account,seen,views,likes,saves,caption,followers"


@pytest.fixture(autouse=True, params=[0, merge._FEW_ROWS], ids=["views", "tables"])
def _steps(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The steps of an import as those of a large file, and as those of a small one."""
    monkeypatch.setattr(merge, "_FEW_ROWS", request.param)


def csv(*rows: str) -> str:
    return "\n".join([HEAD, *rows])


def test_the_same_file_again_does_nothing(bring: Bring, made: Callable[..., str], store: Store) -> None:
    text = csv(f"{made('2024-05-01')},a,,5,1,,one,10", ",a,,5,1,,one,10")
    first, before = bring(text), store.rows()
    again = bring(text)
    assert again.repeated
    assert (again.rows_read, again.known, again.rejected, again.rows_new) == (2, 1, 1, {})
    assert (again.rejects, again.rejects_file) == (first.rejects, first.rejects_file)
    assert store.rows() == before


def test_other_bytes_with_the_same_rows_are_known(bring: Bring, made: Callable[..., str], store: Store) -> None:
    bring(csv(f"{made('2024-05-01')},a,,5,1,,one,10"))
    again = bring(csv(f"{made('2024-05-01')},a,,5,1,,one,10", ""))
    assert (again.known, again.gained, again.repeated) == (1, 0, False)
    assert store.rows()["post_snapshots"] == 1


def test_an_overlapping_file_adds_only_what_is_new(bring: Bring, made: Callable[..., str]) -> None:
    bring(csv(f"{made('2024-05-01')},a,,5,1,,one,10"))
    both = bring(csv(f"{made('2024-05-01')},a,,5,1,,one,10", f"{made('2024-05-02')},a,,6,1,,two,10"))
    assert (both.posts_new, both.snapshots_new, both.known, both.rejected) == (1, 1, 1, 0)


def test_two_times_are_two_snapshots(bring: Bring, table: Rows, made: Callable[..., str]) -> None:
    i = made("2024-05-01")
    loaded = bring(csv(f"{i},ann,2024-05-03,5,1,,one,10", f"{i},ann,2024-05-04,9,1,,one,11"))
    assert (loaded.posts_new, loaded.snapshots_new, loaded.rows_new["creator_snapshots"]) == (1, 2, 2)
    assert [row["views"] for row in table("post_snapshots", "observed_at")] == [5, 9]


def test_rows_that_contradict_within_a_file_keep_the_one_with_more_views(
    bring: Bring, table: Rows, made: Callable[..., str]
) -> None:
    i = made("2024-05-01")
    loaded = bring(csv(f"{i},a,,5,1,,one,10", f"{i},a,,9,1,,one,10", f"{i},a,,9,,,one,10"))
    assert (loaded.known, loaded.duplicates, loaded.gained, loaded.rejected) == (1, 1, 1, 0)
    assert loaded.warnings == (
        (
            "Counters of 1 post not stored: another reading of the same time is newer or more exact "
            "(the first: views 5, kept 9)."
        ),
    )
    assert [row["views"] for row in table("post_snapshots")] == [9]


@pytest.mark.parametrize("shown", ["1000", "10000", "1K"])
def test_a_round_count_is_not_the_rounding_of_any_smaller_one(
    bring: Bring, table: Rows, made: Callable[..., str], shown: str
) -> None:
    post = made("2026-03-01")
    loaded = bring(csv(f"{post},ann,2026-03-20,{shown},50,,,", f"{post},ann,2026-03-20,6,5,,,"))
    (snapshot,) = table("post_snapshots")
    assert (snapshot["views"], snapshot["likes"]) == (10_000 if shown == "10000" else 1_000, 50)
    assert any("views 6" in warning for warning in loaded.warnings)


@pytest.mark.parametrize("first", [5, 9])
def test_of_two_readings_of_one_day_the_one_with_more_views_stands(
    bring: Bring, table: Rows, made: Callable[..., str], first: int
) -> None:
    i, other = made("2024-05-01"), made("2024-05-02")
    bring(csv(f"{i},a,,{first},1,,one,10"))
    loaded = bring(csv(f"{i},a,,{14 - first},1,,one,10", f"{other},a,,1,1,,two,10"))
    assert (loaded.rejected, loaded.duplicates, loaded.gained) == (0, first == 9, 2 - (first == 9))
    assert [row["views"] for row in table("post_snapshots", "post_id")] == [9, 1]


def test_an_older_reading_costs_no_other_table_its_row(bring: Bring, table: Rows, made: Callable[..., str]) -> None:
    i = made("2024-05-01")
    loaded = bring(csv(f"{i},a,,9,1,,,10", f"{i},a,,5,1,,the only caption,10"))
    assert [row["caption"] for row in table("posts")] == ["the only caption"]
    assert (loaded.gained, loaded.duplicates, loaded.rejected) == (1, 1, 0)


def test_an_account_whose_counters_disagree_costs_no_post(bring: Bring, table: Rows, made: Callable[..., str]) -> None:
    loaded = bring(csv(f"{made('2024-05-01')},ann,,5,1,,one,10", f"{made('2024-05-02')},ann,,5,1,,two,12"))
    assert (loaded.rejected, loaded.snapshots_new) == (0, 2)
    assert loaded.flagged["creator_counters_disagree"] == 1
    assert len(table("creator_snapshots")) == 1


def test_the_newest_known_value_of_each_column_stands(bring: Bring, table: Rows, made: Callable[..., str]) -> None:
    i = made("2024-05-01")
    bring(csv(f"{i},ann,2024-05-03,5,1,,old,10"))
    late = bring(csv(f"{i},ann,2024-05-09,7,1,,new,10", f"{i},,2024-05-10,8,1,,,10"))
    assert (late.posts_new, late.rows_updated["posts"]) == (0, 1)
    row = table("posts")[0]
    assert (row["caption"], row["handle"]) == ("new", "ann")
    early = bring(csv(f"{i},b,2024-05-02,4,1,,older,10"))
    assert (early.rows_updated["posts"], table("posts")[0]["caption"]) == (0, "new")


def test_null_is_filled_and_never_replaces(bring: Bring, table: Rows, made: Callable[..., str]) -> None:
    i = made("2024-05-01")
    bring(csv(f"{i},,2024-05-09,5,1,,,10"))
    bring(csv(f"{i},ann,2024-05-03,4,1,,first,10"))
    row = table("posts")[0]
    assert (row["caption"], row["handle"]) == ("first", "ann")
    assert row["observed_at"] == datetime(2024, 5, 9, tzinfo=UTC)


def test_an_unchanged_post_gets_no_new_version(bring: Bring, table: Rows, made: Callable[..., str]) -> None:
    i = made("2024-05-01")
    bring(csv(f"{i},ann,2024-05-03,5,1,,one,10"))
    later = bring(csv(f"{i},ann,2024-05-09,9,1,,one,10"))
    assert (later.rows_updated["posts"], later.snapshots_new) == (0, 1)
    assert table("posts")[0]["observed_at"] == datetime(2024, 5, 3, tzinfo=UTC)


def test_a_time_from_the_id_does_not_replace_a_stated_one(
    bring: Bring, table: Rows, made: Callable[..., str], posts_shape: Shape
) -> None:
    scheduled = f"id,posted,seen,views\n{made('2024-05-01')},2024-05-05T08:00:00Z,2024-05-06,5\n"
    bring(scheduled)
    bring(f"id,posted,seen,views\n{made('2024-05-01')},{made('2024-05-01')},2024-05-07,6\n")
    bring(f"id,posted,seen,views\n{made('2024-05-01')},2024-05-05,2024-05-08,7\n")
    assert table("posts")[0]["posted_at"] == datetime(2024, 5, 5, 8, tzinfo=UTC)


DAYS = Shape("days", ("account_days",), {name: source_at(name) for name in ("day", "views", "likes", "provisional")},
             {"handle": "a"}, cumulative=False)  # fmt: skip


def test_a_final_day_replaces_a_provisional_one_and_not_the_other_way(bring: Bring, table: Rows) -> None:
    bring("day,views,likes,provisional\n2024-05-01,5,-2,true\n", DAYS, as_of="2024-05-03")
    bring("day,views,likes,provisional\n2024-05-01,8,,false\n", DAYS, as_of="2024-05-02")
    bring("day,views,likes,provisional\n2024-05-01,1,,true\n", DAYS, as_of="2024-05-09")
    row = table("account_days")[0]
    assert (row["views"], row["likes"], row["provisional"]) == (8, -2, False)


def test_parts_of_one_file_meet_in_one_table(store: Store, tmp_path: Path, table: Rows) -> None:
    parts = []
    for name, column in (("Overview", "views"), ("Viewers", "viewers")):
        path = tmp_path / f"{name}.csv"
        path.write_text(f"day,{column}\n2024-05-01,5\n2024-05-02,soon\n")
        shape = Shape("days", ("account_days",), {"day": source_at("day"), column: source_at(column)}, {"handle": "a"})
        parts.append(Extract(path, "csv", shape))
    file = SourceFile(tmp_path / "all.zip", "d", "days", tuple(parts))
    loaded = load(store, file, Hints(as_of="2024-05-03"))
    assert (loaded.rows_read, loaded.rows_new["account_days"], loaded.rejected, loaded.gained) == (4, 1, 2, 2)
    assert [(line, reason) for line, reason, _ in loaded.rejects] == [
        (3, "Overview.csv: unreadable views: soon"), (3, "Viewers.csv: unreadable viewers: soon"),
    ]  # fmt: skip
    row = table("account_days")[0]
    assert (row["views"], row["viewers"]) == (5, 5)


def test_a_dry_run_counts_and_stores_nothing(bring: Bring, store: Store, made: Callable[..., str]) -> None:
    loaded = bring(csv(f"{made('2024-05-01')},a,,5,1,,one,10", ",a,,5,1,,one,10"), dry_run=True)
    assert (loaded.posts_new, loaded.rejected, loaded.rejects_file) == (1, 1, None)
    assert sum(store.rows().values()) == 0
    assert not list((store.root / "rejects").glob("*"))


def test_many_rows_of_few_keys_are_settled_in_pieces(
    bring: Bring, table: Rows, made: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyed_rows, "CHUNK", 7)
    ids = [made("2024-05-01", n) for n in range(20)]
    rows = [f"{i},a,2024-05-{day:02d},{day},1,,text {day},{day}" for day in range(3, 9) for i in ids]
    loaded = bring(csv(*rows, *rows))
    assert (loaded.posts_new, loaded.snapshots_new, loaded.known, loaded.rejected) == (20, 120, 120, 0)
    assert {row["caption"] for row in table("posts")} == {"text 8"}
    again = bring(csv(*rows, *(f"{i},a,2024-05-09,9,1,,text 9,9" for i in ids)))
    assert (again.rows_updated["posts"], again.snapshots_new, again.known) == (20, 20, 120)


def test_rounding_is_seen_in_the_whole_file(bring: Bring, table: Rows, made: Callable[..., str]) -> None:
    ids = [made("2024-05-01", n) for n in range(4)]
    bring(csv(*(f"{i},a,,{views},1,,one,10" for i, views in zip(ids, (17700, 250000, 9321, 88800), strict=True))))
    assert [row["rounded"] for row in table("post_snapshots", "post_id")] == [True, True, False, True]
    bring(
        csv(*(f"{i},a,,{views},1,,one,10" for i, views in zip(ids, (17701, 250001, 9321, "88.8K"), strict=True))),
        as_of="2024-06-02",
    )
    assert [row["rounded"] for row in table("post_snapshots", "observed_at, post_id")[4:]] == [
        False,
        False,
        False,
        True,
    ]
