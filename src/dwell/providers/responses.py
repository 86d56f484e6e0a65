"""Responses of live providers: decoded, or turned into the error that says what to do next."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from dwell.errors import (
    DamagedAnswerError,
    KeyRefusedError,
    OutOfCreditsError,
    ProviderError,
    RateLimitedError,
    TemporaryError,
    UnavailableError,
)
from dwell.http import HttpResponse
from dwell.http.messages import parse_http_date
from dwell.providers import states

_MAX_WAIT_S = 86_400.0
_RATE = r"rate[ _]limit|too many requests|too fast|requests?/ ?(?:1 )?second|requests? per|api limit"
_CREDITS = r"credit|\bbalance\b|quota|top[- ]up|billing"
_KEY = r"api[-_ ]?key|sign up|unauthori[sz]ed|access_token|scope_|invalid token|token (?:is )?(?:invalid|expired)"
_TEMPORARY = (
    r"try again|busy|time(?:d )?[- _]?out|temporar|overload|internal[ _](?:server[ _])?error|service unavailable"
)
_SECRET = re.compile(r"\b(?:Bearer\s+|sk_|act\.|clt\.)\S+|(?=[\w.-]*\d)(?=[\w.-]*[A-Za-z])[\w.-]{16,}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Vendor:
    """How messages name a provider.

    Attributes:
        title: Its name, as the vendor writes it.
        key: The environment variable that holds the user's key.
    """

    title: str
    key: str


def decode(vendor: Vendor, response: HttpResponse) -> Mapping[str, Any]:
    """The JSON object of a response.

    Raises:
        DamagedAnswerError: It is cut off, or not a JSON object.
    """
    body = response.json
    if not isinstance(body, Mapping):
        raise DamagedAnswerError(
            f"{vendor.title} responded with status {response.status}, but not with a JSON object: try again later."
        )
    return body


def error_message(response: HttpResponse) -> str | None:
    """The message in an error's body, `code: message` where it has both; None where the body has no message."""
    body = response.json
    return find_message(body) if isinstance(body, Mapping) else None


def find_message(body: Mapping[str, Any]) -> str | None:
    """The message in the decoded body of an error, at most 1,000 characters of it."""
    error = body.get("error")
    if isinstance(error, Mapping):
        return ": ".join(str(error[key])[:500] for key in ("code", "message") if error.get(key)) or None
    texts = (body.get(key) for key in ("message", "msg", "error_description", "detail"))
    return next((text[:1_000] for text in (*texts, error) if isinstance(text, str) and text), None)


def check_status(vendor: Vendor, response: HttpResponse) -> None:
    """Accept a 2xx status.

    Raises:
        ProviderError: The subclass for the status. A 404 is the state of an account or post only if its message names
            one: web frameworks and proxies answer 404, too, where the address is wrong.
    """
    status = response.status
    if 200 <= status < 300:
        return
    message = error_message(response)
    if status == 429:
        raise rate_limited(vendor, response, message or "")
    if status == 401:
        raise key_refused(vendor)
    if status == 402:
        raise out_of_credits(vendor)
    if status == 408 or status >= 500:
        raise TemporaryError(f"{vendor.title} is failing at the moment (status {status}): try again later.")
    if status == 404:
        state = states.find_state(message) if message and states.names_subject(message) else None
        if message is None or state is None:
            raise wrong_address(vendor, response)
        raise unavailable(vendor, message, state)
    if message:
        raise_for_message(vendor, response, message)
    if status == 403:
        raise key_refused(vendor)
    raise wrong_address(vendor, response)


def wrong_address(vendor: Vendor, response: HttpResponse) -> ProviderError:
    """Nothing of the provider's API is at this address."""
    return ProviderError(
        f"{vendor.title} responds with status {response.status} at this address: check the URL in the settings, "
        "or look for a newer dwell."
    )


def raise_for_message(vendor: Vendor, response: HttpResponse, message: str) -> NoReturn:
    """Raise the error that a message means, whatever status it came with.

    Raises:
        ProviderError: Always; the subclass that fits best.
    """

    def mentions(pattern: str) -> bool:
        return re.search(pattern, message, re.IGNORECASE) is not None

    if mentions(_RATE):
        raise rate_limited(vendor, response, message)
    if mentions(_CREDITS):
        raise out_of_credits(vendor)
    if mentions(_KEY):
        raise key_refused(vendor)
    if mentions(_TEMPORARY):
        raise TemporaryError(f"{vendor.title} says: {quote_message(message)}; try again later.")
    if state := states.find_state(message):
        raise unavailable(vendor, message, state)
    if response.status == 403:
        raise key_refused(vendor)
    raise ProviderError(f"{vendor.title} rejected the request; it says: {quote_message(message)}.")


def key_refused(vendor: Vendor) -> KeyRefusedError:
    """The key is refused. The provider's own words are left out, because they may repeat the key."""
    return KeyRefusedError(f"{vendor.title} refuses the key: check {vendor.key}, or the key in the settings file.")


def out_of_credits(vendor: Vendor) -> OutOfCreditsError:
    """No credits are left."""
    return OutOfCreditsError(
        f"The credits at {vendor.title} are used up: buy more there, then run the same command again; "
        "it resumes where it stopped."
    )


def rate_limited(vendor: Vendor, response: HttpResponse, message: str) -> RateLimitedError:
    """The provider asks for a pause."""
    wait = retry_after_s(response, message)
    pause = "" if wait is None else f" It asks to wait {wait:g} s."
    return RateLimitedError(f"{vendor.title} reports too many requests: send them more slowly.{pause}", wait)


def unavailable(vendor: Vendor, message: str, state: str) -> UnavailableError:
    """The subject is not available."""
    return UnavailableError(
        f"{vendor.title} has nothing under this name or id; it says: {quote_message(message)}.", state
    )


def quote_message(message: str) -> str:
    """A provider's message on one line, at most 200 characters, with anything that looks like a key hidden."""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in message[:1_000]).split())
    hidden = _SECRET.sub("[hidden]", line)
    return (hidden if len(hidden) <= 200 else f"{hidden[:199]}…").rstrip(".")


def retry_after_s(response: HttpResponse, message: str = "") -> float | None:
    """Seconds that the provider asks to wait: `Retry-After`, `X-RateLimit-Reset` (Unix s), or "Retry after 30 seconds".

    Counted from the server's own `Date` where it sends one, so a wrong clock here does no harm. None where it states
    no time, or an absurd one (more than a day).
    """
    sent_at = parse_http_date(response.headers.get("date")) or response.received_at
    after, reset = response.headers.get("retry-after", ""), response.headers.get("x-ratelimit-reset", "")
    in_words = re.search(r"retry (?:after|in) ([0-9]{1,5}(?:\.[0-9]+)?) ?s", message, re.IGNORECASE)
    at = parse_http_date(after)
    candidates = (
        _parse_number(after),
        (at - sent_at).total_seconds() if at else None,
        float(in_words[1]) if in_words else None,
        None if (instant := _parse_number(reset)) is None else instant - sent_at.timestamp(),
    )
    return next((max(0.0, wait) for wait in candidates if wait is not None and -60 <= wait <= _MAX_WAIT_S), None)


def _parse_number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"[0-9]{1,15}(\.[0-9]{1,9})?", text.strip()) else None
