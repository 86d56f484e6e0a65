"""Refreshes a token and kills itself on the way: `refresh_killed.py DATA URL CONNECTION NOW FUNCTION before|after`."""

from __future__ import annotations

import os
import signal
import sys
from datetime import datetime
from functools import reduce
from pathlib import Path
from typing import Any

from dwell.connections import refresh
from dwell.connections.credentials import ConnectionCredentials
from dwell.settings import Settings
from dwell.state import StateDatabase, open_database


def main(folder: str, url: str, connection_id: str, now: str, step: str, when: str) -> None:
    at = datetime.fromisoformat(now)
    StateDatabase.now = lambda _: at
    *modules, name = step.split(".")
    place = reduce(getattr, modules, refresh)
    original = getattr(place, name)

    def killed(*words: Any, **options: Any) -> None:
        if when == "after":
            original(*words, **options)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(place, name, killed)
    settings = Settings(data=Path(folder), database=url or None)
    ConnectionCredentials(settings, open_database(Path(folder), url or None), connection_id).headers()


if __name__ == "__main__":
    main(*sys.argv[1:])
