import json
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from dwell.records import Hints
from dwell_sandbox import World
from dwell_sandbox.counters import round_count
from dwell_sandbox.demo_accounts import DEMO_ACCOUNTS
from dwell_sandbox.exports import COMPETITORS, DAMAGE, OWN_ACCOUNT, SCRAPE_INTERVAL, Export, write_exports


def lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_the_same_seed_gives_the_same_bytes_and_another_gives_others(
    tmp_path: Path, exports: list[Export], now: datetime, world: World
):
    same, other = tmp_path / "same", tmp_path / "other"
    same.mkdir()
    other.mkdir()
    again = write_exports(same, seed=world.seed, now=now)
    assert [export.path.name for export in again] == [export.path.name for export in exports]
    assert all(one.path.read_bytes() == two.path.read_bytes() for one, two in zip(exports, again, strict=True))
    write_exports(other, seed=world.seed + 1, now=now)
    name = exports[0].path.name
    assert (other / name).read_bytes() != (same / name).read_bytes()


def test_every_file_says_what_it_is_and_how_to_import_it(exports: list[Export], folder: Path):
    assert {export.path for export in exports} == set(folder.iterdir())
    for path, what, hints in exports:
        assert "demo_" in path.name
        assert "(simulated)" in what
        assert Hints(**hints)
        timeless = path.name.startswith(("apify_", "Overview_", "Content_", "Viewers_", "Followers_"))
        assert ("as_of" in hints) == timeless


def test_the_own_account_has_about_160_posts_over_fourteen_months(folder: Path, now: datetime):
    rows = lines(folder / f"apify_{OWN_ACCOUNT}_{now:%Y-%m-%d}.jsonl")
    assert 130 <= len(rows) <= 190
    first = datetime.fromisoformat(rows[-1]["createTimeISO"])
    assert timedelta(days=400) < now - first < timedelta(days=435)


def test_the_second_scrape_lacks_exactly_the_deleted_posts(folder: Path, world: World, now: datetime):
    before = {row["id"] for row in lines(folder / f"apify_{OWN_ACCOUNT}_{now - SCRAPE_INTERVAL:%Y-%m-%d}.jsonl")}
    after = {row["id"] for row in lines(folder / f"apify_{OWN_ACCOUNT}_{now:%Y-%m-%d}.jsonl")}
    gone = {post_id for post_id in before if (world.deleted_at(post_id) or now + SCRAPE_INTERVAL) <= now}
    assert before - after == gone
    assert gone
    assert after - before == {post_id for post_id in after if world.post(post_id).posted_at > now - SCRAPE_INTERVAL}


def test_apify_rows_are_the_world_rounded(folder: Path, world: World, now: datetime):
    rows = lines(folder / f"apify_{OWN_ACCOUNT}_{now:%Y-%m-%d}.jsonl")
    pinned = world.pinned(OWN_ACCOUNT, now)
    for row in rows:
        counters, post = world.counters(row["id"], now), world.post(row["id"])
        assert row["playCount"] == round_count(counters.views)
        assert row["collectCount"] == round_count(counters.saves)
        assert row["videoMeta"]["duration"] == (post.duration_s or 0)
        assert row["isSlideshow"] == (post.media_type == "photo")
        assert row["isPinned"] == (row["id"] in pinned)
        assert [tag["name"] for tag in row["hashtags"]] == list(post.hashtags)
        assert row["createTime"] >= int(row["id"]) >> 32
        assert "imulated" in row["authorMeta"]["nickName"] + row["authorMeta"]["signature"]
    assert Counter(row["isPinned"] for row in rows)[True] == 3
    assert Counter(row["isAd"] for row in rows)[True] > 2


@pytest.mark.parametrize("handle", COMPETITORS)
def test_web_items_are_the_world_at_their_capture_time(folder: Path, world: World, now: datetime, handle: str):
    rows = lines(folder / f"web_{handle}_{now:%Y-%m-%d}.jsonl")
    assert 90 <= len(rows) <= 160
    finer = 0
    for row in rows:
        read_at = datetime.fromtimestamp(row["collectTime"], now.tzinfo)
        assert now - timedelta(minutes=1) <= read_at <= now
        counters = world.counters(row["id"], read_at)
        assert row["stats"]["playCount"] == round_count(counters.views)
        assert row["statsV2"]["playCount"] in {str(counters.views), str(round_count(counters.views))}
        finer += row["statsV2"]["playCount"] != str(row["stats"]["playCount"])
        assert ("imagePost" in row) == (row["video"]["duration"] == 0)
        assert row["author"]["uniqueId"] == handle
        assert "watch" not in json.dumps(sorted(row)).lower()
    assert 0 < finer < 0.2 * len(rows)
    assert sum(row.get("isPinnedItem", False) for row in rows) == 3


def test_both_scrapes_of_a_competitor_overlap_and_grow(folder: Path, now: datetime):
    for handle in COMPETITORS[:2]:
        before = {row["id"]: row for row in lines(folder / f"web_{handle}_{now - SCRAPE_INTERVAL:%Y-%m-%d}.jsonl")}
        after = {row["id"]: row for row in lines(folder / f"web_{handle}_{now:%Y-%m-%d}.jsonl")}
        both = before.keys() & after.keys()
        assert len(both) > 80
        assert any(after[each]["stats"]["playCount"] > before[each]["stats"]["playCount"] for each in both)


def test_exactly_one_web_line_is_truncated(folder: Path, now: datetime):
    broken = []
    for path in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(path.read_text("utf-8").split("\n"), start=1):
            try:
                assert not line or isinstance(json.loads(line), dict)
            except json.JSONDecodeError:
                broken.append((path.name, number))
    path = folder / f"web_demo_trailruns_{now - SCRAPE_INTERVAL:%Y-%m-%d}.jsonl"
    assert broken == [(path.name, len(path.read_text("utf-8").split("\n")))]


def test_the_listed_damage_is_little_and_names_files_that_exist(folder: Path):
    assert sum(damage.rows or 0 for damage in DAMAGE if damage.becomes == "rejected") == 4
    for damage in DAMAGE:
        assert list(folder.glob(f"{damage.file}*"))


def test_every_account_of_the_files_is_a_demo_account():
    assert {OWN_ACCOUNT, *COMPETITORS} == set(DEMO_ACCOUNTS)


@pytest.mark.parametrize("year", [2023, 2038])
def test_years_without_such_accounts_are_refused(tmp_path: Path, now: datetime, year: int):
    with pytest.raises(ValueError, match="from 2024 to 2037"):
        write_exports(tmp_path, seed=1, now=now.replace(year=year))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("month", [1, 5, 9])
def test_any_day_of_any_year_will_do(tmp_path: Path, now: datetime, month: int):
    """Daylight saving, leap days and year ends on the way: 365 days, ascending, however the dates fall."""
    moment = now.replace(year=2032, month=month, day=30, hour=1)
    for path, *_ in write_exports(tmp_path, seed=month, now=moment):
        assert path.stat().st_size > 2000
