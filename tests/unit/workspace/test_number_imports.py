"""Numbers through whole imports: every format, the question, the options, and what is counted."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import dwell
from dwell.workspace.imports import Imports

IDS = ("7594361172910656789", "7594732258085039108", "7595103343259421427")
LINKS = tuple(f"https://www.tiktok.com/@ann.cooks/video/{post_id}" for post_id in IDS)
Load = Callable[..., tuple[Imports, dict[str, list[Any]]]]
COLUMNS = {
    "posts": ("duration_s",),
    "post_snapshots": ("views",),
    "watch_times": ("avg_watch_s", "total_watch_s", "full_watch_rate"),
    "retention": ("retention_rate",),
}


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Imports a file, and gives the result and the values of each column in order of the posts."""

    def loaded(content: Any, name: str = "mine.csv", **options: Any) -> tuple[Imports, dict[str, list[Any]]]:
        path = tmp_path / name
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        workspace = dwell.open(tmp_path / "data", create=True)
        done = workspace.import_files([path], as_of="2026-02-15", **options)
        values = {}
        for table, columns in COLUMNS.items():
            target = tmp_path / f"{table}.jsonl"
            workspace.export(table, path=target, format="jsonl")
            rows = [json.loads(line) for line in target.read_text("utf-8").splitlines()]
            values |= {column: [row[column] for row in rows] for column in columns}
        return done, values

    return loaded


def table(header: str, *cells: str) -> str:
    return "\n".join([f"url,{header}", *(f"{link},{cell}" for link, cell in zip(LINKS, cells, strict=False))]) + "\n"


def test_units_of_headers_and_of_cells(load: Load) -> None:
    header = "views,Watched full video (%),avg watch time (min),duration_ms"
    _, values = load(table(header, "900,0.8,0.5,15s", "5000,0.5,12s,1:00", "300,61%,1:30,22000"))
    assert values["full_watch_rate"] == [0.008, 0.005, 0.61]
    assert values["avg_watch_s"] == [30.0, 12.0, 90.0]
    assert values["duration_s"] == [15.0, 60.0, 22.0]


def test_lengths_of_iso_8601(load: Load) -> None:
    _, values = load(table("views,duration", "900,PT45S", "5000,PT1M5.5S", "300,PT1H"))
    assert values["duration_s"] == [45.0, 65.5, 3600.0]


def test_fractions_beside_percentages_are_read_as_percentages_and_said(load: Load) -> None:
    done, values = load(table("views,full watch rate", "900,0.4", "5000,0.5", "300,61%"))
    assert values["full_watch_rate"] == [0.004, 0.005, 0.61]
    assert "if they are fractions, give --fraction" in " ".join(done.files[0].warnings)
    done, _ = load(table("views,full watch rate", "900,7", "5000,0.5", "300,61%"), "other.csv")
    assert not any("--fraction" in warning for warning in done.files[0].warnings)


def test_a_unit_late_in_a_long_column_decides_for_all_of_it(load: Load) -> None:
    rows = [f"{int(IDS[0]) + n * (1 << 33)},{n + 1}," for n in range(1_200)]
    rows += [f"{int(IDS[0]) + (1_200 + n) * (1 << 33)},5,{text}" for n, text in enumerate(("45", "0.8", "12.5"))]
    done, values = load("\n".join(["id,views,watched full video", *rows]))
    assert [value for value in values["full_watch_rate"] if value is not None] == [0.45, 0.008, 0.125]
    assert done.files[0].rejected == 0


def test_shares_that_nothing_marks_are_fractions_with_a_word(load: Load) -> None:
    text = table("views,watched full video", "900,0.8", "5,0.5")
    done, values = load(text)
    assert values["full_watch_rate"] == [0.8, 0.5]
    assert any("--percent" in warning for warning in done.files[0].warnings)


def test_percent_as_the_user_says_it(load: Load) -> None:
    done, values = load(table("views,watched full video", "900,0.8", "5,0.5"), percent=True)
    assert values["full_watch_rate"] == [0.008, 0.005]
    assert not done.files[0].warnings


