from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from dwell.errors import DamagedAnswerError, TemporaryError
from dwell.http import HttpRequest, HttpResponse
from dwell.providers.base import Page, Subject
from dwell.providers.provider_registry import PROVIDERS
from dwell.providers.streams import Stream
from dwell.providers.tikliveapi import parse
from dwell.providers.tikliveapi.client import TikLiveAPI
from dwell.records.item import ParseError, PostItem
from dwell.testing import check_provider


@pytest.fixture(autouse=True)
def _fixed_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Calls that name today's date stay the same, also at midnight."""
    monkeypatch.setattr("dwell.clock.now", lambda: datetime(2026, 11, 20, 12, tzinfo=UTC))


def test_every_provider_keeps_the_contract(name: str, samples: Any) -> None:
    provider = PROVIDERS[name]
    assert set(samples) == {*provider.streams, *provider.lookups}
    check_provider(provider, samples)


def test_without_samples_calls_and_errors_are_checked(name: str) -> None:
    check_provider(PROVIDERS[name])


class NoName(TikLiveAPI):
    name = "Tik Live"


class KeyInAddress(TikLiveAPI):
    base_url = "https://key@api.example"


class KeyInPath(TikLiveAPI):
    def headers(self, key: str) -> Mapping[str, str]:
        self.key = key
        return {"x-api-key": key}

    def lookup(self, what: Any, subject: Subject) -> HttpRequest:
        request = super().lookup(what, subject)
        return HttpRequest(request.endpoint, request.method, request.path, {**request.query, "key": self.key})


class NoHeader(TikLiveAPI):
    def headers(self, key: str) -> Mapping[str, str]:
        return {}


class SamePage(TikLiveAPI):
    def listing(self, what: Any, subject: Subject, *, cursor: str | None, count: int) -> HttpRequest:
        return super().listing(what, subject, cursor=None, count=count)


class Everything(TikLiveAPI):
    def lookup(self, what: Any, subject: Subject) -> HttpRequest:
        return super().lookup("profile", Subject(subject.name or "nobody"))


class Moody(TikLiveAPI):
    times = 0

    def listing(self, what: Any, subject: Subject, *, cursor: str | None, count: int) -> HttpRequest:
        self.times += 1
        request = super().listing(what, subject, cursor=cursor, count=count)
        return HttpRequest(request.endpoint, request.method, request.path, {**request.query, "nonce": str(self.times)})


class OnlyStatus(TikLiveAPI):
    """As the published example: what has status 200 is data."""

    def read(self, request: HttpRequest, response: HttpResponse) -> Mapping[str, Any]:
        if response.status == 200:
            return dict(json.loads(response.body))
        return super().read(request, response)


class Quotes(TikLiveAPI):
    def read(self, request: HttpRequest, response: HttpResponse) -> Mapping[str, Any]:
        if b"Something about" in response.body:
            raise TemporaryError(f"It says: {response.body!r}, which is strange.")
        return super().read(request, response)


class AsksAgain(TikLiveAPI):
    def read(self, request: HttpRequest, response: HttpResponse) -> Mapping[str, Any]:
        if response.status in {301, 404}:
            raise TemporaryError("This may be gone when it is asked again.")
        return super().read(request, response)


class AlwaysDamaged(TikLiveAPI):
    def read(self, request: HttpRequest, response: HttpResponse) -> Mapping[str, Any]:
        if response.status == 200:
            raise DamagedAnswerError("This answer is damaged, whatever it holds.")
        return super().read(request, response)


class NumericCursor(TikLiveAPI):
    def page(self, what: Any, payload: Mapping[str, Any]) -> Page:
        return Page(tuple(payload.get("videos") or ()), payload.get("cursor"), payload.get("hasMore"))


class NeedsList(TikLiveAPI):
    def page(self, what: Any, payload: Mapping[str, Any]) -> Page:
        return Page(tuple(payload["videos"]), "1", has_more=True)


