"""Bumps and cliffs that the simulated world plants are found, and hardly anything else is."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[3] / "benchmarks"


def test_planted_bumps_and_cliffs_of_a_world_that_was_not_tuned_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    counts = runpy.run_path(str(BENCHMARKS / "retention_events.py"))["count"]([12], 4)
    assert counts["curves"] > 300
    for kind, precision, recall in (("bump", 0.98, 0.85), ("cliff", 0.85, 0.7)):
        assert counts[kind, "planted"] > 60
        assert counts[kind, "right"] / counts[kind, "found"] >= precision
        assert counts[kind, "seen"] / counts[kind, "planted"] >= recall
