"""Both clients against a scripted server: what is sent, what comes out, what is sent again, and which error it is."""

from __future__ import annotations

import asyncio
import inspect
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

import dwell
from dwell import errors
from dwell.client import retries
from dwell.client.webhooks import AsyncWebhooks, Webhooks
from dwell.tracking.objects import Snapshot, TrackedVideo, VideoDetail

KEY = "dwell_0a1b2c3d4e5f6a7b8c9d0e1f2a3b"
AT = "2026-06-10T12:00:00Z"
TRACKED = {
    "id": "vid_1", "job_id": "job_1", "video_link": "https://www.tiktok.com/@demo/video/7350810998023949599",
    "platform": "tiktok", "status": "monitoring", "monitoring_duration_days": 7, "days_remaining": 7.0,
    "estimated_cost": 2.52, "created_at": AT, "metadata": None, "duplicate_of": None, "new_field": 1,
}  # fmt: skip
VIDEO = {
    **TRACKED, "reason": None, "is_deleted": False, "monitoring_started": AT, "interval_s": 3600.0, "slots": 168,
    "snapshots_count": 1, "current_metadata": {"title": "t"}, "ended_at": None, "last_updated": AT,
}  # fmt: skip
SNAPSHOT = {
    "id": "s", "snapshot_id": "s", "slot": 0, "snapshot_time": AT, "views": "1250000", "likes": "1", "comments": "2",
    "shares": None, "saves": None, "provider": "tikliveapi",
}  # fmt: skip
DETAIL = {**VIDEO, "snapshots": [SNAPSHOT], "gaps": [{"slot": 1, "slot_time": AT, "reason": "missed"}]}
USAGE = {
    "balance_usd": 0.0, "total_snapshots": 1, "active_videos": 1, "uncharged_usage_usd": 0.0, "total_charged_usd": 0.0,
    "estimated_snapshots_remaining": None, "cost_per_snapshot": 0.0, "billing": False,
    "plan": {"name": "free", "requests_per_minute": 60, "concurrent_videos": 10}, "provider": "tikliveapi",
    "provider_credits_today": 1, "provider_max_credits": None, "served_share": 1.0, "low_balance_usd": None,
}  # fmt: skip
OWN_KEY = {
    "id": "key_1", "account_id": "acc_1", "name": "", "prefix": "dwell_0a1b2c", "scopes": ["read"],
    "plan": USAGE["plan"], "created_at": AT, "expires_at": None, "revoked_at": None,
}  # fmt: skip

Ask = Callable[..., Any]


@pytest.fixture(params=["sync", "async"])
def ask(request: pytest.FixtureRequest, server: Any) -> Ask:
    """Calls a method of a client and returns what it gave; pages as a list."""

    def call(method: str, *words: Any, **options: Any) -> Any:
        if request.param == "sync":
            with dwell.Client(server.url, KEY, max_wait_s=options.pop("max_wait_s", 20.0)) as client:
                answer = getattr(client, method)(*words, **options)
                return list(answer) if method == "videos" else answer
        max_wait_s = options.pop("max_wait_s", 20.0)

        async def run() -> Any:
            async with dwell.AsyncClient(server.url, KEY, max_wait_s=max_wait_s) as client:
                answer = getattr(client, method)(*words, **options)
                return [video async for video in answer] if method == "videos" else await answer

        return asyncio.run(run())

    return call


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retries, "_FIRST_S", 0.01)


def problem(code: str, **members: Any) -> dict[str, Any]:
    return {"title": "Title", "error": "Title", "detail": f"What is wrong: {code}.", "code": code, **members}


def test_track(ask: Ask, server: Any) -> None:
    server.answer(201, TRACKED)
    tracked = ask("track", TRACKED["video_link"], 7, metadata={"campaign": "spring"})
    assert isinstance(tracked, TrackedVideo)
    assert (tracked.id, tracked.created_at) == ("vid_1", datetime(2026, 6, 10, 12, tzinfo=UTC))
    (asked,) = server.asked
    assert (asked.method, asked.path) == ("POST", "/api/v1/videos/track")
    assert asked.body == {
        "video_link": TRACKED["video_link"], "duration_days": 7, "metadata": {"campaign": "spring"}
    }  # fmt: skip
    assert asked.headers["x-api-key"] == KEY
    assert len(asked.headers["idempotency-key"]) == 32


def test_a_broken_connection_is_tried_again_with_the_same_idempotency_key(ask: Ask, server: Any) -> None:
    server.break_connection()
    server.answer(409, problem("conflict"))  # the first one is still being carried out
    server.answer(201, TRACKED)
    assert ask("track", "7350810998023949599").id == "vid_1"
    assert len(server.asked) == 3
    assert len({asked.headers["idempotency-key"] for asked in server.asked}) == 1


