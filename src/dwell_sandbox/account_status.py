"""The status of accounts: some become private for a while, are banned, deleted, renamed or blocked, or never post."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Literal

from dwell_sandbox.creators import Creator
from dwell_sandbox.seeded_random import SeededRandom

State = Literal["ok", "empty", "private", "deleted", "banned", "renamed", "region_blocked"]

STATES: tuple[State, ...] = ("private", "banned", "deleted", "renamed", "empty", "region_blocked", "ok")
_SHARES = (0.04, 0.02, 0.02, 0.04, 0.01, 0.02, 0.85)
_FROM, _TO = 1_704_067_200, 1_830_297_600  # 1 January 2024 to 1 January 2028
_DAY = 86_400
_PRIVATE_DAYS = (120, 900)
_SUFFIXES = ("official", "tv", "daily", "studio")
_REGIONS = ("US", "GB", "DE", "FR", "IN", "BR", "ID", "JP", "TR", "AU")
_DEMO_NUMBERS = range(1, 5)


@dataclass(frozen=True, slots=True)
class AccountStatus:
    """The status of an account at one instant.

    Attributes:
        state: `renamed` applies to a handle that is no longer used; the account is `ok` under the new one.
        since: When that state began; null for `ok` and `empty`.
        handle: The account's present handle.
        regions: ISO codes of the regions that cannot see it, for `region_blocked`; else empty.
    """

    state: State
    since: datetime | None
    handle: str
    regions: tuple[str, ...] = ()

    @property
    def visible(self) -> bool:
        """Whether its posts can be seen under the present handle, in at least one region."""
        return self.state in ("ok", "region_blocked")


@dataclass(frozen=True, slots=True)
class StatusPlan:
    """How the status of one account changes.

    Attributes:
        state: The only state besides `ok` that it ever has; `ok` if there is none.
        since: Unix second at which that state begins; null if it never does.
        until: Unix second at which a private account becomes public again; null if it never does.
        regions: Regions in which it is blocked.
        suffix: What a renamed account appends to its first handle.
    """

    state: State
    since: int | None = None
    until: int | None = None
    regions: tuple[str, ...] = ()
    suffix: str = ""


@lru_cache(maxsize=16_384)
def draw_status_plan(seed: int, number: int) -> StatusPlan:
    """The status plan of a creator: always `ok` for the demo accounts and for 85 % of the others."""
    rng = SeededRandom(seed, "fate", number)
    state = "ok" if number in _DEMO_NUMBERS else rng.choice("state", STATES, _SHARES)
    if state in ("ok", "empty"):
        return StatusPlan(state)
    since = rng.integer("since", _FROM, _TO)
    if state == "private":
        return StatusPlan(state, since, since + rng.integer("days", *_PRIVATE_DAYS) * _DAY)
    if state == "renamed":
        return StatusPlan(state, since, suffix=rng.choice("suffix", _SUFFIXES))
    if state == "region_blocked":
        ranked = sorted(_REGIONS, key=lambda region: rng.bits(region, 64))
        return StatusPlan(state, since, regions=tuple(sorted(ranked[: rng.integer("regions", 1, 4)])))
    return StatusPlan(state, since)


def handle_at(seed: int, creator: Creator, second: int) -> str:
    """The creator's handle at a Unix second."""
    return with_suffix(creator.handle, draw_status_plan(seed, creator.number), second)


def with_suffix(first: str, plan: StatusPlan, second: int) -> str:
    """The handle at a Unix second of a creator whose first handle is `first`."""
    if plan.state != "renamed" or plan.since is None or second < plan.since:
        return first
    return f"{first}_{plan.suffix}"


def without_suffix(handle: str) -> tuple[str, str]:
    """A handle without the suffix of a renamed account, and that suffix (empty if there is none)."""
    first, _, last = handle.rpartition("_")
    return (first, last) if last in _SUFFIXES else (handle, "")


def status_at(seed: int, creator: Creator, handle: str, second: int) -> AccountStatus | None:
    """The status of a creator's handle at a Unix second; null if the creator does not have that handle yet."""
    plan = draw_status_plan(seed, creator.number)
    present = handle_at(seed, creator, second)
    if plan.state == "renamed":
        if handle == present:
            return AccountStatus("ok", None, present)
        return AccountStatus("renamed", _to_datetime(plan.since), present) if handle == creator.handle else None
    if plan.state == "empty":
        return AccountStatus("empty", None, present)
    has_begun = plan.since is not None and plan.since <= second
    if not has_begun or (plan.until is not None and plan.until <= second):
        return AccountStatus("ok", None, present)
    return AccountStatus(plan.state, _to_datetime(plan.since), present, plan.regions)


def _to_datetime(second: int | None) -> datetime | None:
    return None if second is None else datetime.fromtimestamp(second, UTC)
