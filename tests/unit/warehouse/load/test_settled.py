"""Drawn files, one after the other, against the rules in plain Python: what is stored, and where each row went."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from dwell.errors import BadFileError
from dwell.records import Extract, Hints, Shape, SourceFile, source_at
from dwell.warehouse import Store
from dwell.warehouse.load.loaded import Loaded
from dwell.warehouse.load.loader import load

Row = tuple[int | None, int | None, int | None]
NAMES = ("views", "likes", "saves")
SHAPE = Shape("made-up", ("post_snapshots",), {name: source_at(name) for name in ("post_id", "observed_at", *NAMES)})


def contradicts(one: Row, other: Row) -> bool:
    return any(a is not None and b is not None and a != b for a, b in zip(one, other, strict=True))


def laid_over(one: Row, other: Row) -> Row:
    """What the first knows, and where it knows nothing the second."""
    views, likes, saves = (b if a is None else a for a, b in zip(one, other, strict=True))
    return views, likes, saves


def expected(stored: Row | None, rows: list[Row], *, correct: bool) -> tuple[Row, int]:
    """What is then stored of one post and instant, and how many rows are refused."""
    ranked = sorted(dict.fromkeys(rows), key=lambda row: (-(row[0] or -1), -sum(value is not None for value in row)))
    kept = stored if stored and not correct else ranked[0]
    for row in ranked:
        kept = kept if contradicts(kept, row) else laid_over(kept, row)
    refused = sum(contradicts(kept, row) for row in rows)
    return (laid_over(kept, stored) if stored and correct else kept), refused


def drawn(dice: random.Random, ids: list[str]) -> list[tuple[str, Row]]:
    rows: list[tuple[str, Row]] = []
    for _ in range(dice.randrange(1, 40)):
        likes, saves = dice.choice([None, 1, 2]), dice.choice([None, 1, 2, 3])
        views = dice.choice([None, 1, 2]) if likes or saves else 1
        rows.append((dice.choice(ids), (views, likes, saves)))
    return rows


def brought(store: Store, path: Path, rows: list[tuple[str, Row]], *, correct: bool) -> Loaded | None:
    """None where the file has no row that can be kept."""
    lines = [f"{i},2024-05-04,{','.join('' if v is None else str(v) for v in row)}" for i, row in rows]
    path.write_text("\n".join([f"post_id,observed_at,{','.join(NAMES)}", *lines]))
    file = SourceFile(path, path.name, "made-up", (Extract(path, "csv", SHAPE),))
    try:
        return load(store, file, Hints(), correct=correct)
    except BadFileError:
        return None


@pytest.mark.parametrize("seed", range(3))
def test_every_row_goes_where_the_rules_say(store: Store, tmp_path: Path, made: Callable[..., str], seed: int) -> None:
    dice = random.Random(seed)
    ids = [made("2024-05-01", number) for number in range(8)]
    stored: dict[str, Row] = {}
    for step in range(4):
        rows, correct = drawn(dice, ids), dice.random() < 0.5
        loaded = brought(store, tmp_path / f"{step}.csv", rows, correct=correct)
        before, refused = dict(stored), 0
        for post in {post for post, _ in rows}:
            mine = [row for i, row in rows if i == post]
            stored[post], lost = expected(before.get(post), mine, correct=correct)
            refused += lost
        assert (loaded is None) == (refused == len(rows))
        if loaded:
            changed = sum(stored[post] != row for post, row in before.items())
            assert loaded.rejected == refused
            assert loaded.rows_read == loaded.gained + loaded.known + loaded.rejected
            assert (loaded.snapshots_new, loaded.rows_updated["post_snapshots"]) == (len(stored) - len(before), changed)
        found = store.query("SELECT post_id, views, likes, saves FROM post_snapshots", ["post_snapshots"]).rows
        assert {post: tuple(row) for post, *row in found} == stored
        assert store.rows()["post_snapshots"] == len(found) == len(stored)
        if dice.random() < 0.5:
            store.seal_if_due()
