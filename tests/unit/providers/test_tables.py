from __future__ import annotations

from collections.abc import Callable

import pytest

from dwell.errors import BadFileError, MissingTimeError, UnknownFormatError
from dwell.providers.files.aliases import ALIASES
from dwell.providers.format import normalize_header
from dwell.providers.format_registry import FORMATS
from dwell.records import TABLES, Extract, SourceFile
from dwell.testing.extracts import read_rows

Opened = Callable[..., SourceFile]
ID = "7350810998023949599"
LINK = f"https://www.tiktok.com/@ana/video/{ID}"


def only(file: SourceFile) -> Extract:
    (extract,) = file.extracts
    return extract


def places(extract: Extract) -> dict[str, tuple[str, ...]]:
    return {column: source.names for column, source in extract.shape.columns.items()}


def test_a_table_copied_from_studios_screens(opened: Opened) -> None:
    header = (
        "Index,url,description,published date,published time,video length,views,likes,comments,shares,"
        "saves,play time,avg watch time,watched full video,new followers,followers,following,Male"
    )
    file = opened(f"{header}\n1,{LINK},hi,1/2/24,11:30 AM,8.98s,10,2,1,0,1,1h:2m:3s,3.5s,12.53%,4,8%,1%,50\n")
    extract = only(file)
    columns = extract.shape.columns
    assert file.format == "table"
    assert extract.shape.tables == ("posts", "post_snapshots", "watch_times", "creators")
    assert (columns["posted_at"].names, columns["posted_at"].time) == (("published date",), "published time")
    assert columns["full_watch_rate"].unit == "undecided"
    assert columns["post_id"].names == columns["handle"].names == columns["url"].names == ("url",)
    assert columns["total_watch_s"].names == ("play time",)
    assert not {"followers", "following"} & columns.keys()
    assert file.warnings == ("file.csv: columns not imported: followers, following, Male.",)


@pytest.mark.parametrize(
    "header",
    [
        "tiktok_handle,video_id,upload_dato,visninger,likes,kommentarer,delinger,gemmer",
        "usuario,video id,fecha de publicación,visualizaciones,me gusta,comentarios,veces compartido,guardados",
        "benutzername,video id,veröffentlicht am,aufrufe,gefällt mir,kommentare,geteilt,gespeichert",
        "usuário,video id,data de publicação,visualizações,curtidas,comentários,compartilhamentos,salvos",
        "nom d'utilisateur,video id,date de publication,vues,j'aime,commentaires,partages,enregistrements",
        "username,id,create_time,view_count,like_count,comment_count,share_count,favorites_count",
        "Author,Video ID,Post Date,Play Count,Digg Count,Comment Count,Share Count,Collect Count",
        "handle,post_id,posted_at,views,likes,comments,shares,saves",
    ],
)
def test_headers_in_several_languages(opened: Opened, header: str) -> None:
    found = places(only(opened(f"{header}\nana,{ID},2026-03-01,5,4,3,2,1\n")))
    wanted = ("handle", "post_id", "posted_at", "views", "likes", "comments", "shares", "saves")
    assert [found.get(column) for column in wanted] == [(name,) for name in header.split(",")]


def test_every_alias_is_written_as_headers_are_compared() -> None:
    for column, names in ALIASES.items():
        assert names == tuple(normalize_header(name) for name in names), column
        assert column in {c.name for table in TABLES.values() for c in table.columns}


def test_map_gives_columns_their_headers(opened: Opened) -> None:
    text = f"clip,seen,hearts given,when\n{LINK},10,2,2026-03-01\n"
    with pytest.raises(UnknownFormatError, match="columns are clip, seen, hearts given, when"):
        opened(text)
    file = opened(text, columns={"post_id": "clip", "views": "seen", "posted_at": "When"})
    assert places(only(file)) == {"post_id": ("clip",), "views": ("seen",), "posted_at": ("when",)}
    assert file.warnings == ("file.csv: columns not imported: hearts given.",)


def test_map_beats_aliases(opened: Opened) -> None:
    file = opened(f"url,views,unique views\n{LINK},1,2\n", columns={"views": "unique views"})
    assert places(only(file))["views"] == ("unique views",)
    assert "views" in file.warnings[0]


def test_map_of_a_percentage_and_of_followers(opened: Opened) -> None:
    file = opened(
        f"url,views,kept,followers\n{LINK},1,45%,9\n", columns={"full_watch_rate": "kept", "followers": "followers"}
    )
    assert only(file).shape.columns["full_watch_rate"].unit == "undecided"
    assert "creator_snapshots" in only(file).shape.tables


@pytest.mark.parametrize(
    ("columns", "message"),
    [({"plays": "views"}, "no such field"), ({"views": "sights"}, "no such column; it has url, views")],
)
def test_map_that_cannot_be(opened: Opened, columns: dict[str, str], message: str) -> None:
    with pytest.raises(UnknownFormatError, match=message):
        opened(f"url,views\n{LINK},1\n", columns=columns)


