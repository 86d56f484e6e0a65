"""What a user can set for one provider: values as they are written, checked, and never shown where they are a key."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from dwell.errors import SettingsError
from dwell.settings.secret import Secret

FIELDS = ("key", "token", "url", "limit", "credit_price")
"""What can be written; `token` is another word for `key`."""

_DEAREST = 1_000.0

Said = Mapping[str, tuple[Any, str]]
"""Field -> value as written, and where it stands, for messages."""


class Rate(NamedTuple):
    """So many requests in so many seconds; 0 requests stand for no limit at all."""

    requests: int
    per_s: float


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """What the user set for one provider.

    Attributes:
        key: The key or token.
        url: Another address of it: a proxy, a simulation.
        limit: Another limit than the documented one.
        credit_price: US dollars for one credit, where the user pays another price than the published one.
    """

    key: Secret | None = None
    url: str | None = None
    limit: Rate | None = None
    credit_price: float | None = None


def checked(said: Said) -> ProviderSettings:
    """The settings that are meant.

    Raises:
        SettingsError: A value is malformed; the message names the place, and the value of nothing that may be a key.
    """
    key = said.get("key") or said.get("token")
    return ProviderSettings(
        key=_key(*key) if key else None,
        url=_url(*said["url"]) if "url" in said else None,
        limit=_limit(*said["limit"]) if "limit" in said else None,
        credit_price=_price(*said["credit_price"]) if "credit_price" in said else None,
    )


def _key(value: Any, where: str) -> Secret:
    key = value.strip() if isinstance(value, str) else ""
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        raise SettingsError(f"{where} is no key: copy it again, as one word in quotes.")
    return Secret(key)


def _url(value: Any, where: str) -> str:
    url = value.strip() if isinstance(value, str) else ""
    wrong = SettingsError(f"{where} is no address: write https://host or http://host:port, without a key in it.")
    try:
        parts = urlsplit(url)
        fine = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        raise wrong from None
    if not fine or parts.username is not None or parts.query or parts.fragment:
        raise wrong
    return url.rstrip("/")


def _limit(value: Any, where: str) -> Rate:
    limit = value.strip().lower() if isinstance(value, str) else ""
    if limit == "none":
        return Rate(0, 1.0)
    found = re.fullmatch(r"([0-9]{1,9})/([0-9]{1,6}(?:\.[0-9]{1,6})?)", limit)
    if not found or float(found[2]) <= 0:
        raise SettingsError(f'{where} is no limit: write requests/seconds, such as "200/60", or "none".')
    return Rate(int(found[1]), float(found[2]))


def _price(value: Any, where: str) -> float:
    try:
        price = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        price = math.nan
    if not 0 <= price <= _DEAREST:  # NaN is neither
        raise SettingsError(
            f"{where} is no price: write US dollars for one credit, such as 0.005, at most {_DEAREST:,.0f}."
        )
    return price
