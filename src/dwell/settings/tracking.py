"""The settings of the tracking service."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from dwell.errors import SettingsError

HOUR_S = 3600.0
PRICE_USD = 0.015
_MAX_PRICE_USD = 1_000.0
_ON, _OFF = frozenset({"on", "1", "true", "yes"}), frozenset({"off", "0", "false", "no", ""})
PLANS: Mapping[str, tuple[int | None, int | None]] = {
    "free": (60, 10),
    "pro": (300, 100),
    "enterprise": (3_000, None),
}
"""Plan -> requests a minute and videos at once; None is no limit."""


@dataclass(frozen=True, slots=True)
class TrackingSettings:
    """How videos are tracked.

    Attributes:
        interval_s: Seconds between two slots (`DWELL_TRACK_INTERVAL_S`).
        provider: The provider to ask (`DWELL_TRACK_PROVIDER`); the first with a key if not set.
        max_credits: Credits that all polls may spend a day (`DWELL_TRACK_MAX_CREDITS`); None is no limit.
        billing: Snapshots are charged (`DWELL_BILLING=on`).
        price_usd: US dollars for a snapshot where they are (`DWELL_TRACK_PRICE`).
        plans: Plan -> requests a minute and videos at once (`DWELL_PLAN_FREE=60/10` and so on).
        heartbeat_url: Asked after each good round (`DWELL_HEARTBEAT_URL`).
        short_link_url: Where short links are resolved instead of TikTok (`DWELL_SHORT_LINK_URL`), such as a simulation.
    """

    interval_s: float = HOUR_S
    provider: str | None = None
    max_credits: int | None = None
    billing: bool = False
    price_usd: float = PRICE_USD
    plans: Mapping[str, tuple[int | None, int | None]] = field(default_factory=lambda: dict(PLANS))
    heartbeat_url: str | None = field(default=None, repr=False)  # it may contain a token
    short_link_url: str | None = None

    @property
    def price_micros(self) -> int:
        """Micro-dollars for a snapshot; 0 without billing."""
        return round(self.price_usd * 1_000_000) if self.billing else 0


def read_tracking_settings(environment: Mapping[str, str]) -> TrackingSettings:
    """Read the settings from the environment.

    Raises:
        SettingsError: A value is malformed.
    """

    def read(name: str) -> str:
        return environment.get(name, "").strip()

    return TrackingSettings(
        interval_s=_parse_number("DWELL_TRACK_INTERVAL_S", read("DWELL_TRACK_INTERVAL_S"), 0.05, 86_400.0, HOUR_S),
        provider=read("DWELL_TRACK_PROVIDER") or None,
        max_credits=_parse_credits(read("DWELL_TRACK_MAX_CREDITS")),
        billing=_parse_switch("DWELL_BILLING", read("DWELL_BILLING")),
        price_usd=_parse_number("DWELL_TRACK_PRICE", read("DWELL_TRACK_PRICE"), 0.0, _MAX_PRICE_USD, PRICE_USD),
        plans={name: _parse_plan(name, read(f"DWELL_PLAN_{name.upper()}"), plan) for name, plan in PLANS.items()},
        heartbeat_url=_parse_url("DWELL_HEARTBEAT_URL", read("DWELL_HEARTBEAT_URL")),
        short_link_url=_parse_url("DWELL_SHORT_LINK_URL", read("DWELL_SHORT_LINK_URL")),
    )


def _parse_number(name: str, text: str, least: float, most: float, default: float) -> float:
    if not text:
        return default
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not least <= value <= most:
        raise SettingsError(f"{name} is {text!r}: give a number from {least:g} to {most:g}.")
    return value


def _parse_credits(text: str) -> int | None:
    if text and not re.fullmatch(r"[0-9]{1,12}", text):
        raise SettingsError(f"DWELL_TRACK_MAX_CREDITS is {text!r}: give a number of credits a day, such as 5000.")
    return int(text) if text else None


def _parse_switch(name: str, text: str) -> bool:
    if text.lower() in _ON | _OFF:
        return text.lower() in _ON
    raise SettingsError(f"{name} is {text!r}: write on or off.")


def _parse_plan(name: str, text: str, default: tuple[int | None, int | None]) -> tuple[int | None, int | None]:
    if not text:
        return default
    match = re.fullmatch(r"([1-9][0-9]{0,8}|none)/([1-9][0-9]{0,8}|none)", text.lower())
    if match is None:
        raise SettingsError(
            f"DWELL_PLAN_{name.upper()} is {text!r}: give requests a minute and videos at once, such as 60/10; none is "
            "no limit."
        )
    requests, videos = (None if value == "none" else int(value) for value in match.groups())
    return requests, videos


def _parse_url(name: str, text: str) -> str | None:
    if text and not re.fullmatch(r"https?://[!-~]{1,2000}", text):
        raise SettingsError(f"{name} isn't an address: write http:// or https:// before it.")
    return text or None
