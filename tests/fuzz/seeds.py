"""Sound files of every format that dwell reads, small, to be mutated: tables as lists of rows, JSON as objects."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from odd_texts import ID

from dwell_sandbox import World
from dwell_sandbox.exports import apify, web

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SAMPLES = Path(__file__).parents[1] / "contract" / "samples"
SHARED = Path(__file__).parents[3] / "shared" / "data"
"""Real files, where there are any: they are read in place."""

Grid = list[list[str]]


@dataclass(frozen=True)
class TableSeed:
    """A table.

    Attributes:
        name: Of its format.
        grid: Header and rows; the cells of a row are its own, so that no other row has its numbers.
        columns: Canonical column -> position, for the columns that are stored as they are written.
        file: What a user would call the file.
        scales: Canonical column -> what its header multiplies numbers by.
    """

    name: str
    grid: Grid
    columns: Mapping[str, int] = field(default_factory=dict)
    file: str = "file.csv"
    scales: Mapping[str, float] = field(default_factory=dict)

    @property
    def handle(self) -> str | None:
        """The account that the user names: Studio's series do not."""
        return "a.b" if self.name.startswith("studio") else None


def link(number: int, handle: str = "a.b") -> str:
    """A link to one of the made-up posts."""
    return f"https://www.tiktok.com/@{handle}/video/{ID + number}"


def _rows(make: Any, count: int = 7) -> Grid:
    return [[str(cell) for cell in make(number)] for number in range(1, count + 1)]


def _table(name: str, header: str, make: Any, columns: str = "", file: str = "file.csv", **scales: float) -> TableSeed:
    """A seed; `columns` names the canonical column of each header, `.` for those that are not stored as written."""
    names = {column: place for place, column in enumerate(columns.split()) if column != "."}
    return TableSeed(name, [header.split("|"), *_rows(make)], names, file, scales)


_CURVE = [f"Percentage of total views at interval {point}" for point in range(41)]

