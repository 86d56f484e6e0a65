"""TikTok's API for Business as a provider: the accounts whose owners consented, and their videos.

A `Subject` here has the account's open_id as its `id`. Its `name` is, for comments, the id of the video, for replies
`VIDEO/COMMENT`, and for a benchmark the category; its `key` lists the scopes that the owner allowed, separated by
spaces: fields without their scope would make TikTok refuse the request.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from dwell.errors import DamagedAnswerError, ProviderError
from dwell.http import HttpRequest, HttpResponse
from dwell.providers.base import Limit, Lookup, Page, Subject, missing_id_error, unsupported_error
from dwell.providers.parser import Parser
from dwell.providers.streams import Stream
from dwell.providers.tiktok_organic import fields, parse
from dwell.providers.tiktok_organic.api import API_PATH, BASE_URL, NAME, TITLE, TOKEN_HEADER, read_data
from dwell.providers.tiktok_organic.oauth import SCOPES
from dwell.providers.values import cursor as cursor_text
from dwell.providers.values import flag, objects

MAX_VIDEOS = 20
"""Videos of one page, and of one filter."""

MAX_COMMENTS = 30
WINDOW_DAYS = 58
"""Days back that are asked for; TikTok refuses a start more than 60 days ago."""

CALLS_A_MINUTE = 40
"""Calls of one account to one endpoint; more are answered with a penalty of 5 minutes."""

APP_CALLS_A_MINUTE, APP_CALLS_A_SECOND = 600, 10
"""Calls of the app over all accounts."""

PARTIAL = "partial"
"""Key of a payload that lacks values which TikTok could not read at the moment."""

_STREAMS: Mapping[str, Stream] = {
    "account": Stream(
        ("owned_accounts", "creators", "creator_snapshots", "audience_shares", "owned_account_days"),
        "account",
        1,
        paged=False,
    ),
    "account_days": Stream(
        ("owned_account_days", "owned_account_activity"), "day", WINDOW_DAYS, "date", WINDOW_DAYS, paged=False
    ),
    "videos": Stream(
        (
            "posts", "post_snapshots", "watch_times", "owned_posts", "retention", "engagement_likes",
            "post_breakdowns", "creators",
        ),
        "video",
        MAX_VIDEOS,
        "create_time",
    ),
    "chosen_videos": Stream(
        ("posts", "post_snapshots", "watch_times", "owned_posts", "retention", "engagement_likes", "post_breakdowns"),
        "video",
        MAX_VIDEOS,
        paged=False,
    ),
    "owner_comments": Stream(("comments", "owned_comments"), "owner_comment", MAX_COMMENTS),
    "replies": Stream(("comments", "owned_comments"), "owner_comment", MAX_COMMENTS),
    "benchmark": Stream(("category_benchmarks",), "benchmark", 1, paged=False),
}  # fmt: skip
_LISTS = {"videos": "videos", "chosen_videos": "videos", "owner_comments": "comments", "replies": "comments"}
_TIMEOUT_S = 30.0
_MAX_CURSOR = 18


class TikTokOrganic:
    """Implements `dwell.providers.base.Provider`; the access token is the key."""

    name: str = NAME
    base_url: str = BASE_URL
    limit: Limit = Limit(CALLS_A_MINUTE, 60.0)
    credit_price: float = 0.0
    streams: Mapping[str, Stream] = _STREAMS
    own_account: bool = True
    lookups: frozenset[Lookup] = frozenset()
    parser: Parser = parse
    parser_version: int = 1

    def headers(self, key: str) -> Mapping[str, str]:
        """See `Provider`."""
        return {TOKEN_HEADER: key}

    def lookup(self, what: Lookup, subject: Subject) -> HttpRequest:
        """See `Provider`; there is none."""
        del subject
        raise unsupported_error(TITLE, what, _STREAMS)

    def listing(self, what: str, subject: Subject, *, cursor: str | None, count: int) -> HttpRequest:
        """See `Provider`.

        The cursor of `account_days` is the first day, of `chosen_videos` the ids of up to 20 videos, separated by
        commas; of `videos` milliseconds: those posted before follow.
        """
        if what not in _STREAMS:
            raise unsupported_error(TITLE, what, _STREAMS)
        if not subject.id:
            raise missing_id_error(TITLE, what, "the account's open_id")
        granted = subject.key.split() if subject.key and "." in subject.key else SCOPES
        size = min(max(count, 1), _STREAMS[what].page_size)
        if what == "account":
            names = fields.allowed({**fields.PROFILE, **fields.AUDIENCE}, granted)
            return _request("business/get", subject, fields=_json(names or ("display_name",)))
        if what == "account_days":
            return _days_request(subject, fields.allowed(fields.DAY, granted), cursor)
        if what in {"videos", "chosen_videos"}:
            names = fields.allowed(fields.VIDEO, granted)
            return _videos_request(what, subject, names or ("item_id",), cursor, size)
        if what == "benchmark":
            return _request("business/benchmark", subject, business_category=subject.name)
        return _comments_request(what, subject, cursor, size)

    def read(self, request: HttpRequest, response: HttpResponse) -> Mapping[str, Any]:
        """See `Provider`; `PARTIAL` is true where TikTok says that values are missing."""
        payload = read_data(response)
        wanted = "videos" if "video/list" in request.endpoint else "comments" if "comment" in request.endpoint else None
        if wanted is not None and not isinstance(payload.get(wanted), list):
            raise DamagedAnswerError(f"{TITLE} responded without {wanted}: try again later.")
        body = response.json
        is_partial = isinstance(body, Mapping) and str(body.get("code")) == "20001"
        return {**payload, PARTIAL: is_partial}

    def page(self, what: str, payload: Mapping[str, Any]) -> Page:
        """See `Provider`."""
        if what not in _STREAMS:
            raise unsupported_error(TITLE, what, _STREAMS)
        if what in _LISTS:
            paged = _STREAMS[what].paged
            cursor = cursor_text(payload.get("cursor")) if paged else None
            return Page(objects(payload, _LISTS[what]), cursor, flag(payload.get("has_more")) if paged else False)
        if what == "account_days":
            return Page(objects(payload, "metrics"), None, has_more=False)
        whole = {name: value for name, value in payload.items() if name != PARTIAL}
        return Page((whole,) if whole else (), None, has_more=False)

    def credits_charged(self, request: HttpRequest, response: HttpResponse) -> int:
        """See `Provider`: a request costs nothing."""
        del request, response
        return 0

    def subject(self, what: Lookup, payload: Mapping[str, Any]) -> Subject:
        """See `Provider`; there are no lookups."""
        del payload
        _no_lookup(what)

    def total(self, what: Lookup, payload: Mapping[str, Any]) -> int | None:
        """See `Provider`; there are no lookups."""
        del payload
        _no_lookup(what)


def _no_lookup(what: str) -> NoReturn:
    raise unsupported_error(TITLE, what, _STREAMS)


def _days_request(subject: Subject, names: Sequence[str], cursor: str | None) -> HttpRequest:
    if cursor is not None and not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", cursor):
        raise ProviderError("This isn't a day: start again without a cursor.")
    days = {} if cursor is None else {"start_date": cursor}
    return _request("business/get", subject, fields=_json(names or ("display_name",)), **days)


def _videos_request(what: str, subject: Subject, names: Sequence[str], cursor: str | None, size: int) -> HttpRequest:
    if what == "chosen_videos":
        ids = (cursor or "").split(",")
        if len(ids) > MAX_VIDEOS or not all(re.fullmatch("[0-9]{1,20}", each) for each in ids if cursor):
            raise ProviderError(f"These aren't the ids of 1 to {MAX_VIDEOS} videos.")
        chosen = {"filters": json.dumps({"video_ids": ids if cursor else []}, separators=(",", ":"))}
        return _request("business/video/list", subject, fields=_json(names), max_count=str(MAX_VIDEOS), **chosen)
    paging = {"max_count": str(size)} | ({} if cursor is None else {"cursor": _check_cursor(cursor)})
    return _request("business/video/list", subject, fields=_json(names), **paging)


def _comments_request(what: str, subject: Subject, cursor: str | None, size: int) -> HttpRequest:
    video, _, comment = subject.name.partition("/")
    paging = {"max_count": str(size)} | ({} if cursor is None else {"cursor": _check_cursor(cursor)})
    if what == "replies":
        return _request("business/comment/reply/list", subject, video_id=video, comment_id=comment, **paging)
    # Sorted by time, oldest first, new comments do not move the others to another page.
    order = {"sort_field": "create_time", "sort_order": "asc", "include_replies": "true"}
    return _request("business/comment/list", subject, video_id=video, **order, **paging)


def _check_cursor(cursor: str) -> str:
    if not re.fullmatch(f"[0-9]{{1,{_MAX_CURSOR}}}", cursor):
        raise ProviderError(f"This isn't a cursor of {TITLE}: start again without one.")
    return cursor


def _request(name: str, subject: Subject, **query: str) -> HttpRequest:
    asked = {"business_id": subject.id or "", **query}
    return HttpRequest(name, "GET", f"{API_PATH}/{name}/", query=asked, timeout_s=_TIMEOUT_S, credits=0)


def _json(names: Sequence[str]) -> str:
    return json.dumps(list(names), separators=(",", ":"))
