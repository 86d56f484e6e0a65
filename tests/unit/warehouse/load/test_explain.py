"""What `--explain` tells of rows: each step's values, and the outcome that loading the file then has."""

from __future__ import annotations

import hashlib
import json
import random
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from dwell.records import Extract, Hints, Shape, SourceFile, source_at
from dwell.warehouse import Store
from dwell.warehouse.load.explainer import explain
from dwell.warehouse.load.explanation import STEPS, ExplainedRow, Explanation
from dwell.warehouse.load.loaded import Loaded

from .conftest import POSTS

Bring = Callable[..., Loaded]
Explain = Callable[..., Explanation]
HEADER = "id,account,posted,seen,length,caption,views,likes"


@pytest.fixture
def explained(store: Store, tmp_path: Path) -> Explain:
    """Explains text as a file: CSV, or JSON lines for a list of objects."""

    def run(
        content: str | Sequence[Any], lines: Sequence[int] = (), shape: Shape = POSTS, layout: Any = "csv", **hints: Any
    ) -> Explanation:
        if isinstance(content, list):
            content, layout = "\n".join(json.dumps(row) for row in content), "ndjson"
        path = tmp_path / "explained.txt"
        path.write_text(str(content))
        extract = Extract(path, layout, shape)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        file = SourceFile(path, digest, shape.name, (extract,))
        return explain(store, file, Hints(**{"as_of": "2024-06-01", **hints}), lines)

    return run


def cells(row: ExplainedRow) -> dict[str, tuple[Any, Any, Any]]:
    return {cell.column: (cell.text, cell.typed, cell.checked) for cell in row.cells}


def test_each_step_of_a_row(explained: Explain, made: Callable[..., str]) -> None:
    post = made("2024-03-01")
    done = explained(f"{HEADER}\n{post},@Ana,1 Mar 2024 10:00,2024-05-01,0:12,hi #tag,1.2K,30\n")
    (row,) = done.rows
    steps = cells(row)
    assert (row.line, row.outcome, row.reason) == (2, "new", None)
    assert row.text.startswith(post)
    assert steps["views"] == ("1.2K", 1200, 1200)
    assert steps["duration_s"] == ("0:12", 12.0, 12.0)
    assert steps["handle"] == ("ana", "ana", "ana")
    assert [str(value) for value in steps["posted_at"]] == [
        "1 Mar 2024 10:00", "2024-03-01 10:00:00", "2024-03-01 12:00:00+00:00",
    ]  # fmt: skip
    tables = {given.table: given for given in row.tables}
    assert {name: given.outcome for name, given in tables.items()} == {
        "posts": "new", "post_snapshots": "new", "creators": "new",
    }  # fmt: skip
    assert tables["posts"].values["hashtags"] == ["tag"]
    assert tables["post_snapshots"].values["rounded"] is True


def test_the_steps_count_the_whole_file(explained: Explain, made: Callable[..., str]) -> None:
    rows = [f"{made('2024-03-01', n)},ana,2024-03-01T12:00:00Z,2024-05-01,12,c,{100 * n},1" for n in range(1, 6)]
    rows[1] = "12," + rows[1].split(",", 1)[1]
    rows[2] = rows[2].replace(",300,", ",3 000,")
    done = explained("\n".join([HEADER, *rows]))
    assert [step.step for step in done.steps] == list(STEPS)
    assert [step.rows for step in done.steps] == [5, 5, 5, 4, 4 + 4 + 4, 4 + 4 + 1]
    notes = {step.step: step.note for step in done.steps}
    assert notes["typed"] == "1 unusual spellings read"
    assert notes["checked"] == "1 rejected"
    assert notes["stored"].startswith("posts 4 new, post_snapshots 4 new, creators 1 new")
    assert done.rows_read == 5


def test_without_lines_the_first_rows_and_each_kind_of_reject(explained: Explain, made: Callable[..., str]) -> None:
    rows = [f"{made('2024-03-01', n)},ana,2024-03-01T12:00:00Z,2024-05-01,12,c,1,1" for n in range(1, 21)]
    for number, bad in ((10, "12"), (11, "13"), (15, "7.35E+18")):
        rows[number] = f"{bad}," + rows[number].split(",", 1)[1]
    done = explained("\n".join([HEADER, *rows]))
    assert [(row.line, row.outcome) for row in done.rows] == [
        (2, "new"), (3, "new"), (4, "new"), (12, "rejected"), (17, "rejected"),
    ]  # fmt: skip
    assert done.rows[3].reason == "implausible id, no post of this platform: 12"