def test_an_idempotency_key_of_ones_own(ask: Ask, server: Any) -> None:
    server.answer(201, TRACKED)
    ask("track", "7350810998023949599", idempotency_key="mine")
    assert server.asked[0].headers["idempotency-key"] == "mine"


def test_a_call_that_would_be_done_twice_is_not_sent_again(ask: Ask, server: Any) -> None:
    """Keys have no idempotency keys: the first request may have made one."""
    server.break_connection()
    with pytest.raises(errors.ServiceUnavailableError):
        ask("create_key", "mine")
    assert len(server.asked) == 1
    server.answers[:] = []
    server.answer(503, problem("unavailable_now"))
    with pytest.raises(errors.ServiceUnavailableError):
        ask("create_key", "mine")
    assert len(server.asked) == 2


def test_a_call_that_was_refused_at_once_is_sent_again(ask: Ask, server: Any) -> None:
    server.answer(429, problem("too_many_requests"), retry_after="0")
    server.answer(403, problem("permission_denied"))
    with pytest.raises(errors.PermissionDeniedError):
        ask("create_key", "mine")
    assert len(server.asked) == 2


def test_a_conflict_at_the_first_try_is_an_error(ask: Ask, server: Any) -> None:
    server.answer(409, problem("conflict"))
    with pytest.raises(errors.ConflictError, match="What is wrong: conflict"):
        ask("track", "7350810998023949599")
    assert len(server.asked) == 1


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_obeyed(ask: Ask, server: Any, status: int) -> None:
    server.answer(status, problem("too_many_requests", limit=60, reset=1), retry_after="1")
    server.answer(200, USAGE)
    begin = time.monotonic()
    assert ask("usage").plan.name == "free"
    assert 1.0 <= time.monotonic() - begin < 5.0


def test_a_wait_beyond_the_limit_is_an_error_at_once(ask: Ask, server: Any) -> None:
    server.answer(429, problem("too_many_requests", limit=60, reset=1769680800), retry_after="3600")
    with pytest.raises(errors.TooManyRequestsError) as caught:
        ask("usage")
    assert (caught.value.limit, caught.value.reset, len(server.asked)) == (60, 1769680800, 1)


def test_tries_end(ask: Ask, server: Any) -> None:
    server.answer(503, b"<html>", content_type="text/html")
    with pytest.raises(errors.ServiceUnavailableError, match="cannot answer now"):
        ask("usage", max_wait_s=0.05)
    assert 1 < len(server.asked) < 9


def test_many_videos_are_sent_again_with_the_same_idempotency_key(ask: Ask, server: Any) -> None:
    server.break_connection()
    server.answer(200, {"results": [], "accepted": 0, "refused": 0})
    assert ask("track_many", ["7350810998023949599"]) == []
    assert len(server.asked) == 2
    assert len({asked.headers["idempotency-key"] for asked in server.asked}) == 1


def test_many_videos(ask: Ask, server: Any) -> None:
    item = {"video_link": "x", "status": 201, "video": TRACKED, "error": None}
    server.answer(429, problem("too_many_requests"), retry_after="0")
    server.answer(200, {"results": [item] * 500, "accepted": 500, "refused": 0})
    server.answer(200, {"results": [{**item, "status": 400, "video": None, "error": problem("invalid_request")}]})
    links: list[Any] = [f"{7350810998023949599 + number}" for number in range(500)]
    links.append({"video_link": "bad", "duration_days": 3})
    found = ask("track_many", links, 14, metadata={"a": 1})
    assert len(found) == 501
    assert (found[0].video.id, found[-1].error["code"]) == ("vid_1", "invalid_request")
    sent = [asked.body["videos"] for asked in server.asked]
    assert [len(videos) for videos in sent] == [500, 500, 1]
    keys = [asked.headers["idempotency-key"] for asked in server.asked]
    assert keys[0] == keys[1] != keys[2]
    assert sent[2] == [{"video_link": "bad", "duration_days": 3, "metadata": {"a": 1}}]
    assert sent[1][0] == {"video_link": "7350810998023949599", "duration_days": 14, "metadata": {"a": 1}}


