"""How many cores this process may use, by its affinity and the limit of its container (cgroup v2)."""

from __future__ import annotations

import contextlib
import math
import os
from functools import cache

from dwell import logs
from dwell.settings import cgroup

log = logs.get_logger(__name__)


def count_cores() -> int:
    """Cores that this process may use; of a share of a core, a whole one."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min([cores, *_limits()]))


def limit_threads(threads: int) -> int:
    """At most as many threads as there are cores: more only wait for each other, and thousands never end."""
    cores = count_cores()
    if threads > cores:
        _warn(threads, cores)
    return min(threads, cores)


def _limits() -> list[int]:
    """The limits of this process's group and of those around it."""
    found: list[int] = []
    for text in cgroup.read_limits("cpu.max"):
        with contextlib.suppress(ValueError, ZeroDivisionError):
            quota, period = text.split()
            found.append(math.ceil(int(quota) / int(period)))  # ValueError: `max`, no limit
    return found


@cache
def _warn(threads: int, cores: int) -> None:
    fields = {"threads": threads, "cores": cores, "noun": "core" if cores == 1 else "cores"}
    log.warning("DWELL_THREADS is %(threads)d, but this process has %(cores)d %(noun)s: using %(cores)d", fields)