@pytest.mark.parametrize("odd", [False, True])
def test_lines_choose_the_rows_that_they_belong_to(explained: Explain, made: Callable[..., str], odd: bool) -> None:
    rows = [f'{made("2024-03-01", n)},ana,,2024-05-01,12,"two\nlines",{n},1' for n in range(1, 9)]
    if odd:
        rows[7] = rows[7].replace(",8,1", ",8K,1")
    done = explained("\n".join([HEADER, *rows]), [1, 5, 6, 7, 99])
    assert [(row.line, cells(row)["views"][2]) for row in done.rows] == [(4, 2), (6, 3)]
    assert done.missing_lines == (1, 99)


def test_outcomes_against_the_store_and_the_file_itself(
    bring: Bring, explained: Explain, made: Callable[..., str], store: Store
) -> None:
    a, b, c, d = (made("2024-03-01", n) for n in range(1, 5))
    rest = "ana,2024-03-01T12:00:00Z,2024-05-01,12"
    bring(f"{HEADER}\n{a},{rest},old,1,1\n{b},{rest},,1,\n{c},{rest},old,6,1\n")
    before = store.rows()
    content = f"{HEADER}\n{a},{rest},old,1,1\n{b},{rest},now known,1,5\n{c},{rest},old,5,1\n{d},{rest},new,1,1\n"
    done = explained(content)
    assert [row.outcome for row in explained(content, [2, 3, 4, 5]).rows] == ["known", "updated", "duplicate", "new"]
    duplicate = next(row for row in done.rows if row.outcome == "duplicate")
    assert duplicate.reason == "duplicate: another reading of the same time is kept; views 5, kept 6"
    assert [given.outcome for given in duplicate.tables if given.table == "post_snapshots"] == ["duplicate"]
    assert store.rows() == before
    loaded = bring(content, name="again.csv")
    assert (loaded.gained, loaded.known, loaded.duplicates, loaded.rejected) == (2, 1, 1, 0)


def test_a_file_of_rejects_only_is_explained(explained: Explain) -> None:
    done = explained(f"{HEADER}\n12,ana,,2024-05-01,12,c,1,1\n13,ana,,2024-05-01,12,c,1,1\n")
    assert {row.outcome for row in done.rows} == {"rejected"}
    assert next(step.rows for step in done.steps if step.step == "checked") == 0


def test_a_repaired_csv_and_json_lines(explained: Explain, made: Callable[..., str]) -> None:
    post = made("2024-03-01")
    broken = explained(f'{HEADER}\n"never closed\n{post},ana,,2024-05-01,12,c,5,1\n', [2, 3])
    assert [(row.line, row.outcome, row.text[:13]) for row in broken.rows] == [
        (2, "rejected", '"never closed'), (3, "new", post[:13]),
    ]  # fmt: skip
    shape = Shape("lines", ("posts", "post_snapshots"), {"post_id": source_at("/id"), "views": source_at("/n")})
    lines = explained([{"id": post, "n": 5}, {"id": "x", "n": 6}], [2], shape)
    assert [(row.line, row.outcome, cells(row)["views"]) for row in lines.rows] == [(2, "rejected", ("6", 6, 6))]


def test_every_query_is_named_and_runs_in_order(explained: Explain, made: Callable[..., str]) -> None:
    done = explained(f"{HEADER}\n{made('2024-03-01')},ana,,2024-05-01,12,c,1.2K,1\n")
    steps = [query.step for query in done.queries]
    assert list(dict.fromkeys(steps)) == list(STEPS)
    assert all(query.sql.startswith(("SELECT", "WITH", "(WITH")) for query in done.queries)
    assert not any("(SELECT" in query.sql for query in done.queries if query.step != "stored")


@pytest.mark.parametrize("seed", range(2))
def test_the_outcomes_are_those_of_the_import(
    bring: Bring, explained: Explain, made: Callable[..., str], seed: int
) -> None:
    """Every row explained, then imported: the same number new or updated, known, and refused."""
    dice = random.Random(seed)

    def row() -> str:
        seen, caption = dice.choice(("2024-05-01", "2024-05-02", "")), dice.choice(("", "a", "b"))
        views, likes = dice.choice(("", "1", "2", "17.7K", "17690", "-1")), dice.choice(("", "3"))
        return f"{made('2024-03-01', dice.randrange(1, 25))},ana,,{seen},12,{caption},{views},{likes}"

    def content() -> str:
        rows = [row() for _ in range(75)]
        return "\n".join([HEADER, *rows])

    bring(content())
    second = content()
    outcomes = Counter(row.outcome for row in explained(second, range(2, 77)).rows)
    loaded = bring(second, name="second.csv")
    assert outcomes["new"] + outcomes["updated"] == loaded.gained
    assert outcomes["known"] == loaded.known
    assert (outcomes["rejected"], outcomes["duplicate"]) == (loaded.rejected, loaded.duplicates)
