"""TikLiveAPI: makes requests, reads responses.

Pitfalls: errors come with status 200 and only a `message`; followers are paged by `time` and everything else by
`cursor`; the list of accounts followed is called `followings`; `hasMore` is a flag or 0/1; comments are requested by
the post's link.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dwell.errors import DamagedAnswerError, ProviderError, UnavailableError
from dwell.http import HttpRequest, HttpResponse
from dwell.providers import responses
from dwell.providers.base import Limit, Lookup, Page, Subject, missing_id_error, unsupported_error
from dwell.providers.links import Link
from dwell.providers.parser import Parser
from dwell.providers.streams import Stream, standard_streams
from dwell.providers.tikliveapi import parse
from dwell.providers.values import cursor as cursor_text
from dwell.providers.values import digits, flag, mapping, name, number, objects
from dwell.records.item import CreatorItem, ParseError

VENDOR = responses.Vendor("TikLiveAPI", "DWELL_TIKLIVEAPI_KEY")
LOOKUP_S, PAGE_S = 20.0, 30.0

_LISTINGS: Mapping[str, tuple[str, str, int]] = {
    "user_posts": ("user-posts", "videos", 35),
    "sound_posts": ("music-posts", "videos", 30),
    "hashtag_posts": ("challenge-posts", "videos", 35),
    "search_posts": ("search-video", "videos", 30),
    "comments": ("post-comments", "comments", 50),
    "followers": ("user-followers", "followers", 50),
    "following": ("user-following", "followings", 50),
}
"""Endpoint, key of the list, maximum items per page; for a search it is not published, so that of sounds is used."""
_PAGED_BY_TIME = ("followers", "following")
_LOOKUPS: Mapping[str, tuple[str, ...]] = {
    "userinfo-by-username": ("user",),
    "userinfo-by-id": ("user",),
    "post-detail": ("id", "video_id", "aweme_id"),
    "music-info": ("id",),
    "challenge-info-name": ("id", "cha_name"),
    "challenge-info-id": ("id", "cha_name"),
}
"""The keys that identify the subject of a response."""
_EXPECTED = {**_LOOKUPS, **{endpoint: (key,) for endpoint, key, _ in _LISTINGS.values()}}
"""Keys of which a valid response has at least one; a page may lack its list where it has a cursor."""
_PAGING = frozenset({"cursor", "time", "hasMore"})
_STREAMS = standard_streams({what: most for what, (_, _, most) in _LISTINGS.items()})


class TikLiveAPI:
    """Implements `dwell.providers.base.Provider`."""

    name: str = "tikliveapi"
    base_url: str = "https://api.tikliveapi.com"
    limit: Limit = Limit(200, 60.0, burst_per_s=50)
    credit_price: float = 9.90 / 100_000
    streams: Mapping[str, Stream] = _STREAMS
    own_account: bool = False
    lookups: frozenset[Lookup] = frozenset({"profile", "post", "sound", "hashtag"})
    parser: Parser = parse
    parser_version: int = 1

    def headers(self, key: str) -> Mapping[str, str]:
        """See `Provider`."""
        return {"x-api-key": key}

    def lookup(self, what: Lookup, subject: Subject) -> HttpRequest:
        """See `Provider`; a profile by its name, which costs one credit and gives the id and the counters."""
        if what == "profile":
            if subject.name:
                return _request("userinfo-by-username", LOOKUP_S, username=subject.name)
            return _request("userinfo-by-id", LOOKUP_S, userid=_require_id(what, subject, "the account's name or id"))
        if what == "post":
            return _request("post-detail", LOOKUP_S, url=_post_url(what, subject))
        if what == "sound":
            return _request("music-info", LOOKUP_S, music_id=_require_id(what, subject, "the sound's id"))
        if what == "hashtag":
            if subject.name:
                return _request("challenge-info-name", LOOKUP_S, name=subject.name)
            return _request("challenge-info-id", LOOKUP_S, id=_require_id(what, subject, "the hashtag's name or id"))
        raise unsupported_error(VENDOR.title, what, self.lookups)

    def listing(self, what: str, subject: Subject, *, cursor: str | None, count: int) -> HttpRequest:
        """See `Provider`; `count` is limited to the page size."""
        if what not in _LISTINGS:
            raise unsupported_error(VENDOR.title, what, _LISTINGS)
        endpoint, _, most = _LISTINGS[what]
        paging = "time" if what in _PAGED_BY_TIME else "cursor"
        where = {"count": str(min(max(count, 1), most)), paging: cursor or "0"}
        return _request(endpoint, PAGE_S, **_subject_fields(what, subject), **where)

    def cursor_before(self, at: datetime) -> str:
        """See `TimeCursors`: a cursor of posts is a time in milliseconds, and means older than that."""
        return str(round(at.timestamp() * 1000))

    def read(self, request: HttpRequest, response: HttpResponse) -> Mapping[str, Any]:
        """See `Provider`."""
        responses.check_status(VENDOR, response)
        body = responses.decode(VENDOR, response)
        payload = mapping(body, "data") or body
        if body.get("code") not in (None, 0, "0", 200, "200"):
            responses.raise_for_message(
                VENDOR, response, responses.find_message(body) or f"code {responses.quote_message(str(body['code']))}"
            )
        expected, looked_up = _EXPECTED.get(request.endpoint, ()), request.endpoint in _LOOKUPS
        if not any(key in payload for key in expected):
            if message := responses.find_message(body):
                responses.raise_for_message(VENDOR, response, message)
            if looked_up or not _PAGING & payload.keys():
                raise DamagedAnswerError(f"TikLiveAPI sent an empty response to {request.endpoint}: try again later.")
        if looked_up and not any(payload.get(key) for key in expected):
            raise UnavailableError("TikLiveAPI has nothing under this name or id: check the spelling.")
        return payload

    def page(self, what: str, payload: Mapping[str, Any]) -> Page:
        """See `Provider`."""
        if what not in _LISTINGS:
            raise unsupported_error(VENDOR.title, what, _LISTINGS)
        paging = "time" if what in _PAGED_BY_TIME else "cursor"
        more = payload.get("hasMore", payload.get("has_more"))
        return Page(objects(payload, _LISTINGS[what][1]), cursor_text(payload.get(paging)), flag(more))

    def credits_charged(self, request: HttpRequest, response: HttpResponse) -> int:
        """See `Provider`: only a successful request is charged, which includes a response that arrives damaged."""
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
            handle = name(user.get("uniqueId")) or name(user.get("unique_id")) or ""
            key = name(user.get("secUid")) or name(user.get("sec_uid"))
            return Subject(handle.lower(), digits(user.get("id")), key)
        if what == "hashtag":
            return Subject((name(payload.get("cha_name")) or "").lower(), digits(payload.get("id")))
        subject_id = parse.post_id(payload) if what == "post" else digits(payload.get("id"))
        return Subject(subject_id or "", subject_id)

    def total(self, what: Lookup, payload: Mapping[str, Any]) -> int | None:
        """See `Provider`."""
        if what not in {"profile", "sound", "hashtag"}:
            return None
        item = parse.user(payload) if what == "profile" else parse.topic(payload)
        if isinstance(item, ParseError):
            return None
        count = number(item.post_count if isinstance(item, CreatorItem) else item.topic_posts)
        return None if count is None else int(count)


def _request(endpoint: str, timeout_s: float, **query: str) -> HttpRequest:
    return HttpRequest(endpoint, "GET", f"/{endpoint}/", query, timeout_s=timeout_s)


def _subject_fields(what: str, subject: Subject) -> dict[str, str]:
    if what == "sound_posts":
        return {"music_id": _require_id(what, subject, "the sound's id")}
    if what == "hashtag_posts":
        return {"challenge_id": _require_digits(what, subject.id, "the hashtag's id")}
    if what == "search_posts":
        if not subject.name:
            raise missing_id_error(VENDOR.title, what, "a text")
        return {"keyword": subject.name}
    if what == "comments":
        return {"url": _post_url(what, subject)}
    return {"userid": _require_digits(what, subject.id, "the account's id")}


def _require_id(what: str, subject: Subject, wanted: str) -> str:
    return _require_digits(what, subject.id or subject.name, wanted)


def _require_digits(what: str, value: str | None, wanted: str) -> str:
    if (valid := digits(value)) is None:
        raise missing_id_error(VENDOR.title, what, wanted)
    return valid


def _post_url(what: str, subject: Subject) -> str:
    post_id = digits(subject.id, 15) or digits(subject.name, 15)
    if post_id is None:
        raise missing_id_error(VENDOR.title, what, "the post's id")
    return Link(post_id).url
