"""Checks what a provider makes of valid responses, and of valid responses that were damaged in places."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from random import Random
from typing import Any

import msgspec

from dwell.errors import DwellError
from dwell.http import HttpRequest
from dwell.providers.base import Page, Provider, Subject
from dwell.records.item import CommentItem, CreatorItem, ParseError, PostItem, TopicItem
from dwell.records.owned_item import AccountDayItem, AccountItem, BenchmarkItem, OwnerCommentItem, VideoItem
from dwell.testing.expect import make_response, only_dwell_errors, require, subject_of
from dwell.testing.mutate import mutate

Samples = Mapping[str, Mapping[str, Any]]

ROUNDS = 150
"""How many damaged copies of each sample are read."""
ITEMS: Mapping[str, type[msgspec.Struct]] = {
    "post": PostItem, "user": CreatorItem, "comment": CommentItem, "topic": TopicItem,
    "account": AccountItem, "day": AccountDayItem, "video": VideoItem, "owner_comment": OwnerCommentItem,
    "benchmark": BenchmarkItem,
}  # fmt: skip
"""What the parser's function makes of an object."""
KINDS: Mapping[str, str] = {
    "profile": "user", "post": "post", "posts": "post", "usage": "post", "sound": "topic", "hashtag": "topic",
}  # fmt: skip
"""The parser's function for each lookup."""


def check_payloads(provider: Provider, samples: Samples) -> None:
    """Every sample, whole and damaged.

    Raises:
        AssertionError: A valid response is refused, the result is neither an item nor a reason, or a damaged one
            raises an error that isn't dwell's.
    """
    for what, sample in samples.items():
        request = _make_request(provider, what)
        payload = only_dwell_errors(f"reading {what}", provider.read, request, make_response(sample))
        require(not isinstance(payload, DwellError), f"the sample of {what} is refused: {payload}")
        require(
            provider.credits_charged(request, make_response(sample)) >= 0,
            f"a valid response to {what} is charged below 0",
        )
        first = _parse_payload(provider, what, payload)
        require(
            first == _parse_payload(provider, what, payload),
            f"reading the same response to {what} twice gives two results",
        )
        require(
            any(isinstance(row, tuple(ITEMS.values())) for row in first) or what == "usage",
            f"no row is read from the sample of {what}",
        )
        if what in provider.streams:
            _check_odd_pages(provider, what, payload)
        random = Random(f"{provider.name} {what}")
        for _ in range(ROUNDS):
            _check_damaged(provider, what, request, mutate(sample, random))


def check_item(kind: str, item: Any) -> None:
    """A parser's result for one object: an item whose values have the types that it declares, or a `ParseError`.

    Raises:
        AssertionError: The result is something else.
    """
    if isinstance(item, ParseError):
        require(isinstance(item.reason, str) and item.reason, f"the parser refuses a {kind} without a reason")
        return
    expected = ITEMS[kind]
    require(type(item) is expected, f"the parser makes {type(item).__name__} of a {kind}, not {expected.__name__}")
    values = msgspec.structs.asdict(item)
    try:
        msgspec.convert(values, expected, strict=True)
    except msgspec.ValidationError as error:
        raise AssertionError(f"the parser gives a {kind} a value of another type: {error}") from None
    for name, value in values.items():
        require(not isinstance(value, float) or math.isfinite(value), f"{name} of a {kind} is {value}")
        if name.endswith("_id") and value is not None:
            require(value.isascii() and value.isdigit(), f"{name} {value!r} is not an id as text")
    if kind == "post":
        require(re.fullmatch(r"[0-9]{15,20}", values["post_id"]), f"post_id {item.post_id!r} is not the id of a post")


def _make_request(provider: Provider, what: Any) -> HttpRequest:
    if what in provider.streams:
        return provider.listing(what, subject_of(what), cursor=None, count=provider.streams[what].page_size)
    require(what in provider.lookups, f"there is a sample of {what}, which the provider does not offer")
    return provider.lookup(what, subject_of(what))


