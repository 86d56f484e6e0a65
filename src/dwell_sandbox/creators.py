"""Creators: each is drawn from the seed and a number, so none needs to be stored."""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from zoneinfo import ZoneInfo

from dwell_sandbox.niches import NICHES
from dwell_sandbox.seeded_random import SeededRandom
from dwell_sandbox.watch_model import WatchModel, draw_watch_model

CREATORS = 2**24
"""Creators of a world; the number of a creator is part of its posts' ids."""

JOINED_FROM, JOINED_TO = 1_622_505_600, 1_704_067_200
"""Unix seconds between which the drawn creators join: 1 June 2021 and 1 January 2024."""

_PREFIX = "demo_"
_DIGITS = len(str(CREATORS))
_NICHE_NAMES = tuple(NICHES)
_TIMEZONES = (
    ("Europe/Berlin", "DE"), ("Europe/London", "GB"), ("America/New_York", "US"), ("America/Los_Angeles", "US"),
    ("America/Sao_Paulo", "BR"), ("Asia/Jakarta", "ID"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PlantedEffects:
    """The effects on this creator's log like rate; nothing else affects it systematically.

    Attributes:
        duration: Effect per unit of log length above the creator's median.
        hashtag: The hashtag that has an effect.
        hashtag_gain: Effect of that hashtag.
        evening_gain: Effect of publishing between 18:00 and 22:00 local time.
    """

    duration: float = 0.0
    hashtag: str = ""
    hashtag_gain: float = 0.0
    evening_gain: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Creator:
    """One simulated account.

    Attributes:
        number: Its number in the world, below `CREATORS`.
        handle: Always begins with `demo_`, so that exports show that they are simulated.
        niche: A key of `NICHES`.
        size: Followers on 1 January 2026.
        growth: Change of log followers per year.
        tz: Time zone of the creator; posting times follow the local clock.
        region: ISO code of the creator's region.
        per_day: Mean number of posts per day.
        hours: (local hour, weight) of posting.
        weekdays: Weight of each day, Monday first.
        duration_s: Median length of the creator's videos in seconds.
        duration_spread: Standard deviation of the log length.
        rates: Usual likes, comments, shares, saves and downloads per view.
        planted: Effects on the like rate.
        watch_model: How watch time depends on the post and relates to its public counters.
        slump_day: Day of the year in the middle of six weak weeks.
        deletes_posts: Deletes one older post every Sunday evening.
        joined: Unix second at which the account was created.
    """

    number: int
    handle: str
    niche: str
    size: float
    growth: float
    tz: ZoneInfo
    region: str
    per_day: float
    hours: tuple[tuple[float, float], ...]
    weekdays: tuple[float, ...]
    duration_s: float
    duration_spread: float
    rates: tuple[float, ...]
    planted: PlantedEffects
    watch_model: WatchModel
    slump_day: int
    deletes_posts: bool
    joined: int

    @property
    def display_name(self) -> str:
        """The name on the profile, which says that the account is simulated."""
        return self.handle.replace("_", " ").title() + " (simulated)"


def make_handle(number: int, niche: str) -> str:
    """The handle of a creator who is not a demo account, e.g. `demo_travel_4711`."""
    return f"{_PREFIX}{niche}_{number}"


def parse_number(handle: str) -> int | None:
    """The number in such a handle; null if it has another form. Does not check the niche."""
    tail = handle.rpartition("_")[2]
    if not handle.startswith(_PREFIX) or not tail.isascii() or not tail.isdigit() or len(tail) > _DIGITS:
        return None
    return int(tail) if str(int(tail)) == tail and int(tail) < CREATORS else None


def draw_niche(seed: int, number: int) -> str:
    """The niche of the creator with this number, which is quicker than the whole creator."""
    return SeededRandom(seed, "creator", number).choice("niche", _NICHE_NAMES)


def draw_size(seed: int, number: int) -> float:
    """The followers on 1 January 2026 of the creator with this number, which is quicker than the whole creator."""
    return float(10.0 ** SeededRandom(seed, "creator", number).normal("size", 4.6, 0.8))


def draw_creator(seed: int, number: int) -> Creator:
    """The creator with this number, drawn at random: a pure function of both arguments."""
    rng = SeededRandom(seed, "creator", number)
    niche = NICHES[draw_niche(seed, number)]
    tz, region = rng.choice("tz", _TIMEZONES)
    prime = rng.choice("prime", (17.5, 18.5, 19.5, 20.5))
    return Creator(
        number=number,
        handle=make_handle(number, niche.name),
        niche=niche.name,
        size=draw_size(seed, number),
        growth=rng.normal("growth", 0.25, 0.3),
        tz=ZoneInfo(tz),
        region=region,
        per_day=min(2.0, 0.45 * 2.0 ** rng.normal("per_day")),
        hours=((prime, 3.0), (rng.choice("second", (7.5, 12.0, 13.0, 22.0)), 1.5)),
        weekdays=tuple(rng.uniform(f"weekday {day}", 0.4, 1.4) for day in range(7)),
        duration_s=niche.duration_s * 2.0 ** rng.normal("duration", 0.0, 0.4),
        duration_spread=rng.uniform("spread", 0.45, 0.7),
        rates=tuple(rate * 2.0 ** rng.normal(f"rate {at}", 0.0, 0.45) for at, rate in enumerate(niche.rates)),
        planted=PlantedEffects(duration=rng.normal("planted duration", 0.0, 0.15)),
        watch_model=draw_watch_model(SeededRandom(seed, "link", number)),
        slump_day=rng.integer("slump", 1, 365),
        deletes_posts=rng.chance("tidies", 0.3),
        joined=rng.integer("joined", JOINED_FROM, JOINED_TO),
    )


def log_size(creator: Creator) -> float:
    """Natural logarithm of the followers on 1 January 2026."""
    return log(creator.size)
