"""What the contracts say about the wire, asked of the sandbox over real HTTP, without any client of dwell's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from dwell_sandbox import World
from dwell_sandbox.server.ids import sec_uid
from dwell_sandbox.server.rate_limits import RateLimit
from dwell_sandbox.server.sandbox import Sandbox
from dwell_sandbox.server.serve import serve_in_thread
from dwell_sandbox.server.simulated_clock import SimulatedClock

NOW = datetime(2026, 11, 1, 9, 0, 20, tzinfo=UTC)
WORLD = World(12)
LISTED = {
    "aweme_id": str, "video_id": str, "region": str, "title": str, "content_desc": list, "cover": str,
    "ai_dynamic_cover": str, "origin_cover": str, "duration": int, "play": str, "wmplay": str, "size": int,
    "wm_size": int, "music": str, "music_info": dict, "play_count": int, "digg_count": int, "comment_count": int,
    "share_count": int, "download_count": int, "collect_count": int, "create_time": int, "anchors": type(None),
    "anchors_extras": str, "is_ad": bool, "commerce_info": dict, "commercial_video_info": str,
    "item_comment_settings": int, "mentioned_users": str, "author": dict, "is_top": int,
}  # fmt: skip
NEVER = {
    "average_watch_time",
    "avg_watch_time",
    "completion_rate",
    "retention",
    "reach",
    "impressions",
    "followers_gained",
}


@pytest.fixture(scope="module")
def http() -> Iterator[httpx2.Client]:
    no_limits = {"tikliveapi": RateLimit(0, 1.0), "scavio": RateLimit(0, 1.0)}
    sandbox = Sandbox(WORLD, SimulatedClock(NOW, 0.0), limits=no_limits)
    with (
        serve_in_thread(sandbox) as url,
        httpx2.Client(base_url=url, trust_env=False, follow_redirects=False) as client,
    ):
        yield client


def _tiklive(http: httpx2.Client, endpoint: str, **query: Any) -> Any:
    response = http.get(f"/tikliveapi/{endpoint}/", params=query, headers={"X-Api-Key": "sandbox-key"})
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    return response.json()


def _scavio(http: httpx2.Client, endpoint: str, body: Any, key: str | None = "sandbox-key") -> httpx2.Response:
    headers = {} if key is None else {"Authorization": f"Bearer {key}"}
    return http.post(f"/scavio/api/v1/tiktok/{endpoint}", json=body, headers=headers)


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({}, "Please sign up to tikliveapi.com"),
        ({"X-Api-Key": ""}, "Please sign up to tikliveapi.com"),
        ({"X-Api-Key": "wrong"}, "Api-Key is not available"),
    ],
)
def test_tikliveapi_refuses_keys_with_status_200(http: httpx2.Client, headers: dict[str, str], message: str):
    response = http.get("/tikliveapi/userid/", params={"username": "demo_kitchen"}, headers=headers)
    assert (response.status_code, response.json()) == (200, {"message": message})


def test_tikliveapi_wants_its_slash_and_get(http: httpx2.Client):
    headers = {"X-Api-Key": "sandbox-key"}
    assert http.get("/tikliveapi/userid?username=demo_kitchen", headers=headers).status_code == 404
    assert http.get("/tikliveapi//userid/?username=demo_kitchen", headers=headers).status_code == 404
    assert http.post("/tikliveapi/userid/?username=demo_kitchen", headers=headers).status_code == 405
    assert http.get("/tikliveapi", headers=headers).status_code == 404


def test_a_tikliveapi_video_has_every_field_of_its_type(http: httpx2.Client):
    user_id = _tiklive(http, "userid", username="demo_kitchen")["id"]
    rows = _tiklive(http, "user-posts", userid=user_id, count=35)["videos"]
    for row in rows:
        assert {name: type(value) for name, value in row.items() if name != "images"} == LISTED
        assert 0 <= row["create_time"] - (int(row["video_id"]) >> 32) <= 5 * 86_400
        assert not NEVER & row.keys()
    detail = _tiklive(http, "post-detail", url=f"https://www.tiktok.com/@x/video/{rows[5]['video_id']}")
    assert detail.keys() >= (LISTED.keys() - {"video_id", "is_top"}) | {"id", "hdplay", "hd_size"}
    assert {"id", "title", "play", "cover", "author", "original", "duration", "album"} == detail["music_info"].keys()
    assert {"id", "unique_id", "nickname", "avatar"} == detail["author"].keys()
    assert "(simulated)" in detail["author"]["nickname"]


def test_scavio_wants_a_key(http: httpx2.Client):
    for key in (None, "wrong"):
        response = _scavio(http, "profile", {"username": "demo_kitchen"}, key)
        assert response.status_code == 401
        assert response.json()["error"]["code"] == "unauthorized"


KEY = sec_uid(WORLD.creator_id("demo_kitchen"))


@pytest.mark.parametrize(
    ("endpoint", "body"),
    [
        ("user/posts", {}),
        ("user/posts", {"username": "demo_kitchen"}),
        ("user/posts", {"sec_user_id": KEY, "cursor": 0}),
        ("user/posts", {"sec_user_id": KEY, "cursor": "abc"}),
        ("user/posts", {"sec_user_id": KEY, "count": 0}),
        ("user/posts", {"sec_user_id": KEY, "count": 31}),
        ("user/posts", {"sec_user_id": KEY, "count": "20"}),
        ("user/posts", {"sec_user_id": KEY, "sort_type": 1}),
        ("profile", {}),
        ("video", {}),
        ("video/comments", {"video_id": "1", "count": 51}),
        ("search/videos", {"keyword": ""}),
        ("search/videos", {"keyword": "x" * 501}),
        ("search/videos", {"keyword": "x", "publish_time": "2"}),
        ("search/videos", {"keyword": "x", "cursor": 20}),
        ("hashtag", {}),
        ("hashtag/videos", {"hashtag_name": "recipe"}),
        ("user/followers", {"sec_user_id": KEY, "count": 21}),
        ("user/followers", {"sec_user_id": KEY, "page_token": "made up"}),
        ("profile", ["demo_kitchen"]),
    ],
)
def test_scavio_refuses_wrong_bodies_with_400(http: httpx2.Client, endpoint: str, body: Any):
    response = _scavio(http, endpoint, body)
    assert response.status_code == 400, response.text
    assert response.json()["error"]["code"] == "bad_request"


def test_scavio_wants_json_and_post_and_a_known_path(http: httpx2.Client):
    headers = {"Authorization": "Bearer sandbox-key"}
    path = "/scavio/api/v1/tiktok/profile"
    assert http.post(path, content=b"{", headers=headers).status_code == 400
    assert http.get(path, headers=headers).status_code == 405
    assert _scavio(http, "nothing", {}).status_code == 404
    assert _scavio(http, "user/videos", {"username": "demo_kitchen", "limit": 50}).status_code == 410
    assert http.get("/scavio/profile", headers=headers).status_code == 404


def test_a_scavio_post_has_every_field(http: httpx2.Client):
    response = _scavio(http, "user/posts", {"sec_user_id": KEY}).json()
    assert len(response["data"]["aweme_list"]) == 20
    assert response["data"].keys() == {"aweme_list", "max_cursor", "has_more"}
    for row in response["data"]["aweme_list"]:
        assert row.keys() >= {
            "aweme_id", "desc", "create_time", "statistics", "video", "author", "music", "cha_list", "text_extra",
        }  # fmt: skip
        assert row["statistics"].keys() >= {
            "play_count", "digg_count", "comment_count", "share_count", "collect_count",
        }  # fmt: skip
        assert row["video"].keys() == {"duration", "play_addr", "cover"}
        assert not NEVER & (row.keys() | row["statistics"].keys())
    assert "(simulated)" in json.dumps(response)


@pytest.mark.parametrize("path", ["/", "/tikliveapi/nothing/", "/scavio/nothing", "/sandbox/calls", "/no/such/page"])
def test_every_answer_says_that_it_is_simulated(http: httpx2.Client, path: str):
    response = http.get(path)
    assert response.headers["x-dwell-simulated-at"] == NOW.isoformat()
    assert response.headers["x-dwell-simulated"] == "seed=12"
