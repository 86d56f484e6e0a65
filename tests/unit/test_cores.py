"""How many cores a process may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dwell.settings import Settings, cgroup, cores

GIVEN = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@pytest.fixture
def group(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The cgroup of this process, with one around it."""
    inner = tmp_path / "cgroup" / "system" / "dwell"
    inner.mkdir(parents=True)
    own = tmp_path / "own"
    own.write_text("1:name=x:/\n0::/system/dwell\n")
    monkeypatch.setattr(cgroup, "_CGROUPS", tmp_path / "cgroup")
    monkeypatch.setattr(cgroup, "_OWN", own)
    cores._warn.cache_clear()
    return inner


@pytest.mark.parametrize(
    ("text", "outer", "expected"),
    [
        ("max 100000", "max 100000", GIVEN),
        ("50000 100000", "max 100000", 1),
        ("max 100000", "100000 100000", 1),
        ("9900000 100000", "max 100000", min(GIVEN, 99)),
        ("nonsense", "", GIVEN),
    ],
)
def test_the_limit_of_a_container_counts(group: Path, text: str, outer: str, expected: int) -> None:
    (group / "cpu.max").write_text(text)
    (group.parent / "cpu.max").write_text(outer)
    assert cores.count_cores() == expected


def test_more_threads_than_cores_are_not_used_and_this_is_said_once(
    group: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (group / "cpu.max").write_text("100000 100000")
    monkeypatch.setenv("DWELL_THREADS", "9999")
    assert Settings.read().threads == Settings.read().threads == 1
    assert [record.getMessage() for record in caplog.records] == [
        "DWELL_THREADS is 9999, but this process has 1 core: using 1"
    ]
    monkeypatch.setenv("DWELL_THREADS", "1")
    assert Settings.read().threads == 1
    assert len(caplog.records) == 1