def test_videos_of_all_pages(ask: Ask, server: Any) -> None:
    page = {"videos": [VIDEO], "total": 1, "limit": 100, "next_cursor": "abc"}
    server.answer(200, page)
    server.answer(200, {**page, "next_cursor": None})
    videos = ask("videos", status="monitoring", metadata={"campaign": "a:b", "n": "1"})
    assert [video.id for video in videos] == ["vid_1", "vid_1"]
    first = "/api/v1/videos?status=monitoring&limit=100&metadata=campaign%3Aa%3Ab&metadata=n%3A1"
    assert server.asked[0].path == first
    assert "cursor=abc" in server.asked[1].path


def test_a_video_and_its_snapshots(ask: Ask, server: Any) -> None:
    server.answer(200, DETAIL)
    server.answer(200, {"id": "vid_1", "snapshots": [SNAPSHOT], "total": 1})
    detail = ask("get_video", "vid_1")
    assert isinstance(detail, VideoDetail)
    assert (detail.snapshots[0].views, detail.snapshots[0].shares, detail.gaps[0].reason) == ("1250000", None, "missed")
    (snapshot,) = ask("snapshots", "vid_1", since=datetime(2026, 6, 10, 12, tzinfo=UTC), until=datetime(2026, 6, 11))  # noqa: DTZ001
    assert isinstance(snapshot, Snapshot)
    wanted = "/api/v1/videos/vid_1/snapshots?since=2026-06-10T12%3A00%3A00Z&until=2026-06-11T00%3A00%3A00Z"
    assert server.asked[1].path == wanted


def test_stop_erase_usage_and_key(ask: Ask, server: Any) -> None:
    stopped = {"success": True, "id": "v", "job_id": "j", "video_link": "l", "previous_status": "monitoring"}
    server.answer(200, {**stopped, "new_status": "completed"})
    server.answer(204)
    server.answer(200, USAGE)
    server.answer(200, OWN_KEY)
    assert ask("stop", "vid_1").new_status == "completed"
    assert ask("erase", "vid_1") is None
    assert ask("usage").billing is False
    assert ask("key").prefix == "dwell_0a1b2c"
    assert [(one.method, one.path) for one in server.asked] == [
        ("POST", "/api/v1/videos/vid_1/stop"),
        ("DELETE", "/api/v1/videos/vid_1"),
        ("GET", "/api/v1/usage"),
        ("GET", "/api/v1/keys/self"),
    ]


def test_what_was_erased_before_the_connection_broke_is_erased(ask: Ask, server: Any) -> None:
    server.break_connection()
    server.answer(404, problem("video_not_found"))
    assert ask("erase", "vid_1") is None


@pytest.mark.parametrize("wrong", ["../keys/self", "a/b", "", "a?b=c", "\ud800", "x" * 129])
def test_an_id_is_no_path(ask: Ask, server: Any, wrong: str) -> None:
    for method in ("get_video", "stop", "erase"):
        with pytest.raises(errors.VideoNotFoundError):
            ask(method, wrong)
    with pytest.raises(errors.NoDataError):
        ask("revoke_key", wrong)
    assert server.asked == []


def test_what_json_cannot_have_is_not_sent(ask: Ask, server: Any) -> None:
    for amount in (float("nan"), float("inf")):
        with pytest.raises(errors.InvalidRequestError):
            ask("set_low_balance", amount)
    with pytest.raises(errors.InvalidRequestError):
        ask("track", "7350810998023949599", metadata={"x": [float("nan")]})
    with pytest.raises(errors.InvalidRequestError):
        ask("create_key", "\ud800")
    assert server.asked == []


def test_an_instant_is_a_datetime(ask: Ask, server: Any) -> None:
    with pytest.raises(errors.InvalidRequestError, match="expires_at is a datetime"):
        ask("create_key", expires_at="2027-01-31")
    assert server.asked == []


ERRORS = [
    (400, problem("invalid_request", details=[{"field": "f", "message": "m"}], reason="bad_id"), "InvalidRequestError"),
    (401, problem("authentication"), "AuthenticationError"),
    (402, problem("insufficient_balance", balance=0.5, estimated_cost=2.52), "InsufficientBalanceError"),
    (403, problem("permission_denied"), "PermissionDeniedError"),
    (403, problem("video_limit", limit=10, active=10), "VideoLimitError"),
    (404, problem("video_not_found"), "VideoNotFoundError"),
    (404, {"error": "Video not found"}, "VideoNotFoundError"),
    (404, {"detail": "Not Found"}, "SettingsError"),
    (404, problem("not_found"), "SettingsError"),
    (405, problem("method_not_allowed"), "SettingsError"),
    (301, None, "SettingsError"),
    (409, problem("capacity"), "CapacityError"),
    (413, problem("body_too_large"), "InvalidRequestError"),
    (422, problem("idempotency_key_reused"), "IdempotencyError"),
    (429, {"error": "Rate limit exceeded", "limit": 60, "reset": 1}, "TooManyRequestsError"),
    (500, problem("internal"), "ServiceUnavailableError"),
    (402, b'{"error": "x", "balance": 1e999}', "InsufficientBalanceError"),
    (429, b'{"error": "x", "limit": 1e999, "reset": %d}' % 10**400, "TooManyRequestsError"),
    (200, b"<html>", "DamagedAnswerError"),
    (200, {"error": "no"}, "DamagedAnswerError"),
]


