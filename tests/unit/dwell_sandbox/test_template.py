import csv
import re
from datetime import datetime
from pathlib import Path

import pytest

from dwell_sandbox import World
from dwell_sandbox.exports import OWN_ACCOUNT
from dwell_sandbox.exports.template import captured_at

ID = re.compile(r"(\d{19})$")


@pytest.fixture(scope="module")
def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / f"watch_time_{OWN_ACCOUNT}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def seconds(text: str) -> float:
    minutes, _, rest = text.removesuffix("s").rpartition(":")
    return float(minutes or 0) * 60 + float(rest)


def test_it_has_the_columns_of_the_contract(rows: list[dict[str, str]]):
    assert ",".join(rows[0]) == (
        "video_link_or_id,captured_on,views,avg_watch_time_s,watched_full_video_pct,total_play_time_s,reach,"
        "new_followers,saves"
    )


def test_the_typed_figures_are_the_truth_as_exactly_as_they_are_written(
    rows: list[dict[str, str]], world: World, now: datetime
):
    captured = captured_at(now)
    for row in rows:
        match = ID.search(row["video_link_or_id"])
        if match is None:
            continue
        true, counters = world.truth(match[1]), world.counters(match[1], captured)
        assert true is not None
        assert row["captured_on"] == "2026-11-01"
        assert (int(row["views"]), int(row["saves"])) == (counters.views, counters.saves)
        assert int(row["reach"]) <= counters.views
        assert float(row["watched_full_video_pct"].removesuffix("%")) / 100 == pytest.approx(
            true.full_watch_rate, abs=6e-5
        )
        if row["avg_watch_time_s"] != "undefined":
            step = 0.51 if ":" in row["avg_watch_time_s"] else 0.051
            assert seconds(row["avg_watch_time_s"]) == pytest.approx(true.avg_watch_s, abs=step)
            hours, minutes, rest = (int(part) for part in re.sub(r"[hms]", "", row["total_play_time_s"]).split(":"))
            assert hours * 3600 + minutes * 60 + rest == pytest.approx(true.avg_watch_s * counters.views, abs=1)


def test_every_way_of_typing_occurs(rows: list[dict[str, str]]):
    averages = [row["avg_watch_time_s"] for row in rows]
    assert any(re.fullmatch(r"\d+\.\ds", each) for each in averages)
    assert any(re.fullmatch(r"\d+\.\d", each) for each in averages)
    assert any(re.fullmatch(r"\d+:\d\d", each) for each in averages)
    assert {row["watched_full_video_pct"].endswith("%") for row in rows} == {True, False}
    assert {row["total_play_time_s"].count("h") for row in rows} == {0, 1}
    assert {row["video_link_or_id"].startswith("https://") for row in rows} == {True, False}


def test_one_row_is_undefined_and_one_id_is_destroyed(rows: list[dict[str, str]]):
    assert sum(row["avg_watch_time_s"] == "undefined" for row in rows) == 1
    damaged = [row["video_link_or_id"] for row in rows if not ID.search(row["video_link_or_id"])]
    assert len(damaged) == 1
    assert re.fullmatch(r"7\.\d\dE\+18", damaged[0])


def test_every_video_is_there_once_and_no_photo(rows: list[dict[str, str]], world: World):
    ids = [match[1] for row in rows if (match := ID.search(row["video_link_or_id"]))]
    assert len(set(ids)) == len(ids) == len(rows) - 1
    assert all(world.post(post_id).media_type == "video" for post_id in ids)
    assert len(rows) > 120
