"""What is a row of a JSON file: an object that a format recognises, whatever it is wrapped in."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from dwell.errors import BadFileError, UnknownFormatError
from dwell.providers import json_rows
from dwell.records import Extract, SourceFile
from dwell.testing.extracts import read_rows

Opened = Callable[..., SourceFile]


def post_id(number: int) -> str:
    return str(((1_768_200_000 + 1000 * number) << 32) + 7_777_777 + number)


def link(number: int) -> str:
    return f"https://www.tiktok.com/@ann.cooks/video/{post_id(number)}"


def item(number: int) -> dict[str, Any]:
    stats = {"diggCount": 9, "shareCount": 3, "commentCount": 8, "playCount": 1000 + number, "collectCount": 6}
    author = {"id": "68", "uniqueId": "ann.cooks"}
    return {"id": post_id(number), "desc": "x", "createTime": 1768200000, "author": author, "stats": stats}


def aweme(number: int) -> dict[str, Any]:
    statistics = {"comment_count": 8, "digg_count": 9, "play_count": 1000 + number, "share_count": 3}
    author = {"uid": "68", "unique_id": "ann.cooks"}
    return {"aweme_id": post_id(number), "desc": "p", "author": author, "statistics": statistics}


def owned(number: int) -> dict[str, Any]:
    """A video of the Business API."""
    return {
        "item_id": post_id(number), "caption": "P", "create_time": "1768200000", "video_views": 1000 + number,
        "likes": 9, "video_duration": 21.3, "full_video_watched_rate": 0.2134, "average_time_watched": 8.0,
        "share_url": link(number),
    }  # fmt: skip


def plain(number: int) -> dict[str, Any]:
    return {"video_id": post_id(number), "url": link(number), "views": 1000 + number, "likes": 9}


def lines(*values: Any) -> str:
    return "\n".join(map(json.dumps, values)) + "\n"


def only(file: SourceFile) -> Extract:
    (extract,) = file.extracts
    return extract


def ids(extract: Extract) -> list[str]:
    """The posts of an extract in place or in scratch, by any name of their id."""
    text = extract.path.read_text("utf-8-sig")
    rows = json.loads(text) if extract.layout == "array" else [json.loads(line) for line in text.splitlines() if line]
    named = ("post_id", "aweme_id", "item_id", "video_id", "id")
    return [next(row[name] for name in named if name in row) for row in rows if row]


KINDS: dict[str, tuple[str, Any]] = {
    "collector": ("web-items", {"headers": {}, "collector": [item(0), item(1)]}),
    "results": ("web-items", {"results": [item(0), item(1)]}),
    "by number": ("web-items", {"0": item(0), "1": item(1)}),
    "ItemModule": ("web-items", {"ItemModule": {post_id(n): item(n) for n in (0, 1)}, "UserModule": {}}),
    "__DEFAULT_SCOPE__": (
        "web-items",
        {"__DEFAULT_SCOPE__": {"webapp.video-detail": {"itemInfo": {"itemStruct": item(0)}}, "more": {"x": item(1)}}},
    ),
    "search": ("web-items", {"data": [{"type": 1, "item": item(0)}, {"type": 4}, {"type": 1, "item": item(1)}]}),
    "deep": ("web-items", {"a": [{"b": {"c": [{"d": {"e": [item(0)]}}]}}, {"b": {"c": [{"d": {"e": [item(1)]}}]}}]}),
    "lists of lists": ("web-items", [[item(0)], [], [item(1)]]),
    "an account and its posts": (
        "web-items", {"userInfo": {"user": {"uniqueId": "a"}}, "itemList": [item(0), item(1)]},
    ),
    "aweme_details": ("scavio", {"code": 200, "data": {"aweme_details": [aweme(0), aweme(1)], "status_code": 0}}),
    "aweme_info": ("scavio", {"search_item_list": [{"aweme_info": aweme(0)}, {"aweme_info": aweme(1)}]}),
    "an array of answers": ("scavio", [{"code": 200, "data": {"aweme_details": [aweme(n)]}} for n in (0, 1)]),
    "the Business API": ("business-api", {"code": 0, "message": "OK", "data": {"videos": [owned(0), owned(1)]}}),
    "lines of pages": ("business-api", lines(*({"code": 0, "data": {"videos": [owned(n)]}} for n in (0, 1)))),
    "Airbyte": ("business-api", lines(*({"_airbyte_ab_id": "x", "_airbyte_data": owned(n)} for n in (0, 1)))),
    "edges and nodes": ("table", {"data": {"edges": [{"node": plain(0)}, {"node": plain(1)}], "pageInfo": {}}}),
    "an account that lists posts": (
        "table", [{"id": "68", "username": "ann", "likes": 9, "videos": [plain(0), plain(1)]}],
    ),
    "objects of rows by name": ("table", {"video": plain(0), "reel": plain(1)}),
    "single answers": ("table", [{"code": 0, "msg": "ok", "data": {"clip": plain(n), "took": 5}} for n in (0, 1)]),
    "columns": ("table", {"video_id": {"0": post_id(0), "1": post_id(1)}, "views": {"0": 5, "1": 6}}),
    "columns as lists": ("table", {"video_id": [post_id(0), post_id(1)], "views": [5, 6]}),
    "columns and data": ("table", {"columns": ["video_id", "views"], "data": [[post_id(0), 5], [post_id(1), 6]]}),
    "documents one by one": (
        "web-items", json.dumps({"itemList": [item(0)]}, indent=1) + json.dumps(item(1), indent=1),
    ),
    "a null before the rows": ("web-items", "null\n" + lines(item(0), item(1))),
    "UTF-16": ("web-items", lines(item(0), item(1)).encode("utf-16")),
}  # fmt: skip


@pytest.mark.parametrize(("form", "content"), KINDS.values(), ids=list(KINDS))
def test_rows_in_a_wrapper(opened: Opened, form: str, content: Any) -> None:
    file = opened(content, "answer.json")
    assert file.format == form
    assert ids(only(file)) == [post_id(0), post_id(1)]


@pytest.mark.parametrize("wrap", [lambda rows: lines(*rows), lambda rows: rows, lambda rows: {"data": rows}])
@pytest.mark.parametrize("make", [item, plain, owned, aweme])
def test_comments_go_with_their_post(
    opened: Opened, wrap: Callable[[Any], Any], make: Callable[[int], dict[str, Any]]
) -> None:
    comments = [{"id": post_id(50), "cid": "5", "text": "nice", "likes": 3, "digg_count": 3, "views": 1}]
    rows = [{**make(0), "comments": comments}, {**make(1), "comments": []}]
    file = opened(wrap(rows), "posts.json")
    assert ids(only(file)) == [post_id(0), post_id(1)]
    assert any("comments within posts are not imported" in warning for warning in file.warnings)


def test_comments_alone_are_no_posts(opened: Opened) -> None:
    comment = {"id": post_id(50), "text": "nice", "likes": 3}
    with pytest.raises(UnknownFormatError):
        opened({"comments": [comment]}, "comments.json")


@pytest.mark.parametrize(
    "other",
    [
        {"id": "229207", "title": "fyp", "stats": {"videoCount": 5, "viewCount": 9}},
        {"id": "229207", "cha_name": "fyp", "view_count": 9},
        {"id": post_id(9), "comment_id": post_id(9), "text": "nice", "likes": 3},
    ],
)
def test_hashtags_and_comments_resemble_posts_and_are_none(opened: Opened, other: dict[str, Any]) -> None:
    with pytest.raises((BadFileError, UnknownFormatError)):
        opened({"found": {"objects": [other]}}, "others.json")


def test_positions_count_all_entries_of_a_list(opened: Opened) -> None:
    extract = only(opened({"itemList": [None, item(0), None, item(1), {"desc": "no id"}, 7]}, "answer.json"))
    kinds = [type(json.loads(line)).__name__ for line in extract.path.read_text().splitlines()]
    assert kinds == ["NoneType", "dict", "NoneType", "dict", "dict", "NoneType"]
    parsed = only(opened([None, aweme(0), {"aweme_id": "5", "desc": ""}], "answers.json"))
    assert [(line, reason[:12]) for line, reason, _ in parsed.rejects] == [(1, "not a JSON o"), (3, "no post id: ")]


def test_pages_of_json_lines_keep_their_line(opened: Opened) -> None:
    for make in (owned, plain):
        pages = [{"data": {"videos": [make(0), make(1)]}}, {"code": 40105, "message": "token expired"},
                 {"data": {"videos": []}}, {"data": {"videos": [make(2)]}}]  # fmt: skip
        extract = only(opened(lines(*pages), "pages.jsonl"))
        rows = [json.loads(line) for line in extract.path.read_text().splitlines() if line]
        assert [row[extract.line_key or ""] for row in rows] == [1, 1, 4]
        assert extract.rejects == ((2, "an error of the API, not data (token expired)", json.dumps(pages[1])),)


def test_the_curve_of_the_business_api(opened: Opened) -> None:
    curve = [{"second": "0", "percentage": 1}, {"second": "1", "percentage": 0.62}, {"second": "x", "percentage": 1}]
    sources = [{"impression_source": "For You", "percentage": 0.9}]
    more = {"video_view_retention": curve, "impression_sources": sources, "media_type": "VIDEO", "favorites": 6}
    file = opened({"code": 0, "data": {"videos": [{**owned(0), **more}, {"item_id": "5", **more}]}}, "answer.json")
    posts, points = (read_rows(extract) for extract in file.extracts)
    assert posts == [
        {"line": 1, "post_id": post_id(0), "handle": "ann.cooks", "url": link(0), "caption": "P",
         "posted_at": "1768200000", "duration_s": "21.3", "media_type": "video", "views": "1000", "likes": "9",
         "saves": "6", "avg_watch_s": "8.0", "full_watch_rate": "0.2134"}
    ]  # fmt: skip
    assert [(point["second"], point["retention_rate"]) for point in points] == [("0", "1"), ("1", "0.62")]
    assert file.extracts[0].rejects[0][:2] == (2, "no post id: item_id does not have 15 to 20 digits")
    assert file.warnings == ("answer.json: columns not imported: impression_sources.",)


def test_a_deleted_post_among_others_is_named(opened: Opened) -> None:
    gone = {"itemInfo": {}, "statusCode": 10204, "statusMsg": "item doesn't exist"}
    extract = only(opened(lines(item(0), gone, item(1)), "items.jsonl"))
    assert extract.rejects[0][:2] == (2, "an error of the API, not data (the post does not exist: statusCode 10204)")
    with pytest.raises(BadFileError, match="the post is private: statusCode 10216"):
        opened({"__DEFAULT_SCOPE__": {"webapp.video-detail": {"statusCode": 10216}}}, "page.json")


def test_items_that_name_their_author_beside_them(opened: Opened) -> None:
    state = {**item(0), "author": "ann.cooks", "authorId": "68", "nickname": "Ann"}
    columns = only(opened({"ItemModule": {post_id(0): state}}, "state.json")).shape.columns
    assert (columns["handle"].names, columns["creator_id"].names) == (("/author",), ("/authorId",))


def test_nested_cells_of_a_table(opened: Opened) -> None:
    row = {"id": post_id(0), "link": link(0), "stats": {"views": 5}, "metrics": {"avg_watch_time_ms": 7500},
           "author": {"username": "ann.cooks"}, "tags": ["a", "b"], "curve": [{"second": 0}]}  # fmt: skip
    file = opened([row, row], "nested.json")
    columns = only(file).shape.columns
    places = {name: source.names for name, source in columns.items()}
    assert places["views"] == ("/stats/views",)
    assert (places["avg_watch_s"], columns["avg_watch_s"].unit) == (("/metrics/avg_watch_time_ms",), "ms")
    assert (places["handle"], places["hashtags"]) == (("/author/username",), ("/tags/*",))
    assert "curve" in file.warnings[0]


def test_cells_in_objects_of_objects(opened: Opened) -> None:
    video = {"id": post_id(0), "stats": {"views": 5}}
    row = {"webapp.id": 1, "video": video, "avg_watch_sec": 7.5, "author": {"username": "ann"}}
    columns = only(opened([row, row], "deep.json")).shape.columns
    places = {name: source.names for name, source in columns.items()}
    assert places == {
        "post_id": ("/video/id",), "views": ("/video/stats/views",), "avg_watch_s": ("/avg_watch_sec",),
        "handle": ("/author/username",),
    }  # fmt: skip


def test_mapped_keys_are_found_in_a_wrapper(opened: Opened) -> None:
    rows = [{"clip": link(0), "seen": 5}, {"clip": link(1), "seen": 6}]
    extract = only(opened({"export": {"rows": rows}}, "x.json", columns={"url": "clip", "views": "seen"}))
    assert [json.loads(line) for line in extract.path.read_text().splitlines()] == rows


def test_a_line_of_an_array_is_no_json_line(opened: Opened) -> None:
    text = "[\n" + ",\n".join(json.dumps(item(n)) for n in (0, 1)) + "\n]\n"
    assert ids(only(opened(text, "items.json"))) == [post_id(0), post_id(1)]


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize(
    "wrap",
    [
        lambda rows: rows,
        lambda rows: {"videos": rows},
        lambda rows: {**rows, "updated": "2026-06-01"},
        lambda rows: {key: [row] for key, row in rows.items()},
    ],
    ids=["top", "below", "beside", "lists"],
)
def test_the_key_of_an_object_is_its_post_id(
    opened: Opened, monkeypatch: pytest.MonkeyPatch, wrap: Callable[[Any], Any], *, streamed: bool
) -> None:
    """Many programs index their posts by id, and leave the id out of each: no other id may be made up for it."""
    monkeypatch.setattr(json_rows, "MOST_LETTERS", 50 if streamed else json_rows.MOST_LETTERS)
    rows = {post_id(number): {"views": 1000 + number, "likes": 9, "author": "ann.cooks"} for number in range(3)}
    assert ids(only(opened(wrap(rows), "videos.json"))) == list(rows)


def test_an_object_keeps_its_own_id(opened: Opened) -> None:
    file = opened({post_id(9): plain(1), post_id(8): plain(2)}, "videos.json")
    assert ids(only(file)) == [post_id(1), post_id(2)]


def bare(number: int) -> dict[str, Any]:
    return {"video_id": post_id(number), "views": 1000 + number, "likes": 9}


ANA = {"username": "ana", "followers": 120_001}


@pytest.mark.parametrize(
    "wrapped",
    [
        {**ANA, "videos": [bare(0), bare(1)]},
        {"user": {**ANA, "bio": "x"}, "posts": {"items": [bare(0), bare(1)]}},
        [{**ANA, "videos": [bare(0), bare(1)]}, {"username": "ben", "followers": 7, "videos": [bare(2)]}],
    ],
)
def test_posts_below_their_account_are_its_posts(opened: Opened, wrapped: Any) -> None:
    extract = only(opened(wrapped, "accounts.json"))
    assert "creator_snapshots" in extract.shape.tables
    rows = [json.loads(line) for line in extract.path.read_text().splitlines()]
    found = [(row["video_id"], row["author_handle"], row["author_followers"]) for row in rows]
    assert found[:2] == [(post_id(0), "ana", 120_001), (post_id(1), "ana", 120_001)]
    assert found[2:] in ([], [(post_id(2), "ben", 7)])


@pytest.mark.parametrize(
    "wrapped",
    [
        {"username": "my_login", "videos": [bare(0), bare(1)]},
        {**ANA, "videos": [{**bare(0), "author": "eva"}, {**bare(1), "author": "eva"}]},
    ],
    ids=["a name without followers", "rows that name their own"],
)
def test_a_name_around_posts_is_no_account_of_theirs(opened: Opened, wrapped: Any) -> None:
    extract = only(opened(wrapped, "videos.json"))
    assert "author_handle" not in extract.path.read_text()


def test_rows_below_a_key_that_stands_twice_are_all_found(opened: Opened) -> None:
    text = json.dumps({"items": [item(0)], "more": [item(1)]}).replace('"more"', '"items"')
    assert ids(only(opened(text, "answer.json"))) == [post_id(0), post_id(1)]


def test_a_row_with_two_values_under_one_key_is_a_reject(opened: Opened) -> None:
    text = json.dumps({"x": {"items": [item(0), item(1), item(2)]}}).replace(
        '"playCount": 1001', '"playCount": 1, "playCount": 2'
    )
    extract = only(opened(text, "answer.json"))
    assert ids(extract) == [post_id(0), post_id(2)]
    assert [(line, reason) for line, reason, _ in extract.rejects] == [(2, "the key playCount has two values")]
