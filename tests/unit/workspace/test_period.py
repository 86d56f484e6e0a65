"""The period of publishing that a question is about: read once, bound when the query runs, never in its text."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import dwell
from dwell import clock
from dwell.charts.formatting import format_period
from dwell.cli.main import main
from dwell.errors import SettingsError
from dwell.metrics.compile import Engine, bound_sql
from dwell.workspace.period import ALWAYS, Period, When, parse_period

NOW = datetime(2026, 11, 20, 12, 30, 15, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


def test_a_day_is_whole_in_its_zone_and_the_last_one_is_part_of_the_period() -> None:
    assert parse_period("2026-01-01", "2026-01-31", tz="Europe/Berlin") == Period(
        datetime(2025, 12, 31, 23, tzinfo=UTC), datetime(2026, 1, 31, 23, tzinfo=UTC)
    )
    assert parse_period(date(2026, 1, 1)) == Period(datetime(2026, 1, 1, tzinfo=UTC), None)
    assert parse_period(until="2026-01-31T18:00+02:00") == Period(None, datetime(2026, 1, 31, 16, tzinfo=UTC))
    assert parse_period() == ALWAYS


@pytest.mark.parametrize(
    ("since", "until", "tz", "days"),
    [
        ("2026-06-01", "2026-06-02", "America/New_York", (1, 3)),
        ("2026-06-01", "2026-06-02", "Asia/Tokyo", (1, 3)),
        ("2026-06-01T18:00", "2026-06-02T18:00", "America/New_York", (2, 3)),
        ("2026-06-01T04:00Z", "2026-06-03T04:00Z", "America/New_York", (1, 3)),
        (datetime(2026, 6, 1, tzinfo=ZoneInfo("Asia/Tokyo")), None, "UTC", (1, None)),
    ],
)
def test_a_day_without_an_hour_is_that_day_in_the_zone_of_the_period(
    since: When, until: When | None, tz: str, days: tuple[int, int | None]
) -> None:
    parameters = parse_period(since, until, tz=tz).parameters
    found = [parameters.get(name) for name in ("since_day", "until_day")]
    assert found == [None if day is None else datetime(2026, 6, day, tzinfo=UTC) for day in days]


def test_the_days_of_utc_are_no_other_query() -> None:
    assert set(parse_period("2026-06-01", "2026-06-02").parameters) == {"since", "until"}
    last = parse_period(until="9999-12-31T10:00", tz="America/New_York").parameters
    assert last["until_day"] == datetime.max.replace(tzinfo=UTC)


@pytest.mark.parametrize(("last", "length"), [("24h", 24), ("90d", 90 * 24), ("12w", 12 * 7 * 24)])
def test_the_last_days_end_now(last: str, length: int) -> None:
    assert parse_period(last=last) == Period(NOW - timedelta(hours=length), None)
    assert parse_period(last=timedelta(hours=length)) == parse_period(last=last)


@pytest.mark.parametrize(
    ("since", "until", "last", "message"),
    [
        ("2026-01-01", None, "90d", "not both"),
        (None, "2026-01-01", "90d", "not both"),
        ("2026-03-01", "2026-02-01", None, "ends .* before it begins"),
        ("2027-01-01", None, None, "in the future"),
        ("2026-W12", None, None, "isn't a time for --since"),
        ("yesterday", None, None, "isn't a time for --since"),
        (None, "2026-02-30", None, "isn't a time for --until"),
        (None, None, "90", "isn't a length of time"),
        (None, None, "0d", "isn't a length of time"),
        (None, None, "999999w", "longer than dates reach back"),
        (None, None, timedelta(0), "above 0"),
        (None, "9999-12-31", None, "beyond the years"),
    ],
)
def test_what_cannot_be_or_contradicts_itself_is_refused(
    since: When | None, until: When | None, last: str | timedelta | None, message: str
) -> None:
    with pytest.raises(SettingsError, match=message):
        parse_period(since, until, last)


def test_a_time_that_the_clocks_skip_is_refused_and_one_that_comes_twice_is_the_first() -> None:
    with pytest.raises(SettingsError, match="doesn't exist in Europe/Berlin"):
        parse_period("2026-03-29T02:30", tz="Europe/Berlin")
    assert parse_period("2026-03-29T03:30", tz="Europe/Berlin").since == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert parse_period("2026-10-25T02:30", tz="Europe/Berlin").since == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    # A day whose midnight is skipped begins when the clocks do.
    assert parse_period("2026-09-06", tz="America/Santiago").since == datetime(2026, 9, 6, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("Africa/Cairo", "2024-04-26"),
        ("America/Havana", "2024-03-10"),
        ("Asia/Beirut", "2024-03-31"),
        ("America/Santiago", "2026-09-06"),
        ("America/Havana", "2024-11-03"),  # whose midnight comes twice
        ("Europe/Berlin", "2024-03-31"),
        ("Pacific/Apia", "2011-12-31"),
    ],
)
def test_a_day_alone_is_in_the_period_of_that_day(zone: str, day: str) -> None:
    """A file without hours says `2024-04-26`, stored as its midnight in UTC, whenever that day begins in the zone."""
    midnight = datetime.fromisoformat(day).replace(tzinfo=UTC)
    parameters = parse_period(day, day, tz=zone).parameters
    assert (parameters["since_day"], parameters["until_day"]) == (midnight, midnight + timedelta(days=1))


def test_a_period_may_end_on_the_first_day_of_all() -> None:
    """That day began, in a zone east of UTC, before there are dates."""
    parameters = parse_period(until="0001-01-01T05:00", tz="Europe/Berlin").parameters
    assert parameters["until_day"] == datetime(1, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize("engine", ["duckdb", "spark"])
def test_another_account_or_period_compiles_nothing(tmp_path: Path, engine: Engine) -> None:
    handles = ("me", "o'brien\\n", "dwell_bound('since')")
    asked = [
        bound_sql("exclusions", engine, tmp_path, handle=handle, since=NOW - timedelta(days=days))
        for handle in handles
        for days in (1, 90)
    ]
    assert len({text for text, _ in asked}) == len(list(tmp_path.glob("*.sql"))) == 1
    text, values = asked[0]
    assert values == {"handle": "me", "since": NOW - timedelta(days=1)}
    sign = {"duckdb": "$", "spark": ":"}[engine]
    assert f"{sign}handle" in text
    assert f"{sign}since" in text
    assert "dwell_bound" not in text.lower()


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> dwell.Workspace:
    """Twelve videos, one a month of 2026 until October, and two whose time of publishing is not known."""
    folder = tmp_path_factory.mktemp("period")
    published_at = [f"2026-{month:02}-15T12:00:00Z" for month in range(1, 11)] + [None, None]
    rows = [
        {
            "post_id": f"video-000{number:02}", "platform": "youtube", "handle": "ann", "duration_s": 12,
            "views": 900 + number, "likes": 30 + number, "posted_at": at,
            "observed_at": "2026-11-01T00:00:00Z", "source": "test",
        }
        for number, at in enumerate(published_at, start=1)
    ]  # fmt: skip
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    made = dwell.open(folder / "data", create=True)
    made.import_files([folder / "rows.jsonl"])
    return made


def test_posts_of_a_period_and_those_of_unknown_time(workspace: dwell.Workspace) -> None:
    found = workspace.posts(creator="@ann", since="2026-03-15", until="2026-05-15", sort="posted_at")
    assert [row["post_id"] for row in found] == ["video-00005", "video-00004", "video-00003"]
    assert (found.meta["since"], found.meta["until"]) == ("2026-03-15T00:00:00Z", "2026-05-16T00:00:00Z")
    assert found.meta["undated"] == 2
    assert any("2 posts have no known time of publishing" in warning for warning in found.warnings)
    assert len(workspace.posts(creator="@ann")) == 12
    assert workspace.posts(creator="@ann").meta["since"] is None
    assert sum(workspace.trend(creator="@ann", every="month", last="90d").column("posts")) == 2


@pytest.mark.parametrize("tz", ["UTC", "America/New_York", "Asia/Tokyo", "Pacific/Kiritimati"])
def test_posts_whose_day_alone_is_known_are_of_that_day_wherever_the_user_is(
    tz: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = "".join(f"ann,2026-06-0{day},Post {day},{day}00,{day},1{day}\n" for day in range(1, 5))
    (tmp_path / "days.csv").write_text("username,posted,caption,views,likes,duration\n" + rows, encoding="utf-8")
    monkeypatch.setenv("DWELL_DATA", str(tmp_path / "data"))
    assert main(["import", str(tmp_path / "days.csv"), "--as-of", "2026-06-20"]) == 0
    capsys.readouterr()
    question = f"posts --creator @ann --tz {tz} --since 2026-06-02 --until 2026-06-03 --json"
    assert main(question.split()) == 0
    assert sorted(row["views"] for row in json.loads(capsys.readouterr().out)["rows"]) == [200, 300]


def test_pictures_and_pages_say_of_which_period_they_are(workspace: dwell.Workspace, tmp_path: Path) -> None:
    chart = workspace.charts.trend(creator="@ann", since="2026-03-15", every="month").to_dict()
    assert "@ann, posts published since 15 Mar 2026 · observed" in " ".join(chart["title"]["subtitle"])
    assert "published" not in " ".join(workspace.charts.trend(creator="@ann").to_dict()["title"]["subtitle"])
    workspace.report(creator="@ann", path=tmp_path / "page.html", until="2026-05-15")
    page = (tmp_path / "page.html").read_text("utf-8")
    assert "5 of 5 posts compared, published before 16 May 2026, observed" in page
    assert "@ann, posts published before 16 May 2026 · observed" in page


def test_a_picture_of_a_snapshot_has_its_own_period_alone(workspace: dwell.Workspace) -> None:
    with workspace.snapshot() as snapshot:
        snapshot.posts(creator="@ann", since="2026-03-15")
        chart = snapshot.charts.trend(creator="@ann").to_dict()
    assert "published" not in " ".join(chart["title"]["subtitle"])


def test_a_period_in_words() -> None:
    assert format_period(None, None) == ""
    assert format_period("2026-08-29T03:07:05Z", None) == "published since 29 Aug 2026, 03:07 UTC"
    assert (
        format_period(NOW, datetime(2026, 12, 1, tzinfo=UTC))
        == "published since 20 Nov 2026, 12:30 UTC and before 1 Dec 2026"
    )