def test_a_table_without_ids_keeps_what_makes_local_ones(opened: Opened) -> None:
    found = places(only(opened("title,posted at,length,views\nhi,2026-03-01 10:00,12,5\n", handle="ana")))
    assert "post_id" not in found
    assert {"caption", "posted_at", "duration_s"} <= found.keys()


def test_a_table_without_anything_to_tell_posts_apart_is_unknown(opened: Opened) -> None:
    with pytest.raises(UnknownFormatError, match=r"columns are colour, views; .*an id or link"):
        opened("colour,views\nred,5\n")
    with pytest.raises(UnknownFormatError, match="lacks what a table of posts needs"):
        opened("colour,views\nred,5\n", format="table")


def test_flat_json_objects_are_a_table(opened: Opened) -> None:
    extract = only(opened([{"url": LINK, "views": 5, "full watch rate": 0.4}], "mine.json"))
    assert places(extract)["views"] == ("/views",)
    assert extract.shape.columns["full_watch_rate"].unit == "undecided"


def test_an_id_beside_a_link_may_be_mended_from_it(opened: Opened) -> None:
    assert places(only(opened(f"id,url,views\n7.35E+18,{LINK},5\n")))["post_id"] == ("id", "url")


def test_length_in_milliseconds(opened: Opened) -> None:
    assert only(opened(f"url,views,duration_ms\n{LINK},5,8980\n")).shape.columns["duration_s"].unit == "ms"


TEMPLATE = (
    "video_link_or_id,captured_on,views,avg_watch_time_s,watched_full_video_pct,total_play_time_s,"
    "reach,new_followers,saves"
)


def test_the_watch_time_template_with_a_curve(opened: Opened) -> None:
    text = f"{TEMPLATE},retention_0s,retention_1.5s\n{LINK},2026-03-01,1200,10.3,34.62,123h:4m:5s,900,3,-,100,61%\n"
    file = opened(text)
    posts, curve = file.extracts
    assert file.format == "watch-template"
    assert read_rows(posts) == [
        {"line": 2, "post_id": ID, "handle": "ana", "url": LINK, "observed_at": "2026-03-01", "views": "1200",
         "avg_watch_s": "10.3", "total_watch_s": "123h:4m:5s", "full_watch_rate": "0.3462", "reach": "900",
         "new_followers": "3"}
    ]  # fmt: skip
    assert curve.shape.tables == ("retention",)
    assert [(row["second"], row["retention_rate"]) for row in read_rows(curve)] == [("0.0", "1.0"), ("1.5", "0.61")]


@pytest.mark.parametrize(
    ("curves", "rates", "warned"),
    [
        (["100,80,60", "1,0.8,0.6"], [[1.0, 0.8, 0.6], [1.0, 0.8, 0.6]], "begin near 1"),
        (["1,0.8,0.6", "100,80,0.9"], [[1.0, 0.8, 0.6], [1.0, 0.8, 0.009]], "begin near 1"),
        (["1.05,0.8,0.6", "1,0.5,"], [[1.05, 0.8, 0.6], [1.0, 0.5]], ""),
        (["100%,80%,0.9%", ",,0.5"], [[1.0, 0.8, 0.009], [0.005]], ""),
        (["100,80,60", "0.1,0.1,0.1"], [[1.0, 0.8, 0.6], [0.001, 0.001, 0.001]], "below 5% at the start"),
    ],
)
def test_each_curve_says_its_unit(opened: Opened, curves: list[str], rates: list[list[float]], warned: str) -> None:
    links = [f"https://www.tiktok.com/@ana/video/735081099802394959{n}" for n in range(len(curves))]
    rows = [f"{link},2026-03-01,5,3,{curve}" for link, curve in zip(links, curves, strict=True)]
    header = "video_link_or_id,captured_on,views,avg_watch_time_s,retention_0s,retention_1s,retention_5s"
    file = opened("\n".join([header, *rows]))
    found: dict[str, list[float]] = {}
    for row in read_rows(file.extracts[1]):
        found.setdefault(row["post_id"], []).append(float(row["retention_rate"]))
    assert list(found.values()) == rates
    assert bool(file.warnings) == bool(warned)
    assert all(warned in warning for warning in file.warnings)


def test_a_curve_has_the_unit_that_is_stated(opened: Opened) -> None:
    header = "video_link_or_id,captured_on,views,avg_watch_time_s,retention_0s{},retention_1s{}"
    for sign, percent, rate in ((" (%)", None, 0.01), ("", True, 0.01), ("", False, 1.0)):
        file = opened(f"{header.format(sign, sign)}\n{LINK},2026-03-01,5,3,1,0.8\n", percent=percent)
        assert float(read_rows(file.extracts[1])[0]["retention_rate"]) == rate
        assert any("Check the unit" in warning for warning in file.warnings) == (rate < 1)


