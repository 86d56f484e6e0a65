from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from dwell.errors import BadFileError, UnknownFormatError, WrongAccountError
from dwell.records import Extract, SourceFile
from dwell.testing.extracts import read_rows

Opened = Callable[..., SourceFile]
ID = "7350810998023949599"


def only(file: SourceFile) -> Extract:
    (extract,) = file.extracts
    return extract


def video(**changes: Any) -> dict[str, Any]:
    """A list item of the TikLiveAPI family; made up."""
    return {
        "aweme_id": "v09044g40000cxexamplexample0001", "video_id": ID, "region": "US", "title": "demo #Fun",
        "duration": 23,
        "play_count": 12000, "digg_count": 900, "comment_count": 31, "share_count": 44, "download_count": 6,
        "collect_count": 120, "create_time": 1711494099, "is_ad": False, "is_top": 1,
        "music_info": {"id": "7350811000000000001", "title": "sound", "original": True},
        "author": {"id": "6812345678901234567", "unique_id": "demo", "nickname": "Demo"}, **changes,
    }  # fmt: skip


EXPECTED = {
    "line": 1, "post_id": ID, "handle": "demo", "creator_id": "6812345678901234567", "display_name": "Demo",
    "posted_at": "1711494099", "duration_s": "23", "media_type": "video", "is_ad": "false", "is_pinned": "true",
    "caption": "demo #Fun", "hashtags": ["fun"], "sound_id": "7350811000000000001", "sound_title": "sound",
    "sound_original": "true", "region": "US", "url": f"https://www.tiktok.com/@demo/video/{ID}", "views": "12000",
    "likes": "900", "comments": "31", "shares": "44", "saves": "120", "downloads": "6",
}  # fmt: skip


@pytest.mark.parametrize(
    "wrap",
    [
        lambda item: {"videos": [item], "cursor": "1", "hasMore": True},
        lambda item: {"code": 0, "msg": "success", "data": {"videos": [item], "hasMore": 1}},
        lambda item: {"code": 0, "msg": "success", "data": [item]},
        lambda item: {"data": {"videos": [item]}},
        lambda item: [item],
        lambda item: item,
    ],
)
def test_tikliveapi_posts_in_every_wrapper(opened: Opened, wrap: Callable[[Any], Any]) -> None:
    file = opened(wrap(video()), "page.json")
    assert file.format == "tikliveapi"
    extract = only(file)
    assert read_rows(extract) == [EXPECTED]
    assert extract.shape.tables == ("posts", "post_snapshots", "creators")
    assert extract.shape.constants == {"platform": "tiktok"}
    assert extract.shape.columns["hashtags"].names == ("/hashtags/*",)
    assert "observed_at" not in extract.shape.columns


def test_a_page_per_line_and_a_damaged_line(opened: Opened) -> None:
    page = json.dumps({"videos": [video(), video(video_id="7350810998023949600")]})
    extract = only(opened(f"{page}\n{{broken\n{json.dumps(video())}\n", "pages.jsonl"))
    assert [row["line"] for row in read_rows(extract)] == [1, 1, 3]
    assert extract.rejects == ((2, "not a JSON object", "{broken"),)


@pytest.mark.parametrize(
    ("changes", "post_id"),
    [
        ({}, ID),
        ({"video_id": None, "id": ID}, ID),
        ({"video_id": None, "aweme_id": ID}, ID),
        ({"video_id": int(ID)}, ID),
        ({"video_id": "123", "id": ID}, ID),
    ],
)
def test_the_post_id_is_the_first_that_is_one(opened: Opened, changes: dict[str, Any], post_id: str) -> None:
    assert read_rows(only(opened([video(**changes)], "page.json")))[0]["post_id"] == post_id


def test_a_media_id_is_no_post_id(opened: Opened) -> None:
    extract = only(opened([video(video_id=None), video()], "page.json"))
    assert [row["line"] for row in read_rows(extract)] == [2]
    assert extract.rejects[0][:2] == (1, "no post id: none of video_id, id, aweme_id has 15 to 20 digits")


def test_odd_values_of_tikliveapi(opened: Opened) -> None:
    photo, untitled, encoded = video(duration=0, images=["x"]), video(title=None), video(title="=?utf-8?q?caf=C3=A9?=")
    found = read_rows(only(opened([photo, untitled, encoded], "page.json")))
    assert (found[0]["media_type"], "duration_s" in found[0], "/photo/" in found[0]["url"]) == ("photo", False, True)
    assert "caption" not in found[1]
    assert found[2]["caption"] == "café"


def test_a_video_without_length_is_of_unknown_kind(opened: Opened) -> None:
    item = video()
    del item["duration"], item["is_top"]
    assert not {"media_type", "is_pinned", "duration_s"} & read_rows(only(opened([item], "page.json")))[0].keys()


USER = {"id": "6943972350728700930", "uniqueId": "demo", "nickname": "Demo", "verified": False, "privateAccount": False}
STATS = {"followingCount": 262, "followerCount": 207900, "heartCount": 1400000, "videoCount": 191, "diggCount": 911}


