"""Which process holds a lock, so that a user who waits for it knows what to end.

The kernel says it (`/proc/locks`), so nothing is written for it, and what it says is never out of date. Where there is
no such file, or the holder is in another container or machine, nobody is named.
"""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

from dwell import logs

WAIT_S = 10.0
"""After so many seconds of waiting for a lock, its holder is named."""

_PROC = Path("/proc")
_MOST_LETTERS = 80

log = logs.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Holder:
    """A process that holds a lock.

    Attributes:
        pid: Its number.
        command: Its program and its words up to the first option; empty if it cannot be read.
        is_stopped: It does not run, as after Ctrl-Z.
    """

    pid: int
    command: str
    is_stopped: bool

    def __str__(self) -> str:
        """`process 123 (dwell import x.csv), which is stopped: continue it with kill -CONT 123, or ...`."""
        named = f"process {self.pid}" + (f" ({self.command})" if self.command else "")
        if self.is_stopped:
            return f"{named}, which is stopped (Ctrl-Z): continue it with `kill -CONT {self.pid}`, or end it"
        return f"{named}: let it finish, or end it with `kill {self.pid}`"


def find_holder(*paths: Path) -> Holder | None:
    """The process that holds a lock on one of these files for writing; None where nobody can be named."""
    wanted = {inode for inode in map(_inode, paths) if inode is not None}
    with contextlib.suppress(OSError, ValueError):
        for line in (_PROC / "locks").read_text(encoding="ascii", errors="replace").splitlines():
            # 1: FLOCK  ADVISORY  WRITE 1234 fd:01:5678 0 EOF; of those who wait, the second word is `->`
            words = line.split()
            if words[1] == "->" or words[3] != "WRITE" or int(words[5].rpartition(":")[2]) not in wanted:
                continue
            if (pid := int(words[4])) > 0 and pid != os.getpid():
                return Holder(pid, _read_command(pid), _is_stopped(pid))
    return None


def warn_of_wait(what: Path, *locks: Path) -> None:
    """Says that this process waits for a file, and for whom.

    Args:
        what: The file that is wanted.
        locks: The files whose locks keep it.
    """
    holder = find_holder(*locks)
    if holder is None:
        log.warning("waiting for %(file)s, which another process holds", {"file": what})
    else:
        log.warning("waiting for %(file)s, which is held by %(holder)s", {"file": what, "holder": holder})


def _inode(path: Path) -> int | None:
    try:
        return path.stat().st_ino
    except OSError:
        return None


def _read_command(pid: int) -> str:
    """What the process was started with, up to its first option, behind which a key may stand."""
    try:
        words = (_PROC / str(pid) / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
    except OSError:
        return ""
    words = words[words.index("-m") + 1 :] if "-m" in words[:3] else words  # python -m dwell
    if len(words) > 1 and Path(words[0]).name.startswith("python") and not words[1].startswith("-"):
        words = words[1:]
    words = [Path(words[0]).name, *words[1:]]
    kept = words[: next((place for place, word in enumerate(words) if word.startswith("-")), len(words))]
    text = "".join(letter if letter.isprintable() else "?" for letter in " ".join(filter(None, kept)))
    return text if len(text) <= _MOST_LETTERS else f"{text[: _MOST_LETTERS - 1]}…"


def _is_stopped(pid: int) -> bool:
    try:
        status = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] in {"T", "t"}
