"""What the groups of this process limit (cgroup v2): the container's share of the machine."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

_CGROUPS = Path("/sys/fs/cgroup")
_OWN = Path("/proc/self/cgroup")


def read_limits(name: str) -> Iterator[str]:
    """The text of a file such as `cpu.max`, of this process's group and of those around it; none without cgroups."""
    with contextlib.suppress(OSError, ValueError, StopIteration):
        own = next(line for line in _OWN.read_text(encoding="utf-8").splitlines() if line.startswith("0::"))
        group = _CGROUPS / own.removeprefix("0::").lstrip("/")
        for folder in (group, *group.parents):
            if not folder.is_relative_to(_CGROUPS):
                break
            with contextlib.suppress(OSError, ValueError):
                yield (folder / name).read_text(encoding="ascii")
