"""Every metric gives the same rows with the roll-up `post_latest` as without, whatever happened to the folder."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from dwell.metrics.catalog import METRICS
from dwell.records import TABLES
from dwell.results import Result
from dwell.settings import Settings
from dwell.warehouse import Batch, Store, compact, rollup_update, writer
from dwell.warehouse.duckdb_connection import connect
from dwell.warehouse.engine_spark import SparkEngine

from .conftest import TYPES, world
from .same import same
from .test_metrics import CASES

Compiled = Callable[..., str]
SailQuery = Callable[[Store, str, Sequence[str]], Result]

Row = dict[str, Any]
AFFECTED = [(name, given) for name, given in CASES if METRICS[name].rolled_up]
_TABLES = {table for name, _ in AFFECTED for table in METRICS[name].tables}
OTHER_HANDLES = ("plain", "größe", "renamed", "zz-last", "0-first", None)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits so small that a few hundred rows make every kind of file."""
    monkeypatch.setattr(rollup_update, "_POSTS_A_FILE", 8)
    monkeypatch.setattr(rollup_update, "_GROUPED_AT_ONCE", 100)
    monkeypatch.setattr(compact, "_MANY", 2)


class Folder:
    """A data folder that is filled batch by batch, in an order that a seed draws.

    Attributes:
        store: The folder.
        done: What happened to it so far, for messages.
    """

    def __init__(self, root: Path, seed: int) -> None:
        self.dice = random.Random(seed)
        self.store = Store.open(Settings(data=root, threads=1), create=True)
        self.done: list[str] = []
        rows = world(seed, posts=200)
        for name in ("retention", "engagement_likes"):  # a row a second: without this, few posts would ever come
            rows[name] = self.dice.sample(rows[name], 300)
        self._waiting = [(name, row) for name in rows if name in _TABLES for row in rows[name]]
        self.dice.shuffle(self._waiting)
        self._posts: dict[str, Row] = {}
        self._snapshots: list[Row] = []

    def step(self) -> str:
        """Does one of the things that can happen to a folder."""
        steps: dict[str, tuple[int, Callable[[], Any]]] = {
            "journal": (5, lambda: self._import(50)),
            "lake": (2, lambda: self._import(300, to_lake=True)),
            "rename": (2, self._change_posts),
            "correct": (1, self._correct),
            "seal": (3, self.store.seal),
        }
        name = self.dice.choices(list(steps), [weight for weight, _ in steps.values()])[0]
        steps[name][1]()
        self.done.append(name)
        return name

    def _import(self, rows: int, *, to_lake: bool = False) -> None:
        taken, self._waiting = self._waiting[:rows], self._waiting[rows:]
        batch: dict[str, list[Row]] = {}
        for name, row in taken:
            batch.setdefault(name, []).append(row)
        self._posts |= {row["post_id"]: row for row in batch.get("posts", [])}
        self._snapshots += batch.get("post_snapshots", [])
        self._commit(batch, to_lake=to_lake)

    def _change_posts(self) -> None:
        chosen = self.dice.sample(sorted(self._posts), min(len(self._posts), 5))
        changed = [
            self._posts[name] | {"handle": self.dice.choice(OTHER_HANDLES), "duration_s": self.dice.uniform(1, 90)}
            for name in chosen
        ]
        self._posts |= {row["post_id"]: row for row in changed}
        self._commit({"posts": changed})

    def _correct(self) -> None:
        chosen = self.dice.sample(self._snapshots, min(len(self._snapshots), 4))
        corrected = [row | {"views": self.dice.randrange(5_000), "rounded": None} for row in chosen]
        self._commit({"post_snapshots": corrected}, correct=True)

    def _commit(self, batch: dict[str, list[Row]], *, to_lake: bool = False, correct: bool = False) -> None:
        if not any(batch.values()):
            return
        before, writer.JOURNAL_ROWS = writer.JOURNAL_ROWS, 0 if to_lake else writer.JOURNAL_ROWS
        name = f"b{len(self.done)}"
        with connect(self.store.settings) as connection, self.store.writing() as writing:
            for table, rows in batch.items():
                self._load(connection, table, rows)
            logged = Batch(name, name, "made-up", "0" * 64, datetime(2024, 2, 1, tzinfo=UTC), {})
            tables = {table: f"new_{table}" for table in batch}
            writing.commit(connection, logged, tables, replacing=["post_snapshots"] if correct else [])
        writer.JOURNAL_ROWS = before

    def _load(self, connection: Any, name: str, rows: list[Row]) -> None:
        file = self.store.root / "rows.ndjson"
        defaults = {"source": "made-up", "platform": "tiktok", "observed_at": datetime(2025, 1, 1, tzinfo=UTC)}
        lines = [{**defaults, **row} for row in rows]
        file.write_text(
            "".join(json.dumps(row, default=lambda value: value.isoformat()) + "\n" for row in lines), encoding="utf-8"
        )
        types = ", ".join(f"'{column.name}': '{TYPES[column.kind]}'" for column in TABLES[name].columns)
        source = f"read_json('{file}', format = 'newline_delimited', columns = {{{types}}})"
        connection.execute(f"CREATE TEMP TABLE new_{name} AS FROM {source}").fetchall()