def _parse_payload(provider: Provider, what: Any, payload: Mapping[str, Any]) -> list[Any]:
    """Everything that is parsed from one payload: rows, then the page or the subject."""
    stream = provider.streams.get("user_posts" if what == "posts" else what)
    kind = stream.item if stream else KINDS[what]
    parse = getattr(provider.parser, kind)
    if what in provider.streams or what == "posts":
        listing: Any = what if what in provider.streams else "user_posts"
        page = only_dwell_errors(f"page() of {what}", provider.page, listing, payload)
        _check_page(what, page)
        rows = [only_dwell_errors(f"parsing a {kind} of {what}", parse, item) for item in page.items]
        for item in page.items:
            only_dwell_errors(f"entity() of {what}", provider.parser.entity, item)
        rest: list[Any] = [page]
    elif what == "usage":
        return []
    else:
        rows = [only_dwell_errors(f"parsing {what}", parse, payload)]
        rest = [_describe_subject(provider, what, payload)]
    for row in rows:
        check_item(kind, row)
    return [*rows, *rest]


def _describe_subject(provider: Provider, what: Any, payload: Mapping[str, Any]) -> tuple[Any, Any]:
    subject = only_dwell_errors(f"subject() of {what}", provider.subject, what, payload)
    require(isinstance(subject, Subject) and isinstance(subject.name, str), f"subject() of {what} gives {subject!r}")
    texts = (subject.id, subject.key)
    require(
        all(text is None or isinstance(text, str) for text in texts), f"subject() of {what} has ids that are not text"
    )
    require(what != "profile" or subject.name == subject.name.lower(), f"subject() of {what} is not in lower case")
    total = only_dwell_errors(f"total() of {what}", provider.total, what, payload)
    require(total is None or type(total) is int, f"total() of {what} gives {total!r}")
    return subject, total


def _check_page(what: str, page: Any) -> None:
    require(isinstance(page, Page), f"page() of {what} gives {page!r}")
    require(isinstance(page.items, tuple), f"page() of {what} gives items that are not a tuple")
    require(all(isinstance(item, Mapping) for item in page.items), f"page() of {what} gives items that are not objects")
    require(
        page.cursor is None or (isinstance(page.cursor, str) and page.cursor), f"page() of {what}: a cursor is not text"
    )
    require(page.has_more is None or type(page.has_more) is bool, f"page() of {what}: has_more is {page.has_more!r}")


def _check_odd_pages(provider: Provider, what: Any, payload: Mapping[str, Any]) -> None:
    """Lists, cursors and flags that are missing, null, or of another type."""
    odd_values: tuple[Any, ...] = (None, 0, 1, True, False, "0", "x", 1.0, [], {}, [5])
    for key in payload:
        without = {name: value for name, value in payload.items() if name != key}
        for odd in (without, *({**payload, key: value} for value in odd_values)):
            _check_page(what, only_dwell_errors(f"page() of {what} with odd {key}", provider.page, what, odd))
    empty = only_dwell_errors(f"page() of {what} of an empty object", provider.page, what, {})
    _check_page(what, empty)
    require(not empty.items, f"page() of {what} finds items in an empty object")


def _check_damaged(provider: Provider, what: Any, request: HttpRequest, body: Any) -> None:
    bad = make_response(body)
    payload = only_dwell_errors(f"reading a damaged {what}", provider.read, request, bad)
    credits_charged = only_dwell_errors(f"charging a damaged {what}", provider.credits_charged, request, bad)
    require(
        isinstance(credits_charged, int) and credits_charged >= 0,
        f"a damaged {what} is charged with {credits_charged!r}",
    )
    if not isinstance(payload, DwellError):
        require(isinstance(payload, Mapping), f"read() gives {type(payload).__name__} of a damaged {what}")
        _parse_payload(provider, what, payload)
