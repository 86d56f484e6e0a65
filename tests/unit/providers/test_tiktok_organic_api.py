"""Return codes of TikTok's API for Business as errors, tokens in its answers, and requests that show no secret."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dwell.errors import (
    DamagedAnswerError,
    KeyRefusedError,
    NotAllowedError,
    ProviderError,
    RateLimitedError,
    TemporaryError,
    UnavailableError,
)
from dwell.http import HttpResponse
from dwell.providers.tiktok_organic import oauth
from dwell.providers.tiktok_organic.api import read_data
from dwell.providers.tiktok_organic.profile import check_requirements, profile_request, read_flag

NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)
TOKENS = {
    "access_token": "act.1", "expires_in": 86400, "open_id": "o-1", "refresh_token": "rft.1",
    "refresh_token_expires_in": 31536000, "scope": "user.info.basic,video.list", "token_type": "Bearer",
}  # fmt: skip


def response(body: Any, status: int = 200) -> HttpResponse:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return HttpResponse(status, {}, raw, NOON)


@pytest.mark.parametrize("code", [0, 20001, "0"])
def test_data_of_a_whole_and_of_a_partial_success(code: Any) -> None:
    assert read_data(response({"code": code, "message": "OK", "data": {"a": 1}})) == {"a": 1}


@pytest.mark.parametrize(
    ("code", "kind", "said"),
    [
        (40102, KeyRefusedError, "dwell connect tiktok"),
        (40104, KeyRefusedError, "dwell connect tiktok"),
        (40105, KeyRefusedError, "dwell connect tiktok"),
        (40110, KeyRefusedError, "dwell connect tiktok"),
        (40001, NotAllowedError, "turn on analytics"),
        (40125, NotAllowedError, "allow all"),
        (40016, RateLimitedError, "wait 300 s"),
        (40100, RateLimitedError, "wait 300 s"),
        (40132, RateLimitedError, "wait 300 s"),
        (40133, RateLimitedError, "wait 300 s"),
        (40007, UnavailableError, "nothing under this id"),
        (40101, ProviderError, "DWELL_TIKTOK_ORGANIC_APP_SECRET"),
        (50000, TemporaryError, "try again later"),
        (51065, TemporaryError, "try again later"),
        (40002, ProviderError, "newer dwell"),
    ],
)
def test_a_code_decides_whatever_the_status(code: int, kind: type[ProviderError], said: str) -> None:
    for status in (200, 401):
        with pytest.raises(kind, match=said) as raised:
            read_data(response({"code": code, "message": "No.", "data": {}}, status))
        assert type(raised.value) is kind


@pytest.mark.parametrize(
    ("status", "kind"), [(502, TemporaryError), (429, RateLimitedError), (200, DamagedAnswerError)]
)
def test_without_a_code_the_status_decides(status: int, kind: type[ProviderError]) -> None:
    with pytest.raises(kind):
        read_data(response({"error": "no envelope"}, status))


NAMES = st.sampled_from(["code", "data", "message", *TOKENS])
VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.just("9" * 5_000)


@given(
    st.binary(max_size=60)
    | st.recursive(VALUES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner), max_leaves=9)
)
def test_no_answer_ends_in_anything_but_a_provider_error(body: Any) -> None:
    with suppress(ProviderError):
        oauth.read_tokens(read_data(response(body)))


def test_tokens_are_read_and_not_shown() -> None:
    tokens = oauth.read_tokens(TOKENS)
    assert (tokens.access_life_s, tokens.refresh_life_s, tokens.scopes) == (
        86_400,
        31_536_000,
        ("user.info.basic", "video.list"),
    )
    assert "act.1" not in repr(tokens)
    assert "rft.1" not in repr(tokens)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("access_token", None), ("access_token", ""), ("access_token", "a b"), ("access_token", "a\nb"),
        ("access_token", 5), ("access_token", "a" * 9_000),
        ("refresh_token", None), ("open_id", ""), ("expires_in", 0), ("expires_in", -1), ("expires_in", "soon"),
        ("expires_in", True), ("expires_in", 1e300), ("refresh_token_expires_in", None),
    ],
)  # fmt: skip
def test_tokens_that_cannot_be_used_are_a_damaged_answer(name: str, value: Any) -> None:
    with pytest.raises(DamagedAnswerError, match=name):
        oauth.read_tokens({**TOKENS, name: value})


def test_requests_have_their_secrets_in_the_body_and_not_in_their_text() -> None:
    requests = [
        oauth.exchange_request("app", "secret-1", "code-1", "https://a.example/"),
        oauth.refresh_request("app", "secret-1", "rft.1"),
        oauth.revoke_request("app", "secret-1", "act.1"),
        oauth.inspect_request("app", "act.1"),
    ]
    assert [request.path for request in requests] == [
        f"/open_api/v1.3/tt_user/{name}/"
        for name in ("oauth2/token", "oauth2/refresh_token", "oauth2/revoke", "token_info/get")
    ]
    assert requests[0].body == {
        "client_id": "app", "client_secret": "secret-1", "grant_type": "authorization_code", "auth_code": "code-1",
        "redirect_uri": "https://a.example/",
    }  # fmt: skip
    assert requests[3].body == {"app_id": "app", "access_token": "act.1"}
    for secret in ("secret-1", "code-1", "rft.1", "act.1"):
        assert secret not in repr(requests)


def test_a_field_is_asked_for_only_with_its_scope() -> None:
    def fields(*scopes: str, **options: bool) -> list[str]:
        return json.loads(str(profile_request("o-1", scopes, **options).query["fields"]))

    assert fields("user.info.basic") == ["display_name"]
    assert fields("user.info.stats", "user.insights") == ["followers_count", "videos_count", "video_views"]
    assert "video_views" not in fields("user.info.stats", "user.insights", with_analytics=False)


@pytest.mark.parametrize(
    ("value", "expected"), [(True, True), ("True", True), ("FALSE", False), ("yes", None), (1, None), (None, None)]
)
def test_truth_is_written_in_any_case(value: Any, expected: bool | None) -> None:
    assert read_flag(value) is expected


@pytest.mark.parametrize(
    ("followers", "state"),
    [
        (99, "unmet"),
        (100, "met"),
        ("100", "met"),
        (None, "unknown"),
        (-1, "unknown"),
        (True, "unknown"),
        ("9" * 5_000, "unknown"),
    ],
)
def test_a_hundred_followers_are_wanted(followers: Any, state: str) -> None:
    found = check_requirements({"followers_count": followers}, [], analytics=None)
    assert {each.requirement: each.state for each in found}["followers"] == state
    assert len(found) == 5
