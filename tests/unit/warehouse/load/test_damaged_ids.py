"""Ids that lost their last digits: found by their share of a column, in every kind of id, and never stored."""

from __future__ import annotations

import random
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from dwell.errors import BadFileError
from dwell.records import Shape, source_at
from dwell.text.ids import OLDEST_ID, are_damaged, is_beyond_chance, looks_rounded
from dwell.warehouse.load.loaded import Loaded

Bring = Callable[..., Loaded]
SOUNDS = Shape(
    "made-up",
    ("posts", "post_snapshots", "creators"),
    {name: source_at(name) for name in ("post_id", "sound_id", "creator_id", "handle", "views", "url")},
    {"platform": "tiktok"},
)
COMMENTS = Shape(
    "made-up", ("comments",), {name: source_at(name) for name in ("comment_id", "post_id", "text", "comment_likes")}
)
PROGRAMS: dict[str, Callable[[int], str]] = {
    "spreadsheet": lambda number: str(number // 10_000 * 10_000),
    "float": lambda number: str(int(float(number))),
    "JavaScript": lambda number: str(int(Decimal(repr(float(number))))),
    "scientific": lambda number: f"{number:.5E}",
    "lower case": lambda number: f"{number:.14e}",
}


def make_ids(count: int, seed: int = 1) -> list[int]:
    """Ids of 2020 to 2026 whose low bits are random."""
    chance = random.Random(seed)
    return [chance.randrange(1_580_000_000, 1_700_000_000) << 32 | chance.randrange(1 << 32) for _ in range(count)]


def table(**columns: list[Any]) -> str:
    rows = zip(*columns.values(), strict=True)
    return "\n".join([",".join(columns), *(",".join(map(str, row)) for row in rows)])


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("count", [3, 20, 400])
def test_damaged_post_ids_are_refused(bring: Bring, program: str, count: int) -> None:
    ids = [PROGRAMS[program](number) for number in make_ids(count)]
    with pytest.raises(BadFileError, match="export ids as text"):
        bring(table(post_id=ids, views=list(range(count))), SOUNDS)


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_link_made_out_of_a_damaged_id_excuses_nothing(bring: Bring, program: str) -> None:
    ids = [PROGRAMS[program](number) for number in make_ids(20)]
    links = [f"https://www.tiktok.com/@ann/video/{post_id}" for post_id in ids]
    with pytest.raises(BadFileError, match="last digits are lost"):
        bring(table(post_id=ids, url=links, views=[5] * 20), SOUNDS)


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_users_own_link_has_the_true_id(bring: Bring, table_of: Any, program: str) -> None:
    ids = make_ids(20)
    links = [f"https://www.tiktok.com/@ann/video/{post_id}" for post_id in ids]
    loaded = bring(table(post_id=[PROGRAMS[program](number) for number in ids], url=links, views=[5] * 20), SOUNDS)
    assert (loaded.posts_new, loaded.rejected) == (20, 0)
    assert {row["post_id"] for row in table_of("posts")} == set(map(str, ids))


@pytest.fixture
def table_of(table: Callable[..., list[dict[str, Any]]]) -> Callable[..., list[dict[str, Any]]]:
    """The stored rows of a table; `table` makes text here."""
    return table


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("column", ["sound_id", "creator_id"])
def test_damaged_ids_of_sounds_and_accounts_are_unknown_and_the_post_stays(
    bring: Bring, table_of: Any, program: str, column: str
) -> None:
    posts, others = make_ids(20), make_ids(20, seed=2)
    cells = [PROGRAMS[program](number) for number in others[:15]] + ["", *map(str, others[16:])]
    loaded = bring(table(post_id=posts, **{column: cells}, handle=["ann"] * 20, views=[5] * 20), SOUNDS)
    assert (loaded.posts_new, loaded.rejected) == (20, 0)
    stored = {row["post_id"]: row[column] for row in table_of("posts")}
    assert [stored[str(post)] for post in posts] == [None] * 16 + [str(other) for other in others[16:]]
    (warning,) = loaded.warnings
    assert warning.startswith(f"15 rows hold a damaged {column.replace('_', ' ')}")


def test_a_damaged_comment_id_is_refused_and_a_damaged_post_of_a_comment_is_unknown(
    bring: Bring, table_of: Any
) -> None:
    comments, posts = make_ids(20), make_ids(20, seed=2)
    rounded = [str(int(float(post))) for post in posts]
    bring(table(comment_id=comments, post_id=rounded, text=["hi"] * 20, comment_likes=[1] * 20), COMMENTS)
    assert {row["post_id"] for row in table_of("comments")} == {None}
    with pytest.raises(BadFileError, match="last digits are lost"):
        bring(table(comment_id=rounded, post_id=posts, text=["hi"] * 20, comment_likes=[1] * 20), COMMENTS)


def test_a_lone_mark_is_kept_and_flagged(bring: Bring) -> None:
    ids = make_ids(30)
    for program in ("spreadsheet", "float", "JavaScript"):
        cells = [PROGRAMS[program](ids[0]), *ids[1:]]
        loaded = bring(table(post_id=cells, views=[len(program)] * 30), SOUNDS, as_of=f"2024-06-{len(program):02}")
        assert (loaded.rejected, loaded.flagged["ids_look_rounded"]) == (0, 1)


def test_one_row_whose_link_has_the_lost_digits_is_proof(bring: Bring, table_of: Any) -> None:
    true, other, good = make_ids(3)
    links = [f"https://www.tiktok.com/@ann/video/{true}", "", ""]
    cells = [PROGRAMS["spreadsheet"](true), PROGRAMS["spreadsheet"](other), str(good)]
    loaded = bring(table(post_id=cells, url=links, views=[1, 2, 3]), SOUNDS)
    assert loaded.rejected == 1
    assert {row["post_id"] for row in table_of("posts")} == {str(true), str(good)}


def test_some_damaged_rows_among_good_ones_are_refused_and_the_good_ones_stay(bring: Bring, table_of: Any) -> None:
    ids = make_ids(500)
    cells = [PROGRAMS["JavaScript"](number) if n < 40 else str(number) for n, number in enumerate(ids)]
    loaded = bring(table(post_id=cells, views=list(range(500))), SOUNDS)
    stored = {row["post_id"] for row in table_of("posts")}
    assert not stored & {PROGRAMS["JavaScript"](number) for number in ids[:40]}
    assert 40 <= loaded.rejected <= 43
    assert len(stored) == 500 - loaded.rejected


def test_undamaged_columns_are_not_accused() -> None:
    """Of 2,000 columns of every size hardly one; each mark is found in about one of a thousand ids."""
    chance = random.Random(7)
    accused = 0
    for trial in range(2_000):
        size = chance.choice([1, 2, 3, 5, 10, 30, 100])
        accused += are_damaged(map(str, make_ids(size, seed=1_000 + trial)))
    assert accused == 0
    marked = sum(looks_rounded(str(number)) for number in make_ids(100_000, seed=3))
    assert 200 <= marked <= 400


def test_shorter_ids_have_marks_of_their_own() -> None:
    chance = random.Random(5)
    for low, high in ((10**16, 10**17), (10**17, 10**18), (10**18, OLDEST_ID)):
        ids = [chance.randrange(low, high) for _ in range(300)]
        assert not are_damaged(map(str, ids))
        for program in ("float", "JavaScript"):
            assert are_damaged(PROGRAMS[program](number) for number in ids)
        assert are_damaged(f"{number:.15g}" if number < 10**15 else str(int(f"{number:.14e}".replace(".", "")[:15]
                           + "0" * (len(str(number)) - 15))) for number in ids)  # fmt: skip


@pytest.mark.parametrize(
    ("marked", "expected", "beyond"),
    [(1, 1e-9, False), (2, 0.004, True), (2, 0.01, False), (30, 10, True), (19, 10, False), (5_400, 5_000, False)],
)
def test_beyond_chance(marked: int, expected: float, *, beyond: bool) -> None:
    assert is_beyond_chance(marked, expected) is beyond
