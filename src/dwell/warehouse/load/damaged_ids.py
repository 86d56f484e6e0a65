"""Columns of ids that lost their last digits to a spreadsheet, JavaScript or a float: found by their share of marks.

About 3 in 1,000 undamaged ids show a mark (`text.ids`), so a mark proves nothing; a share of the column that chance
does not explain does. Then no marked id of the column is stored, unless the link of its row has the true one; the ids
in the links are looked at in the same way, because a link may have been made out of a damaged id.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dwell.records import TABLES
from dwell.text.ids import LOST_DIGITS, is_beyond_chance
from dwell.warehouse.load.pipeline import Pipeline

if TYPE_CHECKING:
    import duckdb

ID_COLUMNS = ("post_id", "comment_id", "sound_id", "creator_id")
_LINK = "id_of(url)"
# Macro of each mark -> macros whose sum is how often an undamaged id has it. Of the shortest decimals of floats, a
# tenth also end in zeros.
_MARKS: Mapping[str, tuple[str, ...]] = {
    "ends_in_zeros": ("zeros_chance",),
    "is_float_step": ("step_chance",),
    "is_float_text": ("float_chance", "zeros_chance"),
}
_TESTS: Mapping[str, tuple[str, ...]] = {
    "ends_in_zeros": ("ends_in_zeros",),
    "is_float_step": ("is_float_step",),
    "is_float_text": ("is_float_text", "ends_in_zeros"),
}
# What the marks are tested against before the different ids are counted: too low for shorter ids, which shows then.
_USUAL_CHANCE = {"ends_in_zeros": 1 / 10_000, "is_float_step": 1 / 512, "is_float_text": 1 / 1024 + 1 / 10_000}


@dataclass(frozen=True)
class DamagedIds:
    """What the ids of one extract look like.

    Attributes:
        damaged: Column -> macros of the marks that are damage in it.
        marked: Columns in which some ids have a mark by chance.
        scientific: Columns other than keys in which a number may stand in scientific notation.
        links: The same marks are damage in the ids of the links.
    """

    damaged: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    marked: frozenset[str] = frozenset()
    scientific: frozenset[str] = frozenset()
    links: bool = False

    def is_damaged(self, column: str) -> str | None:
        """SQL of whether the id in a column is damaged; None where none can be."""
        return _any_mark(self.damaged[column], f"TRY_CAST({column} AS BIGINT)") if column in self.damaged else None

    def is_lost(self, column: str) -> str | None:
        """SQL of whether a column that is no key holds no id any more; None where each holds its own."""
        tests = [self.is_damaged(column)] if column in self.damaged else []
        tests += [f"is_rounded_id({column})"] if column in self.scientific else []
        return f"coalesce({' OR '.join(map(str, tests))}, false)" if tests else None

    def true_id_in_link(self) -> str:
        """SQL of whether the link of the row has the id that its own damaged id was."""
        number = f"TRY_CAST({_LINK} AS BIGINT)"
        agrees = f"abs({number} - TRY_CAST(post_id AS BIGINT)) <= {LOST_DIGITS}"
        return f"({agrees} AND NOT {_any_mark(self.damaged['post_id'], number)})" if self.links else f"({agrees})"


def find_damaged_ids(
    connection: duckdb.DuckDBPyConnection, names: Collection[str], keys: Collection[str], table: str
) -> DamagedIds:
    """Looks over the ids of checked rows: once over all rows, and over the different ids of a column in doubt.

    Args:
        connection: Where they are.
        names: Columns of the rows.
        keys: Those of them that identify a row of a table.
        table: Their table.
    """
    present = [name for name in ID_COLUMNS if name in names]
    counts = _count_marks(connection, present, keys, table)
    damaged: dict[str, tuple[str, ...]] = {}
    for name in present:
        ids, hits = counts[name, "ids"], {mark: counts[name, mark] for mark in _MARKS}
        if any(is_beyond_chance(hits[mark], ids * _USUAL_CHANCE[mark]) for mark in _MARKS):
            tests = _damage(connection, name, table)
            damaged |= {name: tests} if tests else {}
        if name == "post_id" and "url" in names and name not in damaged and any(hits.values()):
            tests = _contradicted(connection, table)
            damaged |= {name: tests} if tests else {}
    marked = {name for name in present if any(counts[name, mark] for mark in _MARKS)}
    scientific = {name for name in present if counts.get((name, "scientific"))}
    links = "url" in names and "post_id" in damaged and bool(_damage(connection, _LINK, table))
    return DamagedIds(damaged, frozenset(marked), frozenset(scientific), links)


def key_ids(tables: Iterable[str]) -> frozenset[str]:
    """The ids that are part of the key of one of the tables."""
    return frozenset(key for name in tables for key in TABLES[name].key if key in ID_COLUMNS)


def _count_marks(
    connection: duckdb.DuckDBPyConnection, present: Collection[str], keys: Collection[str], table: str
) -> dict[tuple[str, str], int]:
    if not present:
        return {}
    numbers = ", ".join(f"{name}, TRY_CAST({name} AS BIGINT) AS n_{name}" for name in present)
    facts: dict[tuple[str, str], str] = {}
    for name in present:
        facts[name, "ids"] = f"count(n_{name})"
        facts |= {(name, mark): f"count(*) FILTER ({mark}(n_{name}))" for mark in _MARKS}
        if name not in keys:
            facts[name, "scientific"] = f"count(*) FILTER ({_has_sign(name)})"
    steps = (
        Pipeline()
        .add("ids", f"SELECT {numbers} FROM {table}")
        .add("marks", f"SELECT {', '.join(facts.values())} FROM ids")
    )
    row = connection.execute(steps.query()).fetchone()
    return dict(zip(facts, row or (0,) * len(facts), strict=True))


def _damage(connection: duckdb.DuckDBPyConnection, sql: str, table: str) -> tuple[str, ...]:
    """The marks that are damage in a column; repeats of one id count once."""
    number = f"TRY_CAST({sql} AS BIGINT)"
    steps = Pipeline().add("ids", f"SELECT DISTINCT {number} AS n FROM {table} WHERE {number} IS NOT NULL")
    facts = []
    for mark, chances in _MARKS.items():
        facts += [f"count(*) FILTER ({_any_mark(_TESTS[mark], 'n')})"]
        facts += [f"coalesce(sum({' + '.join(f'{chance}(n)' for chance in chances)}), 0)"]
    row = connection.execute(steps.add("marks", f"SELECT {', '.join(facts)} FROM ids").query()).fetchone() or ()
    found = [
        test
        for mark, hits, expected in zip(_MARKS, row[::2], row[1::2], strict=True)
        if is_beyond_chance(hits, expected)
        for test in _TESTS[mark]
    ]
    return tuple(dict.fromkeys(found))


def _contradicted(connection: duckdb.DuckDBPyConnection, table: str) -> tuple[str, ...]:
    """The marks of ids whose links have the digits that they lost: one such row is proof of damage."""
    steps = Pipeline().add("ids", f"SELECT TRY_CAST(post_id AS BIGINT) AS n, url FROM {table}")
    steps = steps.add("marked", "SELECT n, url FROM ids WHERE looks_rounded(n) AND url IS NOT NULL")
    steps = steps.add("links", f"SELECT n, TRY_CAST({_LINK} AS BIGINT) AS link FROM marked")
    near = f"link <> n AND abs(link - n) <= {LOST_DIGITS}"
    facts = ", ".join(f"count(*) FILTER ({mark}(n))" for mark in _MARKS)
    row = connection.execute(steps.add("proof", f"SELECT {facts} FROM links WHERE {near}").query()).fetchone() or ()
    return tuple(mark for mark, rows in zip(_MARKS, row, strict=True) if rows)


def _any_mark(marks: Iterable[str], number: str) -> str:
    return f"({' OR '.join(f'{mark}({number})' for mark in marks)})"


def _has_sign(name: str) -> str:
    """SQL: the text has a sign of scientific notation; cheap, for a look at every row."""
    return " OR ".join(f"contains({name}, '{sign}')" for sign in ("E", "e", "."))