def test_template_rejects(opened: Opened) -> None:
    bad = [
        "7.35081E+18,,1,1,1,1,1,1,1",
        f"{ID},,1,1,120,1,1,1,1",
        "https://vm.tiktok.com/ZTabc/,,1,1,1,1,1,1,1",
        f"{ID},,1.2.3K,1,1,1,1,1,1",
    ]
    extract = only(opened("\n".join([TEMPLATE, f"{ID},,1,61.5,1,1,1,1,1", *bad])))
    rows = read_rows(extract)
    assert [row["avg_watch_s"] for row in rows] == ["61.5", "1", "1"]
    assert [row["full_watch_rate"] for row in rows] == ["0.01", "1.2", "0.01"]
    assert rows[2]["views"] == "1.2.3K"  # the loader counts what it cannot read, and keeps the rest of the row
    assert [line for line, _, _ in extract.rejects] == [3, 5]


def test_the_recipe_of_the_first_seed(opened: Opened) -> None:
    text = f"aweme_id,avg_watch_time_s,full_video_views,total_views\n{ID},8.5,25,200\n{ID},8.5,300,200\n{ID},8.5,5,0\n"
    extract = only(opened(text))
    first, over, unknown = read_rows(extract)
    assert (first["full_watch_rate"], first["views"], first["avg_watch_s"]) == ("0.125", "200", "8.5")
    assert "full_watch_rate" not in unknown
    assert over["full_watch_rate"] == "1.5"
    assert extract.rejects == ()


YOUTUBE = (
    "Content,Account,Video Type,Time Range,Video title,Video publish time,Duration,"
    "Average percentage viewed (%),Engaged views,Watch time (hours),Likes,Comments added,Subscribers,"
    "Average view duration,Impressions"
)


def test_youtube_shorts(opened: Opened) -> None:
    text = "\n".join([
        YOUTUBE,
        'abcdefghijk,chan,Shorts,Jan 1 - March 30,hi #a,"Feb 8, 2025",60,90.79,7420692,10.5,-7,13,5,0:00:54,1',
        'abcdefghij_,chan,Long,April 1 - 30,,"Feb 8, 2025",200,,5,1,0,0,0,0:01:30,1',
        "Total,,,,,,,,7420697,11.5,,,,,",
    ])  # fmt: skip
    file = opened(text, as_of="2025-05-02")
    extract = only(file)
    first, long = read_rows(extract)
    assert (file.format, extract.shape.constants, extract.shape.cumulative) == (
        "youtube-shorts",
        {"platform": "youtube"},
        False,
    )
    assert first == {
        "line": 2, "post_id": "abcdefghijk", "handle": "chan", "posted_at": "2025-02-08",
        "observed_at": "2025-03-31T00:00:00+00:00", "duration_s": "60.0", "media_type": "video", "caption": "hi #a",
        "hashtags": ["a"],
        "url": "https://www.youtube.com/shorts/abcdefghijk", "views": "7420692", "likes": "-7", "comments": "13",
        "new_followers": "5", "avg_watch_s": "54.4740", "total_watch_s": "37800.0",
        "observed_precision": "day", "observed_zone": "UTC",
    }  # fmt: skip
    assert (long["media_type"], long["avg_watch_s"], long["observed_at"]) == (
        "long",
        "90.0",
        "2025-05-01T00:00:00+00:00",
    )
    assert extract.rejects[0][:2] == (4, "the total of all rows, not a video")
    assert file.warnings == ("file.csv: columns not imported: Impressions.",)


def test_youtube_periods_without_a_year_need_as_of(opened: Opened) -> None:
    row = 'abcdefghijk,chan,Shorts,{},x,"Feb 8, 2025",60,90.79,1,1,1,1,1,0:00:54,1'
    with pytest.raises(MissingTimeError, match="has no year"):
        opened(f"{YOUTUBE}\n" + row.format("Jan 1 - March 30"))
    dated = read_rows(only(opened(f"{YOUTUBE}\n" + row.format('"Jan 1 - March 30, 2025"'))))[0]
    assert dated["observed_at"] == "2025-03-31T00:00:00+00:00"


def test_unknown_formats_and_names(opened: Opened) -> None:
    with pytest.raises(UnknownFormatError, match="did you mean studio"):
        opened("a,b\n", format="studoi")
    with pytest.raises(UnknownFormatError, match=r"columns are Date, Steps; dwell reads posts with .*--map"):
        opened("Date,Steps\n2026-01-01,5\n")
    with pytest.raises(BadFileError, match="no header line"):
        opened(",,\n;;\n")


def test_an_unreadable_as_of(opened: Opened) -> None:
    with pytest.raises(MissingTimeError, match="--as-of 'yesterday'"):
        opened(
            f"{YOUTUBE}\n" + 'abcdefghijk,c,Shorts,Jan 1 - 3,x,"Feb 8, 2025",60,9,1,1,1,1,1,0:00:54,1',
            as_of="yesterday",
        )


def test_a_file_name_says_nothing(opened: Opened) -> None:
    assert opened(f"url,views\n{LINK},1\n", "Overview_2026-01-01_1780000000_bob.zip.csv").format == "table"


def test_formats_are_named_with_a_line_each() -> None:
    assert list(FORMATS)[-1] == "table"
    assert all(says and says[-1] != "." for says in FORMATS.values())
