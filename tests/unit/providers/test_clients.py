from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from dwell.errors import (
    DamagedAnswerError,
    KeyRefusedError,
    OutOfCreditsError,
    ProviderError,
    RateLimitedError,
    TemporaryError,
    UnavailableError,
)
from dwell.http import HttpRequest, HttpResponse
from dwell.providers.base import Page, Provider, Subject
from dwell.providers.provider_registry import PROVIDERS
from dwell.records.item import CreatorItem, ParseError, PostItem, TopicItem

SAMPLES = Path(__file__).parents[2] / "contract" / "samples"
TIKLIVE, SCAVIO, DISPLAY, RESEARCH = (
    PROVIDERS[name] for name in ("tikliveapi", "scavio", "display-api", "research-api")
)
POST, USER = "7350810998023949599", "6812345678901234567"
WHO = Subject("demo", id=USER, key="MS4wLjABAAAAexample")
AT = datetime(2026, 11, 20, 12, tzinfo=UTC)


def response(body: Any, status: int = 200, **headers: str) -> HttpResponse:
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    return HttpResponse(status, {name.replace("_", "-"): value for name, value in headers.items()}, sent, AT)


def sample(provider: Provider, what: str) -> Any:
    return json.loads((SAMPLES / f"{provider.name}.json").read_text("utf-8"))[what]


def read(provider: Provider, what: Any, subject: Subject = WHO) -> Any:
    """The payload of the made-up good answer."""
    request = (
        provider.listing(what, subject, cursor=None, count=1)
        if what in provider.streams
        else provider.lookup(what, subject)
    )
    return provider.read(request, response(sample(provider, what)))


def page(provider: Provider, what: Any, subject: Subject = WHO) -> Page:
    return provider.page(what, read(provider, what, subject))


# --- questions ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("what", "subject", "endpoint", "query"),
    [
        ("profile", Subject("demo"), "userinfo-by-username", {"username": "demo"}),
        ("profile", Subject("demo", id=USER), "userinfo-by-username", {"username": "demo"}),
        ("profile", Subject("", id=USER), "userinfo-by-id", {"userid": USER}),
        ("post", Subject(POST), "post-detail", {"url": f"https://www.tiktok.com/@_/video/{POST}"}),
        ("sound", Subject("67"), "music-info", {"music_id": "67"}),
        ("hashtag", Subject("fun"), "challenge-info-name", {"name": "fun"}),
        ("hashtag", Subject("", id="5"), "challenge-info-id", {"id": "5"}),
    ],
)
def test_lookups_of_tikliveapi(what: Any, subject: Subject, endpoint: str, query: dict[str, str]) -> None:
    assert TIKLIVE.lookup(what, subject) == HttpRequest(endpoint, "GET", f"/{endpoint}/", query, timeout_s=20.0)


@pytest.mark.parametrize(
    ("what", "subject", "endpoint", "query"),
    [
        ("user_posts", WHO, "user-posts", {"userid": USER, "count": "35", "cursor": "0"}),
        ("sound_posts", Subject("67"), "music-posts", {"music_id": "67", "count": "30", "cursor": "0"}),
        ("hashtag_posts", Subject("x", id="5"), "challenge-posts", {"challenge_id": "5", "count": "35", "cursor": "0"}),
        ("search_posts", Subject("a b"), "search-video", {"keyword": "a b", "count": "30", "cursor": "0"}),
        ("followers", WHO, "user-followers", {"userid": USER, "count": "50", "time": "0"}),
        ("following", WHO, "user-following", {"userid": USER, "count": "50", "time": "0"}),
        (
            "comments",
            Subject(POST),
            "post-comments",
            {"url": f"https://www.tiktok.com/@_/video/{POST}", "count": "50", "cursor": "0"},
        ),
    ],
)
def test_listings_of_tikliveapi(what: Any, subject: Subject, endpoint: str, query: dict[str, str]) -> None:
    assert TIKLIVE.listing(what, subject, cursor=None, count=1_000) == HttpRequest(
        endpoint, "GET", f"/{endpoint}/", query
    )
    paging = "time" if "time" in query else "cursor"
    later = TIKLIVE.listing(what, subject, cursor="1711494099000", count=0)
    assert later.query == {**query, "count": "1", paging: "1711494099000"}


