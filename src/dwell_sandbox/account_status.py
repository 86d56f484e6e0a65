"""What becomes of accounts: some turn private for a while, are banned, deleted, renamed, never post, or are blocked."""

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
    """How an account stands at one instant.

    Attributes:
        state: `renamed` is said of the handle that is no longer used; the account itself goes on under the new one.
        since: When that state began; null for `ok`, and for `empty`, which it always was.
        handle: The account's present handle.
        regions: ISO codes of the regions that cannot see it, for `region_blocked`; else empty.
    """

    state: State
    since: datetime | None
    handle: str
    regions: tuple[str, ...] = ()

    @property
    def visible(self) -> bool:
        """Whether somebody, somewhere, can see its posts under the present handle."""
        return self.state in ("ok", "region_blocked")


@dataclass(frozen=True, slots=True)
class StatusPlan:
    """What is to happen to one account.

    Attributes:
        state: The one state, besides `ok`, that it ever has; `ok` if it has none.
        since: Unix second at which that begins, and `until`, at which a private account opens again; null for never.
        regions: Where it is blocked.
        suffix: What a renamed account puts behind its first handle.
    """

    state: State
    since: int | None = None
    until: int | None = None
    regions: tuple[str, ...] = ()
    suffix: str = ""


@lru_cache(maxsize=16_384)
def draw_status_plan(seed: int, number: int) -> StatusPlan:
    """What happens to this creator: nothing for the cast and for six in seven of the others."""
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
    """The handle that a creator who began as `first` has at a Unix second."""
    if plan.state != "renamed" or plan.since is None or second < plan.since:
        return first
    return f"{first}_{plan.suffix}"


def without_suffix(handle: str) -> tuple[str, str]:
    """A handle without the word that a renaming may have put behind it, and that word (empty if there is none)."""
    first, _, last = handle.rpartition("_")
    return (first, last) if last in _SUFFIXES else (handle, "")


def status_at(seed: int, creator: Creator, handle: str, second: int) -> AccountStatus | None:
    """How the creator stands at a Unix second under one of its handles, or null while that handle is yet to come."""
    plan = draw_status_plan(seed, creator.number)
    present = handle_at(seed, creator, second)
    if plan.state == "renamed":
        if handle == present:
            return AccountStatus("ok", None, present)
        return AccountStatus("renamed", _instant(plan.since), present) if handle == creator.handle else None
    if plan.state == "empty":
        return AccountStatus("empty", None, present)
    begun = plan.since is not None and plan.since <= second
    if not begun or (plan.until is not None and plan.until <= second):
        return AccountStatus("ok", None, present)
    return AccountStatus(plan.state, _instant(plan.since), present, plan.regions)


def _instant(second: int | None) -> datetime | None:
    return None if second is None else datetime.fromtimestamp(second, UTC)