@pytest.fixture
def folder(tmp_path: Path, small: None) -> Callable[[int], Folder]:
    return lambda seed: Folder(tmp_path / f"data{seed}", seed)


@pytest.mark.parametrize("seed", range(int(os.environ.get("DWELL_HISTORIES", "1"))))
def test_figures_are_equal_after_any_history(seed: int, folder: Callable[[int], Folder], compiled: Compiled) -> None:
    history, chosen = folder(seed), random.Random(seed)
    asked = 0
    for number in range(16):
        history.step()
        if number % 8 == 7:
            asked += _compare(history, compiled, chosen.sample(AFFECTED, 8))
    history.store.seal()
    assert has_rollup(history.store)
    assert len(history.store.instant([])[0].rollup.files) > 3  # type: ignore[union-attr]
    assert asked + _compare(history, compiled, AFFECTED) > 0


def test_every_row_of_the_roll_up_is_as_the_tables_say(folder: Callable[[int], Folder]) -> None:
    history = folder(99)
    used = 0
    for _ in range(20):
        history.step()
        used += has_rollup(history.store)
        assert _roll_up(history.store) == _expected(history.store), history.done
    assert used > 3


def test_sail_reads_the_same_roll_up(folder: Callable[[int], Folder], compiled: Compiled, sail: SailQuery) -> None:
    """After each step: the rows that are sealed, those that are not, and metrics over both."""
    history, chosen = folder(7), random.Random(7)
    used = 0
    for number in range(11):
        history.step()
        columns = (
            "post_id, has_attributes, handle, duration_s, observed_at, views, rounded, first_observed_at, snapshots"
        )
        query = f"SELECT {columns} FROM post_latest ORDER BY post_id"
        assert sail(history.store, query, ["post_latest"]).rows == _roll_up(history.store), history.done
        used += has_rollup(history.store)
        if number % 5 == 4:
            for name, given in chosen.sample(AFFECTED, 4):
                expected = history.store.query(compiled(name, **given), METRICS[name].tables)
                asked = compiled(name, "spark", rolled_up=True, **given)
                found = sail(history.store, asked, METRICS[name].rolled_up)
                _assert_same(found, expected, (name, given, history.done))
    assert used > 2


@pytest.fixture
def sail() -> Iterator[SailQuery]:
    """One query on a snapshot of its own."""
    pytest.importorskip("pysail", reason="pysail is not installed (extra `sail`)")
    from pysail.spark import SparkConnectServer

    server = SparkConnectServer(ip="127.0.0.1", port=0)
    server.start(background=True)
    host, port = server.listening_address

    def query(store: Store, sql: str, tables: Sequence[str]) -> Result:
        with store.snapshot() as snapshot, closing(SparkEngine(f"sc://{host}:{port}", snapshot)) as engine:
            return engine.query(sql, tables)

    yield query
    server.stop()


def has_rollup(store: Store) -> bool:
    with store.snapshot() as snapshot:
        return snapshot.has_rollup


def _compare(history: Folder, compiled: Compiled, cases: list[tuple[str, dict[str, Any]]]) -> int:
    """Asks each of these both ways; returns how many were answered from the roll-up."""
    for name, given in cases:
        plain = history.store.query(compiled(name, **given), METRICS[name].tables)
        query = compiled(name, rolled_up=True, **given)
        _assert_same(history.store.query(query, METRICS[name].rolled_up), plain, (name, given, history.done))
    return len(cases) * has_rollup(history.store)


def _assert_same(found: Result, expected: Result, case: Any) -> None:
    assert found.columns == expected.columns
    assert len(found) == len(expected), case
    for mine, theirs in zip(found.rows, expected.rows, strict=True):
        assert all(map(same, mine, theirs)), (case, mine, theirs)


def _roll_up(store: Store) -> list[tuple[Any, ...]]:
    return store.query(
        "SELECT post_id, has_attributes, handle, duration_s, observed_at, views, rounded, first_observed_at, snapshots "
        "FROM post_latest ORDER BY post_id",
        ["post_latest"],
    ).rows


def _expected(store: Store) -> list[tuple[Any, ...]]:
    """The same in SQL of its own."""
    return store.query(
        "SELECT coalesce(p.post_id, s.post_id) AS post_id, p.post_id IS NOT NULL, p.handle, p.duration_s, "
        "s.observed_at, s.views, s.rounded, s.first_observed_at, coalesce(s.snapshots, 0) FROM posts p FULL JOIN "
        "(SELECT *, min(observed_at) OVER (PARTITION BY post_id) AS first_observed_at, "
        "count(*) OVER (PARTITION BY post_id) AS snapshots FROM post_snapshots QUALIFY "
        "row_number() OVER (PARTITION BY post_id ORDER BY observed_at DESC) = 1) s ON p.post_id = s.post_id "
        "ORDER BY 1",
        ["posts", "post_snapshots"],
    ).rows