def test_scavio_asks_by_key_with_a_text_cursor() -> None:
    first = SCAVIO.listing("user_posts", WHO, cursor=None, count=1_000)
    assert (first.method, first.path) == ("POST", "/api/v1/tiktok/user/posts")
    assert first.body == {"sec_user_id": WHO.key, "count": 30, "cursor": "0", "sort_type": "0"}
    later = SCAVIO.listing("user_posts", WHO, cursor="1711494099000", count=5)
    assert later.body == {**first.body, "count": 5, "cursor": "1711494099000"}
    assert SCAVIO.lookup("usage", Subject("")).method == "GET"
    assert SCAVIO.lookup("profile", Subject("", key="MS4")).body == {"sec_user_id": "MS4"}
    assert SCAVIO.lookup("hashtag", Subject("", id="5")).body == {"hashtag_id": "5"}
    assert SCAVIO.lookup("post", Subject(POST)).body == {"video_id": POST}


def test_scavio_packs_both_values_that_lead_to_the_next_followers() -> None:
    first = SCAVIO.listing("followers", WHO, cursor=None, count=50)
    assert first.body == {"sec_user_id": WHO.key, "count": 20}
    later = SCAVIO.listing("followers", WHO, cursor=page(SCAVIO, "followers").cursor, count=20)
    assert later.body == {**first.body, "page_token": "abc", "min_time": 1711490000}


def test_display_names_its_fields_and_batches() -> None:
    first = DISPLAY.listing("user_posts", WHO, cursor=None, count=50)
    assert (first.path, first.body) == ("/v2/video/list/", {"max_count": 20})
    assert {"id", "create_time", "view_count", "share_url"} <= set(first.query["fields"].split(","))
    assert DISPLAY.listing("user_posts", WHO, cursor="1711494099000", count=5).body == {
        "max_count": 5,
        "cursor": 1711494099000,
    }
    batch = ",".join(str(int(POST) + step) for step in range(20))
    assert DISPLAY.lookup("posts", Subject(batch)).body == {"filters": {"video_ids": batch.split(",")}}
    for ids in (f"{batch},{POST}", "", "1,2", f"{POST},"):
        with pytest.raises(ProviderError, match="the ids of 1 to 20 posts"):
            DISPLAY.lookup("posts", Subject(ids))


def research_call(cursor: str | None) -> Any:
    return RESEARCH.listing("user_posts", WHO, cursor=cursor, count=100).body


def test_research_walks_back_in_windows_of_thirty_days() -> None:
    first = research_call(None)
    assert first == {
        "query": {"and": [{"operation": "EQ", "field_name": "username", "field_values": ["demo"]}]},
        "max_count": 100,
        "start_date": "20261022",
        "end_date": "20261120",
    }
    more = page(RESEARCH, "user_posts")
    assert (more.has_more, more.sparse) == (True, True)
    second = research_call(more.cursor)
    assert second == {**first, "cursor": 100, "search_id": "7201388525814961198"}
    body = {"data": {"videos": [], "cursor": 200, "has_more": False, "search_id": "72"}, "error": {"code": "ok"}}
    request = RESEARCH.listing("user_posts", WHO, cursor=more.cursor, count=100)
    ended = RESEARCH.page("user_posts", RESEARCH.read(request, response(body)))
    assert ended.has_more
    third = research_call(ended.cursor)
    assert third == {**first, "start_date": "20260922", "end_date": "20261021"}


