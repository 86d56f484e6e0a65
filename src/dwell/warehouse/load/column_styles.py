"""How the columns of a file write their numbers: counted in SQL, decided in `dwell.text.number_style`, or asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from dwell.errors import AmbiguousNumbersError
from dwell.records import TABLES, Hints
from dwell.text.number_evidence import Evidence
from dwell.text.number_style import Column, NumberStyle, decide_styles, open_mark
from dwell.text.suffixes import header_languages
from dwell.warehouse.load.number_votes import count_plain, count_votes, kind_of, writes_percentages
from dwell.warehouse.load.text import Field

if TYPE_CHECKING:
    import duckdb

_LIMITED = frozenset({c.name for c in TABLES["post_snapshots"].columns if c.kind == "count"} | {"reach"})


@dataclass(frozen=True)
class Writing:
    """What is known of how a file is written.

    Attributes:
        decimal: The decimal mark of its syntax (JSON's numbers have a point), for columns that leave it open.
        semicolons: `;` stands between its cells.
        ask: The user can be asked; otherwise a text that stays open is not read.
        is_quoted: In JSON: whether a text stands there as a string. A number's point is always decimal.
    """

    decimal: str = ""
    semicolons: bool = False
    ask: bool = True
    is_quoted: Callable[[str], bool] | None = None


@dataclass(frozen=True)
class ColumnStyles:
    """The decisions over a file.

    Attributes:
        of: The style of each column of numbers with unusual spellings.
        percent: Columns of shares whose own values say that they are percentages.
        warnings: What was decided on weak evidence, a sentence each.
    """

    of: Mapping[str, NumberStyle] = field(default_factory=dict)
    percent: frozenset[str] = frozenset()
    warnings: tuple[str, ...] = ()


def decide_columns(
    connection: duckdb.DuckDBPyConnection, unusual: Sequence[Field], fields: Sequence[Field], table: str, hints: Hints,
    writing: Writing,
) -> ColumnStyles:  # fmt: skip
    """Decides over every column of numbers.

    Args:
        connection: Prepared.
        unusual: The columns with texts that are not canonical.
        fields: All columns of the file.
        table: Typed rows.
        hints: What the user said.
        writing: What is known of the file.

    Raises:
        AmbiguousNumbersError: A text can mean two numbers, nothing decides, and the user can be asked.
    """
    languages = header_languages(name for each in fields for name in each.source.names)
    numbers = [each for each in fields if kind_of(each) is not None]
    plain = count_plain(connection, numbers, table)
    columns = {
        each.name: (
            _column(each, languages, hints, writing),
            count_votes(connection, each, table, plain[each.name]) if each in unusual else plain[each.name],
        )
        for each in numbers
    }
    if writing.is_quoted:
        columns = {name: _as_written(*known, writing.is_quoted) for name, known in columns.items()}
    styles = decide_styles(columns)
    for name, (_, evidence) in columns.items():
        mark = open_mark(styles[name], evidence)
        if mark and writing.ask:
            raise AmbiguousNumbersError(_question(name, evidence.bare.example[mark]))
    warnings = [w for name, (_, evidence) in columns.items() for w in _assumptions(name, styles[name], evidence)]
    percent = set[str]()
    for each in (each for each in fields if each.undecided):
        proven, largest = writes_percentages(connection, each, styles[each.name], table)
        if proven if hints.percent is None else hints.percent:
            percent.add(each.name)
            if hints.percent is None and largest is not None and largest <= 1:
                warnings.append(
                    f"{each.name}: its numbers without a % were read as percentages (0.8 is 0.8 %), because others "
                    "have a %, though none of them is above 1; if they are fractions, give --fraction"
                )
        elif largest is not None and hints.percent is None:
            warnings.append(
                f"{each.name}: its numbers were read as fractions (0.8 is 80 %), because none of them says that they "
                "are percentages; if they are, give --percent"
            )
    return ColumnStyles(styles, frozenset(percent), tuple(warnings))


def _column(each: Field, languages: frozenset[str], hints: Hints, writing: Writing) -> Column:
    kind = kind_of(each) or "count"
    default = each.decimal or (writing.decimal if kind != "count" else "")
    return Column(
        each.name, kind, languages, hints.decimal, hints.suffixes, default, writing.semicolons,
        each.unit_factor if kind == "length" else 1.0, each.name in _LIMITED,
    )  # fmt: skip


def _as_written(column: Column, evidence: Evidence, is_quoted: Callable[[str], bool]) -> tuple[Column, Evidence]:
    """`1.234` without quotes is a number of JSON, which nothing groups."""
    if all(map(is_quoted, evidence.bare.examples.get(".", ()))):
        return column, evidence
    evidence.bare.telling["."] = 0
    return replace(column, default="."), evidence


def _question(name: str, example: str) -> str:
    mark = "point" if "." in example else "comma"
    grouped, decimal = example.replace(",", "").replace(".", ""), example.replace(",", ".")
    return (
        f"Nothing in {name} tells whether the {mark} of {example} groups thousands ({grouped}) or is the decimal mark "
        f"({decimal}): give the decimal mark with --decimal . or --decimal ,"
    )


def _assumptions(name: str, style: NumberStyle, evidence: Evidence) -> list[str]:
    sentences = []
    for mark in dict.fromkeys(style.assumed):
        example = evidence.bare.example.get(mark) or evidence.suffixed.example.get(mark)
        other = "," if mark == "." else "."
        sentences.append(
            f"{name}: {example} was read with {mark!r} as the decimal mark, because nothing groups thousands there; "
            f"--decimal {other} reads it the other way"
        )
    return sentences
