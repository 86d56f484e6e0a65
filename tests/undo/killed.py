"""Undoes an import in a process that kills itself before a step: `killed.py DATA BATCH STEP-or-- COUNTED`."""

from __future__ import annotations

import sys
from pathlib import Path


def main(data: str, batch_id: str, at: str, counted: str) -> None:
    from dwell import clock
    from dwell.settings import Settings
    from dwell.warehouse import Store, contributions
    from dwell.warehouse.undo import undo

    sys.path.append(str(Path(__file__).parents[1] / "storage"))
    from kill_points import Fuse

    fuse = Fuse(None if at == "-" else int(at))
    store = Store.open(Settings(data=Path(data), threads=1))
    fuse.install()
    contributions.remove = fuse._around(contributions.remove, "remove")
    with store.writing():
        undo(store.root, store.settings, batch_id, clock.now())
    fuse.reached("end")
    number, fuse.at = len(fuse.passed), None
    Path(counted).write_text(str(number))


if __name__ == "__main__":
    main(*sys.argv[1:])