def test_research_skips_nothing_where_it_does_not_say_how_to_go_on() -> None:
    request = RESEARCH.listing("user_posts", WHO, cursor=None, count=100)
    fine = {"code": "ok"}
    without_id = RESEARCH.read(
        request, response({"data": {"videos": [], "cursor": 100, "has_more": True}, "error": fine})
    )
    assert research_call(RESEARCH.page("user_posts", without_id).cursor)["cursor"] == 100
    assert "search_id" not in research_call(RESEARCH.page("user_posts", without_id).cursor)
    lost = RESEARCH.read(request, response({"data": {"videos": [], "has_more": True, "search_id": "7"}, "error": fine}))
    assert RESEARCH.page("user_posts", lost) == Page((), None, has_more=True, sparse=True)


def test_the_walk_of_research_ends_when_tiktok_began() -> None:
    body = {"data": {"videos": [], "cursor": 0, "has_more": False}, "error": {"code": "ok"}}
    cursor, windows = None, []
    for _ in range(1_000):
        request = RESEARCH.listing("hashtag_posts", Subject("fun"), cursor=cursor, count=100)
        assert request.body is not None
        windows.append((request.body["start_date"], request.body["end_date"]))
        found = RESEARCH.page("hashtag_posts", RESEARCH.read(request, response(body)))
        cursor = found.cursor
        if not found.has_more:
            break
    assert cursor is None
    assert windows[-1][0] == "20160901"
    days = [[datetime.strptime(day, "%Y%m%d").replace(tzinfo=UTC) for day in window] for window in windows]
    assert all((end - start).days < 30 for start, end in days)
    assert all((later[0] - earlier[1]).days == 1 for later, earlier in pairwise(days))


def test_research_reads_only_the_first_thousand_comments() -> None:
    request = RESEARCH.listing("comments", Subject(POST), cursor="950", count=100)
    assert request.body == {"video_id": int(POST), "max_count": 50, "cursor": 950}
    end = RESEARCH.page("comments", {"comments": [], "cursor": 1000, "has_more": True})
    assert (end.cursor, end.has_more) == (None, True)


@pytest.mark.parametrize(
    ("provider", "what", "subject", "wanted"),
    [
        (TIKLIVE, "user_posts", Subject("demo"), "the account's id"),
        (TIKLIVE, "user_posts", Subject("demo", id="v09044"), "the account's id"),
        (TIKLIVE, "hashtag_posts", Subject("fun"), "the hashtag's id"),
        (TIKLIVE, "comments", Subject("v09044g40000cx"), "the post's id"),
        (SCAVIO, "user_posts", Subject("demo", id=USER), r"the account's key \(sec_uid\)"),
        (SCAVIO, "hashtag_posts", Subject("fun"), "the hashtag's id"),
        (SCAVIO, "search_posts", Subject("x" * 501), "1 to 500 characters"),
        (SCAVIO, "sound_posts", Subject("67"), "does not offer sound posts"),
        (DISPLAY, "followers", WHO, "does not offer followers"),
        (RESEARCH, "user_posts", Subject(""), "a name"),
    ],
)
def test_what_cannot_be_asked_says_what_is_wanted(provider: Provider, what: Any, subject: Subject, wanted: str) -> None:
    with pytest.raises(ProviderError, match=wanted):
        provider.listing(what, subject, cursor=None, count=1)


# --- answers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("provider", [each for each in PROVIDERS.values() if "profile" in each.lookups])
def test_who_was_found(provider: Provider) -> None:
    payload = read(provider, "profile")
    found = provider.subject("profile", payload)
    ids = {"display-api": (None, None), "research-api": (None, None)}.get(provider.name, (USER, WHO.key))
    assert (found.name, found.id, found.key) == ("demo", *ids)
    item = provider.parser.user(payload)
    assert isinstance(item, CreatorItem)
    assert str(item.handle).lower() == "demo"
    assert provider.total("profile", payload) == item.post_count


