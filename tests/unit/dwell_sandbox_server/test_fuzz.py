"""Any request gets a JSON response that says that it is simulated."""

import json
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from dwell_sandbox import World
from dwell_sandbox.business_api.app_credentials import CLIENT_ID, CLIENT_SECRET
from dwell_sandbox.business_api.fields import SCOPES
from dwell_sandbox.business_api.protocol import CALLS, TOKEN_CALLS
from dwell_sandbox.scavio.protocol import ENDPOINTS as SCAVIO
from dwell_sandbox.server.ids import sec_uid
from dwell_sandbox.server.protocol import Request
from dwell_sandbox.server.rate_limits import RateLimit
from dwell_sandbox.server.response import ProtocolOptions
from dwell_sandbox.server.sandbox import Sandbox
from dwell_sandbox.server.simulated_clock import SimulatedClock
from dwell_sandbox.tikliveapi.protocol import ENDPOINTS as TIKLIVEAPI

WORLD = World(12)
NOW = datetime(2026, 11, 1, 9, 0, 20, tzinfo=UTC)
NAMES = (
    "username", "userid", "url", "count", "cursor", "time", "music_id", "id", "name", "challenge_id", "keyword",
    "publish_time", "sort_by", "sec_user_id", "sort_type", "video_id", "comment_id", "hashtag_name", "hashtag_id",
    "page_token", "min_time", "limit",
)  # fmt: skip
BUSINESS_NAMES = (
    "business_id", "fields", "filters", "start_date", "end_date", "cursor", "max_count", "video_id", "comment_id",
    "comment_ids", "include_replies", "status", "sort_field", "sort_order", "business_category", "client_key", "scope",
    "response_type", "redirect_uri", "state", "account", "decision",
)  # fmt: skip
POST = WORLD.posts("demo_kitchen", since=NOW.replace(month=6), at=NOW)[0]
GOOD = (
    "demo_kitchen", "@demo_pantry", WORLD.creator_id("demo_kitchen"), sec_uid(WORLD.creator_id("demo_kitchen")),
    POST.post_id, POST.url, POST.sound.sound_id, "recipe", WORLD.hashtag("recipe").hashtag_id, "0", "1", "35",
)  # fmt: skip
TEXTS = st.sampled_from(GOOD) | st.text(max_size=12) | st.integers(-5, 10**20).map(str)
ANYTHING = TEXTS | st.none() | st.booleans() | st.integers() | st.floats() | st.lists(st.integers(), max_size=2)


def _ask(name: str, request: Request, options: ProtocolOptions) -> Any:
    sandbox = Sandbox(WORLD, SimulatedClock(NOW, 0.0), limits={name: RateLimit(0, 1.0)}, options=options)
    sent = sandbox.handle(sandbox.protocols[name], request)
    assert sent.headers["x-dwell-simulated-at"] == NOW.isoformat()
    assert sent.headers["x-dwell-simulated"] == "seed=12"
    assert sandbox.request_log.to_json(0, 2)["calls"][0]["status"] == sent.status
    return sent.status, json.loads(sent.body)


@settings(max_examples=100)
@given(st.sampled_from(sorted(TIKLIVEAPI)), st.dictionaries(st.sampled_from(NAMES), TEXTS, max_size=22))
def test_tikliveapi_answers_any_query(endpoint: str, query: dict[str, str]):
    status, body = _ask(
        "tikliveapi", Request("GET", f"/{endpoint}/", query, b"", {"x-api-key": "sandbox-x"}), ProtocolOptions()
    )
    assert status == 200
    assert isinstance(body, dict)


@settings(max_examples=100)
@given(
    st.sampled_from([*sorted(SCAVIO), "user/videos"]),
    st.dictionaries(st.sampled_from(NAMES), ANYTHING, max_size=22),
    st.booleans(),
)
def test_scavio_answers_any_body(endpoint: str, body: dict[str, Any], compat: bool):
    request = Request(
        "POST",
        f"/api/v1/tiktok/{endpoint}",
        {},
        json.dumps(body).encode(),
        {"authorization": "Bearer sandbox-x"},
    )
    status, response = _ask("scavio", request, ProtocolOptions(seed_compat=compat))
    assert status in (200, 400, 404, 410)
    assert ("error" in response) is (status != 200)


