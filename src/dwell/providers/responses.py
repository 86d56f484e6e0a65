"""Answers of live providers: decoded, or turned into the one error that says what to do next."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any, NoReturn

import msgspec

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
    """How messages speak of a provider.

    Attributes:
        title: Its name as it writes it.
        key: The environment variable that holds the user's key.
    """

    title: str
    key: str


def decode(vendor: Vendor, response: HttpResponse) -> Mapping[str, Any]:
    """The JSON object of an answer.

    Raises:
        DamagedAnswerError: It is cut off, or none.
    """
    found = _decode_json(response.body)
    if not isinstance(found, Mapping):
        raise DamagedAnswerError(
            f"{vendor.title} answered with status {response.status}, but not with a JSON object: it may be asked again."
        )
    return found


def error_message(response: HttpResponse) -> str | None:
    """What an error's body says, `code: message` where it has both; None where it is no JSON object or says nothing."""
    found = _decode_json(response.body)
    return find_message(found) if isinstance(found, Mapping) else None


def find_message(body: Mapping[str, Any]) -> str | None:
    """What the decoded body of an error says, at most 1,000 characters of it."""
    error = body.get("error")
    if isinstance(error, Mapping):
        return ": ".join(str(error[key])[:500] for key in ("code", "message") if error.get(key)) or None
    says = (body.get(key) for key in ("message", "msg", "error_description", "detail"))
    return next((text[:1_000] for text in (*says, error) if isinstance(text, str) and text), None)


def check_status(vendor: Vendor, response: HttpResponse) -> None:
    """Let a 2xx pass.

    Raises:
        ProviderError: The subclass that the status means; a 404 without JSON is a wrong address, not a lost account.
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
        raise TemporaryError(f"{vendor.title} fails at the moment (status {status}): it may be asked again.")
    if status == 404 and _decode_json(response.body) is not None:
        raise unavailable(vendor, message or "not found", states.find_state(message or "") or "not_found")
    if message:
        raise_for_message(vendor, response, message)
    if status == 403:
        raise key_refused(vendor)
    raise ProviderError(
        f"{vendor.title} answers with status {status} at this address: check the URL in the settings, "
        "or look for a newer dwell."
    )


def raise_for_message(vendor: Vendor, response: HttpResponse, message: str) -> NoReturn:
    """Raise what a message means, whatever status it came with.

    Raises:
        ProviderError: Always; of the subclass that fits best.
    """

    def speaks_of(pattern: str) -> bool:
        return re.search(pattern, message, re.IGNORECASE) is not None

    if speaks_of(_RATE):
        raise rate_limited(vendor, response, message)
    if speaks_of(_CREDITS):
        raise out_of_credits(vendor)
    if speaks_of(_KEY):
        raise key_refused(vendor)
    if speaks_of(_TEMPORARY):
        raise TemporaryError(f"{vendor.title} says: {quote_message(message)}; it may be asked again.")
    if state := states.find_state(message):
        raise unavailable(vendor, message, state)
    if response.status == 403:
        raise key_refused(vendor)
    raise ProviderError(f"{vendor.title} cannot answer; it says: {quote_message(message)}.")


def key_refused(vendor: Vendor) -> KeyRefusedError:
    """The key is refused. The provider's own words are left out, because they may repeat the key."""
    return KeyRefusedError(f"{vendor.title} refuses the key: check {vendor.key}, or the key in the settings file.")


def out_of_credits(vendor: Vendor) -> OutOfCreditsError:
    """There is no credit left."""
    return OutOfCreditsError(
        f"The credits at {vendor.title} are used up: buy more there, then give the same command again; "
        "it goes on where it stopped."
    )


def rate_limited(vendor: Vendor, response: HttpResponse, message: str) -> RateLimitedError:
    """The provider asks to wait."""
    wait = retry_after_s(response, message)
    told = "" if wait is None else f" It asks to wait {wait:g} s."
    return RateLimitedError(f"{vendor.title} says that requests come too fast: ask more slowly.{told}", wait)


def unavailable(vendor: Vendor, message: str, state: str) -> UnavailableError:
    """The thing asked about is not to be had."""
    return UnavailableError(
        f"{vendor.title} has nothing under this name or id; it says: {quote_message(message)}.", state
    )


def quote_message(message: str) -> str:
    """A provider's words on one line, at most 200 characters, with whatever looks like a key blotted out."""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in message[:1_000]).split())
    hidden = _SECRET.sub("[hidden]", line)
    return (hidden if len(hidden) <= 200 else f"{hidden[:199]}…").rstrip(".")


def retry_after_s(response: HttpResponse, message: str = "") -> float | None:
    """Seconds that the provider asks to wait: `Retry-After`, `X-RateLimit-Reset` (Unix s), or "Retry after 30 seconds".

    Counted from the server's own `Date` where it sends one, so that a wrong clock here does no harm. None where it
    does not say, or says something absurd (more than a day).
    """
    asked_at = _parse_date(response.headers.get("date")) or response.received_at
    after, reset = response.headers.get("retry-after", ""), response.headers.get("x-ratelimit-reset", "")
    in_words = re.search(r"retry (?:after|in) ([0-9]{1,5}(?:\.[0-9]+)?) ?s", message, re.IGNORECASE)
    at = _parse_date(after)
    candidates = (
        _parse_number(after),
        (at - asked_at).total_seconds() if at else None,
        float(in_words[1]) if in_words else None,
        None if (instant := _parse_number(reset)) is None else instant - asked_at.timestamp(),
    )
    return next((max(0.0, wait) for wait in candidates if wait is not None and -60 <= wait <= _MAX_WAIT_S), None)


@lru_cache(maxsize=16)
def _decode_json(body: bytes) -> Any:
    """The decoded body; None where it is no JSON (NaN is none).

    An answer is asked several questions (what is in it, what it cost), and decoding is the dearest part of each.
    """
    try:
        return msgspec.json.decode(body)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return _decode_leniently(body)


def _decode_leniently(body: bytes) -> Any:
    """The same for what the quick decoder refuses: half of an emoji, numbers beyond a float, other encodings."""

    def constant(text: str) -> NoReturn:
        raise ValueError(text)

    try:
        return _replace_half_characters(json.loads(body, parse_constant=constant))
    except (ValueError, RecursionError):
        return None


def _replace_half_characters(value: Any) -> Any:
    """The same without halves of characters, which nothing further on could store."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_replace_half_characters(one) for one in value]
    return (
        {_replace_half_characters(key): _replace_half_characters(one) for key, one in value.items()}
        if isinstance(value, dict)
        else value
    )


def _parse_number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"[0-9]{1,15}(\.[0-9]{1,9})?", text.strip()) else None


def _parse_date(text: str | None) -> datetime | None:
    try:
        found = parsedate_to_datetime(text) if text else None
        return found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC) if found else None
    except (ValueError, OverflowError):
        return None
