"""After any history, an undo leaves what a folder has that never saw the import, and so does what comes later."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from dwell.warehouse import compact, writer
from dwell.workspace import Workspace

from .histories import Folder, History

HISTORIES = int(os.environ.get("DWELL_UNDO_HISTORIES", "1"))
QUESTIONS = ("posts", "benchmarks", "tiers", "trend", "posting_times")


def questions(folder: Folder) -> dict[str, object]:
    """What the metrics say of the accounts."""
    workspace, found = Workspace(folder.settings), {}
    for handle in sorted({row[0] for row in folder.store.query("SELECT handle FROM posts", ["posts"]).rows} - {None}):
        with workspace.snapshot() as snapshot:
            for name in QUESTIONS:
                found[f"{name} {handle}"] = getattr(snapshot, name)(creator=handle).to_dict()
    return found


@pytest.mark.parametrize("seed", range(1, HISTORIES + 1))
def test_as_if_the_import_had_never_been(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    draw = random.Random(seed)
    monkeypatch.setattr(writer, "JOURNAL_ROWS", draw.choice((3, 20_000)))  # to the lake, or to the journal
    monkeypatch.setattr(compact, "_MANY", 2)  # every seal rewrites files
    history = History(seed, tmp_path / "files", appends=seed % 2 == 1)
    later = History(seed + 1_000_000, tmp_path / "later", 2, appends=seed % 2 == 1)
    imports = [step for step in history.steps if step.kind == "import"]
    target = draw.choice(imports)
    undone, never = Folder(tmp_path / "undone"), Folder(tmp_path / "never")
    undone.do(history.steps)
    if not undone.undo(target):
        return
    never.do([step for step in history.steps if (step.path, step.hints) != (target.path, target.hints)])
    for phase in range(2):
        assert undone.content() == never.content()
        if phase == 0:
            assert questions(undone) == questions(never)
        for folder in (undone, never):  # the bytes of a Parquet file depend on where its rows are
            folder.store.seal()
        assert undone.exports(tmp_path / f"undone-{phase}") == never.exports(tmp_path / f"never-{phase}")
        undone.do(later.steps)
        never.do(later.steps)


@pytest.mark.parametrize("seed", range(1, HISTORIES + 1))
def test_one_after_another(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    draw = random.Random(seed)
    monkeypatch.setattr(writer, "JOURNAL_ROWS", draw.choice((3, 20_000)))
    history = History(seed, tmp_path / "files", 4, appends=seed % 2 == 1)
    undone, never = Folder(tmp_path / "undone"), Folder(tmp_path / "never")
    undone.do(history.steps)
    imports = [(step.path, step.hints) for step in history.steps if step.kind == "import"]
    steps = {imports.index((step.path, step.hints)): step for step in history.steps if step.kind == "import"}
    gone = [imports[number] for number in draw.sample(list(steps), len(steps)) if undone.undo(steps[number])]
    assert gone
    never.do([step for step in history.steps if (step.path, step.hints) not in gone])
    assert undone.content() == never.content()
