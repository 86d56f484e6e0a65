"""`check_provider`: what every provider must do, and must never do, whatever its vendor sends."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, get_args

from dwell.errors import ProviderError
from dwell.http import HttpRequest
from dwell.providers.base import Lookup, Page, Provider, Subject
from dwell.providers.streams import STANDARD_STREAMS, Stream
from dwell.records import TABLES
from dwell.testing import error_responses
from dwell.testing.expect import KEY, make_response, only_dwell_errors, require, subject_of
from dwell.testing.payloads import Samples, check_payloads


def check_provider(provider: Provider, samples: Samples | None = None) -> None:
    """Check a provider against the contract of `dwell.providers.base`; nothing is sent anywhere.

    Args:
        provider: What to check.
        samples: For each stream and lookup, the decoded JSON body of a valid response; a page must not be the last and
            must have at least one item. Without a sample only requests and errors are checked.

    Raises:
        AssertionError: It breaks the contract; the message is a sentence that says where.
    """
    _check_description(provider)
    _check_headers(provider)
    for what in sorted(provider.lookups):
        _check_request(provider, what, provider.lookup, what, subject_of(what))
    for name in sorted(provider.streams):
        _check_stream(provider, name, (samples or {}).get(name))
    _check_not_offered(provider)
    error_responses.check_error_responses(provider)
    check_payloads(provider, samples or {})


def _check_description(provider: Provider) -> None:
    name = provider.name
    require(
        re.fullmatch(r"[a-z0-9][a-z0-9-]*", name), f"name {name!r} is not made of lower-case letters, digits, dashes"
    )
    require(
        re.fullmatch(r"https?://[^/@?#\s]+(/[^@?#\s]*)?", provider.base_url),
        f"base_url {provider.base_url!r} is not a plain http address",
    )
    require(provider.limit.requests > 0 and provider.limit.per_s > 0, "limit allows no requests")
    require(provider.credit_price >= 0, "credit_price is below 0")
    require(provider.lookups or provider.streams, "it offers neither a lookup nor a stream")
    require(
        set(provider.lookups) <= set(get_args(Lookup)),
        f"lookups has names that dwell does not know: {provider.lookups}",
    )
    for stream, declared in provider.streams.items():
        _check_declaration(provider, stream, declared)


def _check_declaration(provider: Provider, name: str, stream: Any) -> None:
    require(isinstance(stream, Stream), f"the stream {name} is {stream!r} instead of a Stream")
    require(re.fullmatch(r"[a-z][a-z0-9_]*", name), f"the stream {name!r} is not named in lower case with underscores")
    require(name not in get_args(Lookup), f"the stream {name} has the name of a lookup")
    unknown = set(stream.tables) - set(TABLES)
    require(stream.tables and not unknown, f"the stream {name} names no table, or one that dwell lacks: {unknown}")
    parse = getattr(provider.parser, stream.item, None)
    require(callable(parse), f"the parser has no function {stream.item}, which reads the items of {name}")
    require(stream.page_size >= 1, f"the stream {name} has a page of no items")
    require(stream.window_days is None or stream.window_days >= 1, f"the stream {name} has a window of no days")


def _check_headers(provider: Provider) -> None:
    headers = provider.headers(KEY)
    require(any(KEY in value for value in headers.values()), "headers() does not carry the key")
    require(KEY not in repr(provider), "its repr shows the key after headers()")


def _check_request(provider: Provider, what: str, make: Callable[..., Any], *given: Any, **named: Any) -> Any:
    request = only_dwell_errors(f"asking for {what}", make, *given, **named)
    require(
        isinstance(request, HttpRequest),
        f"asking for {what} with every id known gives {request!r} instead of an HttpRequest",
    )
    require(
        request.path.startswith("/") and "//" not in request.path,
        f"the path of {what}, {request.path!r}, is not a path",
    )
    require(request.endpoint, f"the request for {what} has no endpoint name")
    require(
        request.timeout_s > 0 and request.credits >= 0, f"the request for {what} has an impossible timeout or price"
    )
    require(
        all(isinstance(key, str) and isinstance(value, str) for key, value in request.query.items()),
        f"the query of {what} holds something other than text",
    )
    provider.headers(KEY)
    text = request.path + json.dumps([dict(request.query), request.body], allow_nan=False)
    require(KEY not in text, f"the request for {what} holds the key, which belongs in a header")
    require(
        only_dwell_errors(f"asking for {what}", make, *given, **named) == request,
        f"asking for {what} twice gives two different requests",
    )
    return request


def _check_stream(provider: Provider, what: str, sample: Mapping[str, Any] | None) -> None:
    subject, ask, most = subject_of(what), provider.listing, provider.streams[what].page_size
    first = _check_request(provider, what, ask, what, subject, cursor=None, count=most)
    for count in (0, 1, 10**9):
        only_dwell_errors(f"{what} with count={count}", ask, what, subject, cursor=None, count=count)
    for odd in ("", "x", "\ud800", "[", "[1]", "9" * 5_000, '["x", 1]'):
        only_dwell_errors(f"{what} with the cursor {odd[:20]!r}", ask, what, subject, cursor=odd, count=most)
    if sample is not None:
        payload = only_dwell_errors(f"reading {what}", provider.read, first, make_response(sample))
        require(not isinstance(payload, ProviderError), f"the sample of {what} is refused: {payload}")
        page = only_dwell_errors(f"page() of {what}", provider.page, what, payload)
        if isinstance(page, Page) and not provider.streams[what].paged:
            require(page.has_more is False, f"page() of {what}, which has no pages, says that there are more")
            return
        require(isinstance(page, Page) and page.cursor, f"page() finds no cursor in the sample of {what}")
        later = _check_request(provider, what, ask, what, subject, cursor=page.cursor, count=most)
        require(later != first, f"the second page of {what} requests the same as the first")
        require(later.endpoint == first.endpoint, f"the pages of {what} have different endpoints")


def _check_not_offered(provider: Provider) -> None:
    unnamed = Subject("")
    for what in get_args(Lookup):
        result = only_dwell_errors(f"{what} without a subject", provider.lookup, what, unnamed)
        offered = what in provider.lookups
        require(offered or isinstance(result, ProviderError), f"lookup {what} is not declared, but returns a request")
    for stream in (*STANDARD_STREAMS, "not_a_stream"):
        result = only_dwell_errors(
            f"{stream} without a subject", provider.listing, stream, unnamed, cursor=None, count=1
        )
        offered = stream in provider.streams
        require(offered or isinstance(result, ProviderError), f"stream {stream} is not declared, but returns a request")
