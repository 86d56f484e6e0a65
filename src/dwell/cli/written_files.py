"""Which files dwell wrote, so that it asks before it overwrites any other."""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from pathlib import Path

import typer

from dwell.disk.replace import is_special, write_whole
from dwell.errors import StorageError
from dwell.settings.cache import private_cache
from dwell.visible import mark_line

_MOST = 1_000


def ask_to_overwrite(path: Path) -> None:
    """On a terminal, ask before a file is overwritten that dwell did not write, or that was changed since.

    Raises:
        StorageError: The answer is no.
    """
    if not (sys.stdin.isatty() and sys.stderr.isatty()) or not path.is_file() or is_special(path) or _is_ours(path):
        return
    if not typer.confirm(f"{mark_line(str(path))} exists, and not as dwell wrote it. Overwrite it?", err=True):
        raise StorageError(f"{path} is kept, and nothing was done; choose another file with -o.")


def remember(path: Path) -> None:
    """Keep that dwell wrote a file, as it is now; where that cannot be kept, dwell asks next time."""
    ledger = _ledger()
    if ledger is None:
        return
    with suppress(OSError):
        files = _read(ledger)
        name, state = _state(path)
        files.pop(name, None)
        files[name] = state
        write_whole(ledger, json.dumps(dict(list(files.items())[-_MOST:])), mode=0o600)


def _is_ours(path: Path) -> bool:
    ledger = _ledger()
    if ledger is None:
        return False
    name, state = _state(path)
    return _read(ledger).get(name) == state


def _state(path: Path) -> tuple[str, list[int]]:
    info = path.stat()
    return str(path.resolve()), [info.st_size, info.st_mtime_ns]


def _ledger() -> Path | None:
    folder = private_cache("written")
    return folder / "files.json" if folder else None


def _read(ledger: Path) -> dict[str, list[int]]:
    try:
        found = json.loads(ledger.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