def test_how_large_topics_are() -> None:
    sound, hashtag = read(TIKLIVE, "sound", Subject("67")), read(TIKLIVE, "hashtag", Subject("fun"))
    assert TIKLIVE.parser.topic(sound) == TopicItem(
        topic_kind="sound", topic="7350811000000000001", title="sound", topic_posts=5120
    )
    expected = TopicItem(topic_kind="hashtag", topic="fun", topic_posts=900, topic_views=7_000_000_000)
    assert TIKLIVE.parser.topic(hashtag) == expected
    assert (TIKLIVE.total("sound", sound), TIKLIVE.total("hashtag", hashtag)) == (5120, 900)
    assert TIKLIVE.total("hashtag", {**hashtag, "video_count": 1200}) == 1200
    assert TIKLIVE.subject("hashtag", hashtag) == Subject("fun", id="1660000")
    found = read(SCAVIO, "hashtag", Subject("fun"))
    exact = replace(expected, topic_posts="901", topic_views="7000000001")
    assert (SCAVIO.parser.topic(found), SCAVIO.total("hashtag", found)) == (exact, 901)
    assert SCAVIO.subject("hashtag", found) == Subject("fun", id="1660000")
    assert "no hashtags" in str(DISPLAY.parser.topic({}))
    assert "no information" in str(RESEARCH.parser.topic({}))


@pytest.mark.parametrize(
    ("provider", "what", "cursor"),
    [
        (TIKLIVE, "user_posts", "1711494099000"),
        (TIKLIVE, "sound_posts", "30"),
        (TIKLIVE, "followers", "1711490000"),
        (SCAVIO, "user_posts", "1711494099000"),
        (SCAVIO, "search_posts", "12"),
        (SCAVIO, "comments", "20"),
        (SCAVIO, "followers", '["abc", 1711490000]'),
        (DISPLAY, "user_posts", "1711494099000"),
        (RESEARCH, "followers", "1711490000"),
    ],
)
def test_cursors_are_opaque_texts(provider: Provider, what: Any, cursor: str) -> None:
    subject = Subject(POST, id=POST) if what in {"comments", "sound_posts"} else WHO
    found = page(provider, what, subject)
    assert (found.cursor, found.has_more) == (cursor, True)
    assert found.items


@pytest.mark.parametrize(
    ("said", "more"), [(True, True), (False, False), (1, True), (0, False), ("1", True), (None, None), ([], None)]
)
def test_flags_of_more_in_every_type(said: Any, more: bool | None) -> None:
    assert TIKLIVE.page("user_posts", {"videos": [], "hasMore": said}) == Page((), None, more)
    assert SCAVIO.page("user_posts", {"aweme_list": None, "has_more": said}) == Page((), None, more)


def test_an_element_that_is_no_object_is_kept_for_a_reason_to_be_given() -> None:
    found = TIKLIVE.page("user_posts", {"videos": [5, {"video_id": POST}]})
    assert len(found.items) == 2
    reason = "no post id: none of video_id, id, aweme_id has 15 to 20 digits"
    assert TIKLIVE.parser.post(found.items[0]) == ParseError(reason)


def test_scavio_in_the_shape_of_its_published_examples() -> None:
    body = json.loads((SAMPLES / "scavio_examples_shape.json").read_text("utf-8"))
    request = SCAVIO.listing("user_posts", WHO, cursor=None, count=30)
    found = SCAVIO.page("user_posts", SCAVIO.read(request, response(body)))
    item = SCAVIO.parser.post(found.items[0])
    assert isinstance(item, PostItem)
    assert (found.cursor, found.has_more, item.duration_s, item.views) == ("30", True, 23, 12000)
    assert SCAVIO.credits_charged(request, response(body)) == 1


def test_an_optional_wrapper_of_tikliveapi() -> None:
    request = TIKLIVE.lookup("profile", WHO)
    assert TIKLIVE.read(request, response({"data": sample(TIKLIVE, "profile")})) == sample(TIKLIVE, "profile")
    body = {"code": 0, "msg": "success", "data": sample(TIKLIVE, "profile")}
    assert TIKLIVE.read(request, response(body)) == sample(TIKLIVE, "profile")


