"""A snapshot sees one instant, whatever is written, sealed, compacted and cleaned up meanwhile."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import dwell
from dwell.errors import NoDataError, StorageError
from dwell.results import Result
from dwell.warehouse import compact, engine_duckdb, journal, snapshot, writer
from dwell.workspace.result_cache import MAX_RESULTS, ResultCache

FIRST = 1_700_000_000


def table(folder: Path, name: str, posts: range, *, likes: int = 1, caption: str = "x #a #b") -> Path:
    rows = [f'{((FIRST + n) << 32) + 7_777_777},{1000 + n},{likes + n},1,2,{5 + n % 70},"{caption}"' for n in posts]
    path = folder / name
    path.write_text("\n".join(["post_id,views,likes,comments,shares,duration_s,caption", *rows, ""]))
    return path


@pytest.fixture
def workspace(tmp_path: Path) -> dwell.Workspace:
    return dwell.open(tmp_path / "data", create=True)


@pytest.fixture
def load(workspace: dwell.Workspace, tmp_path: Path) -> Callable[..., None]:
    def run(posts: range, *, creator: str = "@demo", as_of: str = "2026-01-01", **given: Any) -> None:
        path = table(tmp_path, f"{creator}-{posts.start}-{as_of}.csv", posts, **given)
        done = workspace.import_files([path], as_of=as_of, creator=creator)
        assert not done.failures

    return run


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Each query that DuckDB answers, and the number of its rows."""
    seen: list[tuple[str, int]] = []
    real = engine_duckdb.fetch

    def counted(connection: Any, sql: str, parameters: Any = None) -> Result:
        result = real(connection, sql, parameters)
        seen.append((sql, len(result)))
        return result

    monkeypatch.setattr(engine_duckdb, "fetch", counted)
    return seen


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """How often DuckDB and the journal are opened."""
    counts = {"duckdb": 0, "journal": 0}
    connect, open_journal = engine_duckdb.connect, journal._open

    def count_duckdb(*words: Any, **options: Any) -> Any:
        counts["duckdb"] += 1
        return connect(*words, **options)

    def count_journal(*words: Any, **options: Any) -> Any:
        counts["journal"] += 1
        return open_journal(*words, **options)

    monkeypatch.setattr(engine_duckdb, "connect", count_duckdb)
    monkeypatch.setattr(journal, "_open", count_journal)
    return counts


def test_every_question_shares_one_connection_and_one_journal(workspace, load, opened):
    load(range(30))
    opened.update(duckdb=0, journal=0)
    with workspace.snapshot() as s:
        s.status()
        s.posts(creator="@demo")
        s.benchmarks(creator="@demo")
        s.trend(creator="@demo")
        s.findings(creator="@demo")
        s.charts.benchmarks(creator="@demo")
    assert opened == {"duckdb": 1, "journal": 1}


def test_a_known_answer_opens_no_engine_and_a_new_batch_makes_it_unknown(workspace, load, opened):
    load(range(30))
    before = workspace.posts(creator="@demo")
    opened.update(duckdb=0, journal=0)
    assert workspace.posts(creator="@demo") == before
    assert opened == {"duckdb": 0, "journal": 1}
    load(range(30, 40))
    assert len(workspace.posts(creator="@demo")) == 40


def test_writing_sealing_and_cleaning_up_change_nothing_inside(workspace, load, monkeypatch):
    monkeypatch.setattr(writer, "JOURNAL_ROWS", 0)  # each import becomes a file of the lake
    for number in range(13):
        load(range(number * 10, number * 10 + 10))
    monkeypatch.setattr(writer, "JOURNAL_ROWS", 20_000)
    load(range(130, 140))  # and these are in the journal
    old = time.time() - 3 * 86_400
    for path in workspace.store.root.rglob("*.parquet"):
        os.utime(path, (old, old))
    with workspace.snapshot() as s:
        before = s.status()
        load(range(200, 230), as_of="2026-01-02")
        load(range(10), as_of="2026-02-01", likes=500, caption="changed")
        files = set(workspace.store.root.rglob("posts/**/*.parquet"))
        workspace.seal()
        assert len(set(workspace.store.root.rglob("posts/**/*.parquet")) - files) >= 1
        visible = workspace.store.instant([])[0]
        assert len(visible.table("posts").files) < 13, "nothing was compacted"
        compact.delete_unused_files(workspace.store.root, visible)
        posts = s.posts(creator="@demo")  # read only now
        assert len(posts) == 140
        assert {post["caption"] for post in posts} == {"x #a #b"}
        assert s.growth(creator="@demo").rows == []
        assert s.status() == before
        assert s.rows()["posts"] == 140
    after = workspace.posts(creator="@demo")
    assert len(after) == 170
    assert {post["caption"] for post in after} == {"x #a #b", "changed"}


def test_a_snapshot_that_outlives_its_files_is_refused(workspace, load, monkeypatch):
    assert compact.KEEP.total_seconds() > snapshot.MAX_AGE_S
    load(range(10))
    with workspace.snapshot() as s:
        monkeypatch.setattr(snapshot, "MAX_AGE_S", -1)
        with pytest.raises(StorageError, match="open a new one"):
            s.posts(creator="@demo")


