"""Meta's table of Facebook videos and reels; the rows are made up, the headers those of its exports."""

from __future__ import annotations

import csv
import io
import json
import random
from pathlib import Path
from typing import Any

import pytest

import dwell
from dwell.errors import BadFileError, UnknownFormatError
from dwell.providers.format_registry import FORMATS
from dwell.warehouse import Store

ID = "1234567890123456"
LINK = f"https://www.facebook.com/reel/{ID}/"
CURVE = [round(1 - 0.02 * n, 2) for n in range(41)]
ROW: dict[str, Any] = {
    "Video asset ID": ID, "Page ID": "100064500000001", "Page name": "Ann Cooks", "Title": "Soup #dinner",
    "Duration (sec)": "30", "Publish time": "10/03/2026 08:31", "Permalink": LINK, "Date": "Lifetime", "Views": "900",
    "3-second video views": "1,234", "Reach": "1,000", "Reactions": "45", "Comments": "6", "Shares": "7",
    "Seconds viewed": "9,000.5", "Average Seconds viewed": "7.3",
}  # fmt: skip


def with_curve(row: dict[str, Any], curve: list[Any]) -> dict[str, Any]:
    """The row with its curve, in the disorder in which Meta writes the columns."""
    points = [(f"Percentage of total views at interval {n}", value) for n, value in enumerate(curve)]
    random.Random(3).shuffle(points)
    return {**row, **dict(points)}


def load(folder: Path, *rows: dict[str, Any], **options: Any) -> tuple[Any, Store]:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(dict.fromkeys(name for row in rows for name in row)))
    writer.writeheader()
    writer.writerows(rows)
    path = folder / "videos.csv"
    path.write_text(out.getvalue(), "utf-8-sig")
    workspace = dwell.open(folder / "data", create=True)
    done = workspace.import_files([path], as_of="2026-11-01", **options)
    for _, error in done.failures:
        raise error
    return done.files[0], Store.open(workspace.settings)


def rows_of(store: Store, table: str, *names: str) -> list[tuple[Any, ...]]:
    found = store.query(f"SELECT {', '.join(names)} FROM {table} ORDER BY ALL", [table])
    return [tuple(dict(row).values()) for row in found]


def test_a_reel_with_its_watch_time_and_curve(tmp_path: Path) -> None:
    loaded, store = load(tmp_path, with_curve(ROW, CURVE))
    assert (loaded.format, loaded.rejected, loaded.watch_times_new) == ("meta-videos", 0, 1)
    posts = ("post_id", "platform", "handle", "posted_at", "duration_s", "caption", "hashtags")
    ((post_id, platform, handle, posted_at, *rest),) = rows_of(store, "posts", *posts)
    assert (post_id, platform, handle, rest) == (ID, "facebook", "ann cooks", [30.0, "Soup #dinner", ["dinner"]])
    assert (posted_at.month, posted_at.day, posted_at.hour) == (10, 3, 8)
    counters = rows_of(store, "post_snapshots", "views", "likes", "comments", "shares", "saves")
    assert counters == [(1234, 45, 6, 7, None)]
    assert rows_of(store, "watch_times", "avg_watch_s", "total_watch_s", "reach") == [(7.3, 9000.5, 1000)]
    curve = rows_of(store, "retention", "second", "retention_rate")
    assert curve == [(0.75 * n, rate) for n, rate in enumerate(CURVE)]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ([f"{100 * rate:g}%" for rate in CURVE], CURVE),
        ([f"{100 * rate:g}" for rate in CURVE], CURVE),
        ([*CURVE[:11], *[""] * 30], CURVE[:11]),
    ],
)
def test_a_curve_has_one_unit_and_may_end_early(tmp_path: Path, written: list[Any], meant: list[float]) -> None:
    _, store = load(tmp_path, with_curve(ROW, written))
    curve = rows_of(store, "retention", "second", "retention_rate")
    assert curve == [(0.75 * n, pytest.approx(rate)) for n, rate in enumerate(meant)]


def test_the_link_has_the_id_where_no_column_does(tmp_path: Path) -> None:
    row = {name: value for name, value in ROW.items() if name != "Video asset ID"}
    links = [LINK, f"https://www.facebook.com/ann/videos/soup/2{ID[1:]}", f"https://facebook.com/watch/?v=3{ID[1:]}"]
    loaded, store = load(tmp_path, *({**row, "Permalink": link} for link in links), {**row, "Permalink": ""})
    assert [post_id for (post_id,) in rows_of(store, "posts", "post_id")] == [ID, "2" + ID[1:], "3" + ID[1:]]
    assert loaded.rejected == 1
    assert "no id of the video" in loaded.rejects[0][1]
    with pytest.raises(BadFileError, match="id in scientific notation"):
        load(tmp_path, {**ROW, "Video asset ID": "1.23457E+15", "Permalink": ""})


def test_instagrams_rows_and_days_are_rejected(tmp_path: Path) -> None:
    instagram = {**ROW, "Permalink": "https://www.instagram.com/reel/Cxyz12345/"}
    loaded, store = load(tmp_path, ROW, {**instagram, "Video asset ID": "2" + ID[1:]}, {**ROW, "Date": "10/04/2026"})
    assert [post_id for (post_id,) in rows_of(store, "posts", "post_id")] == [ID]
    reasons = sorted(reason for _, reason, _ in loaded.rejects)
    assert reasons[0].endswith("instagram")
    assert "not of the video's lifetime" in reasons[1]


