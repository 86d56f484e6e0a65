"""Writes all export files of the demo accounts into a folder."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from dwell_sandbox.exports import apify, studio, template, web
from dwell_sandbox.exports.damage import truncate_line
from dwell_sandbox.world import World

DEMO_SEED = 12
"""The seed of the demo's world."""

OWN_ACCOUNT = "demo_kitchen"
COMPETITORS = ("demo_pantry", "demo_bigtable", "demo_trailruns")
SCRAPE_INTERVAL = timedelta(days=8)
"""The time between the two scrapes of each account."""

_OWN_SPAN = timedelta(days=426)
_COMPETITOR_SPAN = timedelta(days=275)
_TRUNCATED_HANDLE = "demo_trailruns"
_FIRST_YEAR, _LAST_YEAR = 2024, 2037


class Export(NamedTuple):
    """One written file.

    Attributes:
        path: Its path.
        what: A description of it.
        hints: What a user would add on the command line; the keys are fields of `dwell.records.Hints`.
    """

    path: Path
    what: str
    hints: dict[str, str]


def write_exports(folder: Path, *, seed: int, now: datetime) -> list[Export]:
    """Write the files of the own account and of three competitors, as a user would have them at `now`.

    The same arguments give the same bytes. Each account was scraped twice, `SCRAPE_INTERVAL` before `now` and at
    `now`, back to the same day, so that posts missing from the second scrape were deleted between the two. A few rows
    are damaged on purpose (`DAMAGE`). All handles begin with `demo_`. Only the own account has watch time: for the
    others, only `World(seed).truth` knows it.

    Args:
        folder: An existing folder; files of the same names are overwritten.
        seed: The world's seed.
        now: The instant of the last export, with a time zone.

    Raises:
        ValueError: `now` is before 2024, when the accounts are too young for this, or after 2037, when post ids end.
    """
    if not _FIRST_YEAR <= now.year <= _LAST_YEAR:
        raise ValueError(
            f"the simulated accounts can be exported from {_FIRST_YEAR} to {_LAST_YEAR}, not in {now.year}"
        )
    now = now.replace(microsecond=0)
    world = World(seed)
    exports = []
    for at in (now - SCRAPE_INTERVAL, now):
        exports.append(_own_scrape(folder, world, now, at))
        exports += [_competitor_scrape(folder, world, handle, now, at) for handle in COMPETITORS]
    return [*exports, *_studio_exports(folder, world, now), _watch_time(folder, world, now)]


def _studio_exports(folder: Path, world: World, now: datetime) -> list[Export]:
    hints = {"handle": OWN_ACCOUNT, "as_of": now.date().isoformat()}
    return [
        Export(write(folder, world, OWN_ACCOUNT, now), f"{what} of @{OWN_ACCOUNT} (simulated)", dict(hints))
        for write, what in (
            (studio.write_overview, "TikTok Studio, Overview tab of the last 365 days"),
            (studio.write_content, "TikTok Studio, Content tab (15 posts)"),
            (studio.write_viewers, "TikTok Studio, Viewers tab"),
            (studio.write_followers, "TikTok Studio, Followers tab"),
        )
    ]


def _watch_time(folder: Path, world: World, now: datetime) -> Export:
    path = folder / f"watch_time_{OWN_ACCOUNT}.csv"
    text = template.template_text(world, OWN_ACCOUNT, now - SCRAPE_INTERVAL - _OWN_SPAN, now)
    path.write_text(text, encoding="utf-8", newline="")
    what = f"watch time of @{OWN_ACCOUNT}, copied by hand from TikTok Studio into dwell's template (simulated)"
    return Export(path, what, {"handle": OWN_ACCOUNT})


def _own_scrape(folder: Path, world: World, now: datetime, at: datetime) -> Export:
    path = folder / f"apify_{OWN_ACCOUNT}_{at:%Y-%m-%d}.jsonl"
    _write_lines(path, apify.iterate_lines(world, OWN_ACCOUNT, now - SCRAPE_INTERVAL - _OWN_SPAN, at))
    hints = {"as_of": _iso(at), "niche": world.creator(OWN_ACCOUNT).niche}
    return Export(path, f"posts of @{OWN_ACCOUNT}, scraped with Apify (simulated)", hints)


def _competitor_scrape(folder: Path, world: World, handle: str, now: datetime, at: datetime) -> Export:
    path = folder / f"web_{handle}_{at:%Y-%m-%d}.jsonl"
    lines = list(web.iterate_lines(world, handle, now - SCRAPE_INTERVAL - _COMPETITOR_SPAN, at))
    if handle == _TRUNCATED_HANDLE and at < now:
        lines[-1] = truncate_line(lines[-1])
    _write_lines(path, lines)
    niche = world.creator(handle).niche
    return Export(path, f"posts of @{handle}, items of TikTok's web pages (simulated)", {"niche": niche})


def _write_lines(path: Path, lines: Iterable[str]) -> None:
    path.write_text("".join(lines), encoding="utf-8", newline="")


def _iso(at: datetime) -> str:
    return at.isoformat()
