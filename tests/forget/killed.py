"""Erases an account in a process that kills itself before a step: `killed.py DATA URL-or-- HANDLE STEP-or-- COUNTED`.

A step is whatever changes a file, a database or the lake; without a number the steps are counted.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

EVENTS = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "shutil.rmtree", "sqlite3.connect"}


def main(data: str, url: str, handle: str, at: str, counted: str) -> None:
    import deltalake
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    from dwell.settings import Settings
    from dwell.warehouse import purge
    from dwell.workspace import Workspace, erasure_reach, erasure_records

    sys.path.append(str(Path(__file__).parents[1] / "storage"))
    from kill_points import Fuse

    fuse = Fuse(None if at == "-" else int(at))
    workspace = Workspace(Settings(data=Path(data), database=None if url == "-" else url, threads=1))
    fuse.install()
    for owner, name in (
        (deltalake.DeltaTable, "create_checkpoint"),
        (purge, "shrink"),
        (erasure_reach, "load_tables"),
        (erasure_records, "flush"),
    ):
        setattr(owner, name, fuse._around(getattr(owner, name), name))

    def audit(name: str, arguments: tuple) -> None:
        writes = name != "open" or (isinstance(arguments[2], int) and arguments[2] & os.O_ACCMODE)
        if name in EVENTS and writes:
            fuse.reached(name)

    event.listen(Engine, "before_cursor_execute", lambda *_: fuse.reached("statement"))
    event.listen(Engine, "commit", lambda *_: fuse.reached("commit"))
    sys.addaudithook(audit)
    workspace.forget(handle)
    number, fuse.at = len(fuse.passed), None
    Path(counted).write_text(str(number))


if __name__ == "__main__":
    main(*sys.argv[1:])
