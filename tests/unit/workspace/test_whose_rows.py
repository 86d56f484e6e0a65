"""Whose a row is: the account by its link, the platform by its link or cell, and accounts that are no posts."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

import dwell
from dwell.errors import BadFileError
from dwell.warehouse import Store

ID, OTHER = "7594361172910656789", "7594732258085039108"
LINK = f"https://www.tiktok.com/@ann.cooks/video/{ID}"
Row = dict[str, Any]


class Folder:
    """A data folder, and short ways to fill it and to look at it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.workspace = dwell.open(path / "data", create=True)

    def load(self, rows: list[Row], form: str = "csv", **options: Any) -> Any:
        """Imports rows as a file of a form."""
        path = self.path / f"made.{form}"
        write(path, rows)
        done = self.workspace.import_files([path], as_of="2026-02-15", **options)
        for _, error in done.failures:
            raise error
        return done.files[0]

    def rows(self, table: str) -> list[Row]:
        """The stored rows of a table, without what is unknown."""
        found = Store.open(self.workspace.settings).query(f"SELECT * FROM {table} ORDER BY ALL", [table])
        return [{name: value for name, value in dict(row).items() if value not in (None, [])} for row in found]

    def values(self, table: str, *names: str) -> list[tuple[Any, ...]]:
        """Some columns of the stored rows."""
        return [tuple(row.get(name) for name in names) for row in self.rows(table)]


def write(path: Path, rows: list[Row]) -> None:
    names = list(dict.fromkeys(name for row in rows for name in row))
    if path.suffix == ".json":
        path.write_text(json.dumps(rows), "utf-8")
    elif path.suffix == ".jsonl":
        path.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    elif path.suffix == ".xlsx":
        book = Workbook()
        for cells in [names, *([row.get(name) for name in names] for row in rows)]:
            book.active.append(cells)
        book.save(path)
    else:
        import csv

        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, names)
            writer.writeheader()
            writer.writerows(rows)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


@pytest.mark.parametrize("form", ["csv", "json", "jsonl", "xlsx"])
def test_the_link_names_the_account_where_the_column_does_not(folder: Folder, form: str) -> None:
    link = LINK.replace(ID, OTHER).replace("ann", "Cat")
    loaded = folder.load(
        [
            {"Creator": "Ann Cooks Official", "Video link": LINK, "Views": 10},
            {"Creator": "", "Video link": link, "Views": 30},
        ],
        form,
    )
    assert folder.values("posts", "post_id", "handle") == [(ID, "ann.cooks"), (OTHER, "cat.cooks")]
    assert loaded.flagged["account_names_without_handle"] == 1


def test_the_link_wins_against_another_account_and_the_row_is_flagged(folder: Folder) -> None:
    loaded = folder.load(
        [{"creator": "maria", "link": LINK, "views": 10}, {"creator": "@Ann.Cooks", "link": "", "id": OTHER}]
    )
    assert {row[0] for row in folder.values("posts", "handle")} == {"ann.cooks"}
    assert loaded.flagged["account_differs_from_link"] == 1


@pytest.mark.parametrize(
    "name", ["Ann Cooks", "ann 🍝", "a", "x" * 25, "ann-cooks", "änn", '{"url":"https://t.co/@ann"}']
)
def test_a_name_that_no_account_can_have_is_no_handle(folder: Folder, name: str) -> None:
    folder.load([{"username": name, "id": ID, "views": 10}])
    assert folder.values("posts", "handle") == [(None,)]
    assert folder.rows("creators") == []


def test_a_handle_is_compared_without_case_and_sign(folder: Folder) -> None:
    folder.load([{"username": " @Ann.Cooks_1 ", "id": ID, "views": 10}])
    assert folder.values("posts", "handle") == [("ann.cooks_1",)]


def test_yt_dlp_names_the_account_uploader(folder: Folder) -> None:
    row = {"id": ID, "uploader": "ann.cooks", "channel": "Ann Cooks", "view_count": 5, "webpage_url": LINK}
    other = row | {"id": OTHER, "webpage_url": LINK.replace(ID, OTHER), "extractor": "TikTok"}
    folder.load([row | {"extractor": "TikTok"}, other], "jsonl", creator="@ann.cooks")
    assert folder.values("posts", "handle", "platform") == [("ann.cooks", "tiktok")] * 2