TABLES: tuple[TableSeed, ...] = (
    _table(
        "watch-template",
        "video_link_or_id|captured_on|views|avg_watch_time_s|watched_full_video_pct|total_play_time_s|reach|"
        "new_followers|saves|retention_0s|retention_1s|retention_2.5s",
        lambda n: (
            link(n), f"2026-03-{n:02}", 5431 + n, f"1{n}.3s", f"2{n}.5%", f"13{n}h:48m:23s", 4100 + n, 30 + n, 70 + n,
            100 - n, 81 - n, 43 - n,
        ),
        ". . views avg_watch_s full_watch_rate total_watch_s reach new_followers saves . . .",
        full_watch_rate=0.01,
    ),
    _table(
        "recipe", "aweme_id|avg_watch_time_s|full_video_views|total_views",
        lambda n: (ID + n, f"{n}.75", 410 + n, 5200 + n), ". avg_watch_s . views",
    ),
    _table(
        "youtube",
        "Content|Account|Video Type|Time range|Video title|Video publish time|Duration|Average percentage viewed (%)|"
        "Average view duration|Engaged views|Views|Watch time (hours)|Likes|Comments added|Shares|Subscribers",
        lambda n: (
            f"abcdefghij{n}", "chan.one", "Short", "April 1 - 30, 2025", f"title {n}", f"Mar {n}, 2025", 40 + n,
            f"6{n}.25", f"0:3{n}", 1200 + n, 1900 + n, f"{n}.5", 55 + n, 6 + n, 21 + n, n - 3,
        ),
        ". . . . . . duration_s . . . . . likes comments shares new_followers",
    ),
    _table(
        "meta", "|".join(["Video asset ID", "Page name", "Title", "Duration (sec)", "Publish time", "Permalink", "Date",
                          "Views", "3-second video views", "Reach", "Reactions", "Comments", "Shares", "Seconds viewed",
                          "Average Seconds viewed", *_CURVE]),
        lambda n: (
            1234567890123450 + n, "Ann Cooks", f"Soup {n}", 30 + n, f"10/0{n}/2026 08:31",
            f"https://www.facebook.com/reel/{1234567890123450 + n}/", "Lifetime", 900 + n, f"1,23{n}", f"1,00{n}",
            45 + n, 16 + n, 27 + n, f"9,00{n}.5", f"7.{n}",
            *(f"{1 - (0.02 + n / 1000) * point:.3f}" for point in range(41)),
        ),
        ". . . duration_s . . . . views . likes comments shares total_watch_s avg_watch_s",
    ),
    _table(
        "studio-content",
        "Time|Video title|Video link|Post time|Total likes|Total comments|Total shares|Total views",
        lambda n: ("November 20", f"title {n}", link(n), f"March {20 + n}", 510 + n, 61 + n, 32 + n, 7200 + n),
        ". . . . likes comments shares views", "Content.csv",
    ),
    _table(
        "studio-business",
        "Video title|Video link|Post time|Video views|Likes|Comments|Shares|Add to Favorites|Average watch time",
        lambda n: (f"t {n}", link(n), f"2024-03-{20 + n}", 7300 + n, 520 + n, 72 + n, 33 + n, 91 + n, f"{n}.4s"),
        ". . . views likes comments shares saves avg_watch_s", "Videos.csv",
    ),
    _table(
        "studio-overview", "Date|Video Views|Profile Views|Likes|Comments|Shares",
        lambda n: (f"November {n}", 900 + n, 810 + n, 71 + n, 52 + n, 33 + n), "", "Overview.csv",
    ),
    _table(
        "studio-viewers", "Date|Total Viewers|New Viewers|Returning Viewers",
        lambda n: (f"November {n}", 900 + n, 610 + n, 290 + n), "", "Viewers.csv",
    ),
    _table(
        "studio-history", "Date|Followers|Difference in followers from previous day",
        lambda n: (f"November {n}", 2900 + n, n), "", "FollowerHistory.csv",
    ),
    _table(
        "studio-activity", "Date|Hour|Active followers",
        lambda n: ("November 1", n, 290 + n), "", "FollowerActivity.csv",
    ),
    _table("studio-gender", "Gender|Distribution", lambda n: (f"g{n}", f"0.{n}1"), "", "FollowerGender.csv"),
    _table(
        "studio-territories", "Top territories|Distribution",
        lambda n: (f"C{n}", f"1{n}.5%"), "", "FollowerTopTerritories.csv",
    ),
    _table(
        "apify",
        "id|text|createTimeISO|authorMeta/name|authorMeta/id|authorMeta/fans|authorMeta/heart|authorMeta/video|"
        "isPinned|isAd|hashtags/0/name|musicMeta/musicId|musicMeta/musicName|videoMeta/duration|webVideoUrl|playCount|"
        "diggCount|commentCount|shareCount|collectCount",
        lambda n: (
            ID + n, f"text {n}", "2024-03-26T23:01:00.000Z", "a.b", 6_800_000_000_000_000_001, 31_000 + n, 990_000 + n,
            310 + n, "false", "false", f"tag{n}", 7_350_811_000_000_000_000 + n, "song", 30 + n, link(n), 81_000 + n,
            6_100 + n, 210 + n, 120 + n, 430 + n,
        ),
        ". . . . . followers total_likes post_count . . . . . duration_s . views likes comments shares saves",
    ),
    _table(
        "users-table",
        "Video URL|Username|Published|Length (sec)|Views|Likes|Comments|Shares|Saves|Avg watch time|Watched full video",
        lambda n: (
            link(n), "a.b", f"2024-03-{20 + n}", 30 + n, 8_100 + n, 410 + n, 22 + n, 13 + n, 64 + n, f"{n}.25",
            f"4{n}%",
        ),
        ". . . duration_s views likes comments shares saves avg_watch_s full_watch_rate",
    ),
    _table(
        "tabelle", "Link|Veröffentlicht|Dauer (min)|Aufrufe|Gefällt mir|Kommentare|Durchschnittliche Wiedergabezeit",
        lambda n: (link(n), f"2{n}.03.2024", f"0,{n}", f"8.{n}12", f"1.3{n}1", f"2{n}", f"{n},25"),
        ". . duration_s views likes comments avg_watch_s", duration_s=60,
    ),
    _table(
        "local", "title|published|duration_ms|view count|likes",
        lambda n: (f"title {n}", f"2024-03-{10 + n}", 31_000 + n, 9_200 + n, 72 + n), "",
    ),
    _table(
        "accounts", "username|followers|following|total likes|videos|profile",
        lambda n: (f"acc.{n}", 5_100 + n, 61 + n, 990_000 + n, 210 + n, f"https://www.tiktok.com/@acc.{n}"), "",
    ),
)  # fmt: skip


