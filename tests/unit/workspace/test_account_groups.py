"""Posts and norms over all accounts, a niche or a watchlist."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import dwell
from dwell.cli.main import main
from dwell.errors import NoDataError, SettingsError

Run = Callable[..., tuple[int, str, str]]


def write_rows(path: Path, handle: str, posts: int) -> Path:
    """Videos of one account, each observed long after publishing."""
    rows = []
    for number in range(posts):
        row: dict[str, Any] = {"post_id": f"{759_000_000 + sum(map(ord, handle))}{number:010d}", "handle": handle}
        row |= {"posted_at": "2026-01-02T03:04:05Z", "observed_at": "2026-02-01T00:00:00Z", "duration_s": 15.0}
        rows.append(row | {"views": 1_001 + number, "likes": 101, "comments": 1, "shares": 1, "saves": 1})
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Cooks a (8 posts) and b (5), runner c (4); a watchlist of a and of one whose posts are not stored."""
    place = tmp_path_factory.mktemp("groups")
    workspace = dwell.open(place / "data", create=True)
    for handle, posts, niche in (("cook_a", 8, "cooking"), ("cook_b", 5, "cooking"), ("runner_c", 4, "running")):
        file = write_rows(place / f"{handle}.jsonl", handle, posts)
        assert not workspace.import_files([file], niche=niche).failures
    workspace.live.watchlist_add("rivals", ["@cook_a", "@nobody_here", "#recipe"])
    workspace.live.watchlist_add("topics", ["#recipe"])
    workspace.live.close()
    return place / "data"


@pytest.fixture
def run(folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*words: str) -> tuple[int, str, str]:
        status = main([*words, "--data", str(folder)])
        return status, *capsys.readouterr()

    return run


def test_posts_of_all_accounts_show_ten_rows_and_say_how_many_more(run: Run) -> None:
    status, text, _ = run("posts")
    assert status == 0
    assert "Account" in text
    assert "7 more rows: --all" in text
    assert "more rows" not in run("posts", "--all")[1]
    assert "more row" not in run("posts", "--limit", "3")[1]
    found = json.loads(run("posts", "--json")[1])
    assert (len(found["rows"]), found["total"]) == (17, 17)


def test_an_account_shows_every_post_as_before(run: Run) -> None:
    text = run("posts", "--creator", "@cook_a")[1]
    assert "more row" not in text
    assert "cook_a" not in text


def test_a_niche(run: Run, folder: Path) -> None:
    found = json.loads(run("posts", "--niche", "cooking", "--json")[1])
    assert {row["handle"] for row in found["rows"]} == {"cook_a", "cook_b"}
    assert (found["niche"], found["accounts"], found["total"]) == ("cooking", 2, 13)
    assert sum(row["n"] for row in json.loads(run("benchmarks", "--niche", "running", "--json")[1])["rows"]) == 4
    assert set(dwell.open(folder).posts(niche="running", at="24h").column("handle")) == {"runner_c"}


def test_a_watchlist_says_which_accounts_have_no_posts(run: Run) -> None:
    status, text, _ = run("posts", "--watchlist", "rivals")
    assert status == 0
    assert "1 of 2 accounts of watchlist rivals has no stored posts: @nobody_here." in " ".join(text.split())
    found = json.loads(run("benchmarks", "--watchlist", "rivals", "--json")[1])
    assert (found["accounts"], found["accounts_listed"], found["eligible"]) == (1, 2, 8)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--niche", "cookin"), "Did you mean cooking?"),
        (("--niche", "cooking", "--platform", "youtube"), "No account of the niche 'cooking' on youtube"),
        (("--watchlist", "rival"), "Did you mean rivals?"),
        (("--watchlist", "topics"), "has no accounts, only topics"),
        (("--watchlist", "rivals", "--platform", "youtube"), "on youtube are stored (@cook_a, @nobody_here)"),
    ],
)
def test_what_there_is_not_is_named(run: Run, words: tuple[str, ...], said: str) -> None:
    status, _, err = run("posts", *words)
    assert status == 1
    assert said in err


def test_one_choice_of_accounts_only(run: Run, folder: Path) -> None:
    assert "choose one of --creator, --niche and --watchlist" in run("posts", "--niche", "a", "--creator", "@b")[2]
    assert run("benchmarks", "--niche", "a", "--watchlist", "b")[0] == 2
    with pytest.raises(SettingsError, match="Name one of these only"):
        dwell.open(folder).posts(creator="@cook_a", niche="cooking")


def test_a_folder_without_state_gets_none(tmp_path: Path) -> None:
    workspace = dwell.open(tmp_path / "data", create=True)
    workspace.import_files([write_rows(tmp_path / "a.jsonl", "cook_a", 2)])
    before = {path.name for path in (tmp_path / "data").iterdir()}
    with pytest.raises(NoDataError, match="watchlists: none"):
        workspace.posts(watchlist="rivals")
    assert {path.name for path in (tmp_path / "data").iterdir()} == before


def test_a_chart_names_the_accounts(run: Run, tmp_path: Path) -> None:
    assert run("benchmarks", "--niche", "cooking", "-o", str(tmp_path / "strip.svg"))[0] == 0
    assert "niche cooking on tiktok" in (tmp_path / "strip.svg").read_text()


def test_a_period_of_all_accounts_and_of_a_niche(run: Run) -> None:
    for words in (("posts",), ("posts", "--niche", "cooking"), ("posts", "--at", "7d"), ("benchmarks",)):
        found = json.loads(run(*words, "--since", "2026-01-03", "--json")[1])
        assert (found["rows"], found["since"]) == ([], "2026-01-03T00:00:00Z")
    found = json.loads(run("posts", "--niche", "cooking", "--until", "2026-01-02", "--json")[1])
    assert (len(found["rows"]), found["total"]) == (13, 13)
