"""Drawn files, one after the other, against the rules in plain Python: what is stored, and where each row went."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from dwell.records import Extract, Hints, Shape, SourceFile, source_at
from dwell.warehouse import Store
from dwell.warehouse.load import merge
from dwell.warehouse.load.loaded import Loaded
from dwell.warehouse.load.loader import load

Row = tuple[int | None, int | None, int | None]
NAMES = ("views", "likes", "saves")
SHAPE = Shape("made-up", ("post_snapshots",), {name: source_at(name) for name in ("post_id", "observed_at", *NAMES)})


@pytest.fixture(autouse=True, params=[0, merge._FEW_ROWS], ids=["views", "tables"])
def _steps(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The steps of an import as those of a large file, and as those of a small one."""
    monkeypatch.setattr(merge, "_FEW_ROWS", request.param)


def expected(stored: Row | None, rows: list[Row], *, correct: bool) -> Row:
    """What is then stored of one post and instant: each value is that of the first row that knows it.

    Of rows that the rules do not tell apart the one with the larger values is first.
    """

    def rank(row: Row) -> tuple[bool, int, int]:
        return row[0] is None, -(row[0] or 0), -sum(value is not None for value in row)

    def larger(row: Row) -> list[tuple[bool, int]]:
        return [(value is not None, value or 0) for value in row]

    ranked = sorted(sorted(rows, key=larger, reverse=True), key=rank)
    if stored:
        newer = [row for row in ranked if correct or rank(row)[:2] <= rank(stored)[:2]]
        ranked = [*newer, stored, *(row for row in ranked if row not in newer)]
    views, likes, saves = (next((row[n] for row in ranked if row[n] is not None), None) for n in range(3))
    return views, likes, saves


def drawn(dice: random.Random, ids: list[str]) -> list[tuple[str, Row]]:
    rows: list[tuple[str, Row]] = []
    for _ in range(dice.randrange(1, 40)):
        likes, saves = dice.choice([None, 1, 2]), dice.choice([None, 1, 2, 3])
        views = dice.choice([None, 1, 2]) if likes or saves else 1
        rows.append((dice.choice(ids), (views, likes, saves)))
    return rows


def brought(store: Store, path: Path, rows: list[tuple[str, Row]], *, correct: bool) -> Loaded:
    lines = [f"{i},2024-05-04,{','.join('' if v is None else str(v) for v in row)}" for i, row in rows]
    path.write_text("\n".join([f"post_id,observed_at,{','.join(NAMES)}", *lines]))
    file = SourceFile(path, path.name, "made-up", (Extract(path, "csv", SHAPE),))
    return load(store, file, Hints(), correct=correct)


@pytest.mark.parametrize("seed", range(3))
def test_every_row_goes_where_the_rules_say(store: Store, tmp_path: Path, made: Callable[..., str], seed: int) -> None:
    dice = random.Random(seed)
    ids = [made("2024-05-01", number) for number in range(8)]
    stored: dict[str, Row] = {}
    for step in range(4):
        rows, correct = drawn(dice, ids), dice.random() < 0.5
        loaded = brought(store, tmp_path / f"{step}.csv", rows, correct=correct)
        before = dict(stored)
        for post in {post for post, _ in rows}:
            mine = [row for i, row in rows if i == post]
            stored[post] = expected(before.get(post), mine, correct=correct)
        changed = sum(stored[post] != row for post, row in before.items())
        other = sum(any(a not in {None, b} for a, b in zip(row, stored[post], strict=True)) for post, row in rows)
        assert loaded.rejected == 0
        assert loaded.duplicates <= other
        assert loaded.known <= len(rows) - other
        assert loaded.rows_read == loaded.gained + loaded.known + loaded.duplicates
        assert loaded.gained >= len(stored) - len(before) + changed > -1
        assert (loaded.snapshots_new, loaded.rows_updated["post_snapshots"]) == (len(stored) - len(before), changed)
        found = store.query("SELECT post_id, views, likes, saves FROM post_snapshots", ["post_snapshots"]).rows
        assert {post: tuple(row) for post, *row in found} == stored
        assert store.rows()["post_snapshots"] == len(found) == len(stored)
        if dice.random() < 0.5:
            store.seal_if_due()
