"""TikTok's Display API v2: the posts and counters of the account whose owner gave the token, and of no other.

Pitfalls: a response with status 200 may be an error; a query names at most 20 posts and silently leaves out those of
other accounts; the account's name is only given where the token has the scope `user.info.profile`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dwell.errors import DamagedAnswerError, ProviderError, UnavailableError
from dwell.http import HttpRequest, HttpResponse
from dwell.providers import open_api, responses
from dwell.providers.base import Limit, Lookup, Page, Subject, missing_id_error, unsupported_error
from dwell.providers.display_api import parse
from dwell.providers.parser import Parser
from dwell.providers.streams import Stream, standard_streams
from dwell.providers.values import cursor as cursor_text
from dwell.providers.values import digits, flag, mapping, name, number, objects

VENDOR = responses.Vendor("TikTok's Display API", "DWELL_DISPLAY_API_TOKEN")
MAX_BATCH = 20
"""Maximum number of posts of one query, and of one page."""

_USER = "username,display_name,is_verified,follower_count,following_count,likes_count,video_count"
_VIDEO = (
    "id,create_time,share_url,video_description,duration,title,like_count,comment_count,share_count,view_count,is_aigc"
)
_STREAMS = standard_streams({"user_posts": MAX_BATCH})


class DisplayAPI:
    """Implements `dwell.providers.base.Provider`; the token decides which account is read, not the subject."""

    name: str = "display-api"
    base_url: str = open_api.BASE_URL
    limit: Limit = Limit(600, 60.0)
    credit_price: float = 0.0
    streams: Mapping[str, Stream] = _STREAMS
    own_account: bool = True
    lookups: frozenset[Lookup] = frozenset({"profile", "post", "posts"})
    parser: Parser = parse
    parser_version: int = 1

    def headers(self, key: str) -> Mapping[str, str]:
        """See `Provider`; the key is an access token."""
        return open_api.headers(key)

    def lookup(self, what: Lookup, subject: Subject) -> HttpRequest:
        """See `Provider`; `posts` takes up to 20 ids in the subject's name, joined by commas."""
        if what == "profile":
            return HttpRequest("user/info", "GET", "/v2/user/info/", {"fields": _USER}, timeout_s=20.0, credits=0)
        if what == "post":
            return _query_request([subject.id or subject.name])
        if what == "posts":
            return _query_request(subject.name.split(","))
        raise unsupported_error(VENDOR.title, what, self.lookups)

    def listing(self, what: str, subject: Subject, *, cursor: str | None, count: int) -> HttpRequest:
        """See `Provider`; `count` is limited to 1-20."""
        if what not in _STREAMS:
            raise unsupported_error(VENDOR.title, what, _STREAMS)
        del subject  # the token decides whose posts these are
        body: dict[str, Any] = {"max_count": min(max(count, 1), MAX_BATCH)}
        if cursor is not None:
            if digits(cursor) is None:
                raise ProviderError("This isn't a cursor of TikTok's Display API: start again without one.")
            body["cursor"] = int(cursor)
        return HttpRequest("video/list", "POST", "/v2/video/list/", {"fields": _VIDEO}, body, credits=0)

    def read(self, request: HttpRequest, response: HttpResponse) -> Mapping[str, Any]:
        """See `Provider`."""
        payload = open_api.read_data(VENDOR, response)
        if request.endpoint == "user/info":
            if not mapping(payload, "user"):
                raise DamagedAnswerError("TikTok's Display API responded without an account: try again later.")
            return payload
        if "videos" not in payload:
            raise DamagedAnswerError("TikTok's Display API responded without posts: try again later.")
        if request.endpoint == "video/query/one":
            videos = objects(payload, "videos")
            if not videos:
                raise UnavailableError("This post does not exist, or is not one of your own account: check its id.")
            return videos[0]
        return payload

    def page(self, what: str, payload: Mapping[str, Any]) -> Page:
        """See `Provider`; reads the response to `posts` as well."""
        if what not in _STREAMS:
            raise unsupported_error(VENDOR.title, what, _STREAMS)
        return Page(objects(payload, "videos"), cursor_text(payload.get("cursor")), flag(payload.get("has_more")))

    def credits_charged(self, request: HttpRequest, response: HttpResponse) -> int:
        """See `Provider`: a request costs 0 credits."""
        return request.credits if response.status < 300 else 0

    def subject(self, what: Lookup, payload: Mapping[str, Any]) -> Subject:
        """See `Provider`."""
        if what == "profile":
            return Subject((name(mapping(payload, "user").get("username")) or "").lower())
        if what == "posts":
            return Subject(",".join(str(item.get("id") or "") for item in objects(payload, "videos")))
        post_id = digits(payload.get("id"), 15)
        return Subject(post_id or "", post_id)

    def total(self, what: Lookup, payload: Mapping[str, Any]) -> int | None:
        """See `Provider`; may be off by one, because private posts are counted."""
        count = number(mapping(payload, "user").get("video_count")) if what == "profile" else None
        return None if count is None else int(count)


def _query_request(ids: list[str]) -> HttpRequest:
    valid = [digits(post_id.strip(), 15) for post_id in ids]
    if None in valid or not 1 <= len(valid) <= MAX_BATCH:
        raise missing_id_error(VENDOR.title, "posts", f"the ids of 1 to {MAX_BATCH} posts")
    endpoint = "video/query/one" if len(valid) == 1 else "video/query"
    return HttpRequest(
        endpoint, "POST", "/v2/video/query/", {"fields": _VIDEO}, {"filters": {"video_ids": valid}}, credits=0
    )
