"""The first sentence of the page: how long viewers stay, and what sets the best posts apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dwell.charts.formatting import pluralize
from dwell.report.statement import Statement
from dwell.report.statements import level, statements
from dwell.results import Result

_DIFFERENCES = frozenset({"length", "best_posts", "change"})


def answer(findings: Result) -> str:
    """One sentence, of the figures of the findings; an association, never a cause."""
    if not findings.meta["metric"]["n"]:
        return "No post can be compared yet, so what holds viewers is not known."
    return f"{_level(findings)}; {_difference(findings)}"


def differences(findings: Result) -> list[tuple[Mapping[str, Any], Statement]]:
    """Statements about differences between posts, each with its first figure, in the order of the findings."""
    first: dict[int, Mapping[str, Any]] = {}
    for row in findings:
        first.setdefault(row["statement"], row)
    pairs = zip(first.values(), statements(findings), strict=True)
    return [(row, statement) for row, statement in pairs if row["finding"] in _DIFFERENCES]


def _level(findings: Result) -> str:
    watched = next((row for row in findings if row["finding"] == "watch_ratio"), None)
    if watched is not None and watched["verdict"] == "found":
        return level(watched, findings.meta)
    if watched is not None and watched["value"] is not None:
        of = f"{watched['n']:,} of {pluralize(findings.meta['eligible'], 'eligible post')}"
        return f"How long viewers stay was measured for too few posts ({of})"
    return "How long viewers stay was not measured"


def _difference(findings: Result) -> str:
    found = differences(findings)
    best = next((statement for _, statement in found if statement.answer == "found"), None)
    if best is not None:
        return best.text[:1].lower() + best.text[1:]
    if found and all(statement.answer == "nothing" for _, statement in found):
        return "no large difference between the posts was found."
    return "what sets the best posts apart is not known yet."
