"""Wrong words get a plain sentence with the nearest word, and none of the library that reads them."""

from __future__ import annotations

from pathlib import Path

import pytest

import dwell
from dwell.cli.main import main

HELP = " See 'dwell {} --help'."


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("tears", "There is no command tears. Did you mean tiers? See 'dwell --help'."),
        ("keys crate", "There is no command crate. Did you mean create? See 'dwell keys --help'."),
        ("zzzz", "There is no command zzzz. See 'dwell --help'."),
        ("posts --createor x", "There is no option --createor. Did you mean --creator? See 'dwell posts --help'."),
        ("tiers", "--creator is missing. See 'dwell tiers --help'."),
        ("vet", "@HANDLE is missing. See 'dwell vet --help'."),
        ("posts --creator @a --limit 0", "--limit: give 1 or more. See 'dwell posts --help'."),
        ("posts --creator @a --limit x", "--limit: 'x' isn't a whole number. See 'dwell posts --help'."),
        (
            "trend --creator @a --every weak",
            "--every: there is no 'weak'. Did you mean week? Choose from day, week, month. See 'dwell trend --help'.",
        ),
        (
            "export posts --format foo",
            "--format: there is no 'foo'. Choose from parquet, csv, jsonl. See 'dwell export --help'.",
        ),
        (
            "posts @a --creator @b",
            "One word too many: @a. Put quotes around a text with blanks. See 'dwell posts --help'.",
        ),
        ("posts --creator", "--creator needs a value. See 'dwell --help'."),
        (
            "posts --creator @a --min-age old",
            "--min-age: 'old' isn't an age; write 72h or 3d, for example. See 'dwell posts --help'.",
        ),
        (
            "posts --creator @a --include x",
            "--include: unknown value 'x'; choose from ads, pinned, young, photos. See 'dwell posts --help'.",
        ),
        ("status -o x.foo", "-o can't write .foo; use one of .txt, .json, .csv, .xlsx. See 'dwell status --help'."),
        (
            "tiers --creator @a --tz Qwxyzv",
            "--tz: 'Qwxyzv' isn't a time zone; write one as Europe/Berlin. See 'dwell tiers --help'.",
        ),
        ("topic", "name exactly one of --hashtag, --sound and --search. See 'dwell topic --help'."),
        ("posts --creator a --wide=3", "--wide takes no value. See 'dwell --help'."),
    ],
)
def test_the_sentence(words: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words.split()) == 2
    assert capsys.readouterr().err == f"dwell: {said}\n"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("nearest")
    (place / "table.csv").write_text("id,views\n7350810998023949599,5\n")
    workspace = dwell.open(place / "data", create=True)
    assert not workspace.import_files([place / "table.csv"], as_of="2024-05-01", creator="@creator_a").failures
    return place / "data"


def test_the_nearest_handle_is_named(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["posts", "--creator", "@creater_a", "--data", str(data)]) == 1
    assert "No posts of @creater_a are stored. Did you mean @creator_a? (Stored: @creator_a)" in capsys.readouterr().err
    assert main(["posts", "--creator", "@zzz", "--data", str(data)]) == 1
    assert "Did you mean" not in capsys.readouterr().err


def test_a_schedule_is_answered_with_a_sentence(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DWELL_TIKLIVEAPI_KEY", "a-key-of-nobody")
    words = ["schedule", "add", "daily", "@one", "@two", "--posts", "500", "--data", str(data)]
    assert main(words) == 0
    said = capsys.readouterr().out
    assert said.startswith("daily: @one, @two, 500 posts, every day 00:00 UTC, next ")
    assert said.endswith(" 00:00 UTC\n")
    assert main([*words, "--cron", "0 7 * * 1-5", "--tz", "Europe/Berlin"]) == 0
    assert "500 posts, cron 0 7 * * 1-5 Europe/Berlin, next " in capsys.readouterr().out


def test_an_empty_folder_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["watchlist", "add", "a", "@b", "--data", str(tmp_path)]) == 0
    capsys.readouterr()
    assert main(["status", "--data", str(tmp_path)]) == 0
    assert capsys.readouterr().out.startswith(f"Nothing is stored in {tmp_path} yet: import a file")
