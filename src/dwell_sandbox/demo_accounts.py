"""The accounts of the demo: four creators with fixed attributes."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from zoneinfo import ZoneInfo

from dwell_sandbox.creators import Creator, PlantedEffects
from dwell_sandbox.niches import NICHES

DEMO_ACCOUNTS = MappingProxyType({"demo_kitchen": 1, "demo_pantry": 2, "demo_bigtable": 3, "demo_trailruns": 4})
"""Handle -> number: the own account; same niche and size; same niche, far larger; another niche."""

DEMO_HANDLES = MappingProxyType({number: handle for handle, number in DEMO_ACCOUNTS.items()})
"""Number -> handle."""

_BERLIN = ZoneInfo("Europe/Berlin")
_JOINED_SECOND = 1_664_582_400  # 1 October 2022


def customize(drawn: Creator) -> Creator:
    """The creator with the fixed attributes of its demo account; any other creator is unchanged."""
    match drawn.number:
        case 1:
            return _kitchen(drawn)
        case 2:
            return _pantry(drawn)
        case 3:
            return _bigtable(drawn)
        case 4:
            return _trailruns(drawn)
    return drawn


def _kitchen(drawn: Creator) -> Creator:
    """Shares and saves follow watch time, likes and comments hardly; short evening `#onepan` posts get more likes."""
    return replace(
        drawn,
        handle="demo_kitchen",
        niche="cooking",
        size=48_000,
        growth=0.34,
        tz=_BERLIN,
        region="DE",
        per_day=0.46,
        hours=((18.6, 3.2), (12.2, 1.8), (7.6, 0.7), (20.8, 1.2)),
        weekdays=(0.7, 1.15, 0.8, 1.25, 0.9, 0.6, 1.6),
        duration_s=27,
        duration_spread=0.62,
        rates=NICHES["cooking"].rates,
        planted=PlantedEffects(duration=-0.34, hashtag="onepan", hashtag_gain=0.5, evening_gain=0.4),
        watch_model=replace(
            drawn.watch_model, level=-0.35, slope=1.25, hold=0.8, noise=0.38, full=-1.5, loops=1.1, views=0.5,
            views_noise=0.62, loadings=(0.05, 0.06, 0.42, 0.40, 0.15),
        ),
        slump_day=205,
        deletes_posts=True,
        joined=_JOINED_SECOND,
    )  # fmt: skip


def _pantry(drawn: Creator) -> Creator:
    return replace(
        drawn,
        handle="demo_pantry",
        niche="cooking",
        size=61_000,
        growth=0.2,
        tz=_BERLIN,
        region="DE",
        per_day=0.45,
        hours=((17.5, 2.5), (11.5, 2.0)),
        weekdays=(1.1, 1.0, 1.2, 0.9, 0.8, 0.5, 0.9),
        duration_s=33,
        duration_spread=0.5,
        rates=(0.052, 0.0036, 0.0049, 0.0151, 0.0010),
        planted=PlantedEffects(duration=-0.1),
        watch_model=replace(
            drawn.watch_model, level=0.75, slope=1.0, hold=0.75, noise=0.5, full=-0.6, loops=0.8, views=0.4,
            views_noise=0.75, loadings=(0.1, 0.2, 0.22, 0.18, 0.1),
        ),
        deletes_posts=True,
        joined=_JOINED_SECOND,
    )  # fmt: skip


def _bigtable(drawn: Creator) -> Creator:
    return replace(
        drawn,
        handle="demo_bigtable",
        niche="cooking",
        size=1_900_000,
        growth=0.12,
        tz=ZoneInfo("America/New_York"),
        region="US",
        per_day=0.4,
        hours=((17.0, 3.0), (9.0, 1.0)),
        duration_s=48,
        duration_spread=0.45,
        rates=(0.071, 0.0019, 0.0093, 0.0102, 0.0017),
        planted=PlantedEffects(hashtag="baking", hashtag_gain=0.3),
        watch_model=replace(
            drawn.watch_model, level=0.9, slope=0.9, hold=0.7, noise=0.45, full=-1.1, loops=0.9, views=0.35,
            views_noise=0.8, loadings=(0.12, 0.05, 0.24, 0.16, 0.1),
        ),
        deletes_posts=True,
        joined=_JOINED_SECOND,
    )  # fmt: skip


def _trailruns(drawn: Creator) -> Creator:
    return replace(
        drawn,
        handle="demo_trailruns",
        niche="running",
        size=75_000,
        growth=0.3,
        tz=ZoneInfo("Europe/London"),
        region="GB",
        per_day=0.46,
        hours=((6.8, 2.5), (19.5, 1.5)),
        duration_s=21,
        duration_spread=0.5,
        rates=NICHES["running"].rates,
        planted=PlantedEffects(),
        watch_model=replace(
            drawn.watch_model, level=-1.7, slope=0.85, hold=0.7, noise=0.5, full=-2.6, loops=1.2, views=0.3,
            views_noise=0.85, loadings=(0.16, 0.3, 0.1, -0.05, 0.1),
        ),
        deletes_posts=True,
        joined=_JOINED_SECOND,
    )  # fmt: skip
