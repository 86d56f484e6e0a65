"""States and topics: loaded like everything else, by their own keys, and exported and imported again to the same."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dwell.providers.format_registry import read
from dwell.providers.rewrite import Rewriter
from dwell.records import Extract, Hints, SourceFile
from dwell.settings import Settings
from dwell.warehouse import Store
from dwell.warehouse.export import export
from dwell.warehouse.load.loaded import Loaded
from dwell.warehouse.load.loader import load

Rows = Callable[..., list[dict[str, Any]]]
Bring = Callable[..., Loaded]
SEEN = datetime(2024, 5, 3, 10, 30, 0, 250_000, tzinfo=UTC)
LATER = SEEN + timedelta(hours=6)
NAMES = ("creator_states", "post_states", "topic_samples", "topic_posts")


@pytest.fixture
def hand(store: Store, tmp_path: Path) -> Callable[..., Loaded]:
    """Loads rows as the live loader does: table names -> rows, each group an extract of one file."""
    times = iter(range(100))

    def handed(
        groups: dict[tuple[str, ...], list[dict[str, Any]]], constants: dict[str, Any] | None = None, **options: Any
    ) -> Loaded:
        scratch = tmp_path / f"scratch{next(times)}"
        scratch.mkdir()
        extracts: list[Extract] = []
        for tables, rows in groups.items():
            rewriter = Rewriter(scratch, "made-up", *tables, **(constants or {}))
            for line, row in enumerate(rows, 1):
                rewriter.add(line, row)
            extracts.append(rewriter.extract())
        loaded = load(store, SourceFile(Path("answers"), scratch.name, "made-up", tuple(extracts)), Hints(), **options)
        assert loaded.rows_read == loaded.gained + loaded.known + loaded.rejected
        return loaded

    return handed


Hand = Callable[..., Loaded]


def everything(made: Callable[..., str]) -> dict[tuple[str, ...], list[dict[str, Any]]]:
    one, two = made("2024-05-01", 1), made("2024-05-02", 2)
    sample = {"topic_kind": "hashtag", "topic": "NA", "observed_at": SEEN}
    return {
        ("posts", "post_snapshots", "creators"): [
            {"post_id": one, "handle": "Ana", "observed_at": SEEN, "views": 10, "caption": "x", "is_ad": False},
            {"post_id": two, "handle": "@ben", "observed_at": LATER, "views": 20, "hashtags": ["a"]},
        ],
        ("creators", "creator_snapshots"): [{"handle": "ana", "observed_at": SEEN, "followers": 5}],
        ("creator_states",): [
            {"handle": "@Ana", "state": "ok", "observed_at": SEEN},
            {"handle": "ana", "state": "renamed", "new_handle": "@Anna.B", "observed_at": LATER, "detail": "none"},
        ],
        ("post_states",): [{"post_id": one, "state": "missing", "handle": "ana", "observed_at": LATER}],
        ("topic_samples",): [
            {**sample, "topic_posts": 7, "sampled": 2},
            {**sample, "topic_kind": "search", "topic": "How to ", "sampled": 0},
            {**sample, "topic_kind": "sound", "topic": "7000000000000000001", "title": "-", "topic_views": 3},
        ],
        ("topic_posts",): [
            {**sample, "post_id": one, "rank": 1, "views": 10, "posted_at": SEEN, "duration_s": 9.5, "caption": "none"},
            {**sample, "post_id": two, "rank": 2, "handle": "BEN", "url": "https://example.com/v"},
        ],
    }


def test_one_hand_over_fills_all_tables(hand: Hand, table: Rows, made: Callable[..., str], store: Store) -> None:
    loaded = hand(everything(made))
    assert loaded.rejected == 0
    assert {name: store.rows()[name] for name in NAMES} == {
        "creator_states": 2, "post_states": 1, "topic_samples": 3, "topic_posts": 2,
    }  # fmt: skip
    assert {name: loaded.rows_new[name] for name in NAMES} == {name: store.rows()[name] for name in NAMES}
    assert [(r["observed_at"], r["state"], r["new_handle"], r["detail"]) for r in table("creator_states")] == [
        (SEEN, "ok", None, None), (LATER, "renamed", "anna.b", "none"),
    ]  # fmt: skip
    assert [(r["topic_kind"], r["topic"], r["title"]) for r in table("topic_samples")] == [
        ("hashtag", "na", None), ("search", "how to", None), ("sound", "7000000000000000001", "-"),
    ]  # fmt: skip
    first, second = table("topic_posts", "rank")
    assert (first["duration_s"], first["posted_at"], first["caption"]) == (9.5, SEEN, "none")
    assert (second["handle"], second["views"], second["source"]) == ("ben", None, "made-up")
    assert [row["handle"] for row in table("creators", "handle")] == ["ana", "ben"]


def test_what_is_stored_is_known_the_second_time(hand: Hand, made: Callable[..., str], store: Store) -> None:
    hand(everything(made))
    before = store.rows()
    again = hand(everything(made))
    assert (again.known, again.gained, again.repeated) == (again.rows_read, 0, False)
    assert store.rows() == before


def test_a_row_without_a_part_of_its_key_is_a_reject(hand: Hand, table: Rows, made: Callable[..., str]) -> None:
    one, sample = made("2024-05-01"), {"topic_kind": "hashtag", "topic": "cats", "observed_at": SEEN, "sampled": 1}
    loaded = hand(
        {
            ("topic_samples",): [
                sample, {**sample, "topic": None}, {**sample, "topic": " "}, {**sample, "topic_kind": None},
                {**sample, "topic_kind": "place"}, {**sample, "observed_at": None},
            ],
            ("topic_posts",): [{**sample, "rank": 3}, {**sample, "rank": 4}],
            ("post_states",): [
                {"post_id": one, "observed_at": SEEN}, {"state": "ok", "observed_at": SEEN},
                {"post_id": "7", "state": "ok", "observed_at": SEEN},
            ],
            ("creator_states",): [{"handle": "", "state": "ok", "observed_at": SEEN}],
        }
    )  # fmt: skip
    assert [reason.partition(": ")[2] for _, reason, _ in loaded.rejects] == [
        "nothing to keep: no topic_kind or topic", "nothing to keep: no topic_kind or topic",
        "nothing to keep: no topic_kind or topic", "unknown kind of topic: place",
        "no observation time; --as-of gives one", "missing id", "missing id", "nothing to keep: no post_id",
        "missing id", "implausible id, no post of this platform: 7", "nothing to keep: no handle",
    ]  # fmt: skip
    assert [row["topic"] for row in table("topic_samples")] == ["cats"]
    assert not table("topic_posts")


def test_looks_at_several_topics_and_times_do_not_mix(hand: Hand, table: Rows, made: Callable[..., str]) -> None:
    post = {"post_id": made("2024-05-01"), "rank": 1, "views": 5}
    rows = [
        {**post, "topic_kind": kind, "topic": topic, "observed_at": seen}
        for kind in ("hashtag", "search") for topic in ("cats", "dogs") for seen in (SEEN, LATER)
    ]  # fmt: skip
    assert hand({("topic_posts",): rows}).rows_new["topic_posts"] == 8
    changed = hand({("topic_posts",): [{**rows[0], "views": 6, "likes": 1}, {**rows[1], "likes": 2}]}, correct=True)
    assert changed.rows_updated["topic_posts"] == 2
    found = [(row["views"], row["likes"]) for row in table("topic_posts")]
    assert sorted(found, key=str) == [(5, 2), *[(5, None)] * 6, (6, 1)]


@pytest.mark.parametrize(("said", "kept"), [({}, True), ({"rounded": False}, False), ({"rounded": True}, True)])
def test_what_a_source_says_of_its_rounding_stands(
    hand: Hand, table: Rows, made: Callable[..., str], said: dict[str, Any], *, kept: bool
) -> None:
    # The only large counter of a small batch may be a round one by chance: a source that counts exactly says so.
    row = {"post_id": made("2024-05-01"), "observed_at": SEEN, "views": 20_000}
    hand({("posts", "post_snapshots"): [row]}, constants=said)
    assert table("post_snapshots")[0]["rounded"] is kept


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
@pytest.mark.parametrize("sealed", [False, True])
def test_an_export_imports_again_to_the_same(
    hand: Hand, made: Callable[..., str], store: Store, tmp_path: Path, form: Any, *, sealed: bool
) -> None:
    hand(everything(made))
    if sealed:
        store.seal()
    other = Store.open(Settings(data=tmp_path / "other", threads=1), create=True)
    for name in NAMES:
        path = tmp_path / f"{name}.{form}"
        export(store, name, path, form)
        with other.scratch() as scratch:
            file = read(path, Hints(), scratch)
            assert (file.format, [one.shape.tables for one in file.extracts]) == ("dwell", [(name,)])
            assert load(other, file, Hints()).rejected == 0
        sql = f"SELECT * FROM {name} ORDER BY ALL"
        assert other.query(sql, [name]).rows == store.query(sql, [name]).rows
