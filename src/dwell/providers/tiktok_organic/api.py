"""Where TikTok's API for Business is, and what its return codes mean: errors come with HTTP status 200 and a code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NoReturn
from urllib.parse import urlsplit

from dwell.errors import (
    DamagedAnswerError,
    KeyRefusedError,
    NotAllowedError,
    ProviderError,
    RateLimitedError,
    TemporaryError,
    UnavailableError,
)
from dwell.http import HttpResponse
from dwell.providers.responses import Vendor, check_status, decode, quote_message, retry_after_s

NAME: Final = "tiktok-organic"
TITLE: Final = "TikTok"
BASE_URL: Final = "https://business-api.tiktok.com"
API_PATH: Final = "/open_api/v1.3"
TOKEN_HEADER: Final = "access-token"
CONNECT_COMMAND: Final = "dwell connect tiktok"

_VENDOR = Vendor(TITLE, "DWELL_TIKTOK_ORGANIC_APP_SECRET")
_OK, _PARTIAL = 0, 20001
_NOT_ALLOWED = {40001, 40125}
_NOT_FOUND = 40007
_THROTTLED = {40016, 40100, 40132, 40133}
_UNKNOWN_APP = 40101
_TOKEN_REFUSED = {40102, 40104, 40105, 40110}
_TEMPORARY = {50000, 51065}
_PENALTY_S = 300.0
_MAX_DIGITS = 9
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def is_loopback(address: str) -> bool:
    """Whether an address is on this machine, as the simulation's is."""
    try:
        return (urlsplit(address).hostname or "") in _LOOPBACK
    except ValueError:
        return False


def read_data(response: HttpResponse) -> Mapping[str, Any]:
    """The `data` of a response.

    Raises:
        KeyRefusedError: A token or code is refused (40102, 40104, 40105, 40110): one refresh, then a new consent.
        NotAllowedError: The owner did not allow it, or the account does not have it (40001, 40125).
        RateLimitedError: Too many requests; TikTok asks for 5 minutes.
        UnavailableError: There is nothing with this id (40007).
        TemporaryError: TikTok fails at the moment.
        DamagedAnswerError: The response is truncated, or is not the documented envelope.
        ProviderError: The app is unknown (40101), or the request is wrong.
    """
    body = response.json
    if not isinstance(body, Mapping) or not _is_code(body.get("code")):
        check_status(_VENDOR, response)
        decode(_VENDOR, response)
        raise DamagedAnswerError(f"{TITLE} sent a response without a code: try again later.")
    code = int(body["code"])
    if code not in {_OK, _PARTIAL}:
        _raise_for(code, str(body.get("message") or ""), response)
    data = body.get("data")
    if not isinstance(data, Mapping):
        raise DamagedAnswerError(f"{TITLE} sent a response without data: try again later.")
    return data


def _is_code(code: object) -> bool:
    if isinstance(code, str):
        return code.isdecimal() and len(code) <= _MAX_DIGITS
    return isinstance(code, int) and not isinstance(code, bool)


def _raise_for(code: int, message: str, response: HttpResponse) -> NoReturn:
    said = f"code {code}: {quote_message(message)}" if message else f"code {code}"
    if code in _TOKEN_REFUSED:
        raise KeyRefusedError(f"{TITLE} refuses the access to the account (code {code}): run {CONNECT_COMMAND} again.")
    if code in _NOT_ALLOWED:
        raise NotAllowedError(
            f"{TITLE} does not allow this ({said}): allow all that is asked for with {CONNECT_COMMAND}, and turn on "
            "analytics in the TikTok app."
        )
    if code in _THROTTLED:
        wait_s = retry_after_s(response) or _PENALTY_S
        raise RateLimitedError(f"{TITLE} reports too many requests ({said}): it asks to wait {wait_s:g} s.", wait_s)
    if code == _NOT_FOUND:
        raise UnavailableError(f"{TITLE} has nothing under this id ({said}).")
    if code == _UNKNOWN_APP:
        raise ProviderError(
            f"{TITLE} does not accept the app ({said}): check DWELL_TIKTOK_ORGANIC_APP_ID and "
            "DWELL_TIKTOK_ORGANIC_APP_SECRET."
        )
    if code in _TEMPORARY or response.status >= 500:
        raise TemporaryError(f"{TITLE} is failing at the moment ({said}): try again later.")
    raise ProviderError(f"{TITLE} rejected the request ({said}): look for a newer dwell.")