def test_what_stays_open_is_asked_for(load: Load) -> None:
    text = table("views,total play time", '900,"12,345"', '50,"9,870"')
    (failure,) = load(text)[0].failures
    assert failure[1].code == "ambiguous_numbers"
    assert "--decimal" in str(failure[1])
    assert load(text, decimal=".")[1]["total_watch_s"] == [12_345, 9_870]


def test_another_column_of_the_file_tells(load: Load) -> None:
    _, values = load(table("views,total play time", '"5,431","12,345"', '50,"9,870"'))
    assert values["total_watch_s"] == [12_345, 9_870]


def test_a_suffix_as_the_user_says_it(load: Load) -> None:
    text = table("views", '"1,2 mil."', "5")
    assert load(text, suffixes={"mil": 1_000_000})[1]["views"] == [1_200_000, 5]


def test_json_numbers_have_a_point_and_json_texts_are_spellings(load: Load) -> None:
    numbers = [{"url": link, "views": 12, "avg watch time": 8.981} for link in LINKS[:2]]
    assert load(numbers, "numbers.json")[1]["avg_watch_s"] == [8.981, 8.981]
    texts = [{"url": LINKS[2], "views": "1.234", "avg watch time": "7,5"}]
    _, values = load(texts, "texts.json")
    assert (values["views"][2], values["avg_watch_s"][2]) == (1234, 7.5)


def test_one_unit_for_the_curves_of_a_template(load: Load) -> None:
    head = "video_link_or_id,views,avg_watch_time_s,retention_0s,retention_1s,retention_2s"
    assert load(f"{head}\n{IDS[0]},900,8.98,100,50,0.9\n")[1]["retention_rate"] == [1.0, 0.5, 0.009]


def test_loops_at_the_start_of_a_curve_are_no_percentages(load: Load) -> None:
    head = "video_link_or_id,views,avg_watch_time_s,retention_0s,retention_1s,retention_2s"
    done, values = load(f"{head}\n{IDS[0]},900,8.98,1.2,0.5,0.9\n")
    assert values["retention_rate"] == [1.2, 0.5, 0.9]
    assert done.files[0].flagged["curve_rises"] == 1


def test_a_youtube_file_with_decimal_commas(load: Load) -> None:
    header = (
        "Content;Account;Video Type;Time Range;Video title;Video publish time;Duration;Average percentage viewed (%);"
        "Engaged views;Watch time (hours);Likes;Comments added"
    )
    row = "abcdefghijk;chan;Shorts;April 1 - 30, 2025;hi;Feb 8, 2025;60;90,79;7420692;112294,5994;-7;13"
    _, values = load(f"{header}\n{row}\n")
    assert values["avg_watch_s"] == [54.474]
    assert values["total_watch_s"] == [404_260_557.84]


def test_milliseconds_without_a_unit_are_flagged_and_left_out(load: Load, tmp_path: Path) -> None:
    done, values = load(table("views,duration,avg watch time", "900,15000,7000", "5000,32500,9100", "300,61200,8000"))
    assert values["duration_s"] == [15_000.0, 32_500.0, 61_200.0]
    flagged = done.files[0].flagged
    assert (flagged["length_over_60_minutes_on_tiktok"], flagged["length_over_10_hours"]) == (2, 1)
    assert "name that column duration_ms" in " ".join(done.files[0].warnings)
    posts = dwell.open(tmp_path / "data").posts(creator="@ann.cooks")
    assert {post["excluded"] for post in posts} == {"implausible"}
    assert {post["watch_ratio"] for post in posts} == {None}
    done, values = load("url,views,duration\nhttps://youtu.be/dQw4w9WgXcQ,900,15000\n", "tube.csv")
    assert "length_over_60_minutes_on_tiktok" not in done.files[0].flagged


def test_bad_cells_and_implausible_values_are_counted(load: Load) -> None:
    header = "views,duration,avg watch time,original sound"
    done, values = load(table(header, "900,1e400,4.1,a title", "5000,30,700,", "-1,1e300,3,yes"))
    loaded = done.files[0]
    assert loaded.rejected == 0
    assert loaded.unknown_values == {"duration_s": 1, "sound_original": 1, "views": 1}
    assert loaded.flagged["avg_watch_over_20_lengths"] == 1
    assert loaded.flagged["length_over_10_hours"] == 1
    assert values["views"] == [900, 5000]
    assert values["duration_s"] == [None, 30.0, 1e300]
    assert done.to_dict()["files"][0]["unknown_values"] == loaded.unknown_values


