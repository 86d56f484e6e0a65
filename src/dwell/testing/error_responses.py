"""Error responses: each status and each kind of damage raises the right error, and no error shows the key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from dwell.errors import (
    DamagedAnswerError,
    KeyRefusedError,
    OutOfCreditsError,
    ProviderError,
    RateLimitedError,
    TemporaryError,
)
from dwell.http import HttpRequest, HttpResponse
from dwell.providers.base import Provider
from dwell.testing.expect import KEY, make_response, only_dwell_errors, require, subject_of

_STATUSES: dict[int, type[ProviderError]] = {
    401: KeyRefusedError,
    402: OutOfCreditsError,
    408: TemporaryError,
    429: RateLimitedError,
    500: TemporaryError,
    502: TemporaryError,
    503: TemporaryError,
    531: TemporaryError,
}
_DAMAGED = {
    "cut-off JSON": b'{"data": {"videos": [{"id": "73',
    "HTML": b"<html><body>Just a moment...</body></html>",
    "nothing": b"",
    "invalid UTF-8": b"\xff\xfe\xff",
    "a list": b"[]",
    "an empty object": b"{}",
    "JSON nested too deeply": b"[" * 200_000,
    "NaN": b'{"videos": NaN, "data": NaN, "user": NaN}',
}


def check_error_responses(provider: Provider) -> None:
    """Every request of a provider, with every bad response.

    Raises:
        AssertionError: A bad response is accepted or raises the wrong error, or an error shows the key.
    """
    for request in iterate_requests(provider):
        for status, kind in _STATUSES.items():
            for body in ({"message": "no"}, {"error": {"code": "x", "message": "no"}}, {"error": "no"}, b"<html>"):
                error = _expect_error(provider, request, make_response(body, status), f"status {status}")
                require(isinstance(error, kind), f"{_subject(request)} status {status} becomes {type(error).__name__}")
        for what, body in _DAMAGED.items():
            error = _expect_error(provider, request, make_response(body), what)
            require(isinstance(error, DamagedAnswerError), f"{_subject(request)} {what} becomes {type(error).__name__}")
        _check_redirects(provider, request)
        _check_retry_after(provider, request)
        _check_key(provider, request)


def iterate_requests(provider: Provider) -> Iterator[HttpRequest]:
    """Every kind of request that a provider makes."""
    for lookup in sorted(provider.lookups):
        yield provider.lookup(lookup, subject_of(lookup))
    for stream in sorted(provider.streams):
        yield provider.listing(stream, subject_of(stream), cursor=None, count=1)


def _check_redirects(provider: Provider, request: HttpRequest) -> None:
    """A redirect or a wrong address must not be retried."""
    for status in (301, 302, 404, 405):
        error = _expect_error(provider, request, make_response(b"<html>", status), f"status {status}")
        require(not isinstance(error, TemporaryError), f"{_subject(request)} status {status} without JSON is retried")


def _check_retry_after(provider: Provider, request: HttpRequest) -> None:
    error = only_dwell_errors("reading status 429", provider.read, request, make_response({}, 429, retry_after="7"))
    require(
        isinstance(error, RateLimitedError) and error.retry_after_s == 7.0,
        f"{_subject(request)} status 429 does not report the wait of Retry-After",
    )


def _check_key(provider: Provider, request: HttpRequest) -> None:
    """Vendors may quote what they received."""
    echo = f"Something about {KEY} and Bearer {KEY}"
    bodies: tuple[Any, ...] = ({"message": echo}, {"error": {"code": KEY, "message": echo}}, {"error": echo})
    for status in (200, 400, 401, 403, 404, 409, 500):
        for body in bodies:
            error = _expect_error(provider, request, make_response(body, status), f"status {status}")
            require(
                KEY not in f"{error} {error!r}", f"{_subject(request)} status {status} the error shows the key: {error}"
            )


def _expect_error(provider: Provider, request: HttpRequest, bad: HttpResponse, what: str) -> ProviderError:
    error = only_dwell_errors(f"reading {what} as {request.endpoint}", provider.read, request, bad)
    require(isinstance(error, ProviderError), f"{_subject(request)} {what} is accepted, or raises {error!r}")
    require(len(str(error)) >= 20 and str(error).endswith("."), f"the error for {what} is not a sentence: {error}")
    require(str(error) == str(only_dwell_errors(what, provider.read, request, bad)), f"{what} read twice differs")
    credits_charged = only_dwell_errors(f"charging {what}", provider.credits_charged, request, bad)
    require(
        isinstance(credits_charged, int) and credits_charged >= 0,
        f"{_subject(request)} {what} is charged with {credits_charged!r}",
    )
    return cast("ProviderError", error)


def _subject(request: HttpRequest) -> str:
    return f"{request.endpoint}: a response with"
