"""The settings of one provider: raw values are parsed and checked, and a key is never shown."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from dwell.errors import SettingsError
from dwell.settings.secret import Secret

FIELDS = ("key", "token", "url", "limit", "credit_price", "app_id", "app_secret", "redirect")
"""The settings that exist; `token` is an alias of `key`. Providers with a consent have the last three."""

_MAX_CREDIT_PRICE = 1_000.0

RawValues = Mapping[str, tuple[Any, str]]
"""Field -> raw value, and where it was set, for messages."""


class Rate(NamedTuple):
    """A number of requests in a number of seconds; 0 requests means no limit."""

    requests: int
    per_s: float


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """The user's settings for one provider.

    Attributes:
        key: The key or token.
        url: A different address: a proxy or a simulation.
        limit: A different limit than the documented one.
        credit_price: US dollars for one credit, if the user pays a different price than the published one.
        app_id: Id of the app that asks owners for their consent.
        app_secret: Its secret.
        redirect: The address of the app that an owner is sent to after the consent, unchecked.
    """

    key: Secret | None = None
    url: str | None = None
    limit: Rate | None = None
    credit_price: float | None = None
    app_id: str | None = None
    app_secret: Secret | None = None
    redirect: str | None = None


def parse_settings(values: RawValues) -> ProviderSettings:
    """Parse the raw values.

    Raises:
        SettingsError: A value is malformed; the message says where it was set, and never shows a key.
    """
    key = values.get("key") or values.get("token")
    return ProviderSettings(
        key=_parse_key(*key) if key else None,
        url=_parse_url(*values["url"]) if "url" in values else None,
        limit=_parse_limit(*values["limit"]) if "limit" in values else None,
        credit_price=_parse_price(*values["credit_price"]) if "credit_price" in values else None,
        app_id=_parse_word(*values["app_id"]) if "app_id" in values else None,
        app_secret=_parse_key(*values["app_secret"]) if "app_secret" in values else None,
        redirect=str(values["redirect"][0]).strip() if "redirect" in values else None,
    )


def _parse_word(value: Any, where: str) -> str:
    word = str(value).strip() if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
    if not word or not word.isascii() or not word.isprintable() or " " in word:
        raise SettingsError(f"{where} isn't a valid id: copy it again, as one word.")
    return word


def _parse_key(value: Any, where: str) -> Secret:
    key = value.strip() if isinstance(value, str) else ""
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        raise SettingsError(f"{where} isn't a valid key: copy it again, as one word in quotes.")
    return Secret(key)


def _parse_url(value: Any, where: str) -> str:
    url = value.strip() if isinstance(value, str) else ""
    malformed = SettingsError(
        f"{where} isn't a valid address: write https://host or http://host:port, without a key in it."
    )
    try:
        parts = urlsplit(url)
        valid = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        raise malformed from None
    if not valid or parts.username is not None or parts.query or parts.fragment:
        raise malformed
    return url.rstrip("/")


def _parse_limit(value: Any, where: str) -> Rate:
    limit = value.strip().lower() if isinstance(value, str) else ""
    if limit == "none":
        return Rate(0, 1.0)
    match = re.fullmatch(r"([0-9]{1,9})/([0-9]{1,6}(?:\.[0-9]{1,6})?)", limit)
    if not match or float(match[2]) <= 0:
        raise SettingsError(f'{where} isn\'t a valid limit: write requests/seconds, such as "200/60", or "none".')
    return Rate(int(match[1]), float(match[2]))


def _parse_price(value: Any, where: str) -> float:
    try:
        price = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        price = math.nan
    if not 0 <= price <= _MAX_CREDIT_PRICE:  # NaN is neither
        raise SettingsError(
            f"{where} isn't a valid price: write US dollars for one credit, such as 0.005, at most "
            f"{_MAX_CREDIT_PRICE:,.0f}."
        )
    return price