def test_an_error_inside_is_passed_as_it_is_and_closes_the_journal(workspace, load):
    load(range(10))
    kept = []

    def fail() -> None:
        with workspace.snapshot() as s:
            kept.append(s)
            assert s.rows()["posts"] == 10
            raise FileNotFoundError("mine")

    with pytest.raises(FileNotFoundError, match="mine"):
        fail()
    with pytest.raises(StorageError, match="closed"):
        kept[0].rows()


def test_changing_an_answer_changes_no_later_one(workspace, load):
    load(range(10))
    first = workspace.posts(creator="@demo")
    tags = first.column("hashtags")
    assert tags[0] == ["a", "b"]
    tags[0].append("c")
    first.rows.clear()
    again = workspace.posts(creator="@demo")
    assert again.column("hashtags") == [["a", "b"]] * 10
    again.rows.pop()
    again.column("hashtags")[0].clear()
    assert workspace.posts(creator="@demo").column("hashtags") == [["a", "b"]] * 10


def test_the_cache_is_bounded_in_results_and_rows(monkeypatch):
    monkeypatch.setattr("dwell.workspace.result_cache.MAX_ROWS", 100)
    cache, asked = ResultCache(), []

    def ask(key: int, rows: int) -> Result:
        def compute() -> Result:
            asked.append(key)
            return Result(("x",), [(key,)] * rows)

        return cache.get(key, compute)

    for key in (1, 2, 3):
        assert len(ask(key, 40)) == 40
    ask(3, 40)
    ask(2, 40)
    assert asked == [1, 2, 3]
    ask(1, 40)  # the oldest made room
    assert asked == [1, 2, 3, 1]
    ask(4, 51)
    ask(4, 51)  # more than half of the room is not kept
    assert asked == [1, 2, 3, 1, 4, 4]
    for key in range(10, 10 + MAX_RESULTS):
        ask(key, 0)
    ask(2, 40)
    assert asked[-1] == 2


def test_a_creator_is_known_by_its_own_posts(workspace, load, fetched):
    load(range(30))
    load(range(100, 160), creator="@other")
    assert len(workspace.growth(creator="@OTHER")) == 0
    look_up = fetched[0]
    assert look_up[0].index("= $handle") < look_up[0].index("GROUP BY")  # of its posts alone, one row a platform
    assert look_up[1] == 1
    assert "growth" not in look_up[0]
    fetched.clear()
    with pytest.raises(NoDataError, match=r"No posts of @nobody are stored \(stored: @other, @demo\)"):
        workspace.growth(creator="@nobody")
    assert fetched[0][1] == 0


def test_posts_are_sorted_and_limited_by_the_engine(workspace, load, fetched):
    load(range(90))
    newest_first = workspace.ask("posts", handle="demo")
    fetched.clear()
    for sort in ("engagement_rate", "views", "caption", "hashtags", "excluded", "above_p90", "posted_at", "post_id"):
        top = workspace.posts(creator="@demo", sort=sort, limit=7)
        assert top.rows == newest_first.sorted_by(sort).head(7).rows, sort
    outstanding = workspace.posts(creator="@demo", above_p90=True, limit=5)
    assert outstanding.rows == newest_first.where("above_p90").sorted_by("engagement_rate").head(5).rows
    assert sorted({rows for _, rows in fetched}) == [1, 5, 7]
    with pytest.raises(NoDataError, match="Unknown column 'nothing'; sort by one of post_id"):
        workspace.posts(creator="@demo", sort="nothing")


def test_no_chart_loads_more_rows_than_it_draws(workspace, load, fetched, monkeypatch):
    load(range(4_000))
    load(range(4_000), as_of="2026-02-01", likes=50)
    fetched.clear()
    for chart in (
        workspace.charts.benchmarks(creator="@demo"),
        workspace.charts.benchmarks(),
        workspace.charts.growth(creator="@demo"),
        workspace.charts.watch_time(creator="@demo"),
        workspace.charts.posting_times(creator="@demo"),
        workspace.charts.trend(creator="@demo"),
    ):
        assert chart.to_dict()["title"]["text"]
    assert max(rows for _, rows in fetched) <= 1_500
    title = workspace.charts.benchmarks(creator="@demo").to_dict()["title"]["subtitle"]
    drawn = next(line for line in title if "dots are drawn" in line)
    assert "1,334 of 4,000 dots are drawn, 134 of 402 above the 90th percentile." in drawn
    assert "top 20 of 4,000 posts" in " ".join(workspace.charts.growth(creator="@demo").to_dict()["title"]["subtitle"])


def test_only_topics_of_the_accounts_own_posts_are_loaded(workspace, load, fetched):
    load(range(30))
    samples = ["topic_kind,topic,observed_at,topic_posts,source"]
    samples += [
        f"hashtag,{tag},2023-11-{day:02d}T12:00:00Z,{day},test" for tag in ("a", "zz", "yy") for day in range(10, 20)
    ]
    path = workspace.store.root.parent / "samples.csv"
    path.write_text("\n".join(samples) + "\n")
    done = workspace.import_files([path], format="dwell")
    assert not done.failures, done.failures
    fetched.clear()
    with workspace.snapshot() as s:
        from dwell.workspace.studies import with_topics

        with_topics(s, list(s.posts(creator="@demo")))
    assert fetched[-1][1] == 10
