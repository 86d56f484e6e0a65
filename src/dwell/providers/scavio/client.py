"""Scavio: makes requests, reads responses.

Pitfalls: every request is a POST; a cursor is a JSON string, a number is refused; posts are listed by the account's key
(`sec_uid`), which the profile gives; a page of followers needs two values, both of which must be sent back; an error is
an object or a text; search results are under either of two keys; the published examples have another shape.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from dwell.errors import DamagedAnswerError, ProviderError, UnavailableError
from dwell.http import HttpRequest, HttpResponse
from dwell.providers import responses
from dwell.providers.base import Limit, Lookup, Page, Subject, missing_id_error, unsupported_error
from dwell.providers.parser import Parser
from dwell.providers.scavio import parse
from dwell.providers.streams import Stream, standard_streams
from dwell.providers.values import cursor as cursor_text
from dwell.providers.values import digits, flag, mapping, name, number, objects, text
from dwell.records.item import CreatorItem, ParseError

VENDOR = responses.Vendor("Scavio", "DWELL_SCAVIO_KEY")
LOOKUP_S, PAGE_S = 20.0, 30.0
_TIKTOK = "/api/v1/tiktok"

_LISTINGS: Mapping[str, tuple[str, tuple[str, ...], int]] = {
    "user_posts": ("user/posts", ("aweme_list", "videos"), 30),
    "hashtag_posts": ("hashtag/videos", ("aweme_list", "videos"), 30),
    "search_posts": ("search/videos", ("search_item_list", "aweme_list", "videos"), 30),
    "comments": ("video/comments", ("comments",), 50),
    "followers": ("user/followers", ("followers",), 20),
    "following": ("user/followings", ("followings",), 20),
}
"""Endpoint, keys that may hold the list, and maximum number of items per page."""
_PAGED_BY_TOKEN = ("followers", "following")
_STREAMS = standard_streams({what: most for what, (_, _, most) in _LISTINGS.items()})
_PAGING = ("max_cursor", "cursor", "has_more", "next_page_token", "min_time")
_EXPECTED: Mapping[str, tuple[str, ...]] = {
    "profile": ("user",),
    "video": ("aweme_detail",),
    "hashtag": ("challengeInfo",),
    "usage": ("credit_balance", "plan"),
}


class Scavio:
    """Implements `dwell.providers.base.Provider`."""

    name: str = "scavio"
    base_url: str = "https://api.scavio.dev"
    limit: Limit = Limit(5, 60.0)
    credit_price: float = 0.005
    streams: Mapping[str, Stream] = _STREAMS
    own_account: bool = False
    lookups: frozenset[Lookup] = frozenset({"profile", "post", "hashtag", "usage"})
    parser: Parser = parse
    parser_version: int = 1

    def headers(self, key: str) -> Mapping[str, str]:
        """See `Provider`."""
        return {"authorization": f"Bearer {key}"}

    def lookup(self, what: Lookup, subject: Subject) -> HttpRequest:
        """See `Provider`."""
        if what == "usage":
            return HttpRequest("usage", "GET", "/api/v1/usage", timeout_s=LOOKUP_S, credits=0)
        if what == "profile":
            if not (subject.name or subject.key):
                raise missing_id_error(VENDOR.title, what, "the account's name or key")
            return _request(
                "profile", LOOKUP_S, {"username": subject.name} if subject.name else {"sec_user_id": subject.key}
            )
        if what == "post":
            return _request("video", LOOKUP_S, {"video_id": _require_post_id(what, subject)})
        if what == "hashtag":
            if not (subject.name or subject.id):
                raise missing_id_error(VENDOR.title, what, "the hashtag's name or id")
            return _request(
                "hashtag", LOOKUP_S, {"hashtag_name": subject.name} if subject.name else {"hashtag_id": subject.id}
            )
        raise unsupported_error(VENDOR.title, what, self.lookups)

    def listing(self, what: str, subject: Subject, *, cursor: str | None, count: int) -> HttpRequest:
        """See `Provider`; `count` is limited to the page size."""
        if what not in _LISTINGS:
            raise unsupported_error(VENDOR.title, what, _LISTINGS)
        endpoint, _, most = _LISTINGS[what]
        body: dict[str, Any] = {**_subject_fields(what, subject), "count": min(max(count, 1), most)}
        if what in _PAGED_BY_TOKEN:
            body |= _unpack_cursor(cursor)
        else:
            body["cursor"] = cursor or "0"
        return _request(endpoint, PAGE_S, body)

    def read(self, request: HttpRequest, response: HttpResponse) -> Mapping[str, Any]:
        """See `Provider`; of a post the content of `aweme_detail`."""
        responses.check_status(VENDOR, response)
        body = responses.decode(VENDOR, response)
        if body.get("error"):
            responses.raise_for_message(VENDOR, response, responses.find_message(body) or "an error without a message")
        payload = mapping(body, "data") or body
        listed = next((keys for endpoint, keys, _ in _LISTINGS.values() if endpoint == request.endpoint), None)
        expected = (*listed, *_PAGING) if listed else _EXPECTED.get(request.endpoint, ())
        if not any(key in payload for key in expected):
            if message := responses.find_message(body):
                responses.raise_for_message(VENDOR, response, message)
            raise DamagedAnswerError(f"Scavio sent an empty response to {request.endpoint}: try again later.")
        if not listed and not any(payload.get(key) for key in expected):
            raise UnavailableError("Scavio has nothing under this name or id: check the spelling.")
        return mapping(payload, "aweme_detail") if request.endpoint == "video" else payload

    def page(self, what: str, payload: Mapping[str, Any]) -> Page:
        """See `Provider`; a search result is the content of its `aweme_info`."""
        if what not in _LISTINGS:
            raise unsupported_error(VENDOR.title, what, _LISTINGS)
        items = tuple(mapping(item, "aweme_info") or item for item in objects(payload, *_LISTINGS[what][1]))
        more = flag(payload.get("has_more", payload.get("hasMore")))
        if what in _PAGED_BY_TOKEN:
            return Page(items, _pack_cursor(payload), more)
        cursors = (cursor_text(payload.get(key)) for key in ("max_cursor", "cursor"))
        return Page(items, next(filter(None, cursors), None), more)

    def credits_charged(self, request: HttpRequest, response: HttpResponse) -> int:
        """See `Provider`: the response's `credits_used`, otherwise the list price of a successful request."""
        try:
            stated = responses.decode(VENDOR, response).get("credits_used")
        except DamagedAnswerError:
            stated = None
        if isinstance(stated, int) and not isinstance(stated, bool) and stated >= 0:
            return stated
        try:
            self.read(request, response)
        except DamagedAnswerError:
            return request.credits
        except ProviderError:
            return 0
        return request.credits

    def subject(self, what: Lookup, payload: Mapping[str, Any]) -> Subject:
        """See `Provider`."""
        if what == "profile":
            user = mapping(payload, "user")
            handle = name(user.get("unique_id")) or ""
            return Subject(handle.lower(), digits(user.get("uid")), name(user.get("sec_uid")))
        if what == "hashtag":
            challenge = mapping(mapping(payload, "challengeInfo"), "challenge")
            return Subject((name(challenge.get("title")) or "").lower(), digits(challenge.get("id")))
        post_id = digits(payload.get("aweme_id"), 15)
        return Subject(post_id or "", post_id)

    def total(self, what: Lookup, payload: Mapping[str, Any]) -> int | None:
        """See `Provider`."""
        if what not in {"profile", "hashtag"}:
            return None
        item = parse.user(payload) if what == "profile" else parse.topic(payload)
        if isinstance(item, ParseError):
            return None
        count = number(item.post_count if isinstance(item, CreatorItem) else item.topic_posts)
        return None if count is None else int(count)


