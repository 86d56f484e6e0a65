"""When posts were published: what a source says, held against the ids; and what a column of dates is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import pytest

from dwell.errors import BadFileError
from dwell.records import Shape, source_at
from dwell.text.posting_time import ContradictionError, find_posted_at
from dwell.warehouse.load.loaded import Loaded
from tests.unit.warehouse.load.conftest import POSTS, post_id

Bring = Callable[..., Loaded]
Rows = Callable[..., list[dict[str, Any]]]

FIRST, SECOND = post_id("2026-01-12"), post_id("2026-01-13")
BY_DATE = Shape(
    "table",
    ("posts", "post_snapshots"),
    {"post_id": source_at("id"), "posted_at": source_at("Date"), "views": source_at("views")},
    {"platform": "tiktok"},
)


def posted(table: Rows) -> list[str]:
    return [str(row["posted_at"])[:16] for row in table("posts", "post_id")]


@pytest.mark.parametrize(
    ("stated", "expected", "flagged"),
    [
        ("", "2026-01-12 12:00", 0),
        ("2026-01-12", "2026-01-12 12:00", 0),
        ("2026-01-12T00:00:00Z", "2026-01-12 12:00", 0),
        ("2026-01-13 20:00", "2026-01-12 12:00", 0),
        ("2026-01-12T12:00:30Z", "2026-01-12 12:00", 0),
        ("2026-01-20T08:00:00Z", "2026-01-20 08:00", 0),
        ("2026-01-12T09:00:00Z", "2026-01-12 12:00", 1),
        ("2025-12-01", "2026-01-12 12:00", 1),
        ("2026-03-01T10:00:00Z", "2026-01-12 12:00", 1),
    ],
)
def test_a_posting_time_is_held_against_the_id(
    bring: Bring, table: Rows, stated: str, expected: str, flagged: int
) -> None:
    others = [f"{post_id('2026-01-12', low)},2026-01-12T12:00:00Z,5" for low in range(20_000, 20_012)]
    loaded = bring("\n".join(["id,posted,views", f"{FIRST},{stated},5", *others]), as_of="2026-03-10")
    assert posted(table)[0] == expected
    assert loaded.flagged.get("posting_time_contradicts_id", 0) == flagged


def test_the_time_comes_from_the_id_in_a_link_too(bring: Bring, table: Rows) -> None:
    shape = replace(
        POSTS, columns={"post_id": source_at("link"), "url": source_at("link"), "views": source_at("views")}
    )
    bring(f"link,views\nhttps://www.tiktok.com/@a/video/{FIRST},5\n", shape, as_of="2026-03-10")
    assert posted(table) == ["2026-01-12 12:00"]


def test_an_id_that_is_younger_than_the_observation_tells_no_time(bring: Bring, table: Rows) -> None:
    loaded = bring(f"id,views\n{FIRST},5\n", as_of="2025-06-01")
    assert posted(table) == ["None"]
    assert loaded.flagged["observed_before_id"] == 1


def test_ids_of_another_platform_tell_no_time(bring: Bring, table: Rows) -> None:
    bring("id,views\n6zWkl6SpDC8,5\n", replace(POSTS, constants={"platform": "youtube"}))
    assert posted(table) == ["None"]


def test_the_rule_in_python() -> None:
    minted, seen = datetime(2026, 1, 12, 12, tzinfo=UTC), datetime(2026, 3, 10, tzinfo=UTC)
    assert find_posted_at(None, FIRST, seen) == minted
    assert find_posted_at(datetime(2026, 1, 12, tzinfo=UTC), FIRST, seen) == minted
    assert find_posted_at(datetime(2026, 1, 20, 8, tzinfo=UTC), FIRST, seen) == datetime(2026, 1, 20, 8, tzinfo=UTC)
    assert find_posted_at(None, "6zWkl6SpDC8", seen) is None
    for stated in (datetime(2026, 1, 12, 9, tzinfo=UTC), datetime(2026, 3, 1, 10, tzinfo=UTC)):
        with pytest.raises(ContradictionError):
            find_posted_at(stated, FIRST, seen)
    with pytest.raises(ContradictionError):
        find_posted_at(None, FIRST, datetime(2025, 6, 1, tzinfo=UTC))


@pytest.mark.parametrize("hours", [None, -720, -37, -36, -12, -1, 0, 0.005, 12, 36, 37, 240, 719, 721])
def test_both_rules_agree(sql: duckdb.DuckDBPyConnection, hours: float | None) -> None:
    minted, seen = datetime(2026, 1, 12, 12, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)
    stated = None if hours is None else minted + timedelta(hours=hours)
    midnight = "epoch_us(s) % 86400000000 = 0"
    query = f"SELECT posting_time_of(s, n, epoch_us(s) // 1000000 - (n >> 32), {midnight})"
    (read,) = (
        sql.execute(f"{query} FROM (SELECT ?::TIMESTAMPTZ AS s, ?::BIGINT AS n)", [stated, FIRST]).fetchone() or ()
    )
    try:
        expected = find_posted_at(stated, FIRST, seen)
    except ContradictionError:
        expected = minted
    assert read == expected


def test_times_of_rows_are_no_posting_times(bring: Bring, table: Rows) -> None:
    rows = [f"{FIRST},2026-02-01T10:00:00Z,5", f"{post_id('2024-12-08')},2026-02-01T10:00:00Z,6"]
    loaded = bring("\n".join(["id,posted,views", *rows]), as_of="2026-02-15")
    assert posted(table) == ["2024-12-08 12:00", "2026-01-12 12:00"]
    assert any("posted is not when the posts were published" in warning for warning in loaded.warnings)


def test_one_instant_for_posts_of_several_days_is_none_of_theirs(bring: Bring, table: Rows) -> None:
    rows = [f"{FIRST},2026-02-01T10:00:00Z,5", f"{post_id('2026-01-15')},2026-02-01T10:00:00Z,6"]
    bring("\n".join(["id,posted,views", *rows]), as_of="2026-02-15")
    assert posted(table) == ["2026-01-12 12:00", "2026-01-15 12:00"]


def by_day(*rows: tuple[str, str, int]) -> str:
    return "\n".join(["Date,id,views", *(f"{day},{post},{views}" for day, post, views in rows)])


def test_figures_of_single_days_are_refused(bring: Bring, table: Rows) -> None:
    text = by_day(("2026-01-20", FIRST, 900), ("2026-01-21", FIRST, 400), ("2026-01-22", FIRST, 220),
                  ("2026-01-21", SECOND, 10))  # fmt: skip
    for hints in ({}, {"columns": {"posted_at": "Date"}}):
        with pytest.raises(BadFileError, match=r"single days.*900, then 400"):
            bring(text, BY_DATE, as_of="2026-02-15", **hints)
    seen = replace(BY_DATE, columns={**BY_DATE.columns, "observed_at": source_at("Date")})
    del seen.columns["posted_at"]  # type: ignore[attr-defined]
    with pytest.raises(BadFileError, match="single days"):
        bring(text, seen, as_of="2026-02-15")
    assert table("post_snapshots") == []
    # A header that says when the figures were read is believed.
    captured = replace(seen, columns={**seen.columns, "observed_at": source_at("captured at")})
    assert bring(text.replace("Date", "captured at"), captured).snapshots_new == 4


def test_a_title_that_comes_back_every_day_is_no_post_of_each(bring: Bring) -> None:
    columns = {"caption": source_at("title"), "posted_at": source_at("Date"), "views": source_at("views")}
    rows = ["2026-01-20,Pasta,900", "2026-01-21,Pasta,400", "2026-01-20,Bread,5", "2026-01-21,Bread,7"]
    with pytest.raises(BadFileError, match="several days for one title"):
        bring("\n".join(["Date,title,views", *rows]), replace(BY_DATE, columns=columns), as_of="2026-02-15")


def test_several_days_with_totals_are_readings(bring: Bring, table: Rows) -> None:
    text = by_day(("2026-01-20", FIRST, 900), ("2026-01-21", FIRST, 1400), ("2026-01-21", SECOND, 10))
    loaded = bring(text, BY_DATE, as_of="2026-02-15")
    rows = [(row["post_id"], str(row["observed_at"])[:10], row["views"]) for row in table("post_snapshots")]
    assert sorted(rows) == [(FIRST, "2026-01-20", 900), (FIRST, "2026-01-21", 1400), (SECOND, "2026-01-21", 10)]
    assert posted(table) == ["2026-01-12 12:00", "2026-01-13 12:00"]
    assert any("the day of each reading" in warning for warning in loaded.warnings)


def test_a_plain_date_on_other_days_than_the_posts_is_asked_for(bring: Bring) -> None:
    with pytest.raises(BadFileError, match="--map observed_at=Date"):
        bring(by_day(("2026-01-21", FIRST, 900), ("2026-01-21", SECOND, 10)), BY_DATE, as_of="2026-02-15")


def test_a_plain_date_beside_a_posting_time_may_be_that_of_publishing(bring: Bring, table: Rows) -> None:
    shape = replace(
        BY_DATE,
        columns={**BY_DATE.columns, "posted_at": source_at("created at"), "observed_at": source_at("Date")},
    )
    rows = [f"2026-01-12,{FIRST},2026-01-12T12:00:00Z,5", f"2026-01-13,{SECOND},2026-01-13T12:00:00Z,6"]
    loaded = bring("\n".join(["Date,id,created at,views", *rows]), shape, as_of="2026-02-15")
    assert {str(row["observed_at"])[:10] for row in table("post_snapshots")} == {"2026-02-15"}
    assert any("Date was left out" in warning for warning in loaded.warnings)


def test_one_wrong_date_among_right_ones_is_a_slip(bring: Bring, table: Rows) -> None:
    text = by_day(("2027-01-12", FIRST, 900), ("2026-01-13", SECOND, 10), ("2026-01-14", post_id("2026-01-14"), 11))
    loaded = bring(text, BY_DATE, as_of="2026-02-15")
    assert posted(table) == ["2026-01-12 12:00", "2026-01-13 12:00", "2026-01-14 12:00"]
    assert loaded.flagged["posting_time_contradicts_id"] == 1
    assert any(f"post {FIRST} is not of 2027-01-12" in warning for warning in loaded.warnings)


def test_zero_views_beside_other_counters_are_unknown(bring: Bring, table: Rows) -> None:
    rows = [f"{FIRST},0,2936", f"{SECOND},0,0", f"{post_id('2026-01-14')},0,"]
    loaded = bring("\n".join(["id,views,likes", *rows]), as_of="2026-02-15")
    assert [(row["views"], row["likes"]) for row in table("post_snapshots", "post_id")] == [
        (None, 2936), (0, 0), (0, None),
    ]  # fmt: skip
    assert (loaded.flagged["zero_views_beside_other_counters"], loaded.flagged["views_zero"]) == (1, 2)


def test_figures_of_single_days_in_json_are_refused_too(bring: Bring) -> None:
    columns = {"post_id": source_at("/post_id"), "posted_at": source_at("/date"), "views": source_at("/views")}
    rows = [{"post_id": FIRST, "date": f"2026-01-{day}", "views": views} for day, views in ((20, 900), (21, 400))]
    with pytest.raises(BadFileError, match="single days"):
        bring(rows, replace(BY_DATE, columns=columns), as_of="2026-02-15")
