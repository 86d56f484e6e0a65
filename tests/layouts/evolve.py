"""Run with the code of a later version, in which `post_snapshots` has one more column: `reposts`.

    python evolve.py FOLDER           opens the folder of a release, reads, writes, seals, exports, imports, rebuilds
    python evolve.py FOLDER kill N    does the first write and a seal, killed before every Nth step on the disk

FOLDER is an unpacked layout. Ends with 0 where everything is as it should be.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
import shutil
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parents[1] / "storage"))

POST = "7647000000000000001"
NEW = {"post_id": POST, "observed_at": "2026-06-20T00:00:00Z", "views": 10, "reposts": 7, "source": "dwell-test"}


def tables(folder: Path) -> dict[str, list[str]]:
    """Every row of every table as JSON, without what is null: a released folder lacks the columns that came later.

    A column that may not be null has its default there.
    """
    from dwell.records import TABLES

    found = {}
    for path in folder.glob("*.jsonl"):
        rows = [json.loads(line) for line in path.read_text().splitlines()]
        found[path.stem] = sorted(json.dumps(plain(TABLES[path.stem].defaults | row), sort_keys=True) for row in rows)
    return found


def plain(row: dict[str, Any]) -> dict[str, Any]:
    later = {"observed_precision", "observed_zone", "value_sources"}  # learnt when stored responses are loaded again
    shown = {name: value for name, value in row.items() if value is not None and name not in later}
    return {name: value for name, value in shown.items() if not name.endswith("_unit")}


def run(*words: str, code: int = 0) -> None:
    from dwell.cli.main import main

    with contextlib.redirect_stdout(io.StringIO()):
        status = main([*words])
    assert status == code, (words, status)


def export(name: str, data: str = "data") -> dict[str, list[str]]:
    from dwell.cli.main import main

    shutil.rmtree(name, ignore_errors=True)
    assert main(["export", "all", "--format", "jsonl", "-o", name, "--data", data]) == 0
    return tables(Path(name))


def reposts() -> list[tuple[Any, ...]]:
    import dwell

    store = dwell.open("data").store
    return list(store.query("SELECT count(reposts), sum(reposts) FROM post_snapshots", ["post_snapshots"]).rows)


def write(number: int) -> None:
    """One more snapshot with the new column, in a file of its own."""
    row = {**NEW, "post_id": str(int(POST) + number), "reposts": 7}
    Path(f"new-{number}.jsonl").write_text(json.dumps(row) + "\n")
    run("import", f"new-{number}.jsonl")


def evolve() -> None:
    import dwell
    from dwell.warehouse import writer

    released = tables(Path("answers/tables"))
    assert export("read") == released
    assert reposts() == [(0, None)]
    write(1)  # to the journal
    assert reposts() == [(1, 7)]
    dwell.open("data").store.seal()
    assert reposts() == [(1, 7)]
    writer.JOURNAL_ROWS = 0
    write(2)  # straight to the lake
    writer.JOURNAL_ROWS = 20_000
    write(3)
    assert reposts() == [(3, 21)]
    whole = export("written")
    assert {name: set(rows) - set(released[name]) for name, rows in whole.items() if rows != released[name]}.keys() == {
        "post_snapshots"
    }
    assert len(whole["post_snapshots"]) == len(released["post_snapshots"]) + 3
    run("export", "all", "--format", "parquet", "-o", "backup")
    run("import", "backup", "--data", "again")
    assert export("imported", "again") == whole
    dwell.open("data").store.seal()
    Path("data/journal.db").unlink()
    run("check", "--repair")
    assert export("rebuilt") == whole


def kill_everywhere(stride: int) -> None:
    import deltalake.table
    import kill_points

    kill_points.STEPS += ((deltalake.table.TableAlterer, "add_columns"),)
    released = tables(Path("answers/tables"))
    shutil.copytree("data", "before")
    steps = count(lambda: work(None))
    load_modules()
    for at in range(0, steps, stride):
        shutil.rmtree("data")
        shutil.copytree("before", "data")
        assert ended(lambda at=at: work(at)) == -signal.SIGKILL, at
        assert ended(lambda: look(released)) == 0, f"killed at step {at}"
        assert ended(lambda: finish(released)) == 0, f"killed at step {at}"
    sys.stdout.write(f"{steps}\n")


def work(at: int | None) -> None:
    from kill_points import Fuse

    import dwell

    fuse = Fuse(at)
    fuse.install()
    write(1)
    dwell.open("data").store.seal()
    Path("steps").write_text(str(len(fuse.passed)))
    Path("modules").write_text("\n".join(name for name in sys.modules if name.startswith("dwell.")))


def count(done: Callable[[], None]) -> int:
    assert ended(done) == 0
    return int(Path("steps").read_text())


def load_modules() -> None:
    """What the first child imported, so that each later one need not."""
    for name in ("arro3.core", "duckdb", *Path("modules").read_text().split()):
        importlib.import_module(name)


def look(released: dict[str, list[str]]) -> None:
    """Old or new, never between."""
    seen = export("seen")
    rows = seen.pop("post_snapshots")
    assert seen == {name: rows for name, rows in released.items() if name != "post_snapshots"}
    assert len(set(rows) - set(released["post_snapshots"])) <= 1
    assert set(rows) >= set(released["post_snapshots"])


def finish(released: dict[str, list[str]]) -> None:
    """The next writer goes on from there."""
    write(1)
    write(2)
    assert reposts() == [(2, 14)]
    assert len(export("finished")["post_snapshots"]) == len(released["post_snapshots"]) + 2


def ended(done: Callable[[], None]) -> int:
    """Does it in a child; returns how that ended."""
    child = os.fork()
    if not child:
        try:
            done()
            os._exit(0)
        finally:
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    os.chdir(sys.argv[1])
    kill_everywhere(int(sys.argv[3])) if len(sys.argv) > 2 else evolve()
