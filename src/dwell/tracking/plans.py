"""Plans: how many requests a minute and videos at once an account may have."""

from __future__ import annotations

from dataclasses import dataclass

from dwell.errors import InvalidRequestError
from dwell.settings.tracking import TrackingSettings

LOCAL = "local"
"""The plan of this machine's own key: no limits."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What an account may do; None is no limit.

    Attributes:
        name: `free`, `pro`, `enterprise`, or `local` for this machine's own key.
        requests_per_minute: Requests in each minute.
        concurrent_videos: Videos tracked at once.
    """

    name: str
    requests_per_minute: int | None
    concurrent_videos: int | None


def find_plan(settings: TrackingSettings, name: str) -> Plan:
    """A plan by its name.

    Raises:
        InvalidRequestError: There is no such plan.
    """
    if name == LOCAL:
        return Plan(LOCAL, None, None)
    if name not in settings.plans:
        raise InvalidRequestError(f"Unknown plan {name!r}: choose from {', '.join(settings.plans)}.")
    return Plan(name, *settings.plans[name])
