"""The unit of rounding is stored with each counter, by what its text shows and what its column tells."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from dwell.records import Shape, source_at
from dwell.text import rounding
from dwell.warehouse.load import loader
from dwell.warehouse.load.loaded import Loaded

Bring = Callable[..., Loaded]
Rows = Callable[..., list[dict[str, Any]]]
HEAD = "id,account,length,views,likes,followers"


def lines(made: Callable[..., str], cells: list[str]) -> str:
    ids = [made(f"2024-{month:02}-{day:02}") for month in range(1, 5) for day in range(1, 29)]
    return "\n".join([HEAD, *(f"{post},ann,12,{cell}" for post, cell in zip(ids, cells, strict=False))])


def units(table: Rows, counter: str = "views") -> dict[int, int | None]:
    return {row[counter]: row[f"{counter}_unit"] for row in table("post_snapshots")}


def test_a_text_shows_its_unit(bring: Bring, table: Rows, made: Callable[..., str]) -> None:
    bring(lines(made, ["120K,1.2K,3万", "12M,17.7K,", "987,12,"]))
    assert units(table) == {120_000: 1_000, 12_000_000: 1_000_000, 987: 1}
    assert units(table, "likes") == {1_200: 100, 17_700: 100, 12: 1}
    assert {row["rounded"] for row in table("post_snapshots")} == {True, False}
    (followers,) = [row for row in table("creator_snapshots") if row["followers"] is not None]
    assert (followers["followers"], followers["followers_unit"]) == (30_000, 10_000)


def test_unknown_counters_have_no_unit(bring: Bring, table: Rows, made: Callable[..., str]) -> None:
    bring(lines(made, ["120K,,", ",12,"]))
    assert [(row["views_unit"], row["likes_unit"]) for row in table("post_snapshots")] == [(1_000, None), (None, 1)]


def test_exact_numbers_are_exact_also_round_ones(bring: Bring, table: Rows, made: Callable[..., str]) -> None:
    dice = random.Random(1)
    views = [dice.randrange(1_001, 900_000, 2) for _ in range(99)] + [23_000]
    bring(lines(made, [f"{count},5," for count in views]))
    assert set(units(table).values()) == {1}
    assert {row["rounded"] for row in table("post_snapshots")} == {False}


@pytest.mark.parametrize("grouped", [False, True])
def test_round_numbers_among_exact_ones_are_suspect(
    bring: Bring, table: Rows, made: Callable[..., str], *, grouped: bool
) -> None:
    counts = (17_700, 8_200, 12_345, 950, 23_000)
    bring(lines(made, [f'"{count:,}",5,' if grouped else f"{count},5," for count in counts]))
    assert units(table) == {17_700: None, 8_200: None, 12_345: 1, 950: 1, 23_000: None}
    assert [row["rounded"] for row in table("post_snapshots")] == [None, None, False, False, None]


def test_a_column_of_round_numbers_is_rounded(bring: Bring, table: Rows, made: Callable[..., str]) -> None:
    bring(lines(made, ["17700,1204,", "8123,903,", "23000,871,", "45600,20,", "51300,7,", "1200000,1499,"]))
    assert units(table) == {17_700: 100, 8_123: 1, 23_000: 100, 45_600: 100, 51_300: 100, 1_200_000: 100_000}
    assert set(units(table, "likes").values()) == {1}  # each column by itself


@pytest.mark.parametrize("rest", [[], [1_234, 17_701], [950]])
def test_one_round_number_is_exact(bring: Bring, table: Rows, made: Callable[..., str], rest: list[int]) -> None:
    bring(lines(made, [f"{count},5," for count in (1_200, *rest)]))
    assert set(units(table).values()) == {1}
    assert {row["rounded"] for row in table("post_snapshots")} == {False}


def test_a_number_in_many_rows_is_one_number(bring: Bring, table: Rows, made: Callable[..., str]) -> None:
    bring(lines(made, [f"{count},5," for count in [1_200] * 30 + [1_234, 17_701]]))
    assert set(units(table).values()) == {1}
    exact = [f"{count},5," for count in [12_345] * 60 + [17_700, 18_200, 23_000]]
    bring(lines(made, exact), as_of="2025-06-01")
    later = [row for row in table("post_snapshots") if row["observed_at"].year == 2025]
    assert {(row["views"], row["views_unit"]) for row in later} == {
        (12_345, 1), (17_700, None), (18_200, None), (23_000, None),
    }  # fmt: skip


def test_numbers_of_json_are_judged_like_those_of_a_table(bring: Bring, table: Rows, made: Callable[..., str]) -> None:
    counts = (17_700, 8_200, 12_345, "23K")
    rows = [{"id": made(f"2024-05-{day + 1:02}"), "account": "a", "views": count} for day, count in enumerate(counts)]
    shape = Shape(
        "made-up",
        ("posts", "post_snapshots"),
        {"post_id": source_at("/id"), "handle": source_at("/account"), "views": source_at("/views")},
        {"platform": "tiktok"},
    )
    bring(rows, shape)
    assert units(table) == {17_700: None, 8_200: None, 12_345: 1, 23_000: 1_000}


def test_a_unit_goes_with_its_value_when_rows_are_merged(bring: Bring, table: Rows, made: Callable[..., str]) -> None:
    post = made("2024-05-01")
    bring(f"{HEAD}\n{post},a,12,17.7K,,")
    bring(f"{HEAD}\n{post},a,12,,1.2K,", name="later.csv")
    (row,) = table("post_snapshots")
    assert [row[name] for name in ("views", "views_unit", "likes", "likes_unit")] == [17_700, 100, 1_200, 100]


def test_an_exact_value_brings_its_unit_along(bring: Bring, table: Rows, made: Callable[..., str]) -> None:
    post = made("2024-05-01")
    bring(f"{HEAD}\n{post},a,12,17.7K,,")
    bring(f"{HEAD}\n{post},a,12,17734,,", name="exact.csv")
    (row,) = table("post_snapshots")
    assert [row[name] for name in ("views", "views_unit", "rounded")] == [17_734, 1, False]


def test_an_export_of_dwell_keeps_its_units_and_gets_no_others(
    bring: Bring, table: Rows, made: Callable[..., str]
) -> None:
    columns = ("post_id", "observed_at", "views", "likes", "rounded", "views_unit", "likes_unit")
    shape = Shape("dwell", ("post_snapshots",), {name: source_at(name) for name in columns}, cumulative=False)
    post, day = made("2024-05-01"), "2024-05-20T00:00:00Z"
    bring(f"{','.join(columns)}\n{post},{day},17700,1200,,,100\n{post[:-1]}9,{day},17700,5,true,,\n", shape)
    found = [(row["views_unit"], row["likes_unit"], row["rounded"]) for row in table("post_snapshots")]
    assert sorted(found, key=str) == [(None, 100, None), (None, None, True)]


def test_a_unit_that_an_older_dwell_judged_otherwise_is_corrected(
    bring: Bring, table: Rows, made: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = lines(made, ["1200,5,", "12345,5,", "845,5,"])
    monkeypatch.setattr(loader, "VERSION", 2)
    monkeypatch.setattr(rounding, "LEAST_EVIDENCE", 1)
    bring(file)
    assert units(table) == {1_200: None, 12_345: 1, 845: 1}
    monkeypatch.undo()
    bring(file)
    assert units(table) == {1_200: 1, 12_345: 1, 845: 1}
    assert len(table("post_snapshots")) == 3
