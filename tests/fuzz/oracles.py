"""What must be true of every import, whatever the file holds, told without dwell's code."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from itertools import product
from typing import Any

from importing import Outcome
from readings import Numbers, numbers_in, says
from seeds import Grid, TableSeed

from dwell.records import TABLES

_SCALES = ((r"ms\b|milli", Fraction(1, 1000)), (r"min", Fraction(60)), (r"h\b|hour|stunde|std", Fraction(3600)))
_DERIVED = {"avg_watch_s", "full_watch_rate", "second", "duration_s"}
"""What a format may compute from two numbers of a row: a share of the length, a quotient of two counts, a place."""


def check_numbers(outcome: Outcome, numbers_of: Callable[[str], Numbers]) -> None:
    """Every stored number is one that its row says.

    Args:
        outcome: Of the import.
        numbers_of: Every number that the rows of a post say; of the whole file for a row without a post.

    Raises:
        AssertionError: A number was made up, or an unknown value became one.
    """
    for table, name, row in _stored_numbers(outcome):
        numbers = numbers_of(row.get("post_id") or "")
        if not says(numbers, row[name]) and not (name in _DERIVED and _is_derived(name, row[name], numbers)):
            raise AssertionError(f"{table}.{name} is {row[name]!r}, which nothing in the file says: {row}")


def check_cells(outcome: Outcome, seed: TableSeed, grid: Grid) -> None:
    """Every stored number is what the cell of its own column says, where the header is as it was.

    Raises:
        AssertionError: A number is none that its cell says.
    """
    places = {name: place for name, place in seed.columns.items() if grid[0] == seed.grid[0]}
    for table, name, row in _stored_numbers(outcome):
        lines = [cells for cells in grid[1:] if row.get("post_id") and any(row["post_id"] in cell for cell in cells)]
        if name not in places or len(lines) != 1 or len(lines[0]) <= places[name]:
            continue
        cell = lines[0][places[name]]
        scales = [Fraction(seed.scales[name]).limit_denominator(1000)] if name in seed.scales else []
        if not says(
            numbers_in(cell, scales=scales, rounds=row.get(f"{name}_unit") != 1 and f"{name}_unit" in row), row[name]
        ):
            raise AssertionError(f"{table}.{name} is {row[name]!r}, and its cell says {cell!r}")


def numbers_of_grid(grid: Grid) -> Callable[[str], Numbers]:
    """The numbers of the rows that name a post, and of the headers; those of all rows where none does."""
    above = [row for row in grid if not any("/video/" in cell for cell in row)] or grid[:3]
    headers = " | ".join(cell for row in above for cell in row).lower()
    scales = [scale for pattern, scale in _SCALES if re.search(pattern, headers)]
    cache: dict[str, Numbers] = {}
    of_headers = _all_numbers((cell for row in above for cell in row if not cell.strip()[:1].isdigit()), ())

    def find(post_id: str) -> Numbers:
        if post_id not in cache:
            lines = [row for row in grid if post_id and any(post_id in cell for cell in row)]
            cache[post_id] = of_headers | _all_numbers((cell for row in lines or grid for cell in row), scales)
        return cache[post_id]

    return find


def numbers_of_json(value: Any) -> Numbers:
    """Every number in a JSON value: numbers as they are and in thousandths, texts in all their readings."""
    found: set[Fraction] = set()
    for leaf in _leaves(value):
        if isinstance(leaf, str):
            found |= numbers_in(leaf, scales=[Fraction(1, 1000)])
        elif isinstance(leaf, int) or math.isfinite(leaf):
            exact = {Fraction(leaf), Fraction(repr(leaf))}
            found |= exact | {one / 1000 for one in exact} | {one / 100 for one in exact}
    return frozenset(found)


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for key, child in value.items():
            yield str(key)
            yield from _leaves(child)
    elif isinstance(value, list):
        for child in value:
            yield from _leaves(child)
    elif isinstance(value, (str, int, float)) and not isinstance(value, bool):
        yield value


def _all_numbers(cells: Iterable[str], scales: Iterable[Fraction]) -> Numbers:
    return frozenset(number for cell in cells for number in numbers_in(cell, scales=scales))


def _stored_numbers(outcome: Outcome) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for table, rows in outcome.tables.items():
        names = [
            c.name for c in TABLES[table].columns if c.kind in {"count", "number"} and not c.name.endswith("_unit")
        ]
        for row in rows:
            yield from ((table, name, row) for name in names if row[name] is not None)


def _is_derived(name: str, value: float, numbers: Numbers) -> bool:
    """Whether a number is a product or a quotient of two others; intervals are fortieths of a length, to the ms."""
    known = {float(number) for number in numbers if abs(number) < 10**300}
    least = (5e-4 if name == "second" else 1e-4) + 1e-6 * abs(value)
    for a, b in product(known, repeat=2):
        product_of_both = a * b
        if any(abs(product_of_both / part - value) <= least for part in (1, 100, 40)) or (
            b and abs(a / b - value) <= least
        ):
            return True
    return False
