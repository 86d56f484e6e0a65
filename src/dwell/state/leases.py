"""Leases: work that one process holds, in a row that every machine sees, and that a dead process loses.

A lease ends by itself, so that another machine can resume the work when one is lost. On the same machine there is no
need to wait for that: a holder whose process is gone holds nothing.
"""

from __future__ import annotations

import os
import secrets
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from dwell import logs

log = logs.get_logger(__name__)

LEASE_S = 120.0
"""Seconds that a lease lasts; its holder extends it long before."""


def new_holder() -> str:
    """A name for one piece of work of this process: machine, process id, its start, and a random part."""
    return f"{_machine()}/{os.getpid()}/{_started(os.getpid()) or '-'}/{secrets.token_hex(4)}"


def is_gone(name: str) -> bool:
    """The holder was a process of this machine that has ended; false where that cannot be known."""
    machine, process, started, _ = [*name.rsplit("/", 3), "", "", ""][:4]
    if machine != _machine() or not process.isdigit():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return started != (_started(int(process)) or "-")


@contextmanager
def renew_while(
    extend: Callable[[], bool], lost: Callable[[], None] = lambda: None, every_s: float = LEASE_S / 4
) -> Iterator[None]:
    """Extends a lease while the work takes longer than it; a killed process extends nothing.

    Args:
        extend: Extends the lease; false where another process has taken it.
        lost: Called once if it was taken.
        every_s: Seconds between two extensions.
    """
    ended = threading.Event()

    def renew_until_ended() -> None:
        while not ended.wait(every_s):
            if not extend():
                log.warning("Another process has taken over this work: it ends here.")
                lost()
                return

    keeper = threading.Thread(target=renew_until_ended, name="dwell-lease", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        ended.set()
        keeper.join()


@cache
def _machine() -> str:
    """Host name and boot: process ids mean nothing elsewhere, or after a restart."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        boot = ""
    return f"{socket.gethostname()}:{boot}"


def _started(process: int) -> str | None:
    """When a process started, in ticks since boot; None where the system does not say."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    return stat.rpartition(")")[2].split()[19]
