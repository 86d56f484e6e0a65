"""The uploads of a creator and their ids: each id leads back to its creator and second without a table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from dwell_sandbox.account_status import draw_status_plan
from dwell_sandbox.creator_lookup import get_creator
from dwell_sandbox.creators import CREATORS, Creator
from dwell_sandbox.seeded_random import SeededRandom

DAY = 86_400
MAX_PER_DAY = 7
_LOW = 2**32
_UNUSUAL_HOUR_CHANCE = 0.12
_SCHEDULED_CHANCE = 0.03


@dataclass(frozen=True, slots=True)
class Upload:
    """One upload of a creator.

    Attributes:
        number: Number of the creator.
        index: Its index among the creator's uploads of that local day, from 0.
        minted: Unix second of the upload: the upper 32 bits of the id.
        posted: Unix second of publishing: a few seconds later, or days later for a scheduled post.
        post_id: The 19-digit id.
    """

    number: int
    index: int
    minted: int
    posted: int
    post_id: str


def day_number(second: int, creator: Creator) -> int:
    """The local day of a Unix second, as a count of days (`date.toordinal`)."""
    return datetime.fromtimestamp(second, creator.tz).date().toordinal()


@lru_cache(maxsize=200_000)
def list_day_uploads(seed: int, number: int, day: int) -> tuple[Upload, ...]:
    """The creator's uploads of one local day, earliest first; none before the creator joined."""
    if draw_status_plan(seed, number).state == "empty":
        return ()
    creator = get_creator(seed, number)
    rng = SeededRandom(seed, "day", number, day)
    weekdays = creator.weekdays
    mean = creator.per_day * weekdays[(day - 1) % 7] * 7 / sum(weekdays)
    count = min(MAX_PER_DAY, rng.poisson("posts", mean))
    seconds = sorted(_draw_second(creator, rng, day, index) for index in range(count))
    return tuple(
        _make_upload(seed, creator, index, second) for index, second in enumerate(seconds) if second >= creator.joined
    )


def list_uploads(seed: int, number: int, since: int, until: int) -> list[Upload]:
    """The creator's uploads with `since <= minted <= until` (Unix seconds), earliest first."""
    creator = get_creator(seed, number)
    first, last = day_number(max(since, creator.joined), creator), day_number(until, creator)
    return [
        upload
        for day in range(first, last + 1)
        for upload in list_day_uploads(seed, number, day)
        if since <= upload.minted <= until
    ]


def find_upload(seed: int, post_id: str) -> Upload | None:
    """The upload with this post id, or null if this world has none."""
    if not (post_id.isascii() and post_id.isdigit() and len(post_id) == 19 and int(post_id) < 2**63):
        return None
    minted, low = divmod(int(post_id), _LOW)
    number = (low ^ _mask(seed, minted)) % CREATORS
    day = day_number(minted, get_creator(seed, number))
    return next((upload for upload in list_day_uploads(seed, number, day) if upload.post_id == post_id), None)


def _draw_second(creator: Creator, rng: SeededRandom, day: int, index: int) -> int:
    """A Unix second of a local day: near one of the creator's usual hours, sometimes at any hour of the daytime."""
    usual, weights = zip(*creator.hours, strict=True)
    hour = rng.choice(f"hour {index}", usual, weights) + rng.normal(f"off {index}", 0.0, 0.55)
    if rng.chance(f"elsewhen {index}", _UNUSUAL_HOUR_CHANCE):
        hour = rng.uniform(f"any {index}", 8.0, 23.0)
    second = int(min(23.95, max(5.0, hour)) * 3600) + rng.integer(f"second {index}", 0, 59)
    midnight = datetime.combine(date.fromordinal(day), datetime.min.time())
    return int((midnight + timedelta(seconds=second)).replace(tzinfo=creator.tz).astimezone(UTC).timestamp())


def _make_upload(seed: int, creator: Creator, index: int, minted: int) -> Upload:
    rng = SeededRandom(seed, "slot", creator.number, minted, index)
    posted = minted + rng.integer("lag", 1, 43)
    if rng.chance("scheduled", _SCHEDULED_CHANCE):
        posted = minted + rng.integer("days ahead", 1, 4) * DAY
    low = (creator.number + CREATORS * (index + (rng.bits("spare", 5) << 3))) ^ _mask(seed, minted)
    return Upload(creator.number, index, minted, posted, str(minted * _LOW + low))


def _mask(seed: int, minted: int) -> int:
    """A reversible mask that makes the lower half of an id look random."""
    return SeededRandom(seed, "mask", minted).bits("low", 32)