def test_an_object_is_no_text(folder: Folder) -> None:
    channel = {"name": "Ann", "username": "ann.cooks", "url": "https://www.tiktok.com/@ann.cooks", "followers": 12_000}
    rows = [{"id": ID, "views": 5, "likes": 1, "channel": channel | {"followers": n}} for n in (1, 2)]
    folder.load([rows[0], rows[1] | {"id": OTHER}], "json")
    assert {row[0] for row in folder.values("posts", "handle")} <= {None, "ann.cooks"}
    cell = json.dumps(channel)
    for name in ("channel", "sound_title", "caption"):
        loaded = folder.load([{"id": ID, "views": 5, name: cell}])
        assert any(name in warning for warning in loaded.warnings)
    assert all("{" not in str(row) for row in folder.values("posts", "handle", "sound_title", "caption"))


PLATFORMS = [("TikTok", "tiktok"), ("YouTube", "youtube"), ("Instagram", None), ("LinkedIn", None), ("some blog", None)]


@pytest.mark.parametrize("header", ["platform", "Network", "Source platform", "channel", "Plattform"])
@pytest.mark.parametrize("form", ["csv", "json", "xlsx"])
def test_a_platform_column_is_recognised(folder: Folder, header: str, form: str) -> None:
    named = PLATFORMS if header != "channel" else PLATFORMS[:-1]  # a channel may have any name
    rows = [
        {header: name, "handle": "ann.cooks", "title": "Pasta", "published_at": "2026-01-12", "views": 10 + place}
        for place, (name, _) in enumerate(named)
    ]
    loaded = folder.load(rows, form)
    assert [row[0] for row in folder.values("posts", "platform")] == ["tiktok", "youtube"]
    assert loaded.rejected == len(named) - 2
    assert all(reason.startswith("another platform") for _, reason, _ in loaded.rejects)
    assert folder.values("creators", "handle", "platform") == [("ann.cooks", "tiktok"), ("ann.cooks", "youtube")]


def test_map_names_the_platform_column(folder: Folder) -> None:
    rows = [{"where": name, "id": ID, "views": 5} for name in (" TIK TOK ", "Instagram")]
    loaded = folder.load(rows, columns={"platform": "where", "views": "views"})
    assert (folder.values("posts", "platform"), loaded.rejected) == ([("tiktok",)], 1)


def test_a_platform_column_without_platforms_is_left(folder: Folder) -> None:
    loaded = folder.load([{"platform": "iOS", "id": ID, "views": 5}, {"platform": "Android", "id": OTHER, "views": 5}])
    assert [row[0] for row in folder.values("posts", "platform")] == ["tiktok", "tiktok"]
    assert any("platform" in warning for warning in loaded.warnings)


@pytest.mark.parametrize(
    "link",
    ["https://www.instagram.com/reel/C1abcDEfg12/", "https://x.com/ann/status/1747000000000000000",
     "https://www.facebook.com/reel/123456789012345", "https://www.linkedin.com/posts/ann_1"],
)  # fmt: skip
def test_links_of_other_platforms_are_rejected(folder: Folder, link: str) -> None:
    rows = [{"url": link, "views": 5}, {"id": OTHER, "url": link, "views": 5}, {"id": ID, "url": LINK, "views": 5}]
    loaded = folder.load(rows)
    assert folder.values("posts", "post_id") == [(ID,)]
    why = ": of Facebook, only Meta's own" if "facebook" in link else ", of which dwell stores nothing"
    assert [reason.startswith(f"another platform{why}") for _, reason, _ in loaded.rejects] == [True] * 2


@pytest.mark.parametrize("link", ["https://youtu.be/dQw4w9WgXcQ", "https://www.youtube.com/shorts/dQw4w9WgXcQ?x=1"])
def test_links_of_youtube_are_youtubes(folder: Folder, link: str) -> None:
    folder.load([{"url": link, "views": 5, "creator": "Ann Cooks"}, {"url": LINK, "views": 6, "creator": "ann.cooks"}])
    found = folder.values("posts", "post_id", "platform", "handle")
    assert found == [(ID, "tiktok", "ann.cooks"), ("dQw4w9WgXcQ", "youtube", "ann cooks")]
    assert folder.values("creators", "handle", "platform") == [("ann cooks", "youtube"), ("ann.cooks", "tiktok")]


