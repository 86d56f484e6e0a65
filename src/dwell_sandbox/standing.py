"""What becomes of accounts: some turn private for a while, are banned, deleted, renamed, never post, or are blocked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Literal

from dwell_sandbox.creators import Creator
from dwell_sandbox.dice import Dice

State = Literal["ok", "empty", "private", "deleted", "banned", "renamed", "region_blocked"]

STATES: tuple[State, ...] = ("private", "banned", "deleted", "renamed", "empty", "region_blocked", "ok")
_SHARES = (0.04, 0.02, 0.02, 0.04, 0.01, 0.02, 0.85)
_FROM, _TO = 1_704_067_200, 1_830_297_600  # 1 January 2024 to 1 January 2028
_DAY = 86_400
_PRIVATE_DAYS = (120, 900)
_NEW_NAMES = ("official", "tv", "daily", "studio")
_REGIONS = ("US", "GB", "DE", "FR", "IN", "BR", "ID", "JP", "TR", "AU")
_CAST = range(1, 5)


@dataclass(frozen=True, slots=True)
class Standing:
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
class Fate:
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
def fate(seed: int, number: int) -> Fate:
    """What happens to this creator: nothing for the cast and for six in seven of the others."""
    dice = Dice(seed, "fate", number)
    state = "ok" if number in _CAST else dice.pick("state", STATES, _SHARES)
    if state in ("ok", "empty"):
        return Fate(state)
    since = dice.integer("since", _FROM, _TO)
    if state == "private":
        return Fate(state, since, since + dice.integer("days", *_PRIVATE_DAYS) * _DAY)
    if state == "renamed":
        return Fate(state, since, suffix=dice.pick("suffix", _NEW_NAMES))
    if state == "region_blocked":
        ranked = sorted(_REGIONS, key=lambda region: dice.bits(region, 64))
        return Fate(state, since, regions=tuple(sorted(ranked[: dice.integer("regions", 1, 4)])))
    return Fate(state, since)


def handle_at(seed: int, who: Creator, second: int) -> str:
    """The creator's handle at a Unix second."""
    return with_suffix(who.handle, fate(seed, who.number), second)


def with_suffix(first: str, comes: Fate, second: int) -> str:
    """The handle that a creator who began as `first` has at a Unix second."""
    if comes.state != "renamed" or comes.since is None or second < comes.since:
        return first
    return f"{first}_{comes.suffix}"


def without_suffix(handle: str) -> tuple[str, str]:
    """A handle without the word that a renaming may have put behind it, and that word (empty if there is none)."""
    first, _, last = handle.rpartition("_")
    return (first, last) if last in _NEW_NAMES else (handle, "")


def standing(seed: int, who: Creator, handle: str, second: int) -> Standing | None:
    """How the creator stands at a Unix second under one of its handles, or null while that handle is yet to come."""
    comes = fate(seed, who.number)
    present = handle_at(seed, who, second)
    if comes.state == "renamed":
        if handle == present:
            return Standing("ok", None, present)
        return Standing("renamed", _instant(comes.since), present) if handle == who.handle else None
    if comes.state == "empty":
        return Standing("empty", None, present)
    begun = comes.since is not None and comes.since <= second
    if not begun or (comes.until is not None and comes.until <= second):
        return Standing("ok", None, present)
    return Standing(comes.state, _instant(comes.since), present, comes.regions)


def _instant(second: int | None) -> datetime | None:
    return None if second is None else datetime.fromtimestamp(second, UTC)
