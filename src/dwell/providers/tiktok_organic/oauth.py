"""OAuth with TikTok: the consent address, the requests about tokens, and how answers are read. Nothing is sent."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from dwell.errors import DamagedAnswerError
from dwell.http import HttpRequest
from dwell.providers.tiktok_organic.api import API_PATH, BASE_URL, TITLE

SCOPES: Final = (
    "user.info.basic", "user.info.username", "user.info.profile", "user.info.stats", "user.account.type",
    "user.insights", "video.list", "video.insights",
)  # fmt: skip
"""What every consent is asked for."""

COMMENT_SCOPE: Final = "comment.list"
"""Asked for only if the user wants comments, which are personal data of others."""

_CONSENT_PATH = "/v2/auth/authorize"
_CONSENT_URL = f"https://www.tiktok.com{_CONSENT_PATH}"
_TIMEOUT_S = 20.0
_MAX_TOKEN = 8_192
_MAX_LIFE_S = 10 * 366 * 86_400


@dataclass(frozen=True, slots=True)
class TokenAnswer:
    """What TikTok says to a code or a refresh token.

    Attributes:
        open_id: The account's id for the app.
        access_token: Sent with each request.
        access_life_s: Seconds for which it is valid.
        refresh_token: Gives the next ones.
        refresh_life_s: Seconds for which it is valid; a refresh does not prolong it.
        scopes: What the owner allowed.
    """

    open_id: str
    access_token: str = field(repr=False)
    access_life_s: int
    refresh_token: str = field(repr=False)
    refresh_life_s: int
    scopes: tuple[str, ...]


class _HiddenBody(dict[str, str]):
    """The body of a request that has secrets: its text has none."""

    def __repr__(self) -> str:
        return "<hidden>"


def consent_address(base_url: str, app_id: str, redirect: str, scopes: Sequence[str], state: str) -> str:
    """The page on which the owner of an account allows the app to read it.

    Args:
        base_url: The address of the API; TikTok's own has the page at another host, a simulation below its own.
        app_id: The app's id.
        redirect: Where the owner is sent afterwards.
        scopes: What is asked for.
        state: Random text that comes back.
    """
    is_own = urlsplit(base_url).hostname == urlsplit(BASE_URL).hostname
    asked = {
        "client_key": app_id, "scope": ",".join(scopes), "response_type": "code", "redirect_uri": redirect,
        "state": state,
    }  # fmt: skip
    return f"{_CONSENT_URL if is_own else base_url + _CONSENT_PATH}?{urlencode(asked)}"


def exchange_request(app_id: str, app_secret: str, code: str, redirect: str) -> HttpRequest:
    """Gives the first tokens for a code, which works once."""
    body = {"grant_type": "authorization_code", "auth_code": code, "redirect_uri": redirect}
    return _request("tt_user/oauth2/token", {**_app(app_id, app_secret), **body})


def refresh_request(app_id: str, app_secret: str, refresh_token: str) -> HttpRequest:
    """Gives the next tokens for a refresh token."""
    body = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    return _request("tt_user/oauth2/refresh_token", {**_app(app_id, app_secret), **body})


def revoke_request(app_id: str, app_secret: str, access_token: str) -> HttpRequest:
    """Ends a consent with all its tokens."""
    return _request("tt_user/oauth2/revoke", {**_app(app_id, app_secret), "access_token": access_token})


def inspect_request(app_id: str, access_token: str) -> HttpRequest:
    """Asks whose token it is, and for its scopes."""
    return _request("tt_user/token_info/get", {"app_id": app_id, "access_token": access_token})


def read_tokens(data: Mapping[str, Any]) -> TokenAnswer:
    """The tokens in the data of a response.

    Raises:
        DamagedAnswerError: One is missing, or cannot be sent in a header.
    """
    return TokenAnswer(
        open_id=_read_text(data, "open_id"),
        access_token=_read_text(data, "access_token"),
        access_life_s=_read_seconds(data, "expires_in"),
        refresh_token=_read_text(data, "refresh_token"),
        refresh_life_s=_read_seconds(data, "refresh_token_expires_in"),
        scopes=read_scopes(data),
    )


def read_scopes(data: Mapping[str, Any]) -> tuple[str, ...]:
    """The scopes that a response names, separated by commas."""
    text = data.get("scope")
    return tuple(dict.fromkeys(filter(None, str(text or "").replace(",", " ").split())))


def _app(app_id: str, app_secret: str) -> dict[str, str]:
    return {"client_id": app_id, "client_secret": app_secret}


def _request(name: str, body: dict[str, str]) -> HttpRequest:
    return HttpRequest(name, "POST", f"{API_PATH}/{name}/", body=_HiddenBody(body), timeout_s=_TIMEOUT_S, credits=0)


def _read_text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    is_word = isinstance(value, str) and 0 < len(value) <= _MAX_TOKEN and value.isascii() and value.isprintable()
    if not isinstance(value, str) or not is_word or " " in value:
        raise DamagedAnswerError(f"{TITLE} sent tokens without a valid {name}.")
    return value


def _read_seconds(data: Mapping[str, Any], name: str) -> int:
    value, seconds = data.get(name), math.nan
    if isinstance(value, (int, float, str)) and not isinstance(value, bool):
        with suppress(ValueError, OverflowError):
            seconds = float(value)
    if not 0 < seconds <= _MAX_LIFE_S:
        raise DamagedAnswerError(f"{TITLE} sent tokens without a valid {name}.")
    return math.ceil(seconds)