@pytest.mark.parametrize("post_id", ["dQw4w9WgXcQ", "3271234567890123456_123", "1747000000000000000", "C1abcDEfg12"])
def test_ids_of_other_platforms_are_never_tiktoks(folder: Folder, post_id: str) -> None:
    with pytest.raises(BadFileError):
        folder.load([{"id": post_id, "views": 5}])


def test_one_video_on_two_platforms_is_two_posts(folder: Folder) -> None:
    row = {"handle": "ann.cooks", "title": "Pasta", "published_at": "2026-01-12", "duration": 30}
    folder.load([row | {"platform": "TikTok", "views": 10}, row | {"platform": "YouTube Shorts", "views": 9}])
    assert len(folder.rows("posts")) == 2


PROFILE = {
    "account_id": "ann.cooks", "nickname": "Ann", "biography": "I cook", "is_verified": "false", "followers": 12_000,
    "following": 10, "likes": 275_000, "videos_count": 55, "id": "6744469562807747589",
    "url": "https://www.tiktok.com/@ann.cooks",
}  # fmt: skip


@pytest.mark.parametrize("form", ["csv", "json", "jsonl", "xlsx"])
def test_profiles_are_accounts_and_never_posts(folder: Folder, form: str) -> None:
    folder.load([PROFILE, PROFILE], form)
    assert folder.rows("posts") == folder.rows("post_snapshots") == []
    counters = ("handle", "followers", "following", "total_likes", "post_count")
    assert folder.values("creator_snapshots", *counters) == [("ann.cooks", 12_000, 10, 275_000, 55)]
    assert folder.values("creators", "creator_id", "display_name", "verified") == [
        ("6744469562807747589", "Ann", False)
    ]


@pytest.mark.parametrize(
    "row",
    [
        {"username": "ann.cooks", "followers": 12_000, "following": 3, "likes": 9},
        {"Profile URL": "https://www.tiktok.com/@Ann.Cooks?lang=en", "Fans": 12_000, "Hearts": 9},
        {"id": "6744469562807747589", "url": "https://www.tiktok.com/@ann.cooks", "likes": 9, "follower_count": 12_000},
        {"usuario": "@ann.cooks", "seguidores": 12_000, "curtidas": 9, "vídeos": 4},
        {"username": "ann.cooks", "# followers": 12_000, "# likes": 9},
        {"username": "ann.cooks", "followers %": 3, "Abonnés": 12_000, "likes": 9},
    ],
)
def test_followers_without_a_post_describe_an_account(folder: Folder, row: Row) -> None:
    folder.load([row])
    assert folder.rows("posts") == []
    assert folder.values("creator_snapshots", "handle", "followers", "total_likes") == [("ann.cooks", 12_000, 9)]


def test_profiles_of_other_platforms_are_rejected(folder: Folder) -> None:
    rows = [PROFILE, PROFILE | {"account_id": "bob", "url": "https://www.instagram.com/bob/"}]
    loaded = folder.load(rows)
    assert (loaded.rejected, folder.values("creators", "handle")) == (1, [("ann.cooks",)])


@pytest.mark.parametrize("row", [
    {"id": ID, "username": "ann.cooks", "author followers": 5, "views": 10, "likes": 3},
    {"id": ID, "url": LINK, "followers": 5, "likes": 3},
    {"video_id": ID, "username": "ann.cooks", "followers": 5, "likes": 3},
    {"id": ID, "username": "ann.cooks", "url": "https://vm.tiktok.com/ZMabc123", "likes": 3},
    {"video_id": ID, "link": "https://www.tiktok.com/@ann.cooks", "views": 10, "likes": 3, "comments": 1},
])  # fmt: skip
def test_posts_with_a_word_on_their_account_are_posts(folder: Folder, row: Row) -> None:
    folder.load([row])
    assert folder.values("posts", "post_id", "handle") == [(ID, "ann.cooks")]


def test_bright_data_posts(folder: Folder) -> None:
    row = {
        "url": LINK, "post_id": ID, "create_time": "2026-01-12T06:40:00.000Z", "digg_count": 91, "share_count": "3",
        "collect_count": 6, "comment_count": 8, "play_count": 1520, "video_duration": 21,
        "profile_username": "ann.cooks",
    }  # fmt: skip
    folder.load([row], "json")
    assert folder.values("posts", "post_id", "handle", "duration_s") == [(ID, "ann.cooks", 21.0)]
    assert folder.values("post_snapshots", "views", "likes", "shares", "saves") == [(1520, 91, 3, 6)]