def _request(endpoint: str, timeout_s: float, body: Mapping[str, Any]) -> HttpRequest:
    return HttpRequest(endpoint, "POST", f"{_TIKTOK}/{endpoint}", body=body, timeout_s=timeout_s)


def _subject_fields(what: str, subject: Subject) -> dict[str, Any]:
    if what == "hashtag_posts":
        if not subject.id:
            raise missing_id_error(VENDOR.title, what, "the hashtag's id")
        return {"hashtag_id": subject.id}
    if what == "search_posts":
        if not 1 <= len(subject.name) <= 500:
            raise missing_id_error(VENDOR.title, what, "a text of 1 to 500 characters")
        return {"keyword": subject.name, "sort_type": "0", "publish_time": "0"}
    if what == "comments":
        return {"video_id": _require_post_id(what, subject)}
    if not subject.key:
        raise missing_id_error(VENDOR.title, what, "the account's key (sec_uid)")
    return {"sec_user_id": subject.key, **({"sort_type": "0"} if what == "user_posts" else {})}


def _require_post_id(what: str, subject: Subject) -> str:
    post_id = digits(subject.id, 15) or digits(subject.name, 15)
    if post_id is None:
        raise missing_id_error(VENDOR.title, what, "the post's id")
    return post_id


def _pack_cursor(payload: Mapping[str, Any]) -> str | None:
    """The two values that point to the next followers, as one text."""
    token, instant = text(payload.get("next_page_token")), payload.get("min_time")
    if not token and instant in (None, "", 0, "0"):
        return None
    return json.dumps([token, instant if isinstance(instant, (int, str)) else None])


def _unpack_cursor(cursor: str | None) -> dict[str, Any]:
    if cursor is None:
        return {}
    try:
        token, instant = json.loads(cursor)
    except (ValueError, TypeError, RecursionError) as error:
        raise ProviderError("This isn't a cursor of Scavio's follower lists: start again without one.") from error
    return {key: value for key, value in (("page_token", token), ("min_time", instant)) if value is not None}