# --- errors -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "kind", "state"),
    [
        ("Please sign up to tikliveapi.com", KeyRefusedError, None),
        ("Api-Key is not available", KeyRefusedError, None),
        ("You have no credits left. Please top up your balance.", OutOfCreditsError, None),
        ("Too many requests, please try again later", RateLimitedError, None),
        ("Something went wrong, please try again", TemporaryError, None),
        ("Server is busy", TemporaryError, None),
        ("This account is private", UnavailableError, "private"),
        ("This account was banned", UnavailableError, "banned"),
        ("This account is not available in your region", UnavailableError, "region_blocked"),
        ("This video was deleted by its owner", UnavailableError, "deleted"),
        ("User not found", UnavailableError, "not_found"),
        ("Couldn't find this user", UnavailableError, "not_found"),
        ("Video is unavailable", UnavailableError, "not_found"),
        ("unique_id is invalid", UnavailableError, "not_found"),
        ("The parameter userid is not a number", ProviderError, None),
        ("This endpoint is no longer available", ProviderError, None),
    ],
)
@pytest.mark.parametrize("what", ["profile", "user_posts"])
def test_messages_with_status_200(what: Any, message: str, kind: type[ProviderError], state: str | None) -> None:
    request = TIKLIVE.lookup(what, WHO) if what == "profile" else TIKLIVE.listing(what, WHO, cursor=None, count=35)
    for body in ({"message": message}, {"code": -1, "msg": message, "data": []}):
        with pytest.raises(ProviderError) as caught:
            TIKLIVE.read(request, response(body))
        assert type(caught.value) is kind
        assert getattr(caught.value, "state", None) == state
        assert TIKLIVE.credits_charged(request, response(body)) == 0


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        (400, {"code": "bad_request", "message": "cursor must be a string."}, ProviderError),
        (401, {"code": "unauthorized", "message": "Invalid or missing API key."}, KeyRefusedError),
        (402, {"code": "insufficient_credits", "billing_url": "https://billing.example"}, OutOfCreditsError),
        (403, {"code": "forbidden", "message": "This key may not do that."}, KeyRefusedError),
        (404, {"code": "not_found", "message": "This account is private."}, UnavailableError),
        (404, "User not found.", UnavailableError),
        (410, {"code": "gone", "message": "This endpoint has been retired."}, ProviderError),
        (429, {"code": "rate_limit_exceeded", "message": "Retry after 30 seconds."}, RateLimitedError),
        (500, {"code": "internal_error", "message": "Something went wrong on our side."}, TemporaryError),
        (502, "Upstream request failed", TemporaryError),
        (200, "Please try again", TemporaryError),
        (200, {"code": "insufficient_credits"}, OutOfCreditsError),
    ],
)
def test_errors_of_scavio_as_object_and_as_text(status: int, error: Any, kind: type[ProviderError]) -> None:
    request = SCAVIO.listing("user_posts", WHO, cursor=None, count=30)
    with pytest.raises(ProviderError) as caught:
        SCAVIO.read(request, response({"error": error}, status))
    assert type(caught.value) is kind
    assert SCAVIO.credits_charged(request, response({"error": error}, status)) == 0


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (200, "access_token_invalid", KeyRefusedError),
        (401, "scope_not_authorized", KeyRefusedError),
        (400, "scope_permission_missed", KeyRefusedError),
        (400, "invalid_params", ProviderError),
        (429, "rate_limit_exceeded", RateLimitedError),
        (200, "rate_limit_exceeded", RateLimitedError),
        (500, "internal_error", TemporaryError),
        (200, "timeout", TemporaryError),
    ],
)
@pytest.mark.parametrize("provider", [DISPLAY, RESEARCH], ids=["display", "research"])
def test_errors_of_tiktoks_own_apis(provider: Provider, status: int, code: str, kind: type[ProviderError]) -> None:
    body = {"data": {}, "error": {"code": code, "message": "", "log_id": "1"}}
    with pytest.raises(ProviderError) as caught:
        provider.read(provider.lookup("profile", WHO), response(body, status))
    assert type(caught.value) is kind


def test_the_quota_of_a_day_comes_back_at_midnight() -> None:
    body = {"error": {"code": "daily_quota_limit_exceeded", "message": "", "log_id": "1"}}
    with pytest.raises(RateLimitedError, match="after 00:00 UTC") as caught:
        RESEARCH.read(RESEARCH.lookup("profile", WHO), response(body, 429))
    assert caught.value.retry_after_s == 12 * 3600