def test_a_backup_is_read_as_it_was_stored(folder: Folder, tmp_path: Path) -> None:
    row = {"title": "a", "published_at": "2026-01-12", "views": 1}
    mine = row | {"platform": "TikTok", "creator": "ann.cooks"}
    folder.load([mine, row | {"platform": "YouTube", "creator": "Ann Cooks"}])
    other = Folder(tmp_path / "other")
    for table in ("posts", "post_snapshots", "creators"):
        stored = folder.rows(table)
        target = tmp_path / f"{table}.csv"
        folder.workspace.export(table, path=target, format="csv")
        done = other.workspace.import_files([target])
        assert not done.failures
        assert other.rows(table) == stored


@pytest.mark.parametrize(
    "lose",
    [
        lambda number: int(Decimal(repr(float(number)))),
        lambda number: int(float(number)),
        lambda number: number // 10_000 * 10_000,
    ],
    ids=["JavaScript", "float", "spreadsheet"],
)
def test_ids_of_api_payloads_that_lost_their_digits(folder: Folder, lose: Callable[[int], int]) -> None:
    seconds = range(1_762_410_331, 1_762_410_351)
    lost = [lose(second << 32 | second * 2_654_435_761 % (1 << 32)) for second in seconds]
    ann, counters = {"unique_id": "ann.cooks"}, {"play_count": 9, "digg_count": 1}
    payloads: list[list[Row]] = [
        [{"id": one, "username": "ann.cooks", "region_code": "US", "view_count": 9} for one in lost],
        [{"video_id": str(one), "title": "x", "author": ann, **counters} for one in lost],
        [{"aweme_id": str(one), "desc": "x", "author": ann, "statistics": counters} for one in lost],
        [{"id": one, "desc": "x", "author": {"uniqueId": "ann.cooks"}, "stats": {"playCount": 9}} for one in lost],
        [{"id": one, "author": {"uniqueId": "ann.cooks"}, "statsV2": {"playCount": "9"}} for one in map(str, lost)],
        [{"id": one, "webVideoUrl": f"https://www.tiktok.com/@a.b/video/{one}", "playCount": 9} for one in lost],
    ]
    for rows in payloads:
        with pytest.raises(BadFileError, match="last digits are lost"):
            folder.load(rows, "json")
    assert folder.rows("posts") == []


@pytest.mark.parametrize("lost", [7.569494737495869e18, "7.569494737495869e+18", "7569494737495869440.0"])
def test_floats_of_api_payloads_name_the_damage(folder: Folder, lost: float | str) -> None:
    good = {"id": ID, "username": "ann.cooks", "region_code": "US", "view_count": 9}
    loaded = folder.load([good, good | {"id": lost}], "json")
    assert [(line, "last digits are lost" in reason) for line, reason, _ in loaded.rejects] == [(2, True)]


@pytest.mark.parametrize("lost", [7.569494737495869e18, "7.569494737495869e+18", "7569494737495869440.0"])
def test_floats_of_sounds_are_counted_and_not_stored(folder: Folder, lost: float | str) -> None:
    item = {"id": ID, "author": {"uniqueId": "ann.cooks"}, "stats": {"playCount": 9}, "music": {"id": lost}}
    loaded = folder.load([item], "json")
    assert folder.values("posts", "sound_id") == [(None,)]
    assert any(warning.startswith("1 rows hold a damaged sound id") for warning in loaded.warnings)


@pytest.mark.parametrize("key", ["itemList", "videos", "data"])
def test_posts_without_an_author_below_their_account_are_read(folder: Folder, key: str) -> None:
    posts = [{"id": each, "desc": "x", "stats": {"playCount": 5}, "video": {"duration": 15}} for each in (ID, OTHER)]
    path = folder.path / "account.json"
    path.write_text(json.dumps({"user": {"uniqueId": "ann.cooks"}, key: posts}), "utf-8")
    assert not folder.workspace.import_files([path], as_of="2026-02-15").failures
    assert folder.values("post_snapshots", "post_id", "views") == [(ID, 5), (OTHER, 5)]
    assert folder.values("posts", "duration_s") == [(15.0,), (15.0,)]