@pytest.mark.parametrize(
    "document",
    [
        {"user": USER, "stats": STATS},
        {"user": {**USER, "stats": STATS}},
        {"code": 0, "data": {"user": USER, "stats": STATS}},
        {"code": 0, "data": [{"user": USER, "stats": STATS, "itemList": []}]},
        {"user_list": [{"user_info": USER, "stats": STATS}]},
    ],
)
def test_accounts_with_counters_beside_or_below(opened: Opened, document: Any) -> None:
    extract = only(opened(document, "user.json"))
    assert extract.shape.tables == ("creators", "creator_snapshots")
    assert read_rows(extract) == [
        {"line": 1, "handle": "demo", "creator_id": "6943972350728700930", "display_name": "Demo", "verified": "false",
         "private": "false", "followers": "207900", "following": "262", "total_likes": "1400000", "post_count": "191"}
    ]  # fmt: skip


@pytest.mark.parametrize("key", ["followers", "followings"])
def test_follower_lists(opened: Opened, key: str) -> None:
    user = {
        "id": "65667",
        "unique_id": "fan",
        "nickname": "Fan",
        "aweme_count": 2,
        "follower_count": 3,
        "total_favorited": 4,
    }
    found = read_rows(only(opened({key: [user], "total": 9, "time": 1, "hasMore": True}, "list.json")))[0]
    assert (found["handle"], found["followers"], found["total_likes"], found["post_count"]) == ("fan", "3", "4", "2")


def test_comments(opened: Opened) -> None:
    comment = {"id": "7044622953448211247", "video_id": ID, "text": "wow", "create_time": 1640204108, "digg_count": 3,
               "reply_total": 1, "user": {"unique_id": "fan", "follower_count": 0}}  # fmt: skip
    extract = only(opened({"code": 0, "data": {"comments": [comment], "total": 1}}, "comments.json"))
    assert extract.shape.tables == ("comments",)
    assert read_rows(extract)[0] == {
        "line": 1, "comment_id": "7044622953448211247", "post_id": ID, "posted_at": "1640204108", "handle": "fan",
        "text": "wow", "comment_likes": "3", "replies": "1",
    }  # fmt: skip


AWEME = {
    "aweme_id": ID, "desc": "demo #x", "create_time": 1711494099, "video": {"duration": 23400},
    "statistics": {"digg_count": 900, "comment_count": 31, "play_count": 12000, "share_count": 44,
                   "collect_count": 120},
    "author": {"unique_id": "demo", "nickname": "Demo"}, "music": {"title": "s", "author": "a"},
    "cha_list": [{"cid": "1", "cha_name": "X"}], "text_extra": [],
}  # fmt: skip
FLAT = {"id": ID, "desc": "demo", "play_count": 12000, "digg_count": 900, "comment_count": 31, "share_count": 44,
        "collect_count": 120, "duration": 23.4, "hashtags": ["x"], "create_time": 1711494099}  # fmt: skip


@pytest.mark.parametrize(
    "document",
    [
        {"data": {"aweme_list": [AWEME], "max_cursor": "1", "has_more": 1}, "response_time": 450, "credits_used": 1},
        {"data": {"search_item_list": [{"aweme_info": AWEME}]}, "response_time": 450},
        {"data": {"aweme_detail": AWEME}},
        {"videos": [FLAT]},
    ],
)
def test_scavio_in_both_shapes(opened: Opened, document: Any) -> None:
    file = opened(document, "page.json")
    assert file.format == "scavio"
    found = read_rows(only(file))[0]
    assert (found["post_id"], found["duration_s"], found["media_type"], found["hashtags"]) == (
        ID,
        "23.4",
        "video",
        ["x"],
    )
    assert [found[name] for name in ("views", "likes", "comments", "shares", "saves")] == [
        "12000",
        "900",
        "31",
        "44",
        "120",
    ]


def test_scavio_without_counters_knows_none(opened: Opened) -> None:
    bare = {key: value for key, value in AWEME.items() if key != "statistics"}
    assert (
        not {"views", "likes", "saves"}
        & read_rows(only(opened({"data": {"aweme_list": [bare]}}, "page.json")))[0].keys()
    )


def test_scavio_profiles_and_comments(opened: Opened) -> None:
    who = {
        "unique_id": "demo",
        "uid": "681",
        "nickname": "Demo",
        "follower_count": 5,
        "following_count": 4,
        "aweme_count": 3,
        "total_favorited": 2,
    }
    file = opened({"data": {"user": who}, "credits_used": 1}, "profile.json")
    assert (file.format, read_rows(only(file))[0]["following"]) == ("scavio", "4")
    comment = {"cid": "7044", "text": "wow", "create_time": 1, "digg_count": 2, "reply_comment_total": 1, "user": {}}
    assert read_rows(only(opened({"data": {"comments": [comment]}}, "comments.json")))[0]["replies"] == "1"