@pytest.mark.parametrize(("status", "body", "kind"), ERRORS)
def test_errors(server: Any, status: int, body: Any, kind: str) -> None:
    server.answer(status, body)
    with dwell.Client(server.url, KEY, max_wait_s=0.0) as client, pytest.raises(getattr(errors, kind)) as caught:
        client.track("7350810998023949599")
    error = caught.value
    assert type(error).__name__ == kind
    if kind == "InvalidRequestError" and status == 400:
        assert (error.details, error.reason) == ((("f", "m"),), "bad_id")
    if kind == "InsufficientBalanceError" and isinstance(body, dict):
        assert (error.balance, error.estimated_cost) == (0.5, 2.52)
    if kind == "VideoLimitError":
        assert (error.limit, error.active) == (10, 10)


def test_a_message_cannot_command_the_terminal(ask: Ask, server: Any) -> None:
    server.answer(401, {"error": "\x1b]0;owned\x07 \u202eno\nsuch key", "code": "authentication"})
    with pytest.raises(errors.AuthenticationError) as caught:
        ask("usage")
    assert str(caught.value) == " ]0;owned   no such key"


def test_the_key_is_never_shown(server: Any) -> None:
    echo = problem("authentication") | {"detail": f"The key {KEY} is wrong."}
    server.answer(401, echo)
    with dwell.Client(server.url, KEY) as client:
        shown = repr(client) + str(vars(client))
        try:
            client.usage()
        except errors.AuthenticationError as error:
            shown += str(error) + "".join(traceback.format_exception(error))
    assert KEY[:20] not in shown
    assert repr(client) == f"<dwell.Client: {server.url}/api/v1>"


def test_nobody_there() -> None:
    with (
        dwell.Client("http://127.0.0.1:9", KEY, max_wait_s=0.0) as client,
        pytest.raises(errors.ServiceUnavailableError, match="cannot be reached"),
    ):
        client.usage()


@pytest.mark.parametrize("address", ["localhost:8000", "ftp://x", "https://user:pw@host", ""])
def test_an_address_that_is_none(address: str) -> None:
    with pytest.raises(errors.SettingsError, match="The server's address isn't valid"):
        dwell.Client(address, KEY)


def test_what_an_error_does_not_say_is_unknown(ask: Ask, server: Any) -> None:
    server.answer(402, {"error": "Insufficient balance", "code": "insufficient_balance"})
    with pytest.raises(errors.InsufficientBalanceError) as poor:
        ask("track", "7350810998023949599")
    assert (poor.value.balance, poor.value.estimated_cost) == (None, None)
    server.answers[:] = []
    server.answer(403, problem("video_limit", limit="many"))
    with pytest.raises(errors.VideoLimitError) as full:
        ask("track", "7350810998023949599")
    assert (full.value.limit, full.value.active) == (None, None)


def test_both_addresses_mean_the_same() -> None:
    for address in ("http://h:1", "http://h:1/", "http://h:1/api/v1", "http://h:1/api/v1/"):
        assert dwell.Client(address, KEY).base_url == "http://h:1/api/v1"


def test_both_clients_have_the_same_methods() -> None:
    def signatures(client: type) -> dict[str, list[str]]:
        public = {name for name in vars(client) if not name.startswith("_")}
        return {name: list(inspect.signature(getattr(client, name)).parameters) for name in public}

    assert signatures(dwell.Client) == signatures(dwell.AsyncClient)
    assert signatures(Webhooks) == signatures(AsyncWebhooks)


def test_import_of_dwell_loads_no_client() -> None:
    code = "import sys, dwell; assert not {'msgspec', 'httpcore2'} & set(sys.modules); dwell.Client"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("kind", [dwell.Client, dwell.AsyncClient])
@pytest.mark.parametrize("key", ["", None])
def test_a_missing_key_is_said(kind: Any, key: Any) -> None:
    with pytest.raises(dwell.errors.SettingsError, match="API key is missing"):
        kind("http://localhost:8000", key)
