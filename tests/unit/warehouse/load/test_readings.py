"""Readings of one post and time, merged by column: nothing measured is lost, whichever file came first."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from dwell.records import Extract, Hints, Shape, SourceFile, source_at
from dwell.warehouse import Store
from dwell.warehouse.load import loader
from dwell.warehouse.load.loaded import Loaded
from dwell.warehouse.load.loader import load

Bring = Callable[..., Loaded]
Rows = Callable[..., list[dict[str, Any]]]
COUNTERS = ("views", "likes", "comments", "shares", "saves", "rounded")
WATCHED = ("avg_watch_s", "full_watch_rate", "total_watch_s", "reach", "new_followers")


def shape(name: str, *columns: str) -> Shape:
    tables = ("posts", "post_snapshots", *(["watch_times"] if set(columns) & set(WATCHED) else []))
    return Shape(name, tables, {n: source_at(n) for n in ("post_id", "observed_at", *columns)}, {"platform": "tiktok"})


SCRAPE = shape("scrape", *COUNTERS)
TEMPLATE = shape("template", "views", "saves", *WATCHED)


def day_files(post: str, *, seen: str = "", views: int = 12_150) -> dict[str, tuple[str, Shape, str]]:
    """A scrape, and a template that was filled in on the same day: name -> content, shape, `--as-of`."""
    return {
        "scrape": (
            f"post_id,observed_at,views,likes,comments,shares\n{post},{seen},12000,900,40,12\n",
            SCRAPE,
            "2026-03-22",
        ),
        "template": (
            f"post_id,observed_at,views,saves,avg_watch_s,reach\n{post},2026-03-22,{views},35,8.98,9000\n",
            TEMPLATE,
            "2026-03-22",
        ),
    }


def values(row: dict[str, Any], *names: str) -> tuple[Any, ...]:
    return tuple(row[name] for name in names)


@pytest.mark.parametrize("order", list(itertools.permutations(["scrape", "template"])))
@pytest.mark.parametrize("views", [11_900, 12_000, 12_150])
@pytest.mark.parametrize("sealed", [False, True])
def test_a_scrape_and_a_template_of_one_day_lose_nothing_in_either_order(
    bring: Bring, table: Rows, store: Store, made: Callable[..., str], order: tuple[str, ...], views: int, sealed: bool
) -> None:
    files = day_files(made("2026-03-18"), views=views)
    for name in order:
        content, of, as_of = files[name]
        loaded = bring(content, of, name=f"{name}.csv", as_of=as_of)
        assert (loaded.rejected, loaded.duplicates) == (0, 0)
        if sealed:
            store.seal()
    (row,) = table("post_snapshots")
    # A lone 12,000 may be rounded, a lone 11,900 is exact: of these two the exact one stands.
    assert values(row, "views", "likes", "comments", "shares", "saves") == (views, 900, 40, 12, 35)
    assert values(row, "observed_precision", "observed_zone") == ("day", "UTC")
    sources = {name: source.partition("@")[0] for name, source in json.loads(row["value_sources"]).items()}
    assert (sources["likes"], sources["saves"]) == ("scrape", "template")
    assert sources["views"] == (order[1] if views == 12_000 else "template")
    (watched,) = table("watch_times")
    assert values(watched, "avg_watch_s", "reach", "observed_precision") == (8.98, 9000, "day")


@pytest.mark.parametrize("order", list(itertools.permutations(["scrape", "evening", "template"])))
@pytest.mark.parametrize("sealed", [False, True])
def test_a_day_completes_the_instants_of_that_day(
    bring: Bring, table: Rows, store: Store, made: Callable[..., str], order: tuple[str, ...], sealed: bool
) -> None:
    post = made("2026-03-18")
    files = day_files(post, seen="2026-03-22T14:30:00Z")
    files["evening"] = (
        f"post_id,observed_at,views,saves\n{post},2026-03-22T20:00:00Z,12400,36\n",
        SCRAPE,
        "2026-03-22",
    )
    for name in order:
        content, of, as_of = files[name]
        assert bring(content, of, name=f"{name}.csv", as_of=as_of).rejected == 0
        if sealed:
            store.seal()
    day, noon, evening = table("post_snapshots", "observed_at")
    assert values(day, "views", "likes", "saves", "observed_precision") == (12_150, None, 35, "day")
    assert values(noon, "views", "likes", "saves", "observed_precision") == (12_000, 900, 35, "instant")
    assert values(evening, "views", "likes", "saves", "observed_precision") == (12_400, None, 36, "instant")
    assert json.loads(noon["value_sources"])["saves"].startswith("template@")
    assert evening["value_sources"] is None
    assert store.rows()["post_snapshots"] == 3


def test_an_instant_never_gets_views_that_are_known_to_the_day(
    bring: Bring, table: Rows, made: Callable[..., str]
) -> None:
    post = made("2026-03-18")
    bring(f"post_id,observed_at,likes\n{post},2026-03-22T09:00:00Z,900\n", SCRAPE)
    bring(f"post_id,observed_at,views,saves\n{post},2026-03-22,12000,35\n", SCRAPE)
    assert [values(row, "views", "likes", "saves") for row in table("post_snapshots", "observed_at")] == [
        (12_000, None, 35),
        (None, 900, 35),
    ]


@pytest.mark.parametrize(
    ("seen", "hints", "expected"),
    [
        ("", {"as_of": "2026-03-22"}, ("2026-03-22T00:00", "day", "UTC")),
        ("", {"as_of": "2026-03-22", "tz": "Europe/Berlin"}, ("2026-03-21T23:00", "day", "Europe/Berlin")),
        ("", {"as_of": "2026-03-22T09:30Z"}, ("2026-03-22T09:30", "instant", None)),
        ("", {"as_of": "2026-03-22T00:00Z"}, ("2026-03-22T00:00", "instant", None)),
        ("2026-03-22", {"tz": "Europe/Berlin"}, ("2026-03-21T23:00", "day", "Europe/Berlin")),
        ("2026-03-22 00:00:00", {}, ("2026-03-22T00:00", "day", "UTC")),
        ("22.03.2026", {}, ("2026-03-22T00:00", "day", "UTC")),
        ("22 March 2026", {}, ("2026-03-22T00:00", "day", "UTC")),
        ("2026-03-22 09:30", {}, ("2026-03-22T09:30", "instant", None)),
        ("2026-03-22T09:30:00Z", {"as_of": "2026-03-25"}, ("2026-03-22T09:30", "instant", None)),
        ("1774171800", {}, ("2026-03-22T09:30", "instant", None)),
    ],
)
def test_a_reading_says_how_exactly_its_time_is_known(
    bring: Bring, table: Rows, made: Callable[..., str], seen: str, hints: dict[str, str], expected: tuple[Any, ...]
) -> None:
    bring(f"post_id,observed_at,views\n{made('2026-03-18')},{seen},5\n", SCRAPE, **hints)
    (row,) = table("post_snapshots")
    at = datetime.fromisoformat(expected[0]).replace(tzinfo=UTC)
    assert values(row, "observed_at", "observed_precision", "observed_zone") == (at, *expected[1:])


def test_a_watch_time_that_is_not_stored_is_named(bring: Bring, table: Rows, made: Callable[..., str]) -> None:
    post, head = made("2026-03-18"), "post_id,observed_at,avg_watch_s,reach"
    loaded = bring(f"{head}\n{post},2026-03-22,8.5,\n{post},2026-03-22,9.25,800\n", TEMPLATE)
    assert (loaded.rejected, loaded.duplicates, loaded.gained) == (0, 1, 1)
    assert loaded.warnings == (
        (
            "Watch time of 1 post not stored: another reading of the same time is newer or more exact "
            "(the first: avg_watch_s 8.5, kept 9.25)."
        ),
    )
    corrected = bring(f"{head}\n{post},2026-03-22,9.5,\n", TEMPLATE, name="again.csv")
    assert (corrected.rows_updated["watch_times"], corrected.warnings) == (1, ())
    (row,) = table("watch_times")
    assert values(row, "avg_watch_s", "reach") == (9.5, 800)


@pytest.fixture
def read(store: Store, tmp_path: Path) -> Callable[..., Loaded]:
    """Loads one and the same file, as another dwell or with other columns read it."""

    def run(*rows: str, digest: str = "one", **hints: Any) -> Loaded:
        path = tmp_path / "file.csv"
        path.write_text("\n".join(["post_id,observed_at,views,likes,avg_watch_s", *rows]))
        of = shape("made-up", "views", "likes", "avg_watch_s")
        return load(store, SourceFile(path, digest, "made-up", (Extract(path, "csv", of),)), Hints(**hints))

    return run


@pytest.mark.parametrize("sealed", [False, True])
def test_a_file_that_is_read_otherwise_corrects_what_it_stored(
    read: Callable[..., Loaded], table: Rows, store: Store, made: Callable[..., str], monkeypatch: pytest.MonkeyPatch,
    sealed: bool,
) -> None:  # fmt: skip
    post, other = made("2026-03-18"), made("2026-03-19")
    monkeypatch.setattr(loader, "VERSION", 1)
    read(f"{post},2026-03-22,17700000000,5,12.345", f"{other},2026-03-22,9,9,3")
    read(f"{other},2026-03-22,10,,", digest="another file")
    if sealed:
        store.seal()
    assert read(f"{post},2026-03-22,17700,,12345", f"{other},2026-03-22,9,9,3").repeated
    monkeypatch.setattr(loader, "VERSION", 2)
    again = read(f"{post},2026-03-22,17700,,12345", f"{other},2026-03-22,9,9,3")
    assert (again.repeated, again.corrected, again.rejected) == (False, 3, 0)
    rows = {row["post_id"]: values(row, "views", "likes") for row in table("post_snapshots")}
    assert rows == {post: (17_700, None), other: (10, 9)}
    assert {row["post_id"]: row["avg_watch_s"] for row in table("watch_times")} == {post: 12_345, other: 3}


def test_the_same_file_with_other_options_corrects_and_forgets_nothing(
    read: Callable[..., Loaded], table: Rows, made: Callable[..., str]
) -> None:
    post = made("2026-03-18")
    read(f"{post},2026-03-22,500,5,", as_of="2026-03-22")
    again = read(f"{post},2026-03-22,50,,", as_of="2026-03-23")
    assert again.corrected == 1
    assert [values(row, "views", "likes") for row in table("post_snapshots")] == [(50, 5)]
