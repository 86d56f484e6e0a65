"""When a creator posts, and the ids that this gives: each id leads back to its creator and second without a table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from dwell_sandbox.creator_lookup import creator
from dwell_sandbox.creators import CREATORS, Creator
from dwell_sandbox.dice import Dice
from dwell_sandbox.standing import fate

DAY = 86_400
MAX_PER_DAY = 7
_LOW = 2**32
_ELSEWHEN = 0.12
_SCHEDULED = 0.03


@dataclass(frozen=True, slots=True)
class Slot:
    """One post's place in time.

    Attributes:
        number: The creator.
        index: Which of the creator's posts of that local day, from 0.
        minted: Unix second of the upload: the upper 32 bits of the id.
        posted: Unix second of publishing: a few seconds later, or days later for a scheduled post.
        post_id: The 19-digit id.
    """

    number: int
    index: int
    minted: int
    posted: int
    post_id: str


def day_number(second: int, who: Creator) -> int:
    """The local day of a Unix second, as a count of days (`date.toordinal`)."""
    return datetime.fromtimestamp(second, who.tz).date().toordinal()


@lru_cache(maxsize=200_000)
def slots_of_day(seed: int, number: int, day: int) -> tuple[Slot, ...]:
    """The creator's uploads of one local day, earliest first; nothing before the creator joined, or ever for some."""
    if fate(seed, number).state == "empty":
        return ()
    who = creator(seed, number)
    dice = Dice(seed, "day", number, day)
    weekdays = who.weekdays
    mean = who.per_day * weekdays[(day - 1) % 7] * 7 / sum(weekdays)
    count = min(MAX_PER_DAY, dice.poisson("posts", mean))
    seconds = sorted(_second(who, dice, day, at) for at in range(count))
    return tuple(_slot(seed, who, index, second) for index, second in enumerate(seconds) if second >= who.joined)


def slots(seed: int, number: int, since: int, until: int) -> list[Slot]:
    """The creator's uploads with `since <= minted <= until` (Unix seconds), earliest first."""
    who = creator(seed, number)
    first, last = day_number(max(since, who.joined), who), day_number(until, who)
    return [
        slot
        for day in range(first, last + 1)
        for slot in slots_of_day(seed, number, day)
        if since <= slot.minted <= until
    ]


def slot_of(seed: int, post_id: str) -> Slot | None:
    """The upload behind an id, or null where no creator of this world made it."""
    if not (post_id.isascii() and post_id.isdigit() and len(post_id) == 19 and int(post_id) < 2**63):
        return None
    minted, low = divmod(int(post_id), _LOW)
    number = (low ^ _mask(seed, minted)) % CREATORS
    day = day_number(minted, creator(seed, number))
    return next((slot for slot in slots_of_day(seed, number, day) if slot.post_id == post_id), None)


def _second(who: Creator, dice: Dice, day: int, at: int) -> int:
    """A moment of that local day: near one of the creator's usual hours, now and then at any waking one."""
    usual, weights = zip(*who.hours, strict=True)
    hour = dice.pick(f"hour {at}", usual, weights) + dice.normal(f"off {at}", 0.0, 0.55)
    if dice.chance(f"elsewhen {at}", _ELSEWHEN):
        hour = dice.uniform(f"any {at}", 8.0, 23.0)
    second = int(min(23.95, max(5.0, hour)) * 3600) + dice.integer(f"second {at}", 0, 59)
    midnight = datetime.combine(date.fromordinal(day), datetime.min.time())
    return int((midnight + timedelta(seconds=second)).replace(tzinfo=who.tz).astimezone(UTC).timestamp())


def _slot(seed: int, who: Creator, index: int, minted: int) -> Slot:
    dice = Dice(seed, "slot", who.number, minted, index)
    posted = minted + dice.integer("lag", 1, 43)
    if dice.chance("scheduled", _SCHEDULED):
        posted = minted + dice.integer("days ahead", 1, 4) * DAY
    low = (who.number + CREATORS * (index + (dice.bits("spare", 5) << 3))) ^ _mask(seed, minted)
    return Slot(who.number, index, minted, posted, str(minted * _LOW + low))


def _mask(seed: int, minted: int) -> int:
    """Makes the lower half of an id look like any other, and can be taken off again."""
    return Dice(seed, "mask", minted).bits("low", 32)
