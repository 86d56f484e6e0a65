"""A column is added as ARCHITECTURE.md says, in a copy of the code; folders of every release open, and evolve."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import COSTLY, NEWEST

PLACE = Path(__file__).parent
ROOT = PLACE.parents[1]


@pytest.fixture(scope="module")
def later(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The code with the column `reposts` in `post_snapshots`: the two edits of "add a column"."""
    code = tmp_path_factory.mktemp("later")
    shutil.copytree(ROOT / "src", code / "src")  # with what Python has compiled: of unchanged files it is used
    record, journal = code / "src/dwell/records/snapshot.py", code / "src/dwell/warehouse/journal.py"
    line = '    downloads: Annotated[int | None, Meaning("Downloads since publishing")] = None\n'
    added = '    reposts: Annotated[int | None, Meaning("Reposts since publishing")] = None\n'
    assert line in record.read_text()
    record.write_text(record.read_text().replace(line, line + added))
    journal.write_text(
        re.sub(r"^VERSION = (\d+)", lambda hit: f"VERSION = {int(hit[1]) + 1}", journal.read_text(), flags=re.M)
    )
    return code / "src"


def run(code: Path, *words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(code), "DWELL_DATA": "data"}
    return subprocess.run([sys.executable, *words], cwd=folder, env=environment, capture_output=True, text=True)


def test_a_folder_of_a_release_gets_the_column(later: Path, layout: Path) -> None:
    done = run(later, str(PLACE / "evolve.py"), str(layout), folder=layout)
    assert done.returncode == 0, done.stderr[-4_000:]


@pytest.mark.parametrize("layout", COSTLY, indirect=True)
def test_killed_at_any_step_it_is_old_or_new(later: Path, layout: Path) -> None:
    stride = os.environ.get("DWELL_KILL_STRIDE", "37" if layout.name == NEWEST else "97")  # 1 in `make torture`
    done = run(later, str(PLACE / "evolve.py"), str(layout), "kill", stride, folder=layout)
    assert done.returncode == 0, done.stderr[-4_000:]
    assert int(done.stdout.split()[-1]) > 1  # steps at which it was killed


def test_the_release_refuses_the_evolved_folder(later: Path, layout: Path, tmp_path: Path) -> None:
    old = released_code(layout.name, tmp_path)
    write = f"import sys, os; sys.path.append({str(PLACE)!r}); import evolve; evolve.write(1)"
    done = run(later, "-c", write, folder=layout)
    assert done.returncode == 0, done.stderr
    commands = (["status"], ["import", "new-1.jsonl"], ["export", "all", "-o", "x"])
    refused = run(
        old, "-c", f"from dwell.cli.main import main; print([main(words) for words in {commands}])", folder=layout
    )
    assert refused.stdout == "[1, 1, 1]\n", refused.stderr
    said = r"was written by a newer dwell \(layout \d+, this one knows \d+\): update dwell"
    assert len(re.findall(said, refused.stderr)) == len(commands)


def released_code(commit: str, folder: Path) -> Path:
    """The code of a release, out of the project's history."""
    archive = subprocess.run(["git", "archive", commit, "src"], cwd=ROOT, capture_output=True, check=False)
    if archive.returncode:
        pytest.skip("this checkout has no history to take the code of the release from")
    place = folder / "released"
    place.mkdir()
    subprocess.run(["tar", "x"], cwd=place, input=archive.stdout, check=True)
    return place / "src"
