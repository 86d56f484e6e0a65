"""Well-known files that dwell does not read are named; TikTok's "Download your data" is read as far as it goes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from dwell.errors import BadFileError, StrangeFileError, UnknownFormatError
from dwell.providers.strangers import is_no_data, may_be_no_data
from dwell.records import SourceFile
from dwell.testing.extracts import read_rows
from dwell.text.reasons import plain_reason, reason_kind

Opened = Callable[..., SourceFile]
ID = "7594361172910656789"
LINK = f"https://www.tiktok.com/@ann.cooks/video/{ID}/"
WATCHED = {"Date": "2026-01-13 08:00:00", "Link": f"https://www.tiktokv.com/share/video/{ID}/"}
POSTED = {"Date": "2026-01-12 06:40:00", "Link": LINK, "Likes": "91", "Title": "Pasta #a"}


def data_request(posts: Any) -> dict[str, Any]:
    return {
        "Activity": {"Video Browsing History": {"VideoList": [WATCHED]}},
        "Comment": {"Comments": {"CommentsList": [{"Date": "2026-01-13 08:00:00", "Comment": "nice"}]}},
        "Video": {"Videos": {"VideoList": posts}},
    }


def test_posts_of_a_data_request(opened: Opened) -> None:
    file = opened(data_request([POSTED, {**POSTED, "Link": "https://example.com/"}]), "user_data_tiktok.json")
    (extract,) = file.extracts
    assert file.format == "data-request"
    (row,) = read_rows(extract)
    assert (row["line"], row["post_id"], row["likes"], row["handle"]) == (1, ID, "91", "ann.cooks")
    assert row["posted_at"] == "2026-01-12 06:40:00"
    assert [line for line, _, _ in extract.rejects] == [2]
    assert "no views" in file.warnings[0]


def test_posts_of_a_data_request_as_text(opened: Opened) -> None:
    block = f'Date: 2026-01-12 06:40:00 UTC\nLink: {LINK}\nLike(s): 91\nTitle: a, "b\n\n'
    file = opened(block + block.replace("(s): 91", "(s): 1,234"), "Posts.txt")
    (extract,) = file.extracts
    assert [(row["line"], row["likes"], row["caption"]) for row in read_rows(extract)] == [
        (1, "91", 'a, "b'), (6, "1,234", 'a, "b'),
    ]  # fmt: skip


def test_lines_of_a_caption_are_no_fields_of_a_data_request(opened: Opened) -> None:
    block = f"Date: 2026-01-12 06:40:00 UTC\nLink: {LINK}\nLike(s): 91\nSound: a song\nTitle: New recipe\n"
    lines = [
        "Like(s): 999999",
        LINK.replace("ann", "ben").join(["Link: ", ""]),
        "Date: tonight",
        "Date: 2026-01-01 00:00:00 UTC",
        "",
        "Date: tonight",
        "Sound: on",
        "Title: another",
    ]
    file = opened("\n".join([block, block + "\n".join(lines), "", block]), "Posts.txt")
    (extract,) = file.extracts
    expected = ("91", "ann.cooks", "2026-01-12 06:40:00", "New recipe", "a song")
    assert [row["line"] for row in read_rows(extract)] == [1, 7, 21]
    for row in read_rows(extract):
        assert tuple(row[name] for name in ("likes", "handle", "posted_at", "caption", "sound_title")) == expected
    assert not extract.rejects


def test_a_data_request_without_empty_lines(opened: Opened) -> None:
    block = f"Date: 2026-01-12 06:40:00 UTC\nLink: {LINK}\nLike(s): 91\nTitle: a\nLike(s): 2\n"
    (extract,) = opened(block * 2, "Posts.txt").extracts
    assert [(row["line"], row["likes"]) for row in read_rows(extract)] == [(1, "91"), (6, "91")]


def test_a_data_request_in_a_zip_leaves_out_what_is_no_post(opened: Opened) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("Posts/Posts.txt", f"Date: 2026-01-12 06:40:00 UTC\nLink: {LINK}\nLike(s): 91\n\n")
        packed.writestr("Activity/Watch History.txt", f"Date: 2026-01-13 08:00:00 UTC\nLink: {WATCHED['Link']}\n\n")
        packed.writestr("avatar.png", b"\x89PNG\0\0\0")
        packed.writestr("notes.txt", "bought milk, bread\n")
    file = opened(out.getvalue(), "TikTok_Data.zip")
    assert file.format == "data-request"
    assert "Skipped 2 files that hold no data: avatar.png, notes.txt." in file.warnings
    assert any("Watch History.txt is a list of TikTok's" in warning for warning in file.warnings)


@pytest.mark.parametrize(
    ("content", "name", "what"),
    [
        (data_request([]), "x.json", 'TikTok\'s "Download your data" without posts'),
        ("Date: 2026-01-13 08:00:00 UTC\nLink: x\n\n", "Watch History.txt", 'a list of TikTok\'s "Download your data"'),
        ("<!DOCTYPE html>\n<html>", "x.html", "a web page"),
        ("<?xml version='1.0'?><a/>", "x.xml", "XML"),
        ("Campaign name,Cost,Impressions\na,1,2\n", "x.csv", "Ads Manager"),
        ({"log": {"version": "1.2", "entries": [{"request": {"url": "x"}}]}}, "x.har", "HAR"),
    ],
)
def test_strangers_are_named(opened: Opened, content: Any, name: str, what: str) -> None:
    with pytest.raises(StrangeFileError, match=what) as caught:
        opened(content, name)
    assert str(caught.value).count(name) == 1
    assert "nearest" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "near"),
    [("Age & gender,x\n1,2\n", None), ("Video link,Video title,Post time\na,b,c\n", "studio")],
)
def test_a_format_is_named_only_where_it_is_near(opened: Opened, content: str, near: str | None) -> None:
    with pytest.raises(UnknownFormatError) as caught:
        opened(content)
    assert ("the nearest is" in str(caught.value)) == (near is not None)
    assert near is None or near in str(caught.value)


@pytest.mark.parametrize(
    ("code", "meaning"), [(10204, "the post does not exist"), (10216, "private"), (10222, "private"), (10201, "10201")]
)
def test_tiktoks_codes_are_put_in_words(opened: Opened, code: int, meaning: str) -> None:
    with pytest.raises(BadFileError, match=meaning):
        opened({"itemInfo": {}, "statusCode": code}, "answer.json")


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04broken", b"\x1f\x8bbroken", '{"a": [1, 2', "[1, 2"], ids=["zip", "gz", "json", "array"]
)
def test_errors_quote_no_library(opened: Opened, content: Any) -> None:
    with pytest.raises(BadFileError) as caught:
        opened(content, "x.json")
    assert not any(word in str(caught.value) for word in ("Expecting", "char ", "Error", "zlib", "File is not"))


def test_names_of_files_without_data() -> None:
    for name in ("README", "README.txt", "a/LICENSE.md", "x.PNG", "b/.DS_Store", "~$x.xlsx", "x.pdf", "Thumbs.db"):
        assert is_no_data(name), name
    for name in ("x.csv", "Posts.txt", "x.json", "data", "x.xlsx", "x.gz", "my.readme.csv", "x.parquet"):
        assert not is_no_data(name), name
    assert may_be_no_data("notes.txt")
    assert not may_be_no_data("x.csv")


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("unreadable views: 1.2.3", "unreadable views"), ("missing id", "missing id"),
        ("'2026-01-12 06:40' can't be read as a date", "'2026-01-12 06:40' can't be read as a date"),
        ("id with letters or signs: a: b", "id with letters or signs"),
    ],
)  # fmt: skip
def test_the_kind_of_a_reason_never_cuts_a_value(reason: str, kind: str) -> None:
    assert reason_kind(reason) == kind


def test_python_never_speaks() -> None:
    assert plain_reason("could not convert string to float: '%34'") == "not a number: '%34'"
    assert plain_reason("invalid literal for int() with base 10: 'x'") == "not a number: 'x'"