def test_research_ids_are_integers_that_stay_exact(opened: Opened) -> None:
    row = {"id": int(ID), "video_description": "hi", "create_time": 1711494099, "region_code": "DE", "view_count": 10,
           "like_count": 2, "comment_count": 1, "share_count": 0, "music_id": 7350811000000000001, "username": "demo",
           "hashtag_names": ["Fun"], "favourites_count": 4, "video_duration": 12}  # fmt: skip
    file = opened(
        {"data": {"videos": [row], "cursor": 1, "has_more": False}, "error": {"code": "ok", "message": ""}}, "r.json"
    )
    assert file.format == "research-api"
    found = read_rows(only(file))[0]
    assert (found["post_id"], found["sound_id"], found["saves"], found["hashtags"]) == (
        ID,
        "7350811000000000001",
        "4",
        ["fun"],
    )


def test_display_rows_and_account(opened: Opened) -> None:
    row = {"id": ID, "create_time": 1711494099, "share_url": f"https://www.tiktok.com/@demo/video/{ID}?utm_source=x",
           "title": "hi", "duration": 12, "view_count": 10, "like_count": 2, "comment_count": 1,
           "share_count": 0}  # fmt: skip
    page = {
        "data": {"videos": [row], "cursor": 1, "has_more": False},
        "error": {"code": "ok", "message": "", "log_id": "x"},
    }
    file = opened(page, "list.json", handle="@demo")
    assert file.format == "display-api"
    found = read_rows(only(file))[0]
    assert (found["handle"], found["views"], "saves" in found) == ("demo", "10", False)
    with pytest.raises(WrongAccountError, match="@demo, not of @other"):
        opened(page, "list.json", handle="other")
    who = {"open_id": "x", "display_name": "Demo", "username": "demo", "follower_count": 3}
    assert read_rows(only(opened({"data": {"user": who}, "error": {"code": "ok"}}, "me.json")))[0]["followers"] == "3"


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"code": -1, "msg": "Url parsing is failed! Please check url."}, "Url parsing is failed"),
        ({"code": -1, "msg": "limit", "data": []}, "limit"),
        ({"message": "Api-Key is not available"}, "Api-Key"),
        ({"error": {"code": "rate_limit_exceeded", "message": "Retry"}}, "rate_limit_exceeded"),
        ({"error": "insufficient_credits"}, "insufficient_credits"),
        ({"error": "invalid_grant", "error_description": "expired"}, "expired"),
        ({"data": {}, "error": {"code": "access_token_invalid", "message": "x"}}, "access_token_invalid"),
        ({"code": 0, "msg": "success", "data": []}, "empty list"),
        ({"statusCode": 10201, "itemList": []}, "10201"),
    ],
)
def test_answers_that_are_errors(opened: Opened, document: Any, message: str) -> None:
    with pytest.raises(BadFileError, match=message):
        opened(document, "answer.json")


@pytest.mark.parametrize(
    ("document", "what"),
    [
        ({"data": {"id": "67", "title": "t", "play": "x", "author": "a", "duration": 9, "album": ""}}, "a sound"),
        ({"code": 0, "data": {"TW": "Taiwan", "JP": "Japan"}}, "regions"),
        ({"code": 0, "data": {"challenge_list": [{"id": "5", "cha_name": "girl", "view_count": 7}]}}, "a hashtag"),
        ({"id": "6943972350728700930"}, "id alone"),
        ({"video": "https://cdn.example/x", "video_hd": "https://cdn.example/y"}, "other than posts or accounts"),
    ],
)  # fmt: skip
def test_answers_of_which_nothing_is_kept(opened: Opened, document: Any, what: str) -> None:
    with pytest.raises(BadFileError, match=what):
        opened(document, "answer.json")


def test_another_object_in_the_list_is_a_reject(opened: Opened) -> None:
    extract = only(opened([video(), {"id": "1"}, 5], "page.json"))
    assert [(line, reason) for line, reason, _ in extract.rejects] == [
        (2, "not the same kind of object as the first (post)"),
        (3, "not a JSON object"),
    ]


@pytest.mark.parametrize("text", ['{"videos": [{"video_id": "735', "[1, 2", '{"a": NaN'])
def test_json_that_is_cut_off(opened: Opened, text: str) -> None:
    with pytest.raises(BadFileError, match="cut off or damaged JSON"):
        opened(text, "cut.json")


def test_json_that_is_too_deep(opened: Opened) -> None:
    with pytest.raises(BadFileError, match="nests lists and objects so deeply"):
        opened("[" * 100_000, "deep.json")


def test_an_unknown_object_names_the_nearest_format(opened: Opened) -> None:
    with pytest.raises(
        UnknownFormatError,
        match=r"columns are video_id, title, plays_seen; the nearest is tikliveapi.*digg_count, play_count",
    ):
        opened([{"video_id": "x", "title": "y", "plays_seen": 1}], "odd.json")
