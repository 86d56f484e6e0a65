"""Whatever happens between loads, a destination has the rows that the tables show, each loaded by its batch number."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from dwell.metrics.tiktok_organic.catalog import DERIVED
from dwell.records import AudienceShare, PostSnapshot, Retention, WatchTime
from dwell.settings import Settings
from dwell.warehouse.append.appender import SealedRowsError
from dwell.warehouse.duckdb_connection import connect
from dwell.workspace.loads import LoadRequest

from .conftest import SOURCE, V1, V2, World, at

HISTORIES = int(os.environ.get("DWELL_HISTORIES", "1"))
_MEMBERS = ("For You", "Search", "Sound", "Follow")


def _video(world: World, dice: random.Random) -> None:
    lists = {"impression_source": dict.fromkeys(dice.sample(_MEMBERS, dice.randrange(5)), 0.25)}
    world.video(
        _when(dice),
        dice.choice([V1, V2]),
        open_id=dice.choice(["o1", "o1", "o2"]),
        username=dice.choice([None, "a", "a", "b"]),
        counters=dice.choice([None, {"views": dice.randrange(9)}, {"likes": 1, "saves": 2}]),
        watched=dice.choice([None, {"reach": dice.randrange(9)}]),
        lists=lists,
        retention=[1.0] * dice.randrange(4),
        likes=[1.0] * dice.randrange(3),
        post={"posted_at": at(1, dice.choice([0, 0, 0, 5]))},
        caption=dice.choice([None, "x", "y"]),
        thumbnail_url=dice.choice([None, "t", "u"]),
    )


def _account(world: World, dice: random.Random) -> None:
    when, name = _when(dice), dice.choice([None, "a", "a", "b"])
    open_id = dice.choice(["o1", "o1", "o2"])
    world.account(
        when, name, open_id, display_name="D", followers=dice.randrange(9), profile_image=dice.choice([None, "i", "j"])
    )
    if name is not None:
        key: dict[str, Any] = {"handle": name, "observed_at": when, "source": SOURCE, "dimension": "gender"}
        world.append(*(AudienceShare(**key, member=m, share=0.5) for m in dice.sample(["f", "m"], dice.randrange(3))))


def _day(world: World, dice: random.Random) -> None:
    day = date(2026, 3, dice.randrange(1, 6))
    world.day(day, _when(dice), {dice.randrange(24): dice.randrange(9)}, video_views=dice.randrange(9))


def _other(world: World, dice: random.Random) -> None:
    """Other sources at the instants of the API's readings, which replace values and points of theirs."""
    key: dict[str, Any] = {"post_id": dice.choice([V1, V2]), "observed_at": _when(dice), "source": "studio"}
    record = dice.choice(
        [
            PostSnapshot(**key, views=20, likes=dice.randrange(30)),
            WatchTime(**key, reach=30),
            Retention(**key, second=float(dice.randrange(3)), retention_rate=dice.choice([0.5, 1.0])),
        ]
    )
    world.append(record, source="studio")


def _comment(world: World, dice: random.Random) -> None:
    world.comment(_when(dice), f"757100000000000010{dice.randrange(3)}", comment_likes=dice.randrange(9))


def _seal(world: World, dice: random.Random) -> None:
    world.ws.seal()


def _when(dice: random.Random) -> Any:
    return at(dice.randrange(2, 6), dice.choice([6, 18])) + timedelta(minutes=dice.randrange(2))


_STEPS: tuple[Callable[[World, random.Random], None], ...] = (_video, _video, _account, _day, _other, _comment, _seal)


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_a_destination_follows_every_history(world: World, tmp_path: Path, seed: int) -> None:
    dice, hows = random.Random(seed), set()
    for _ in range(14):
        for step in dice.choices(_STEPS, k=dice.randrange(1, 5)):
            with suppress(SealedRowsError):  # such a reading is loaded as a file is
                step(world, dice)
        loaded = world.ws.load(LoadRequest(f"duckdb:{tmp_path / 'a.duckdb'}"))
        hows |= {row["how"] for row in loaded if row["table"] in DERIVED}
        if not len(loaded):
            continue
        with connect(Settings(threads=1), shared=False) as engine, world.ws.snapshot() as snapshot:
            engine.execute(f"ATTACH '{tmp_path / 'a.duckdb'}' AS other (READ_ONLY); USE other").fetchall()
            for row in loaded:
                if row["table"] not in DERIVED:
                    continue
                shown = snapshot.table(row["table"])
                there = engine.execute(f"SELECT {', '.join(shown.columns)} FROM {row['table']}").fetchall()
                assert sorted(map(_text, there)) == sorted(map(_text, shown.rows)), row["table"]
    assert hows == {"all rows", "new rows", "unchanged"}


def _text(row: tuple[Any, ...]) -> str:
    return ", ".join(map(str, row))
