"""One writer at a time; scratch folders of the living stay, those of the dead go."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dwell.disk.lock import exclusive, remove_dead_scratch, scratch_folder
from dwell.warehouse import Store


def test_a_scratch_folder_is_gone_afterwards(tmp_path: Path) -> None:
    with scratch_folder(tmp_path / "scratch") as folder:
        (folder / "rows.csv").write_text("1")
        assert remove_dead_scratch(tmp_path / "scratch") == 0
        assert folder.exists()
    assert not folder.exists()


def test_what_a_killed_process_left_is_swept(tmp_path: Path, store: Store) -> None:
    left = store.root / "scratch" / "work-dead"
    left.mkdir(parents=True)
    (left / "alive").touch()
    (store.root / "scratch" / "work-older").mkdir()
    with store.writing():
        assert [path.name for path in (store.root / "scratch").glob("work-*")] == []


def test_a_second_lock_waits_for_the_first(tmp_path: Path) -> None:
    path = tmp_path / "writer.lock"
    out, into = os.pipe()
    with exclusive(path):
        child = os.fork()
        if not child:
            with exclusive(path):
                os.write(into, b"second")
            os._exit(0)
        os.write(into, b"first ")
    os.waitpid(child, 0)
    assert os.read(out, 100) == b"first second"


OPEN = """
import sys
from pathlib import Path
from dwell.settings import Settings
from dwell.warehouse import Store

with Store.open(Settings(data=Path(sys.argv[1])), create=True).writing():
    pass
"""


def test_processes_may_create_one_folder_at_once(tmp_path: Path) -> None:
    command = [sys.executable, "-c", OPEN, str(tmp_path / "data")]
    started = [subprocess.Popen(command) for _ in range(4)]
    assert [process.wait(timeout=60) for process in started] == [0] * 4


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_a_lock_is_free_after_an_error(tmp_path: Path, error: type[BaseException]) -> None:
    with pytest.raises(error), exclusive(tmp_path / "lock"):
        raise error
    with exclusive(tmp_path / "lock"):
        pass
