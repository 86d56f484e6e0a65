"""TikTok's Research API, for approved researchers.

Pitfalls: a query spans at most 30 days, so a listing goes back window by window; `search_id` must be sent back to get
the next page; ids are JSON integers; the response about an account leaves out its name; 1,000 requests a day.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dwell.errors import DamagedAnswerError, UnavailableError
from dwell.http import HttpRequest, HttpResponse
from dwell.providers import open_api, responses
from dwell.providers.base import Limit, Lookup, Page, Subject, missing_id_error, unsupported_error
from dwell.providers.parser import Parser
from dwell.providers.research_api import parse, windows
from dwell.providers.streams import Stream, standard_streams
from dwell.providers.values import cursor as cursor_text
from dwell.providers.values import digits, flag, name, number, objects

VENDOR = responses.Vendor("TikTok's Research API", "DWELL_RESEARCH_API_TOKEN")
MAX_ITEMS = 100
"""Maximum number of items per page."""
MAX_COMMENTS = 1_000
"""Only the first comments of a post can be read."""

_VIDEO = (
    "id,video_description,create_time,region_code,share_count,view_count,like_count,comment_count,music_id,"
    "hashtag_names,username,favorites_count,video_duration"
)
_USER = "display_name,is_verified,follower_count,following_count,likes_count,video_count"
_COMMENT = "id,video_id,text,like_count,reply_count,parent_comment_id,create_time"
_SEARCH_FIELDS: Mapping[str, str] = {
    "user_posts": "username",
    "hashtag_posts": "hashtag_name",
    "search_posts": "keyword",
    "sound_posts": "music_id",
}
_LISTS: Mapping[str, str] = {
    **dict.fromkeys(_SEARCH_FIELDS, "videos"),
    "comments": "comments",
    "followers": "user_followers",
    "following": "user_following",
}
_ENDPOINT = {"comments": "video/comment/list", "followers": "user/followers", "following": "user/following"}
_STREAMS = standard_streams(dict.fromkeys(_LISTS, MAX_ITEMS))


class ResearchAPI:
    """Implements `dwell.providers.base.Provider`."""

    name: str = "research-api"
    base_url: str = open_api.BASE_URL
    # Only the daily quota is published; one request a second is our own limit.
    limit: Limit = Limit(60, 60.0, per_day=1_000)
    credit_price: float = 0.0
    streams: Mapping[str, Stream] = _STREAMS
    own_account: bool = False
    lookups: frozenset[Lookup] = frozenset({"profile"})
    parser: Parser = parse
    parser_version: int = 1

    def headers(self, key: str) -> Mapping[str, str]:
        """See `Provider`; the key is a client's access token."""
        return open_api.headers(key)

    def lookup(self, what: Lookup, subject: Subject) -> HttpRequest:
        """See `Provider`."""
        if what not in self.lookups:
            raise unsupported_error(VENDOR.title, what, self.lookups)
        return _request("user/info", _USER, {"username": _require_name(what, subject)}, timeout_s=20.0)

    def listing(self, what: str, subject: Subject, *, cursor: str | None, count: int) -> HttpRequest:
        """See `Provider`; posts come newest window first, `count` is limited to 1-100."""
        if what not in _LISTS:
            raise unsupported_error(VENDOR.title, what, _LISTS)
        most = min(max(count, 1), MAX_ITEMS)
        if what in _SEARCH_FIELDS:
            value = digits(subject.id or subject.name) if what == "sound_posts" else subject.name
            if not value:
                raise missing_id_error(VENDOR.title, what, "a name, a text, or a sound's id")
            only = {"operation": "EQ", "field_name": _SEARCH_FIELDS[what], "field_values": [value]}
            window = windows.parse_cursor(cursor)
            return _request("video/query", _VIDEO, {"query": {"and": [only]}, "max_count": most, **window.to_body()})
        at = windows.parse_offset(cursor)
        if what == "comments":
            post = digits(subject.id, 15) or digits(subject.name, 15)
            if post is None:
                raise missing_id_error(VENDOR.title, what, "the post's id")
            body: dict[str, Any] = {
                "video_id": int(post),
                "max_count": max(1, min(most, MAX_COMMENTS - at)),
                "cursor": at,
            }
            return _request(_ENDPOINT[what], _COMMENT, body)
        body = {"username": _require_name(what, subject), "max_count": most, **({"cursor": at} if at else {})}
        return _request(_ENDPOINT[what], None, body)

    def read(self, request: HttpRequest, response: HttpResponse) -> Mapping[str, Any]:
        """See `Provider`; adds what was requested and the response leaves out (the account, the window)."""
        payload, sent = open_api.read_data(VENDOR, response), request.body or {}
        if request.endpoint == "user/info":
            if not payload:
                raise UnavailableError("TikTok's Research API has no account of this name: check the spelling.")
            return {**payload, "username": sent.get("username")}
        if not {*_LISTS.values(), "cursor", "has_more"} & payload.keys():
            raise DamagedAnswerError("TikTok's Research API sent an empty response: try again later.")
        return {**payload, windows.WINDOW_KEY: [sent.get("start_date"), sent.get("end_date")]}

    def page(self, what: str, payload: Mapping[str, Any]) -> Page:
        """See `Provider`; at the end of a window the cursor points to the 30 days before it."""
        if what not in _LISTS:
            raise unsupported_error(VENDOR.title, what, _LISTS)
        items, more = objects(payload, _LISTS[what]), flag(payload.get("has_more"))
        if what in _SEARCH_FIELDS:
            following = windows.next_window(payload, more=bool(more))
            return Page(items, following.to_cursor() if following else None, bool(more or following), sparse=True)
        at = number(payload.get("cursor"))
        if what == "comments" and at is not None and at >= MAX_COMMENTS:
            return Page(items, None, more)
        return Page(items, cursor_text(payload.get("cursor")), more)

    def credits_charged(self, request: HttpRequest, response: HttpResponse) -> int:
        """See `Provider`: a call costs 0 credits."""
        return request.credits if response.status < 300 else 0

    def subject(self, what: Lookup, payload: Mapping[str, Any]) -> Subject:
        """See `Provider`."""
        if what not in self.lookups:
            raise unsupported_error(VENDOR.title, what, self.lookups)
        return Subject((name(payload.get("username")) or "").lower())

    def total(self, what: Lookup, payload: Mapping[str, Any]) -> int | None:
        """See `Provider`."""
        count = number(payload.get("video_count")) if what == "profile" else None
        return None if count is None else int(count)


def _request(endpoint: str, fields: str | None, body: Mapping[str, Any], *, timeout_s: float = 30.0) -> HttpRequest:
    path, query = f"/v2/research/{endpoint}/", {"fields": fields} if fields else {}
    return HttpRequest(endpoint, "POST", path, query, body, timeout_s=timeout_s, credits=0)


def _require_name(what: str, subject: Subject) -> str:
    if not subject.name:
        raise missing_id_error(VENDOR.title, what, "the account's name")
    return subject.name