@dataclass(frozen=True)
class JsonSeed:
    """Objects of one format, and the file that they make.

    Attributes:
        name: Of the format.
        document: The JSON value.
        lines: The objects stand one a line.
    """

    name: str
    document: Any
    lines: bool = False


def _contentstats(number: int) -> dict[str, Any]:
    return {
        "id": "cm5abc123", "video_link": link(number), "platform": "tiktok", "status": "completed",
        "current_metadata": {"title": f"t{number}", "creator": "a.b", "description": "x #cooking"}, "is_deleted": False,
        "snapshots": [
            {"snapshot_id": f"s{hour}", "snapshot_time": f"2026-01-29T{hour:02}:00:00Z",
             "views": str(51_000 + number + hour), "likes": str(4_100 + number), "comments": 210 + number,
             "shares": None, "saves": "89"}
            for hour in (1, 2)
        ],
        "created_at": "2026-01-29T00:00:00Z",
    }  # fmt: skip


def _business(number: int) -> dict[str, Any]:
    return {
        "item_id": str(ID + number), "create_time": "1711494099", "caption": f"c{number}", "share_url": link(number),
        "video_duration": 20.5 + number, "likes": 310 + number, "comments": 42 + number, "shares": 23 + number,
        "favorites": 14 + number, "video_views": 12_310 + number, "reach": 8_540 + number, "new_followers": number,
        "average_time_watched": 4.118 + number, "total_time_watched": 6_695.942 + number,
        "full_video_watched_rate": 0.0237 + number / 100,
        "video_view_retention": [
            {"second": "0", "percentage": 0.98}, {"second": "1", "percentage": 0.7 + number / 100}
        ],
    }  # fmt: skip


@cache
def json_seeds() -> tuple[JsonSeed, ...]:
    """One or more of each format of JSON."""
    since, at = NOW - timedelta(days=40), NOW
    world = World(12)
    scraped = [json.loads(line) for line in apify.iterate_lines(world, "demo_kitchen", since, at)][:5]
    items = [json.loads(line) for line in web.iterate_lines(world, "demo_pantry", since, at)][:5]
    seeds = [
        JsonSeed("apify", scraped, lines=True),
        JsonSeed("web-items", items, lines=True),
        JsonSeed("web-items", {"itemList": items, "cursor": "30", "hasMore": True}),
        JsonSeed("contentstats", {"videos": [_contentstats(number) for number in (1, 2)], "total": 2}),
        JsonSeed("business-api", {"code": 0, "data": {"videos": [_business(number) for number in (1, 2, 3)]}}),
        JsonSeed("data-request", {"Video": {"Videos": {"VideoList": [
            {"Date": f"2024-03-2{number} 10:00:00", "Link": link(number), "Likes": str(410 + number)}
            for number in (1, 2, 3)
        ]}}}),
        JsonSeed("table", [
            {"url": link(number), "stats": {"views": 5_100 + number, "likes": 310 + number},
             "duration_ms": 31_000 + number, "tags": ["a", f"t{number}"]} for number in (1, 2, 3)
        ]),
        JsonSeed("columns", {"url": {"0": link(1), "1": link(2)}, "views": {"0": 5_101, "1": 6_202}}),
    ]  # fmt: skip
    for file in sorted(SAMPLES.glob("*.json")):
        if file.stem != "tiktok-organic":
            answers = json.loads(file.read_text("utf-8"))
            seeds += [JsonSeed(file.stem, answer) for answer in answers.values() if isinstance(answer, dict)]
    return tuple(seeds)


@cache
def provider_samples() -> dict[str, dict[str, Any]]:
    """Name of a provider -> a sound answer for each of its streams and lookups."""
    return {file.stem: json.loads(file.read_text("utf-8")) for file in sorted(SAMPLES.glob("*.json"))}


@cache
def real_files() -> tuple[tuple[str, bytes], ...]:
    """The start of each real file, where there are any."""
    found = []
    for file in sorted(SHARED.rglob("*")) if SHARED.is_dir() else ():
        if file.suffix in {".csv", ".json", ".jsonl"}:
            with file.open("rb") as stream:
                found.append((file.name, b"".join(stream.readline() for _ in range(12))[:60_000]))
    return tuple(found)
