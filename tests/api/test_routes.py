"""Every call: what it asks the service, and what it answers."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

import pytest
from starlette.testclient import TestClient

from dwell.api.app import create_app

TRACK = "/api/v1/videos/track"
BULK = "/api/v1/videos/track/bulk"


def test_a_video_is_tracked(client: TestClient, service: Any, fake: ModuleType) -> None:
    answer = client.post(TRACK, json={"video_link": fake.LINK, "duration_days": 7, "metadata": {"a": [1]}, "more": 1})
    assert answer.status_code == 201
    body = answer.json()
    assert body == {
        "id": "vid_0001",
        "job_id": "job_vid_0001",
        "video_link": fake.LINK,
        "platform": "tiktok",
        "status": "monitoring",
        "monitoring_duration_days": 7,
        "days_remaining": 7.0,
        "estimated_cost": 2.52,
        "created_at": "2026-01-29T10:00:00Z",
        "metadata": {"a": [1]},
        "duplicate_of": None,
    }
    assert service.calls[-1] == ("track", (fake.LINK, 7, {"a": [1]}))
    again = client.post(TRACK, json={"video_link": fake.LINK, "duration_days": 7})
    assert again.json()["duplicate_of"] == body["id"]


def test_a_body_counts_as_json_whatever_it_is_called(client: TestClient, fake: ModuleType) -> None:
    body = json.dumps({"video_link": fake.LINK, "duration_days": 1}).encode()
    for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
        assert client.post(TRACK, content=body, headers={"Content-Type": kind}).status_code == 201


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["video_link", "duration_days"]),
        ({"video_link": 5, "duration_days": "7"}, ["video_link", "duration_days"]),
        ({"video_link": "x", "duration_days": 0}, ["duration_days"]),
        ({"video_link": "x", "duration_days": 31}, ["duration_days"]),
        ({"video_link": "x", "duration_days": True}, ["duration_days"]),
        ({"video_link": "x", "duration_days": 7.0}, ["duration_days"]),
        ({"video_link": "x", "duration_days": 1.5}, ["duration_days"]),
        ({"video_link": "x", "duration_days": None}, ["duration_days"]),
        ({"video_link": "", "duration_days": 1}, ["video_link"]),
        ({"video_link": "x" * 2049, "duration_days": 1}, ["video_link"]),
        ({"video_link": "a\0b", "duration_days": 1}, ["video_link"]),
        ({"video_link": "x", "duration_days": 1, "metadata": [1]}, ["metadata"]),
        ({"video_link": "x", "duration_days": 1, "metadata": {"a": "x" * 9000}}, ["metadata"]),
        ({"video_link": "x", "duration_days": 1, "metadata": {"a": [[[[[[[[1]]]]]]]]}}, ["metadata"]),
        ([1], ["body"]),
    ],
)
def test_what_is_wrong_with_a_body_is_named(client: TestClient, service: Any, body: Any, fields: list[str]) -> None:
    answer = client.post(TRACK, json=body)
    assert answer.status_code == 400
    assert answer.json()["error"] == "Invalid request"
    assert [one["field"] for one in answer.json()["details"]] == fields
    assert all(one["message"] for one in answer.json()["details"])
    assert service.calls == [("authenticate", None)]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff\xfe", b'{"a":"\\ud800"}', b"[" * 60_000, b"nul", b'{"video_link":1e999}', b"NaN"]
)
@pytest.mark.parametrize("path", [TRACK, BULK])
def test_a_body_that_is_no_json_is_a_bad_request(client: TestClient, path: str, body: bytes) -> None:
    answer = client.post(path, content=body)
    assert answer.status_code == 400
    assert answer.json()["details"][0]["field"] == "body"


def test_an_idempotency_key_reaches_the_service(client: TestClient, fake: ModuleType) -> None:
    body = {"video_link": fake.LINK, "duration_days": 1}
    first = client.post(TRACK, json=body, headers={"Idempotency-Key": "k-1"})
    assert client.post(TRACK, json=body, headers={"Idempotency-Key": "k-1"}).json() == first.json()
    other = client.post(TRACK, json=body | {"duration_days": 2}, headers={"Idempotency-Key": "k-1"})
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    for bad in ("", " ", "a b", "x" * 256):
        answer = client.post(TRACK, json=body, headers={"Idempotency-Key": bad})
        assert answer.status_code == 400
        assert answer.json()["details"][0]["field"] == "Idempotency-Key"


def test_each_item_of_a_bulk_request_has_its_result(client: TestClient, service: Any, fake: ModuleType) -> None:
    items = [
        {"video_link": fake.LINK, "duration_days": 7},
        {"video_link": fake.POOR_LINK, "duration_days": 7},
        {"video_link": fake.LINK, "duration_days": "7"},
        5,
        {"duration_days": 7},
        {"video_link": fake.LINK, "duration_days": 1, "metadata": {"n": "5"}},
    ]
    answer = client.post(BULK, json={"videos": items})
    assert answer.status_code == 200
    body = answer.json()
    assert (body["accepted"], body["refused"]) == (2, 4)
    assert [one["status"] for one in body["results"]] == [201, 402, 400, 400, 400, 201]
    assert body["results"][1]["error"]["required"] == 2.02
    assert body["results"][2]["error"]["details"][0]["field"] == "duration_days"
    assert [one["video_link"] for one in body["results"]][2:5] == [fake.LINK, "", ""]
    assert len(next(what for name, what in service.calls if name == "track_bulk")) == 3


def test_a_bulk_request_with_an_idempotency_key_is_done_once(client: TestClient, fake: ModuleType) -> None:
    items = [
        {"video_link": fake.LINK, "duration_days": 7},
        {},
        {"video_link": fake.POOR_LINK, "duration_days": 7},
        {"video_link": fake.LINK, "duration_days": 1},
    ]
    headers = {"Idempotency-Key": "b-1"}
    first = client.post(BULK, json={"videos": items}, headers=headers)
    assert first.json()["accepted"] == 2
    assert client.post(BULK, json={"videos": items}, headers=headers).json() == first.json()
    assert client.get("/api/v1/videos").json()["total"] == 2
    items[3]["duration_days"] = 2
    other = client.post(BULK, json={"videos": items}, headers=headers).json()
    assert [one["status"] for one in other["results"]] == [201, 400, 402, 422]
    refused = client.post(BULK, json={"videos": items}, headers={"Idempotency-Key": "a b"})
    assert (refused.status_code, refused.json()["details"][0]["field"]) == (400, "Idempotency-Key")


@pytest.mark.parametrize("videos", [None, [], {}, [{}] * 501])
def test_a_bulk_request_has_1_to_500_items(client: TestClient, videos: Any) -> None:
    answer = client.post(BULK, json={"videos": videos})
    assert answer.status_code == 400
    assert answer.json()["details"][0]["field"] == "videos"


def test_a_bulk_request_without_a_valid_item_asks_nobody(client: TestClient, service: Any) -> None:
    assert client.post(BULK, json={"videos": [1]}).json()["refused"] == 1
    assert [name for name, _ in service.calls] == ["authenticate"]


def test_500_items_fit(client: TestClient, fake: ModuleType) -> None:
    items = [{"video_link": fake.LINK + "?" + "x" * 1500, "duration_days": 30}] * 500
    assert client.post(BULK, json={"videos": items}).json()["accepted"] == 500


def test_a_video_has_its_snapshots_as_decimal_strings(client: TestClient, video: Any) -> None:
    body = client.get("/api/v1/videos/vid_1").json()
    assert body["snapshots"][1] == {
        "id": "vid_1-1",
        "snapshot_id": "vid_1-1",
        "slot": 1,
        "snapshot_time": "2026-01-29T11:00:00Z",
        "views": "9007199254740994",
        "likes": "185000",
        "comments": "4200",
        "shares": None,
        "saves": None,
        "provider": "tikliveapi",
        "rounded_to": None,
    }
    assert body["gaps"] == [{"slot": 2, "slot_time": "2026-01-29T12:00:00Z", "reason": "provider"}]
    assert body["current_metadata"]["creator"] == "user"


def test_a_version_that_is_known_is_not_sent_again(client: TestClient, service: Any, video: Any) -> None:
    first = client.get("/api/v1/videos/vid_1")
    etag = first.headers["etag"]
    assert first.headers["cache-control"] == "private, no-cache"
    service.calls.clear()
    for given in (etag, etag.removeprefix("W/"), f'"x", {etag}', "*"):
        answer = client.get("/api/v1/videos/vid_1", headers={"If-None-Match": given})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", etag)
    assert {name for name, _ in service.calls} == {"get_version"}
    assert client.get("/api/v1/videos/vid_1", headers={"If-None-Match": '"x"'}).status_code == 200
    service.change("vid_1", status="paused")
    changed = client.get("/api/v1/videos/vid_1", headers={"If-None-Match": etag})
    assert (changed.status_code, changed.json()["status"]) == (200, "paused")


@pytest.mark.parametrize("video_id", ["x", "vid_2", "a%00b", "%F0%9F%98%80", "x" * 200, "track"])
def test_an_unknown_id_is_not_found(client: TestClient, service: Any, video_id: str) -> None:
    for method, path in (("GET", ""), ("GET", "/snapshots"), ("POST", "/stop"), ("DELETE", "")):
        answer = client.request(method, f"/api/v1/videos/{video_id}{path}")
        assert (answer.status_code, answer.json()["error"]) == (404, "Video not found")


def test_a_video_of_another_account_is_not_found(
    service: Any, video: Any, fake: ModuleType, client_of: Callable[..., TestClient]
) -> None:
    other = client_of(create_app(service), fake.OTHER_KEY)
    for method, path in (("GET", ""), ("GET", "/snapshots"), ("POST", "/stop"), ("DELETE", "")):
        assert other.request(method, f"/api/v1/videos/vid_1{path}").status_code == 404
    assert other.get("/api/v1/videos").json()["videos"] == []


def test_more_than_a_page_of_videos_can_be_listed(client: TestClient, service: Any, fake: ModuleType) -> None:
    for number in range(5):
        client.post(TRACK, json={"video_link": fake.LINK, "duration_days": 1, "metadata": {"n": str(number)}})
    seen: list[str] = []
    query: dict[str, Any] = {"limit": 2}
    for _ in range(3):
        page = client.get("/api/v1/videos", params=query).json()
        assert (page["limit"], page["total"]) == (2, len(page["videos"]))
        seen += [video["id"] for video in page["videos"]]
        query["cursor"] = page["next_cursor"]
    assert query["cursor"] is None
    assert seen == [f"vid_{number:04d}" for number in (5, 4, 3, 2, 1)]
    assert "snapshots" not in page["videos"][0]
    one = client.get("/api/v1/videos", params={"metadata": "n:3", "platform": "tiktok", "status": "monitoring"}).json()
    assert [video["metadata"] for video in one["videos"]] == [{"n": "3"}]
    assert service.calls[-1] == ("list_videos", ("tiktok", "monitoring", 50, None, {"n": "3"}))


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=101", "limit=x", "limit=1.5", "status=running", "platform=A%00", "cursor=%00", "cursor=ab",
     "metadata=x", "metadata=:x", "metadata=a:%00"],
)  # fmt: skip
def test_a_bad_query_is_named(client: TestClient, query: str) -> None:
    answer = client.get(f"/api/v1/videos?{query}")
    assert answer.status_code == 400
    assert answer.json()["details"][0]["field"] == query.partition("=")[0]


@pytest.mark.parametrize(
    ("query", "slots"),
    [
        ({}, [0, 1]),
        ({"since": "2026-01-29T11:00:00Z"}, [1]),
        ({"since": "2026-01-29T11:00:00"}, [1]),
        ({"since": "2026-01-29T12:00:00+01:00"}, [1]),
        ({"until": "2026-01-29T11:00:00Z"}, [0]),
        ({"since": "2026-01-29T10:00:00Z", "until": "2026-01-29T10:00:00.000001Z"}, [0]),
    ],
)
def test_snapshots_are_filtered_early(client: TestClient, video: Any, query: dict[str, str], slots: list[int]) -> None:
    body = client.get("/api/v1/videos/vid_1/snapshots", params=query).json()
    assert (body["id"], body["total"]) == ("vid_1", len(slots))
    assert [one["slot"] for one in body["snapshots"]] == slots


def test_a_plus_that_was_not_encoded_is_understood(client: TestClient, service: Any, video: Any) -> None:
    client.get("/api/v1/videos/vid_1/snapshots?since=2026-01-29T12:00:00+01:00")
    assert service.calls[-1][1][1] == datetime(2026, 1, 29, 11, tzinfo=UTC)


@pytest.mark.parametrize("query", ["since=yesterday", "until=", "since=0001-01-01T00:00:00%2B10:00", "format=xml"])
def test_a_bad_range_or_format_is_named(client: TestClient, video: Any, query: str) -> None:
    answer = client.get(f"/api/v1/videos/vid_1/snapshots?{query}")
    assert answer.status_code == 400
    assert answer.json()["details"][0]["field"] == query.partition("=")[0]


def test_snapshots_come_in_four_formats(client: TestClient, video: Any) -> None:
    def get(form: str) -> Any:
        return client.get("/api/v1/videos/vid_1/snapshots", params={"format": form})

    rows = get("json").json()["snapshots"]
    lines = get("ndjson")
    assert lines.headers["content-type"] == "application/x-ndjson"
    assert [json.loads(line) for line in lines.text.splitlines()] == rows
    table = get("csv")
    assert table.headers["content-type"].startswith("text/csv")
    assert table.text.split("\r\n")[:2] == [
        "id,snapshot_id,slot,snapshot_time,views,likes,comments,shares,saves,provider,rounded_to",
        "vid_1-0,vid_1-0,0,2026-01-29T10:00:00Z,9007199254740993,185000,4200,12500,,tikliveapi,",
    ]
    pa = pytest.importorskip("pyarrow")
    arrow = pa.ipc.open_stream(io.BytesIO(get("arrow").content)).read_all()
    assert arrow.column("views").to_pylist() == [9_007_199_254_740_993, 9_007_199_254_740_994]
    assert arrow.column("saves").null_count == 2
    assert arrow.column("snapshot_time").to_pylist()[1] == datetime(2026, 1, 29, 11, tzinfo=UTC)


def test_arrow_without_its_library_is_refused(client: TestClient, video: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    answer = client.get("/api/v1/videos/vid_1/snapshots?format=arrow")
    assert (answer.status_code, answer.json()["details"][0]["field"]) == (400, "format")


def test_a_video_is_stopped_and_erased(client: TestClient, video: Any) -> None:
    stopped = client.post("/api/v1/videos/vid_1/stop").json()
    assert (stopped["success"], stopped["previous_status"], stopped["new_status"]) == (True, "monitoring", "completed")
    assert client.post("/api/v1/videos/vid_1/stop").json()["previous_status"] == "completed"
    erased = client.delete("/api/v1/videos/vid_1")
    assert (erased.status_code, erased.content) == (204, b"")
    assert client.get("/api/v1/videos/vid_1").status_code == 404


def test_the_account_sees_its_balance_and_its_key(client: TestClient) -> None:
    assert client.get("/api/v1/usage").json()["balance_usd"] == 5.0
    own = client.get("/api/v1/keys/self").json()
    assert (own["id"], own["scopes"], own["plan"]["requests_per_minute"]) == ("key_1", ["admin", "read", "track"], None)


def test_the_server_says_how_it_is(service: Any, client_of: Callable[..., TestClient]) -> None:
    asked = []
    anybody = client_of(create_app(service, ready=lambda: asked.append(1)), None)
    assert anybody.get("/healthz").json() == {"status": "ok"}
    assert asked == []
    assert anybody.get("/readyz").json() == {"status": "ok"}
    assert asked == [1]
    text = anybody.get("/metrics").text
    assert 'dwell_api_requests_total{method="GET",route="/readyz",status="200"} 1\n' in text
    assert "dwell_due_slots 3\n" in text
    assert 'dwell_due_slots{state="a \\"b\\"\\n"} 0.5\n' in text
    assert "dwell_api_request_seconds_count 2\n" in text


def test_metrics_may_need_a_key(service: Any, fake: ModuleType, client_of: Callable[..., TestClient]) -> None:
    app = create_app(service, open_metrics=False)
    codes = [client_of(app, key).get("/metrics").status_code for key in (None, fake.READ_KEY, fake.ADMIN_KEY)]
    assert codes == [401, 403, 200]