def test_the_column_whose_values_fit(load: Load) -> None:
    done, _ = load(table("views,Comments,Comment Count", '900,"Love it,So good",2', "5,Nice,3"))
    assert done.files[0].unknown_values == {}
    assert "Comments" in done.files[0].warnings[0]


@pytest.mark.parametrize(
    ("header", "lengths"), [("duration_ms", ("8.5", "12", "31")), ("duration", ("0.2", "0.4", "1"))]
)
def test_lengths_of_less_than_half_a_second_are_flagged_and_left_out(
    load: Load, tmp_path: Path, header: str, lengths: tuple[str, ...]
) -> None:
    done, _ = load(table(f"views,{header}", *(f"900,{length}" for length in lengths)))
    wrong = 3 if header == "duration_ms" else 2
    assert done.files[0].flagged["length_under_half_a_second"] == wrong
    assert "name that column duration_s or duration_min" in " ".join(done.files[0].warnings)
    posts = dwell.open(tmp_path / "data").posts(creator="@ann.cooks")
    assert sum(post["excluded"] == "implausible" for post in posts) == wrong
    assert sum(post["implausible"] == "length_under_half_a_second" for post in posts) == wrong


def test_a_number_of_json_has_a_decimal_point_whatever_stands_beside_it(load: Load) -> None:
    """7.371 without quotes cannot be thousands: then neither is "7.370" in the same column."""
    rows = [{"url": f"https://www.tiktok.com/@ann/video/{7350810998023949599 + n}", "views": views, "likes": 1}
            for n, views in enumerate(["7.370", 7.371, "1.234"])]  # fmt: skip
    _, values = load("\n".join(map(json.dumps, rows)) + "\n", "videos.jsonl")
    assert values["views"] == [None, None, None]  # a count has no fraction


def test_a_bound_and_a_hidden_zero_are_not_exact(load: Load, tmp_path: Path) -> None:
    load("url,views,likes\n" + "".join(f"https://www.tiktok.com/@ann/video/{7350810998023949599 + n},{row}\n"
         for n, row in enumerate(["1000+,0K", "12K,3K", "99+,0", "1234,5"])))  # fmt: skip
    query = "SELECT views, views_unit, likes, likes_unit FROM post_snapshots ORDER BY post_id"
    rows = dwell.open(tmp_path / "data").store.query(query, ["post_snapshots"]).rows
    assert rows == [(1000, 1000, 0, 1000), (12_000, 1000, 3000, 1000), (99, 10, 0, 1), (1234, 1, 5, 1)]


def test_a_hidden_zero_is_unknown_where_no_unit_is_stored(load: Load, tmp_path: Path) -> None:
    """0K is some hundreds at most: beside a unit of a thousand it says so, and a bare 0 would be a false one."""
    rows = [f"{7350810998023949599 + n},5,{row}\n" for n, row in enumerate(["0K,0K views", "3K,0", "0,5"])]
    load("video_link_or_id,avg_watch_time_s,reach,views\n" + "".join(rows))
    store = dwell.open(tmp_path / "data").store
    reach = store.query("SELECT reach FROM watch_times ORDER BY post_id", ["watch_times"]).rows
    assert reach == [(None,), (3000,), (0,)]
    views = store.query("SELECT views, views_unit FROM post_snapshots ORDER BY post_id", ["post_snapshots"]).rows
    assert views == [(0, 1000), (0, 1), (5, 1)]


def test_a_share_of_a_hidden_zero_is_unknown(load: Load, tmp_path: Path) -> None:
    rows = [f"{7350810998023949599 + n},5,{row}\n" for n, row in enumerate(["0K,5000", "50,5000"])]
    load("aweme_id,avg_watch_time_s,full_video_views,total_views\n" + "".join(rows))
    query = "SELECT full_watch_rate FROM watch_times ORDER BY post_id"
    assert dwell.open(tmp_path / "data").store.query(query, ["watch_times"]).rows == [(None,), (0.01,)]
