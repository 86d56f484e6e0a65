"""kill -9 at any step of an undo: the tables are as before or as after, and the same command does the rest."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path
from typing import Any

from dwell.records import Hints
from dwell.warehouse import check

from .conftest import ROWS
from .histories import Folder, Step


def test_an_undo_that_is_killed_at_any_step(tmp_path: Path, run_in_fork: Any) -> None:
    script, counted, file = Path(__file__).with_name("killed.py"), tmp_path / "counted", tmp_path / "posts.csv"
    file.write_text(ROWS)
    steps = [Step("import", file, Hints(as_of=f"2026-03-2{day}")) for day in range(3)]
    original = Folder(tmp_path / "original")
    original.do([steps[0], Step("seal"), *steps[1:]])  # in the lake and in the journal
    before, batch_id = original.content(), original.id_of(steps[0])

    def undo(root: Path, at: int | None) -> None:
        code, stderr = run_in_fork(script, str(root), batch_id, "-" if at is None else str(at), str(counted))
        assert code == (0 if at is None else -signal.SIGKILL), stderr

    whole = tmp_path / "whole"
    shutil.copytree(original.store.root, whole)
    undo(whole, None)
    after = Folder(whole).content()
    assert after != before
    number, ends = int(counted.read_text()), set()
    for at in range(0, number, int(os.environ.get("DWELL_KILL_STRIDE", max(1, number // 4)))):
        root = tmp_path / f"at-{at}"
        shutil.copytree(original.store.root, root)
        undo(root, at)
        folder = Folder(root)
        found = folder.content()
        assert found in (before, after), at
        ends.add(found == after)
        if found == before:
            assert folder.undo(steps[0])
        assert folder.content() == after, at
        assert list(check.find_problems(root)) == [], at
        shutil.rmtree(root)
    assert False in ends