def test_a_curve_without_a_length_is_left_out_and_counted(tmp_path: Path) -> None:
    loaded, store = load(tmp_path, with_curve({**ROW, "Duration (sec)": ""}, CURVE))
    assert rows_of(store, "retention", "second") == []
    assert any("the curves of 1 video were left out" in warning for warning in loaded.warnings)


def test_an_account_of_the_same_name_elsewhere_is_another_one(tmp_path: Path) -> None:
    _, store = load(tmp_path, ROW)
    link = "https://www.tiktok.com/@anncooks/video/7594361172910656789"
    _, store = load(tmp_path, {"url": link, "views": 5, "author": "anncooks", "nickname": "Ann on TikTok"})
    _, store = load(tmp_path, {**ROW, "Page name": "anncooks"})
    assert rows_of(store, "creators", "handle", "platform", "display_name") == [
        ("ann cooks", "facebook", "Ann Cooks"),
        ("anncooks", "facebook", "anncooks"),
        ("anncooks", "tiktok", "Ann on TikTok"),
    ]


def test_its_export_is_read_back(tmp_path: Path) -> None:
    load(tmp_path, with_curve(ROW, CURVE))
    workspace = dwell.open(tmp_path / "data")
    again = dwell.open(tmp_path / "again", create=True)
    tables = ("posts", "post_snapshots", "watch_times", "retention", "creators")
    for table in tables:
        workspace.export(table, path=tmp_path / f"{table}.csv", format="csv")
    done = again.import_files([tmp_path / f"{table}.csv" for table in tables])
    assert not done.failures
    assert not any(file.rejected for file in done.files)
    stores = [Store.open(one.settings) for one in (workspace, again)]
    for table in tables:
        first, second = (json.dumps(rows_of(store, table, "*"), default=str) for store in stores)
        assert first == second, table


def test_a_table_without_ids_and_links_says_what_is_missing(tmp_path: Path) -> None:
    row = {name: value for name, value in ROW.items() if name not in {"Video asset ID", "Permalink"}}
    with pytest.raises(UnknownFormatError, match="Video asset ID or Permalink"):
        load(tmp_path, row)
    assert "meta-videos" in FORMATS


def test_the_curve_of_a_rejected_row_is_not_stored(tmp_path: Path) -> None:
    link = "https://www.instagram.com/reel/Cxyz12345/"
    _, store = load(tmp_path, ROW, with_curve({**ROW, "Video asset ID": "2" + ID[1:], "Permalink": link}, CURVE))
    assert rows_of(store, "retention", "second") == []


def test_missing_columns_do_not_stretch_the_curve(tmp_path: Path) -> None:
    _, store = load(tmp_path, with_curve({**ROW, "Duration (sec)": "40"}, CURVE[:20]))
    assert rows_of(store, "retention", "second") == [(float(second),) for second in range(20)]


def test_what_the_user_says_of_dates_and_percentages_holds(tmp_path: Path) -> None:
    row = with_curve({**ROW, "Publish time": "02/10/2026 09:30"}, [0.9, 0.8])
    _, store = load(tmp_path, row, dates="dmy", percent=True)
    ((posted_at,),) = rows_of(store, "posts", "posted_at")
    assert (posted_at.month, posted_at.day) == (10, 2)
    rates = [rate for (rate,) in rows_of(store, "retention", "retention_rate")]
    assert rates == [pytest.approx(0.008), pytest.approx(0.009)]


def test_curves_of_two_units_in_a_file(tmp_path: Path) -> None:
    second = with_curve({**ROW, "Video asset ID": "2" + ID[1:]}, [1, 0.8, 0.6])
    loaded, store = load(tmp_path, with_curve(ROW, [100, 80, 60]), second)
    assert sorted(rows_of(store, "retention", "retention_rate")) == [(0.6,), (0.6,), (0.8,), (0.8,), (1.0,), (1.0,)]
    assert any("begin near 1" in warning and "1 retention curve" in warning for warning in loaded.warnings)


def test_a_column_that_shows_day_before_month_is_read_so(tmp_path: Path) -> None:
    second = {**ROW, "Video asset ID": "2" + ID[1:], "Publish time": "13/02/2026"}
    loaded, store = load(tmp_path, {**ROW, "Publish time": "02/10/2026"}, second)
    days = sorted((posted_at.month, posted_at.day) for (posted_at,) in rows_of(store, "posts", "posted_at"))
    assert (loaded.rejected, days) == (0, [(2, 13), (10, 2)])


def test_a_length_with_a_comma_is_read_as_the_user_says(tmp_path: Path) -> None:
    row = with_curve({**ROW, "Duration (sec)": "12,345", "Average Seconds viewed": "8,12"}, ["1,0", "0,98"])
    _, store = load(tmp_path, row, decimal=",")
    assert rows_of(store, "posts", "duration_s") == [(12.345,)]
    assert rows_of(store, "retention", "second", "retention_rate") == [(0.0, 1.0), (0.309, 0.98)]


def test_counts_of_two_kinds_are_not_mixed_in_a_column(tmp_path: Path) -> None:
    second = {**ROW, "Video asset ID": "2" + ID[1:], "3-second video views": "", "Views": "900"}
    _, store = load(tmp_path, ROW, second)
    assert rows_of(store, "post_snapshots", "post_id", "views") == [(ID, 1234), ("2" + ID[1:], None)]
    _, store = load(tmp_path, {**second, "Video asset ID": "3" + ID[1:]})
    assert rows_of(store, "post_snapshots", "post_id", "views")[2] == ("3" + ID[1:], 900)
