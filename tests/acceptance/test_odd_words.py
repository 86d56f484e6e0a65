"""Texts that are special to SQL, formats, patterns and terminals, in every option and argument of every command.

By default each place gets one of the texts, all places together all of them; `DWELL_ALL_WORDS=1` tries every pair.
"""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dwell.cli.main import main

from .odd_words import TEXTS, Slot, slots

ALL = os.environ.get("DWELL_ALL_WORDS") == "1"
HEADER = "post_id,handle,views,likes,comments,shares,duration_s,avg_watch_s,posted_at,observed_at\n"
LONGEST_MESSAGE = 4_100
_SLOTS = slots()
_COSTLY = {"findings": 1, "fit": 2, "forget": 2, "report": 1, "score": 2}
"""How many places of these commands are tried by default: they compute models, or read everything that is stored."""
_COMMANDS = sorted({slot.command for slot in _SLOTS})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small table, and a data folder that has it."""
    place = tmp_path_factory.mktemp("odd")
    ids = [7_400_012_345_678_912_345 + 7_919_000_317_337 * n for n in range(9)]
    rows = [f"{i},@a_b,{1000 + n},{100 + n},5,3,20,{5 + n % 7},2026-01-0{1 + n}," for n, i in enumerate(ids)]
    (place / "table.csv").write_text(HEADER + "".join(f"{row}2026-03-01T00:00:00Z\n" for row in rows))
    assert main(["import", str(place / "table.csv"), "--data", str(place / "data"), "-o", str(place / "done.txt")]) == 0
    return place


@pytest.fixture
def harmless(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No key, nothing on stdin, and commands that would go on until Ctrl-C end at once."""

    @contextmanager
    def stopped() -> Iterator[threading.Event]:
        event = threading.Event()
        event.set()
        yield event

    for name in [name for name in os.environ if name.startswith(("DWELL_", "TIKLIVEAPI_")) and name != "DWELL_CACHE"]:
        monkeypatch.delenv(name)
    (folder / "away").mkdir(exist_ok=True)
    monkeypatch.chdir(folder / "away")
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    monkeypatch.setattr("dwell.api.server.serve", lambda *_words, **_options: None)
    monkeypatch.setattr("dwell_sandbox.server.serve.serve_forever", lambda *_words, **_options: None)
    monkeypatch.setattr("dwell.cli.worker.stop_on_signal", stopped)


def _line(slot: Slot, text: str, folder: Path) -> list[str]:
    words = [word.replace("{folder}", str(folder)) for word in slot.words]
    after = [word.replace("{folder}", str(folder)) for word in slot.after]
    data = [] if slot.name == "--data" else ["--data", str(folder / "data")]
    return [*words, text, *data] if slot.name.startswith("-") else [*words, *data, *after, text]


def _texts(slot: Slot) -> list[str]:
    """All texts, or the one whose turn it is; options that all commands share are then tried with two of them."""
    kinds = list(TEXTS)
    if not ALL and slot.name in {"--data", "--output"} and slot.command not in {"status", "watchlist add"}:
        return []
    return kinds if ALL else [kinds[_SLOTS.index(slot) % len(kinds)]]


@pytest.mark.parametrize("command", _COMMANDS)
@pytest.mark.filterwarnings("ignore")
@pytest.mark.usefixtures("harmless")
def test_any_word_is_used_as_it_is_or_refused(command: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A word is never SQL, a format or a pattern: the command ends with 0, 1 or 2 and a sentence that can be shown."""
    places = [slot for slot in _SLOTS if slot.command == command and slot.name != "--folder"]
    for slot in places if ALL else places[: _COSTLY.get(command, len(places))]:
        for kind in _texts(slot):
            case = f"{slot.command} {slot.name}: {kind}"
            status = main(_line(slot, TEXTS[kind], folder))  # an exception of its own is the failure
            shown = capsys.readouterr()
            assert status in {0, 1, 2}, case
            assert status == 0 or "dwell: " in shown.err, case
            assert len(shown.err) < LONGEST_MESSAGE, case
            assert (shown.out + shown.err).encode(), case  # half a character cannot be written anywhere


def test_every_place_of_a_command_line_is_tried() -> None:
    assert len(_SLOTS) > 300
    assert {"import", "watchlist add", "keys create", "forget", "load", "vet"} <= set(_COMMANDS)


def test_a_place_in_sql_is_left_in_a_value(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What a query has for its own rows stands in a niche, a handle's sign or a header as it is."""
    file = folder / "own.csv"
    file.write_text('post_id,"{rows} ""%s"" \'x\'",observed_at\n7400000000000000999,77,2026-03-01T00:00:00Z\n')
    odd = "{rows} \"%s\" 'x'"
    data = ["--data", str(folder / "own-data")]
    assert main(["import", str(file), "--map", f"views={odd}", "--creator", "@a_b", "--niche", odd, *data]) == 0
    capsys.readouterr()
    assert main(["export", "creators", "-o", str(folder / "creators.jsonl"), *data]) == 0
    assert '"niche":"{rows} \\"%s\\" \'x\'"' in (folder / "creators.jsonl").read_text()
    assert main(["posts", "--creator", "@a_b", "--csv", *data]) == 0
    assert "77" in capsys.readouterr().out
