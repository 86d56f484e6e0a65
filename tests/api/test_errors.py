"""Errors: the bodies of the older API, which are problems of RFC 9457 too, and the headers of every answer."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest
from starlette.testclient import TestClient

from dwell.api.app import create_app
from dwell.errors import (
    CapacityError,
    ConflictError,
    DwellError,
    IdempotencyError,
    InsufficientBalanceError,
    InvalidRequestError,
    ModelError,
    NoDataError,
    PermissionDeniedError,
    ServiceUnavailableError,
    SettingsError,
    StorageError,
    TemporaryError,
    TooManyRequestsError,
    UnavailableError,
    VideoLimitError,
    VideoNotFoundError,
)
from dwell.state import StateDatabase, open_database
from dwell.tracking.request_limiter import RequestLimiter

SECRET = "/home/somebody/dwell-data/live.db"
TRACK = "/api/v1/videos/track"
CASES: list[tuple[BaseException, int, str, dict[str, Any]]] = [
    (
        InvalidRequestError("No.", (("video_link", "No."),), "bad_id"), 400, "Invalid request",
        {"details": [{"field": "video_link", "message": "No."}], "reason": "bad_id"},
    ),
    (
        InsufficientBalanceError("No.", 0.5, 2.52), 402, "Insufficient balance",
        {"balance": 0.5, "estimated_cost": 2.52, "required": 2.02},
    ),
    (PermissionDeniedError("No."), 403, "Permission denied", {}),
    (VideoLimitError("No.", 10, 10), 403, "Video limit reached", {"limit": 10, "active": 10}),
    (VideoNotFoundError("No."), 404, "Video not found", {}),
    (UnavailableError("No."), 404, "Video not found", {"code": "video_not_found"}),
    (CapacityError("No."), 409, "No capacity", {"code": "capacity"}),
    (ConflictError("No."), 409, "Conflict", {"code": "conflict"}),
    (IdempotencyError("No."), 422, "Idempotency key reused", {}),
    (TooManyRequestsError("No.", 60, 1769680800), 429, "Rate limit exceeded", {"limit": 60, "reset": 1769680800}),
    (ServiceUnavailableError("No.", 6.5), 503, "Service unavailable", {}),
    (StorageError(SECRET), 503, "Service unavailable", {}),
    (TemporaryError(SECRET), 503, "Service unavailable", {}),
    (NoDataError("No."), 404, "Not found", {"code": "no_data"}),
    (SettingsError(SECRET), 503, "Service unavailable", {}),
    (ModelError(SECRET), 500, "Internal error", {}),
    (RuntimeError(SECRET), 500, "Internal error", {}),
]  # fmt: skip


def check_problem(answer: Any) -> None:
    """What every error has."""
    body = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    assert body["status"] == answer.status_code
    assert body["title"] == body["error"]
    assert body["type"] == f"/docs#{body['code']}"
    assert body["detail"]
    assert body["instance"] == f"urn:dwell:request:{answer.headers['x-request-id']}"


def check_headers(answer: Any) -> None:
    """What every answer has."""
    assert re.fullmatch(r"[A-Za-z0-9._-]{1,128}", answer.headers["x-request-id"])
    limit, remaining = int(answer.headers["x-ratelimit-limit"]), int(answer.headers["x-ratelimit-remaining"])
    assert 0 <= remaining <= limit
    assert 0 <= int(answer.headers["x-ratelimit-reset"]) - time.time() < 130
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] in {"no-store", "no-cache", "private, no-cache"}
    if answer.status_code == 429:
        assert int(answer.headers["retry-after"]) >= 1
    for header in ("x-request-id", "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"):
        assert len(answer.headers.get_list(header)) == 1


@pytest.mark.parametrize(("error", "status", "title", "members"), CASES, ids=lambda value: type(value).__name__)
def test_an_error_of_the_service(
    client: TestClient, service: Any, fake: ModuleType, error: BaseException, status: int, title: str,
    members: dict[str, Any], log_lines: Callable[[], Any],
) -> None:  # fmt: skip
    service.failures["track"] = error
    with log_lines() as records:
        answer = client.post(TRACK, json={"video_link": fake.LINK, "duration_days": 7})
    check_problem(answer)
    check_headers(answer)
    body = answer.json()
    assert (answer.status_code, body["error"]) == (status, title)
    assert {name: body[name] for name in members} == members
    assert SECRET not in answer.text
    if isinstance(error, ServiceUnavailableError):
        assert answer.headers["retry-after"] == "7"
    elif status == 503:
        assert answer.headers["retry-after"] == "30"
    if status >= 500:
        failed = [record for record in records if record.levelno >= logging.ERROR]
        assert [record.context["request"] for record in failed] == [answer.headers["x-request-id"]]  # type: ignore[attr-defined]


@pytest.mark.parametrize("method", ["authenticate", "get_version", "get_video"])
@pytest.mark.parametrize("error", [StorageError(SECRET), RuntimeError(SECRET)])
def test_an_error_anywhere_on_the_way_is_answered(
    client: TestClient, service: Any, video: Any, method: str, error: BaseException
) -> None:
    service.failures[method] = error
    answer = client.get("/api/v1/videos/vid_1")
    check_problem(answer)
    check_headers(answer)
    assert answer.status_code == (503 if isinstance(error, DwellError) else 500)
    assert SECRET not in answer.text
    del service.failures[method]
    assert client.get("/api/v1/videos/vid_1").status_code == 200


@pytest.fixture
def database(tmp_path: Any) -> Iterator[StateDatabase]:
    opened = open_database(tmp_path)
    yield opened
    opened.close()


def test_every_answer_has_the_headers(
    service: Any, video: Any, fake: ModuleType, client_of: Callable[..., TestClient], database: StateDatabase
) -> None:
    client = client_of(create_app(service, RequestLimiter(database)))
    etag = client.get("/api/v1/videos/vid_1").headers["etag"]
    answers = [
        client.get("/api/v1/videos/vid_1"),
        client.get("/api/v1/videos/vid_1", headers={"If-None-Match": etag}),
        client.get("/api/v1/videos/x"),
        client.get("/api/v1/videos/vid_1", headers={"X-API-Key": "wrong"}),
        client.get("/api/v1/videos/vid_1", headers={"X-API-Key": ""}),
        client.get("/api/v1/videos?limit=0"),
        client.get("/api/v1/unknown"),
        client.get("/unknown"),
        client.get("/"),
        client.get("/api/v1/videos/"),
        client.patch("/api/v1/videos/vid_1"),
        client.put("/api/v1/usage"),
        client.options("/api/v1/videos"),
        client.head("/api/v1/videos"),
        client.post(TRACK, content=b"{"),
        client.post(TRACK, content=b"x" * 65_537),
        client.post(TRACK, json={}, headers={"X-API-Key": fake.READ_KEY}),
        client.get("/healthz"),
        client.get("/readyz"),
        client.get("/metrics"),
        client.get("/openapi.json"),
        client.get("/docs"),
        client.delete("/api/v1/videos/vid_1"),
    ]
    for answer in answers:
        check_headers(answer)
        if answer.status_code >= 400 and answer.request.method != "HEAD":
            check_problem(answer)
    codes = [200, 304, 404, 401, 401, 400, 404, 404, 404, 404, 405, 405, 405, 405, 400, 413, 403, 200, 200, 200, 200,
             200, 204]  # fmt: skip
    assert [answer.status_code for answer in answers] == codes
    free = client_of(create_app(service, RequestLimiter(database)), fake.OTHER_KEY)
    limited = [free.get("/api/v1/usage") for _ in range(62)]
    for answer in limited:
        check_headers(answer)
    assert [int(answer.headers["x-ratelimit-remaining"]) for answer in limited[:3]] == [59, 58, 57]
    last = limited[-1]
    if last.status_code == 200:  # the minute ended meanwhile
        return
    check_problem(last)
    assert last.json()["error"] == "Rate limit exceeded"
    assert (last.json()["limit"], last.json()["reset"]) == (60, int(last.headers["x-ratelimit-reset"]))


def test_a_method_that_the_path_lacks_names_those_that_it_has(client: TestClient) -> None:
    answer = client.patch("/api/v1/videos/vid_1")
    assert (answer.status_code, answer.headers["allow"]) == (405, "DELETE, GET")
    assert client.delete(TRACK + "/bulk").headers["allow"] == "POST"


def test_a_sane_request_id_of_the_client_is_kept(client: TestClient, fake: ModuleType) -> None:
    def id_for(given: str) -> str:
        return str(client.get("/api/v1/usage", headers={"X-Request-Id": given}).headers["x-request-id"])

    assert id_for("my-request.1") == "my-request.1"
    for bad in ("", "a b", "x" * 129, "a\tb", "<script>", fake.KEY):
        assert re.fullmatch(r"[0-9a-f]{32}", id_for(bad))


def test_no_key_and_no_query_is_logged(
    client: TestClient, service: Any, fake: ModuleType, log_lines: Callable[[], Any]
) -> None:
    from dwell.logs import _JsonFormatter, _TextFormatter

    wrong = "dwell_wrong_0123456789abcdef0123456789abcdef"
    with log_lines() as records:
        client.get(f"/api/v1/videos?metadata=secret:{wrong}")
        client.get(f"/api/v1/videos/{fake.KEY}")
        client.get(f"/{fake.KEY}")
        client.get("/api/v1/usage", headers={"X-API-Key": wrong})
        client.get("/api/v1/usage", headers={"X-API-Key": "", "Authorization": f"Bearer {wrong}"})
        client.post(TRACK, content=f'{{"video_link": {fake.KEY}'.encode())
        service.failures["usage"] = RuntimeError("no secret here")
        answers = [client.get("/api/v1/usage")]
    text = "\n".join(form.format(one) for one in records for form in (_JsonFormatter(), _TextFormatter()))
    assert "/api/v1/videos/{video_id}" in text
    assert '"account": "acc_1"' in text
    for secret in (fake.KEY, wrong, wrong[-16:], fake.KEY[-16:]):
        assert secret not in text
        assert all(secret not in answer.text for answer in answers)


def test_a_key_in_an_address_or_a_body_is_not_repeated(client: TestClient, fake: ModuleType) -> None:
    for answer in (
        client.get(f"/api/v1/videos/{fake.KEY}"),
        client.get(f"/{fake.KEY}"),
        client.post(TRACK, content=f'{{"video_link": {fake.KEY}'.encode()),
        client.get("/api/v1/usage", headers={"X-API-Key": "dwell_wrong_0123456789abcdef"}),
    ):
        assert answer.status_code >= 400
        assert fake.KEY not in answer.text
        assert "0123456789abcdef" not in answer.text


def test_scripts_of_other_pages_may_use_it_only_if_they_are_named(
    service: Any, client_of: Callable[..., TestClient]
) -> None:
    origin = {"Origin": "https://app.example", "Access-Control-Request-Method": "GET"}
    closed = client_of(create_app(service))
    assert closed.options("/api/v1/usage", headers=origin).status_code == 405
    assert "access-control-allow-origin" not in closed.get("/api/v1/usage", headers=origin).headers
    opened = client_of(create_app(service, cors_origins=["https://app.example"]), None)
    asked = opened.options("/api/v1/usage", headers=origin | {"Access-Control-Request-Headers": "x-api-key"})
    assert (asked.status_code, asked.headers["access-control-allow-origin"]) == (200, "https://app.example")
    assert asked.headers["x-request-id"]
    refused = opened.get("/api/v1/usage", headers=origin)
    assert (refused.status_code, refused.headers["access-control-allow-origin"]) == (401, "https://app.example")
    assert "X-RateLimit-Remaining" in refused.headers["access-control-expose-headers"]
    stranger = opened.get("/api/v1/usage", headers=origin | {"Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in stranger.headers
