from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest

from dwell.errors import BadFileError
from dwell.records import Extract, SourceFile
from dwell.testing.extracts import read_rows

Opened = Callable[..., SourceFile]


def packed(files: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return out.getvalue()


def only(file: SourceFile) -> Extract:
    (extract,) = file.extracts
    return extract


SOFT = "\u00ad"
OLD_TABLE = (
    f"Video,Video title,Video pub{SOFT}lish time,Com{SOFT}ments ad{SOFT}ded,Likes,Av{SOFT}er{SOFT}age per{SOFT}cent"
    f"{SOFT}age viewed (%),Av{SOFT}er{SOFT}age view dur{SOFT}a{SOFT}tion,Views,Watch time (hours)\n"
    "Total,,,90,100,40.5,0:03:09,20000,50.5\n"
    'OtqQYqRNDGI,"A title","Aug 17, 2020",13,20,36.65,0:03:09,4383,65.2\n'
    'xpIFS6jZbe8,"Another","Mar 3, 2025",8,9,71.61,0:00:23,2401,28.7\n'
)
CHART = 'Date,Video,Video title,Video publish time,Views\n2020-08-17,OtqQYqRNDGI,"A title","Aug 17, 2020",400\n'
TOTALS = "Date,Views\n2020-08-17,400\n2020-08-18,300\n"


def test_youtubes_older_table_is_youtubes(opened: Opened) -> None:
    file = opened(OLD_TABLE, as_of="2025-05-05")
    assert file.format == "youtube-shorts"
    extract = only(file)
    first, second = read_rows(extract)
    assert extract.shape.constants == {"platform": "youtube"}
    assert (first["post_id"], first["avg_watch_s"], first["views"], first["comments"]) == (
        "OtqQYqRNDGI", "189.0", "4383", "13",
    )  # fmt: skip
    assert (first["media_type"], second["media_type"]) == ("long", "video")
    assert (first["url"], second["url"]) == (
        "https://www.youtube.com/watch?v=OtqQYqRNDGI", "https://www.youtube.com/shorts/xpIFS6jZbe8",
    )  # fmt: skip


def test_the_chart_and_the_totals_of_a_download_are_left_out(opened: Opened) -> None:
    content = packed({"Table data.csv": OLD_TABLE, "Chart data.csv": CHART, "Totals.csv": TOTALS})
    file = opened(content, "Content 2020-08-01_2020-09-01 A channel.zip")
    rows = read_rows(only(file))
    assert [row["post_id"] for row in rows] == ["OtqQYqRNDGI", "xpIFS6jZbe8"]
    assert rows[0]["observed_at"].startswith("2020-09-02")
    assert sum("was left out: it holds figures of single days" in warning for warning in file.warnings) == 2


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Chart data.csv", CHART), ("Totals.csv", TOTALS),
        ("over_time.csv", "Date,Video Title,External Video ID,Video Length,Views\n19 Jan 2022,A,OtqQYqRNDGI,189,5\n"),
    ],
)  # fmt: skip
def test_youtubes_figures_of_single_days_are_refused(opened: Opened, name: str, text: str) -> None:
    with pytest.raises(BadFileError, match=r"figures of single days.*Table data\.csv"):
        opened(text, name, as_of="2025-05-05")


def test_a_table_of_tiktok_with_a_column_content_is_not_youtubes(opened: Opened) -> None:
    row = "7350810998023949599,x,https://www.tiktok.com/@a/video/7350810998023949599,5"
    assert opened(f"Content,Video title,Link,Views\n{row}\n").format == "table"


def test_views_of_a_video_that_has_no_engaged_views(opened: Opened) -> None:
    header = "Content,Video title,Video publish time,Duration,Engaged views,Views,Watch time (hours)"
    rows = [f'OtqQYqRNDGI,x,"Aug 17, 2025",600,{engaged},{views},3' for engaged, views in ((0, 50), (9, 50), ("", 7))]
    found = read_rows(only(opened("\n".join([header, *rows]), as_of="2025-10-05")))
    assert [row["views"] for row in found] == ["50", "9", "7"]
