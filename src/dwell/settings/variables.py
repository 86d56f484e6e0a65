"""The environment variables that dwell knows, and those that look like one of them but are none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from dwell.settings.limits import LIMITS
from dwell.settings.provider import FIELDS

PREFIX = "DWELL_"
BASIC = ("DWELL_DATA", "DWELL_DATABASE", "DWELL_ENGINE", "DWELL_KEEP_DAYS", "DWELL_MEMORY", "DWELL_THREADS")
"""What `Settings.read` reads."""
TRACKING = (
    "DWELL_BILLING",
    "DWELL_HEARTBEAT_URL",
    "DWELL_PLAN_ENTERPRISE",
    "DWELL_PLAN_FREE",
    "DWELL_PLAN_PRO",
    "DWELL_SHORT_LINK_URL",
    "DWELL_TRACK_INTERVAL_S",
    "DWELL_TRACK_MAX_CREDITS",
    "DWELL_TRACK_PRICE",
    "DWELL_TRACK_PROVIDER",
)
"""What `read_tracking_settings` reads."""
_OTHERS = (
    "DWELL_CHROMIUM",
    "DWELL_LOG",
    "DWELL_PAGER",
    "DWELL_SECRET_KEY",
    "DWELL_SERVER",
    "DWELL_SERVER_KEY",
    "DWELL_SETTINGS",
    "DWELL_WEBHOOK_ALLOW",
    "DWELL_WEBHOOK_SECRET",
)


def known_variables(providers: Iterable[str]) -> Iterator[str]:
    """The names of all variables; `providers` are the names of the providers that there are."""
    yield from (*BASIC, *TRACKING, *_OTHERS)
    yield from (limit.variable for limit in LIMITS)
    for name in providers:
        yield from (provider_variable(name, field) for field in FIELDS)


def provider_variable(provider: str, field: str) -> str:
    """The variable of a provider's setting: `DWELL_DISPLAY_API_TOKEN`."""
    return f"{PREFIX}{provider.upper().replace('-', '_')}_{field.upper()}"


def unknown_variables(environment: Mapping[str, str], known: Iterable[str]) -> list[str]:
    """The variables that begin like one of dwell's, in any case, and are none."""
    return sorted(name for name in environment.keys() - set(known) if name.upper().startswith(PREFIX))
