"""Runs syncs in processes that kill themselves at a chosen step: `python sync_child.py`, one JSON object a line.

Each line of the input is an order: `data`, `database`, `at` (the present), `request` (fields of a `SyncRequest`) and
`kill` (number of the step before which the process dies; null for none). The sync is done by a fork of this process,
which has imported everything. The answer is a line with `status` of the fork, as `os.waitpid` gives it, the `steps`
that it passed, and the `error` with which it ended.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import dwell.sync.run
from dwell.errors import DwellError
from dwell.http import HttpTransport
from dwell.live.throttle import Throttle
from dwell.settings import Settings
from dwell.state import StateDatabase
from dwell.warehouse import journal
from dwell.workspace import Workspace
from dwell.workspace.syncs import SyncRequest


class Fuse:
    """Counts the steps that were reached and kills the process at the chosen one.

    Steps are requests, commits of the state and commits of the journal, and the end: what is on disk after one of them
    is what is there before the next.
    """

    def __init__(self, at: int | None) -> None:
        self.at = at
        self.steps: list[str] = []
        self._lock = threading.Lock()

    def reached(self, name: str) -> None:
        with self._lock:
            if len(self.steps) == self.at:
                os.kill(os.getpid(), signal.SIGKILL)
            self.steps.append(name)

    def install(self) -> None:
        begin, send, commit = StateDatabase.transaction, HttpTransport.send, journal.commit

        @contextmanager
        def transaction(database: StateDatabase, **options: Any) -> Iterator[Any]:
            with begin(database, **options) as connection:
                yield connection
                self.reached("commit of the state")

        def send_request(transport: HttpTransport, *words: Any, **options: Any) -> Any:
            self.reached("request")
            return send(transport, *words, **options)

        def commit_rows(connection: Any) -> None:
            self.reached("commit of the journal")
            commit(connection)

        StateDatabase.transaction = transaction
        HttpTransport.send = send_request
        journal.commit = commit_rows


def work(order: dict[str, Any], answer: int) -> None:
    at, fuse, error = datetime.fromisoformat(order["at"]), Fuse(order["kill"]), ""
    StateDatabase.now = lambda _: at
    Throttle.wait = lambda *_: None
    dwell.sync.run._LOAD_EVERY_REQUESTS, dwell.sync.run._POLL_S = 1, 0.01
    workspace = Workspace(Settings(data=Path(order["data"]), database=order["database"]))
    fuse.install()
    try:
        workspace.syncs.run(SyncRequest(**order["request"]))
        fuse.reached("end")
    except DwellError as failure:
        error = str(failure)
    os.write(answer, json.dumps({"steps": fuse.steps, "error": error}).encode())


def main() -> None:
    for line in sys.stdin:
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            try:
                work(json.loads(line), writing)
            finally:
                sys.stderr.flush()
                os._exit(0)
        os.close(writing)
        with os.fdopen(reading, encoding="utf-8") as pipe:
            said = json.loads(pipe.read() or "{}")
        _, status = os.waitpid(child, 0)
        sys.stdout.write(json.dumps({"status": status, "steps": [], "error": "", **said}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
