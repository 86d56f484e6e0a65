import csv
import io
import re
import zipfile
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from dwell_sandbox import World
from dwell_sandbox.exports import OWN_ACCOUNT

HEADERS = {
    "Overview.csv": "Date,Video Views,Profile Views,Likes,Comments,Shares",
    "Content.csv": "Time,Video title,Video link,Post time,Total likes,Total comments,Total shares,Total views",
    "Viewers.csv": "Date,Total Viewers,New Viewers,Returning Viewers",
    "FollowerHistory.csv": "Date,Followers,Difference in followers from previous day",
    "FollowerActivity.csv": "Date,Hour,Active followers",
    "FollowerGender.csv": "Gender,Distribution",
    "FollowerTopTerritories.csv": "Top territories,Distribution",
}


@pytest.fixture(scope="module")
def files(folder: Path) -> dict[str, bytes]:
    files = {}
    for path in folder.glob("*.zip"):
        with zipfile.ZipFile(path) as archive:
            assert archive.testzip() is None
            for info in archive.infolist():
                assert info.compress_type == zipfile.ZIP_STORED
                files[info.filename] = archive.read(info)
    return files


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_all_seven_files_have_the_exact_bytes_of_the_format(files: dict[str, bytes]):
    assert files.keys() == HEADERS.keys()
    for name, content in files.items():
        text = content.decode("utf-8")
        lines = text.removeprefix("\ufeff").split("\n")
        assert text.startswith("\ufeff")
        assert "\r" not in text
        assert not text.endswith("\n")
        assert lines[0] == ",".join(f'"{column}"' for column in HEADERS[name].split(","))
        assert all(line.startswith('"') and line.endswith('"') for line in lines)
        assert not any(re.search(r"\d{4}", line.split('"')[1]) for line in lines), "dates come without a year"


def test_the_overview_name_carries_the_first_day_and_the_end(folder: Path, files: dict[str, bytes], now: datetime):
    (path,) = folder.glob("Overview_*.zip")
    first, end, handle = re.fullmatch(r"Overview_(\d{4}-\d\d-\d\d)_(\d+)_(\w+)\.zip", path.name).groups()
    overview = rows(files["Overview.csv"])
    last = datetime.fromtimestamp(int(end), UTC)
    assert handle == OWN_ACCOUNT
    assert len(overview) == 365
    assert overview[0]["Date"] == f"{date.fromisoformat(first):%B} {date.fromisoformat(first).day}"
    assert overview[-1]["Date"] == f"{last:%B} {last.day}"
    assert last.date() - date.fromisoformat(first) == timedelta(days=364)
    assert now - last == timedelta(days=1)


def test_overview_days_add_up_to_what_the_posts_gained(files: dict[str, bytes], world: World, now: datetime):
    """Posts of the first 200 days have all but finished growing; the days hold what they gained within 90 days each."""
    overview = rows(files["Overview.csv"])
    start = datetime(2025, 11, 1, tzinfo=world.creator(OWN_ACCOUNT).tz)
    middle = start + timedelta(days=200)
    posts = world.published_posts(OWN_ACCOUNT, since=start, until=middle)
    made = sum(world.counters(post.post_id, min(now, world.deleted_at(post.post_id) or now)).views for post in posts)
    shown = sum(int(row["Video Views"]) for row in overview[:200])
    assert shown == pytest.approx(made, rel=0.1)


def test_viewers_add_up_and_begin_undefined(files: dict[str, bytes]):
    viewers = rows(files["Viewers.csv"])
    assert list(viewers[0].values())[1:] == ["undefined", "0", "0"]
    for row in viewers[1:]:
        assert int(row["Total Viewers"]) == int(row["New Viewers"]) + int(row["Returning Viewers"])


def test_viewers_are_those_of_the_day_before_their_date(files: dict[str, bytes]):
    views = [int(row["Video Views"]) for row in rows(files["Overview.csv"])]
    viewers = [int(row["Total Viewers"]) for row in rows(files["Viewers.csv"])[1:]]
    assert all(people <= before for people, before in zip(viewers, views[:-1], strict=True))
    assert any(people > same for people, same in zip(viewers, views[1:], strict=True))


def test_followers_changes_are_those_from_the_day_before(files: dict[str, bytes]):
    history = rows(files["FollowerHistory.csv"])
    assert history[0]["Followers"] == "undefined"
    counts = [int(row["Followers"]) for row in history[1:]]
    changes = [int(row["Difference in followers from previous day"]) for row in history[2:]]
    assert changes == [after - before for before, after in pairwise(counts)]
    assert min(changes) < 0 < max(changes)


def test_activity_covers_eight_days_and_the_last_hours_are_zeros(files: dict[str, bytes]):
    activity = rows(files["FollowerActivity.csv"])
    assert len(activity) == 8 * 24
    assert [int(row["Hour"]) for row in activity[:24]] == list(range(24))
    assert all(int(row["Active followers"]) > 0 for row in activity[: 7 * 24])
    assert [row["Active followers"] for row in activity[-13:]] == ["0"] * 13


def test_distributions_are_fractions_that_add_up(files: dict[str, bytes]):
    for name in ("FollowerGender.csv", "FollowerTopTerritories.csv"):
        shares = [float(row["Distribution"]) for row in rows(files[name])]
        assert all(0 <= share <= 1 for share in shares)
        assert sum(shares) == pytest.approx(1)
    assert rows(files["FollowerTopTerritories.csv"])[-1]["Top territories"] == "Others"


def test_content_shows_fifteen_posts_some_with_broken_quotes(files: dict[str, bytes], world: World, now: datetime):
    lines = files["Content.csv"].decode("utf-8-sig").split("\n")[1:]
    link = r"https://www\.tiktok\.com/@(\w+)/(?:video|photo)/(\d{19})"
    pattern = rf'"November 1","(.*)","{link}","(\w+ \d+)"' + r',"(\d+)"' * 4
    results = [re.fullmatch(pattern, line).groups() for line in lines]
    assert len(results) == 15
    assert len({post_id for _, _, post_id, *_ in results}) == 15
    assert any('"' in title for title, *_ in results)
    for title, handle, post_id, posted, likes, comments, shares, views in results:
        post, counters = world.post(post_id), world.counters(post_id, now)
        local = post.posted_at.astimezone(world.creator(OWN_ACCOUNT).tz)
        assert (title, handle, posted) == (post.caption, OWN_ACCOUNT, f"{local:%B} {local.day}")
        assert (int(likes), int(comments), int(shares), int(views)) == (
            counters.likes, counters.comments, counters.shares, counters.views,
        )  # fmt: skip
    order = [world.post(post_id).posted_at for _, _, post_id, *_ in results]
    assert order not in (sorted(order), sorted(order, reverse=True))
