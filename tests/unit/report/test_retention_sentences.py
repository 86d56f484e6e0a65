"""Sentences about retention curves: each figure as it is, and the reason where there is none."""

from __future__ import annotations

from typing import Any

from dwell.report.retention_sentences import sentences
from dwell.results import Result

SHAPES = {"steady fall": 60, "comes back": 40}


def retention(**changed: Any) -> Result:
    median = {"median": 0.764, "low": 0.7, "high": 0.8, "n": 120}
    row = {"figure": "hook_loss_1s", "top": 0.061, "rest": 0.112, "differs": True}
    length = {"figure": "duration_s", "top": 14.0, "rest": 31.5, "differs": True}
    meta = {
        "typical": {"retention_3s": median, "end_rate": {**median, "median": 0.2, "n": 90}},
        "comparison": {"verdict": "2 of 7 figures differ.", "rows": [row, length, {**row, "differs": False}]},
        "shapes": {"rows": [{"shape": name, "share": n / 100, "n": n} for name, n in SHAPES.items()]},
        "warnings": ["Lengths differ."],
    }
    return Result((), [], {**meta, **changed})


def test_figures_are_worded() -> None:
    kept = "76% of their views or more until second 3 (n = 120)"
    differ = "lost in the first second: 6% against 11%; length: 14 s against 31.5 s"
    assert sentences(retention()) == [
        f"Half of the videos keep {kept}, and half keep 20% or more to the end (n = 90).",
        f"2 of 7 figures differ: {differ}. This is an association, not a cause.",
        "The 100 curves have 2 shapes: steady fall (60%) and comes back (40%).",
        "Lengths differ.",
    ]


def test_nothing_is_said_of_what_is_not_known() -> None:
    unknown = {"retention_3s": None, "end_rate": None}
    comparison = {"verdict": "Too few curves.", "rows": []}
    found = retention(typical=unknown, comparison=comparison, shapes={"rows": []}, warnings=[])
    assert sentences(found) == ["Too few curves."]
