"""Nothing that came from outside controls a terminal, hides in it, or looks like a line of dwell's."""

from __future__ import annotations

import io
import json
import sys

import pytest

from dwell.cli.bytes_bar import bytes_bar
from dwell.cli.import_ import _progress
from dwell.cli.live_options import progress_bar
from dwell.cli.spinner import spinner

CREATOR = ("--creator", "@chef1.2024")
QUESTIONS = (
    ("status",),
    ("posts", *CREATOR),
    ("posts", *CREATOR, "--csv"),
    ("posts", *CREATOR, "--json"),
    ("benchmarks", "--by", "niche"),
    ("benchmarks", "--by", "niche", "--csv"),
    ("growth", *CREATOR),
    ("trend", *CREATOR),
    ("tiers", *CREATOR),
    ("posting-times", *CREATOR),
    ("retention", *CREATOR),
    ("check",),
    ("check", "--json"),
    ("watchlist", "list"),
    ("watchlist", "list", "--csv"),
    ("schedule", "list"),
)
REQUESTS = (
    ("posts", "--creator", "{}"),
    ("posts", "--creator", "{}", "--json"),
    ("posts", "--{}", "--json"),
    ("posts", "--creator", "@chef1.2024", "--sort", "{}"),
    ("score", *CREATOR, "--model", "{}"),
    ("export", "{}"),
    ("export", "posts", "-o", "/nowhere/{}.csv"),
    ("import", "{}.csv"),
    ("import", "x.csv", "--map", "{}"),
    ("import", "x.csv", "--format", "{}"),
    ("sweep", "--watchlist", "{}", "--provider", "{}"),
    ("watchlist", "remove", "{}", "@nobody"),
    ("watchlist", "add", "rivals", "{}"),
    ("schedule", "remove", "{}"),
    ("schedule", "add", "{}", "@a", "--every", "{}"),
    ("load", "--to", "{}"),
    ("vet", "{}", "--stored"),
    ("topic", "--search", "{}", "--stored"),
    ("videos", "{}"),
    ("stop", "{}"),
    ("track", "{}"),
    ("restore", "{}"),
    ("forget", "{}", "--dry-run"),
    ("webhooks", "delete", "{}"),
    ("keys", "revoke", "{}"),
    ("limits", "--clear", "{}"),
    ("posts", *CREATOR, "--tz{}", "x"),
    ("{}",),
)


@pytest.fixture(scope="module")
def _named(folder, hostile):
    """A watchlist and a schedule whose names are hostile, if such names are taken."""
    from dwell.cli.main import main

    main(["watchlist", "add", hostile.EVERYTHING, "@demo_pantry", "--data", str(folder)])
    main(["schedule", "add", hostile.EVERYTHING, "@demo_pantry", "--data", str(folder)])


@pytest.mark.usefixtures("_named")
@pytest.mark.parametrize("words", QUESTIONS, ids=" ".join)
def test_an_answer_has_visible_signs_only(words, folder, terminal, hostile):
    status, text = terminal(*words, "--data", folder)
    assert status == 0, text
    assert not hostile.find_hidden(text)
    if "--csv" not in words:
        assert not [line for line in text.split("\n") if line.lstrip().startswith(hostile.FORGED)]
    if words[0] == "posts":
        assert all(json.dumps(part, ensure_ascii=False)[1:-1] in text or part in text for part in hostile.ORDINARY[1:3])
        assert r"\x1b" in text or r"\u001b" in text


@pytest.mark.parametrize("words", REQUESTS, ids=" ".join)
def test_what_is_said_of_a_hostile_name_has_visible_signs_only(words, folder, terminal, hostile):
    place = [] if words == ("{}",) else ["--data", folder]
    status, text = terminal(*(word.replace("{}", hostile.EVERYTHING) for word in words), *place)
    assert status in {0, 1, 2}, text
    assert text.strip()
    assert not hostile.find_hidden(text)
    assert not [line for line in text.split("\n") if line.lstrip().startswith(hostile.FORGED)]


def test_an_import_says_of_a_hostile_file_what_is_in_it(tmp_path, terminal, hostile):
    name = hostile.EVERYTHING.replace("/", "")[:60] + "\nFORGED: x.csv"
    header = ",".join('"' + text.replace('"', '""') + '"' for text in (*hostile.CONTROLS, *hostile.MARKUP))
    file = tmp_path / name
    file.write_text(f"post_id,views,handle,{header}\n1,2,a\n=x,5,b\n", newline="")
    for more in ([], ["--explain", "2"], ["--json"], ["--dry-run"]):
        status, text = terminal("import", file, *more, "--as-of", "2026-03-01", "--data", tmp_path / "data")
        assert status in {0, 1}
        assert "FORGED" in text
        assert not hostile.find_hidden(text)
        assert not [line for line in text.split("\n") if line.lstrip().startswith(hostile.FORGED)]


class Screen(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    "draw",
    [
        lambda text: _drawn(_progress, lambda advance: (advance(text, text, 0.5), advance(text, "merge", 1.0))),
        lambda text: _drawn(bytes_bar, lambda advance: (advance(text, 1, 2), advance(text, 2, 2))),
        lambda text: _drawn(lambda: progress_bar(f"Reading {text}"), lambda _: None),
        lambda text: _drawn(lambda: spinner(text), lambda _: None),
    ],
    ids=["import", "backup", "sweep", "spinner"],
)
def test_bars_and_spinners_show_names_as_they_are_written(draw, monkeypatch, hostile):
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "3000")
    for text in (hostile.EVERYTHING, "[/nothing]", "{rows}", "[bold]x"):
        screen = Screen()
        monkeypatch.setattr(sys, "stderr", screen)
        draw(text)
        drawn = screen.getvalue()
        assert text[-8:] in drawn
        assert "\x1b]0;owned" not in drawn
        assert "\x1b[2J" not in drawn
        assert not [sign for sign in hostile.find_hidden(drawn) if sign not in "\x1b\r"]
        assert "\nFORGED" not in drawn


def _drawn(bar, use):
    with bar() as advance:
        use(advance)