class FloatIds:
    entity, user, comment, topic = parse.entity, parse.user, parse.comment, parse.topic

    @staticmethod
    def post(item: Mapping[str, Any]) -> PostItem | ParseError:
        found = parse.post(item)
        return found if isinstance(found, ParseError) else replace(found, post_id=float(found.post_id))


class AwemeIds(FloatIds):
    """As the published example: the post is what `aweme_id` says."""

    @staticmethod
    def post(item: Mapping[str, Any]) -> PostItem | ParseError:
        found = parse.post(item)
        return found if isinstance(found, ParseError) else replace(found, post_id=item.get("aweme_id"))


class OwnColumns(FloatIds):
    @staticmethod
    def post(item: Mapping[str, Any]) -> PostItem | ParseError:
        found = parse.post(item)
        return {"post_id": found.post_id, "plays": 1} if isinstance(found, PostItem) else found


class Fragile(FloatIds):
    @staticmethod
    def post(item: Mapping[str, Any]) -> PostItem | ParseError:
        found = parse.post(item)
        return replace(found, likes=int(item["digg_count"])) if isinstance(found, PostItem) else found


def declaring(**streams: Stream) -> TikLiveAPI:
    provider = TikLiveAPI()
    provider.streams = {**provider.streams, **streams}
    return provider


def parsing(parser: Any) -> TikLiveAPI:
    provider = TikLiveAPI()
    provider.parser = parser
    return provider


@pytest.mark.parametrize(
    ("provider", "sentence"),
    [
        (NoName(), "Name 'Tik Live' is not made of"),
        (KeyInAddress(), "is not a plain http address"),
        (KeyInPath(), "holds the key"),
        (NoHeader(), "does not carry the key"),
        (SamePage(), "requests the same as the first"),
        (Everything(), "is not declared, but returns a request"),
        (Moody(), "gives two different requests"),
        (OnlyStatus(), "raises JSONDecodeError"),
        (Quotes(), "shows the key"),
        (AsksAgain(), "without JSON is retried"),
        (AlwaysDamaged(), "is refused: This answer is damaged"),
        (NumericCursor(), "query of comments holds something other than text"),
        (NeedsList(), "raises KeyError"),
        (declaring(User_Posts=Stream(("posts",), "post", 5)), "is not named in lower case"),
        (declaring(profile=Stream(("posts",), "post", 5)), "has the name of a lookup"),
        (declaring(likes=Stream(("likes",), "post", 5)), "names no table, or one that dwell lacks: .'likes'"),
        (declaring(likes=Stream((), "post", 5)), "names no table"),
        (declaring(likes=Stream(("posts",), "like", 5)), "has no function like, which reads the items of likes"),
        (declaring(likes=Stream(("posts",), "post", 0)), "has a page of no items"),
        (declaring(likes=Stream(("posts",), "post", 5, window_days=0)), "has a window of no days"),
        (declaring(likes=("posts",)), "instead of a Stream"),
        (declaring(likes=Stream(("posts",), "post", 5)), "with every id known gives ProviderError"),
        (parsing(FloatIds), "Expected `str`, got `float` - at `.*post_id`"),
        (parsing(AwemeIds), "is not an id as text"),
        (parsing(OwnColumns), "makes dict of a post, not PostItem"),
        (parsing(Fragile), "Parsing .*post.* raises (KeyError|TypeError|ValueError)"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, TikLiveAPI) else "",
)  # fmt: skip
def test_broken_providers_are_found_out(provider: TikLiveAPI, sentence: str, tiklive: Any) -> None:
    with pytest.raises(AssertionError, match=sentence):
        check_provider(provider, tiklive)


def test_a_sample_of_what_is_not_offered(tiklive: Any) -> None:
    with pytest.raises(AssertionError, match="sample of usage, which the provider does not offer"):
        check_provider(TikLiveAPI(), {**tiklive, "usage": {}})
