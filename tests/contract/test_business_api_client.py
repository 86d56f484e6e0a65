"""A client of TikTok's Business API that knows only its documentation and a base address, against the sandbox.

It shares no code with dwell or the sandbox: OAuth code flow with a consent form, paging by 20 with the cursor, filters
as JSON literals, errors by their code.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from dwell_sandbox import World
from dwell_sandbox.server.rate_limits import RateLimit
from dwell_sandbox.server.sandbox import Sandbox
from dwell_sandbox.server.serve import serve_in_thread
from dwell_sandbox.server.simulated_clock import SimulatedClock

NOW = datetime(2026, 11, 1, 9, 0, 20, tzinfo=UTC)
CLIENT_ID, CLIENT_SECRET = "sandbox-client-id", "sandbox-client-secret"
REDIRECT = "http://127.0.0.1:8788/oauth/tiktok/"
SCOPES = "user.info.basic,user.info.username,user.info.stats,user.insights,video.list,video.insights,comment.list"


class ApiError(Exception):
    """A response whose code is not 0."""


class BusinessClient:
    """The published flow, with `http.client`."""

    def __init__(self, base: str) -> None:
        self.base = urlsplit(base)
        self.tokens: dict[str, Any] = {}
        self.date: datetime | None = None

    def send(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str], str]:
        connection = HTTPConnection(self.base.netloc, timeout=30)
        try:
            connection.request(method, self.base.path + path, body or None, headers or {})
            response = connection.getresponse()
            found = {name.lower(): value for name, value in response.getheaders()}
            return response.status, found, response.read().decode()
        finally:
            connection.close()

    def connect(self, account: str) -> None:
        asked = {
            "client_key": CLIENT_ID, "scope": SCOPES, "response_type": "code", "redirect_uri": REDIRECT, "state": "s-1",
        }  # fmt: skip
        path = f"/v2/auth/authorize?{urlencode(asked)}"
        status, _, page = self.send("GET", path)
        assert status == 200
        fields = [
            (name, html.unescape(value)) for name, value in re.findall(r'<input[^>]*name="(\w+)" value="([^"]*)"', page)
        ]
        form = urlencode([*fields, ("account", account), ("decision", "allow")]).encode()
        status, headers, _ = self.send("POST", path, form, {"Content-Type": "application/x-www-form-urlencoded"})
        assert status == 302
        assert headers["location"].startswith(REDIRECT)
        query = parse_qs(urlsplit(headers["location"]).query)
        assert query["state"] == ["s-1"]
        self.tokens = self.post(
            "/tt_user/oauth2/token/",
            grant_type="authorization_code", auth_code=query["code"][0], redirect_uri=REDIRECT,
        )  # fmt: skip

    def refresh(self) -> None:
        self.tokens = self.post(
            "/tt_user/oauth2/refresh_token/", grant_type="refresh_token", refresh_token=self.tokens["refresh_token"]
        )

    def post(self, path: str, **body: str) -> Any:
        sent = json.dumps({"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, **body}).encode()
        return self.read(*self.send("POST", f"/open_api/v1.3{path}", sent, {"Content-Type": "application/json"}))

    def get(self, path: str, **query: Any) -> Any:
        literals = {
            name: value if isinstance(value, str) else json.dumps(value)
            for name, value in {"business_id": self.tokens["open_id"], **query}.items()
        }
        headers = {"Access-Token": self.tokens["access_token"]}
        return self.read(*self.send("GET", f"/open_api/v1.3{path}?{urlencode(literals)}", headers=headers))

    def read(self, status: int, headers: dict[str, str], text: str) -> Any:
        assert status == 200
        self.date = parsedate_to_datetime(headers["date"])
        envelope = json.loads(text)
        assert envelope.keys() == {"code", "message", "request_id", "data"}
        assert headers["x-tt-logid"]
        if envelope["code"]:
            raise ApiError(envelope["code"])
        return envelope["data"]

    def videos(self, *fields: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        more: dict[str, Any] = {}
        while True:
            page = self.get("/business/video/list/", fields=["item_id", *fields], max_count=20, **more)
            rows += page["videos"]
            if not page["has_more"]:
                return rows
            more = {"cursor": page["cursor"]}


@pytest.fixture(scope="module")
def world() -> World:
    return World(12)


@pytest.fixture(scope="module", params=["/business_api", ""], ids=["with the prefix", "without"])
def client(world: World, request: pytest.FixtureRequest) -> Iterator[BusinessClient]:
    limits = {"business_api": RateLimit(0, 1.0)}
    with serve_in_thread(Sandbox(world, SimulatedClock(NOW, 0.0), limits=limits)) as url:
        client = BusinessClient(f"{url}{request.param}")
        client.connect("demo_kitchen")
        yield client


def test_every_video_with_its_curve(client: BusinessClient, world: World) -> None:
    rows = client.videos("create_time", "media_type", "video_view_retention", "average_time_watched")
    posts = world.posts("demo_kitchen", since=datetime(2020, 1, 1, tzinfo=UTC), at=NOW)
    assert [row["item_id"] for row in rows] == [post.post_id for post in posts]
    with_curve = [row for row in rows if row.get("video_view_retention")]
    assert len(with_curve) > 0.8 * len(rows)
    for row in with_curve:
        curve = {int(point["second"]): point["percentage"] for point in row["video_view_retention"]}
        assert curve[0] == 1
        assert all(0 <= share <= 1 for share in curve.values())


def test_chosen_videos_in_one_call(client: BusinessClient) -> None:
    chosen = [row["item_id"] for row in client.videos()[5:25]]
    page = client.get(
        "/business/video/list/",
        fields='["item_id","likes","video_views"]',
        filters=json.dumps({"video_ids": chosen, "ad_post_only": False}),
        max_count=20,
    )
    assert [row["item_id"] for row in page["videos"]] == chosen
    assert (page["cursor"], page["has_more"]) == (0, False)


def test_today_is_what_the_date_header_says(client: BusinessClient) -> None:
    client.get("/business/get/")
    assert client.date == NOW.replace(microsecond=0)
    assert client.date is not None
    today: date = client.date.date()
    rows = client.get(
        "/business/get/",
        fields=["video_views"],
        start_date=(today - timedelta(days=58)).isoformat(),
        end_date=(today - timedelta(days=1)).isoformat(),
    )["metrics"]
    assert rows[0]["date"] == (today - timedelta(days=58)).isoformat()
    assert 1 <= (today - date.fromisoformat(rows[-1]["date"])).days <= 3


def test_errors_come_with_status_200_and_a_code(client: BusinessClient) -> None:
    for query, code in (
        ({"max_count": 21}, "40002"),
        ({"fields": ["likes"]}, "40002"),
        ({"business_id": "another"}, "40001"),
        ({"fields": ["item_id"], "filters": "{video_ids}"}, "40002"),
    ):
        with pytest.raises(ApiError, match=code):
            client.get("/business/video/list/", **query)
    with pytest.raises(ApiError, match="40125"):
        client.get("/business/get/", fields=["is_business_account"])


def test_comments_of_a_video(client: BusinessClient) -> None:
    post_id = next(row["item_id"] for row in client.videos("comments") if row.get("comments", 0) > 25)
    seen: list[str] = []
    cursor, more = 0, True
    while more:
        page = client.get("/business/comment/list/", video_id=post_id, cursor=cursor, max_count=30)
        seen += [row["comment_id"] for row in page["comments"]]
        cursor, more = page["cursor"], page["has_more"]
    assert len(seen) == len(set(seen)) == cursor > 25


def test_a_lost_response_of_a_refresh_can_be_asked_for_again(client: BusinessClient) -> None:
    script = json.dumps([{"fault": "dropped", "endpoint": "tt_user/oauth2/refresh_token"}]).encode()
    connection = HTTPConnection(client.base.netloc, timeout=30)
    connection.request("POST", "/sandbox/script", script)
    assert connection.getresponse().status == 200
    connection.close()
    with pytest.raises(HTTPException):
        client.refresh()
    assert client.get("/business/get/")["display_name"], "the access token is still good"
    client.refresh()
    assert client.get("/business/get/")["display_name"]


def test_refreshed_tokens_go_on_and_revoked_ones_end(client: BusinessClient) -> None:
    before = dict(client.tokens)
    client.refresh()
    assert client.tokens["open_id"] == before["open_id"]
    assert client.tokens["refresh_token"] != before["refresh_token"]
    assert client.get("/business/get/")["display_name"]
    assert client.post("/tt_user/oauth2/revoke/", access_token=client.tokens["access_token"]) == {}
    with pytest.raises(ApiError, match="40105"):
        client.get("/business/get/")
    with pytest.raises(ApiError, match="40105"):
        client.refresh()