@settings(max_examples=80)
@given(st.binary(max_size=60), st.text(max_size=30))
def test_any_bytes_on_any_path_are_answered(body: bytes, path: str):
    for name, headers in (
        ("tikliveapi", {"x-api-key": "sandbox-x"}),
        ("scavio", {"authorization": "Bearer sandbox-x"}),
    ):
        assert _ask(name, Request("POST", f"/{path}", {}, body, headers), ProtocolOptions())[0] in (404, 405, 400)
    request = Request("POST", "/api/v1/tiktok/profile", {}, body, {"authorization": "Bearer sandbox-x"})
    assert _ask("scavio", request, ProtocolOptions())[0] == 400


BUSINESS_GOOD = (
    *GOOD, '["item_id"]', '["likes"]', '{"video_ids":["1"]}', '{"ad_post_only":True}', "[", "{}", "2026-10-20", "PETS",
    "true", "likes", "asc", CLIENT_ID, "video.list", "code", "https://app.example/", "allow", "demo_kitchen",
)  # fmt: skip
BUSINESS_TEXTS = st.sampled_from(BUSINESS_GOOD) | TEXTS


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(sorted(CALLS)),
    st.dictionaries(st.sampled_from(BUSINESS_NAMES), BUSINESS_TEXTS, max_size=12),
    st.booleans(),
)
def test_the_business_api_answers_any_query(name: str, query: dict[str, str], own: bool):
    sandbox = Sandbox(WORLD, SimulatedClock(NOW, 0.0), limits={"business_api": RateLimit(0, 1.0)})
    store = sandbox.business_api.tokens
    code = store.issue_code(WORLD.creator_id("demo_kitchen"), "open-id", SCOPES, "", NOW, 0.0)
    pair = store.exchange_code(code, "", NOW, 0.0)
    sent = {**query, "business_id": "open-id"} if own else query
    request = Request("GET", f"/open_api/v1.3/{name}/", sent, b"", {"access-token": pair.access_token})
    response = sandbox.handle(sandbox.business_api, request)
    answer = json.loads(response.body)
    assert response.status == 200
    assert (answer["code"] == 0) is (answer["message"] == "OK")
    assert answer["code"] in (0, 40001, 40002, 40007)


@settings(max_examples=80)
@given(
    st.sampled_from(sorted(TOKEN_CALLS)),
    st.dictionaries(
        st.sampled_from(
            ("client_id", "client_secret", "grant_type", "auth_code", "refresh_token", "access_token", "app_id")
        ),
        ANYTHING | st.sampled_from((CLIENT_ID, CLIENT_SECRET, "authorization_code", "refresh_token")),
    )
    | ANYTHING,
)
def test_the_token_calls_answer_any_body(name: str, body: Any):
    request = Request("POST", f"/open_api/v1.3/{name}/", {}, json.dumps(body).encode(), {})
    status, answer = _ask("business_api", request, ProtocolOptions())
    assert status == 200
    assert answer["code"] in (40002, 40101, 40105, 40110)


@settings(max_examples=80)
@given(
    st.sampled_from(("GET", "POST")),
    st.dictionaries(st.sampled_from(BUSINESS_NAMES), BUSINESS_TEXTS, max_size=12),
    st.binary(max_size=60),
)
def test_the_consent_page_answers_any_form(method: str, query: dict[str, str], body: bytes):
    sandbox = Sandbox(WORLD, SimulatedClock(NOW, 0.0))
    sent = sandbox.handle(sandbox.business_api, Request(method, "/v2/auth/authorize", query, body, {}))
    assert sent.status in (200, 302, 400)
    assert sent.status == 302 or sent.body.startswith(b"<!doctype html>")