@pytest.mark.parametrize(
    ("headers", "message", "wait"),
    [
        ({"retry_after": "7"}, "", 7),
        ({"retry_after": "Fri, 20 Nov 2026 12:00:09 GMT"}, "", 9),
        ({"retry_after": "Fri, 20 Nov 2026 13:00:09 GMT", "date": "Fri, 20 Nov 2026 13:00:00 GMT"}, "", 9),
        ({"x_ratelimit_reset": str(int(AT.timestamp()) + 30)}, "", 30),
        ({"x_ratelimit_reset": str(int(AT.timestamp()) - 1)}, "", 0),
        ({"x_ratelimit_reset": "30"}, "", None),
        ({"retry_after": "soon", "x_ratelimit_reset": "later"}, "", None),
        ({"retry_after": "99999999"}, "Retry after 30 seconds.", 30),
        ({"retry_after": "5", "x_ratelimit_reset": str(int(AT.timestamp()) + 30)}, "Retry after 9 seconds.", 5),
        ({}, "", None),
    ],
)
def test_how_long_to_wait(headers: dict[str, str], message: str, wait: float | None) -> None:
    body = {"error": {"code": "rate_limit_exceeded", "message": message}}
    with pytest.raises(RateLimitedError) as caught:
        SCAVIO.read(SCAVIO.lookup("profile", WHO), response(body, 429, **headers))
    assert caught.value.retry_after_s == wait


def test_an_answer_about_nothing_is_not_the_same_as_a_damaged_one() -> None:
    request = TIKLIVE.lookup("profile", WHO)
    for body in ({"user": {}, "stats": {}}, {"user": None}):
        with pytest.raises(UnavailableError):
            TIKLIVE.read(request, response(body))
    for damaged in ({}, {"status": "ok"}, [], b'{"user": {"id": "68'):
        with pytest.raises(DamagedAnswerError):
            TIKLIVE.read(request, response(damaged))
    assert TIKLIVE.credits_charged(request, response(b'{"user": {"id": "68')) == 1
    with pytest.raises(UnavailableError, match="not one of your own"):
        DISPLAY.read(DISPLAY.lookup("post", Subject(POST)), response({"data": {"videos": []}, "error": {"code": "ok"}}))


@pytest.mark.parametrize(("stated", "credits_charged"), [(3, 3), (0, 0), (None, 1), ("2", 1), (True, 1), (-1, 1)])
def test_scavio_states_what_it_takes(stated: Any, credits_charged: int) -> None:
    body = {**sample(SCAVIO, "user_posts"), "credits_used": stated}
    assert (
        SCAVIO.credits_charged(SCAVIO.listing("user_posts", WHO, cursor=None, count=30), response(body))
        == credits_charged
    )


@pytest.mark.parametrize("provider", PROVIDERS.values(), ids=PROVIDERS)
def test_a_key_stands_in_one_header_and_nowhere_else(provider: Provider) -> None:
    headers = provider.headers("act.k3y")
    assert sum("act.k3y" in value for value in headers.values()) == 1
    own_header = provider.name in {"tikliveapi", "tiktok-organic"}
    assert own_header or headers["authorization"] == "Bearer act.k3y"
    assert "act.k3y" not in repr(vars(provider))


@pytest.mark.parametrize(
    ("provider", "field"),
    [(TIKLIVE, "title"), (SCAVIO, "desc"), (DISPLAY, "video_description"), (RESEARCH, "video_description")],
)
@pytest.mark.parametrize(("caption", "tags"), [(None, None), ("", []), ("plain", []), ("#One word", ["one"])])
def test_an_unknown_caption_has_unknown_hashtags(
    provider: Any, field: str, caption: str | None, tags: list[str] | None
) -> None:
    post = provider.parser.post({"id": "7350810998023949599", "aweme_id": "7350810998023949599", field: caption})
    assert (post.caption, post.hashtags) == (caption, tags)
