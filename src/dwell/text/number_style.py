"""How a column writes its numbers: decided once, from all its values.

`1.234` is a thousand or a bit more than one, `17,7B` is billions or Turkish thousands, `8:40s` a clock time or a slip.
One text cannot tell; the column can: `1234.000`, `12,5` or `1,234,567` in another cell, a plain `12345` (nothing
groups), the suffixes that stand beside each other, the language of the headers, the other columns of the file. What
stays open is asked for; it is never guessed. `warehouse.load.number_votes` counts the same evidence in SQL.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from dwell.text.number_evidence import MARKS, Evidence, Kind, MarkEvidence, collect_evidence
from dwell.text.suffixes import choose_factors

SLIPS_OF_ONE = 20
"""Of so many telling cells one may contradict the others: it is a slip."""
LARGEST_POST_COUNT = 20 * 10**9
"""More than any post has: the most viewed video of all platforms has 16 billion views."""


@dataclass(frozen=True, slots=True)
class Marks:
    """Which marks are decimal, and which group thousands, where a text itself leaves that open."""

    decimals: str = ""
    groups: str = ""


@dataclass(frozen=True)
class NumberStyle:
    """What the spellings of a column mean.

    Attributes:
        bare: The marks of numbers without a suffix or unit.
        suffixed: The marks of counts with a suffix.
        factors: What the suffixes of the column multiply by; None where nothing decides.
        slip: `8:40s` is a slip for 8.40 s, not minutes and seconds; None where the column says both.
        unit_s: What a plain number of the column counts, in seconds.
        assumed: The marks that only weak evidence decides: the user is told.
        plain: The marks that plain numbers of the column decide, which says nothing of other columns.
    """

    bare: Marks = Marks()
    suffixed: Marks = Marks()
    factors: Mapping[str, int | None] = field(default_factory=dict)
    slip: bool | None = False
    unit_s: float = 1.0
    assumed: str = ""
    plain: str = ""


@dataclass(frozen=True)
class Column:
    """What is known of a column besides its texts.

    Attributes:
        name: The canonical column, for messages.
        kind: What its numbers are.
        languages: Of the file's headers.
        given_decimal: The decimal mark that the user named.
        factors: What the user said of suffixes.
        default: The decimal mark that the format writes, where the column itself leaves it open.
        semicolons: The file's cells are separated by `;`, which a spreadsheet does where the comma is decimal.
        unit_s: Of a plain number.
        limited: No count of the column can be above `LARGEST_POST_COUNT`.
    """

    name: str
    kind: Kind
    languages: Collection[str] = ()
    given_decimal: str | None = None
    factors: Mapping[str, int] = field(default_factory=dict)
    default: str = ""
    semicolons: bool = False
    unit_s: float = 1.0
    limited: bool = False


def decide_styles(columns: Mapping[str, tuple[Column, Evidence]]) -> dict[str, NumberStyle]:
    """The style of each column of a file; a column that leaves a mark open follows what the others prove."""
    own = {name: _decide_alone(column, evidence) for name, (column, evidence) in columns.items()}
    proven = _agreed(own.values())
    plain = any(evidence.long_plain for _, evidence in columns.values())
    return {
        name: _complete(own[name], column, evidence, proven, nothing_groups=plain)
        for name, (column, evidence) in columns.items()
    }


def number_style(texts: Iterable[str], kind: Kind, column: Column | None = None) -> NumberStyle:
    """The style of a column that stands alone."""
    one = column or Column("", kind, default="" if kind == "count" else ".")
    return decide_styles({"": (one, collect_evidence(texts, kind))})[""]


def open_mark(style: NumberStyle, evidence: Evidence) -> str | None:
    """A mark whose meaning stays open although a text depends on it; None where everything is decided."""
    decided = style.bare.decimals + style.bare.groups
    return next((mark for mark in MARKS if evidence.bare.open[mark] and mark not in decided), None)


def _decide_alone(column: Column, evidence: Evidence) -> NumberStyle:
    bare = _with_partner({mark: _proof(evidence.bare, mark, column) for mark in MARKS})
    assumed = plain = ""
    for mark in MARKS:
        if bare[mark] is None and column.kind == "share":
            bare[mark] = "decimal"  # grouped, it would be a thousand times the whole
        elif bare[mark] is None and evidence.long_plain and (column.kind != "count" or mark == "."):
            bare[mark] = "decimal"  # nothing groups
            plain += mark
            assumed += mark if evidence.bare.open[mark] else ""
    suffixed = _with_partner({mark: _proof(evidence.suffixed, mark, column) for mark in MARKS})
    suffixed = {mark: meaning or bare[mark] for mark, meaning in suffixed.items()}
    style = NumberStyle(_marks(bare), _marks(suffixed), unit_s=column.unit_s, assumed=assumed, plain=plain)
    return replace(style, factors=_factors(column, evidence), slip=_slip(evidence))


def _proof(evidence: MarkEvidence, mark: str, column: Column) -> str | None:
    decimal, group = evidence.decimal[mark], evidence.group[mark]
    if decimal and group:
        if min(decimal, group) * SLIPS_OF_ONE <= decimal + group:
            return "decimal" if decimal > group else "group"
        return _given(column, mark)
    if decimal or group:
        # A count has no fraction: 5,431 proves the comma, unless nearly all others say that it is decimal.
        outvoted = column.kind == "count" and evidence.telling[mark] > SLIPS_OF_ONE * decimal
        return "group" if group or outvoted else "decimal"
    if _given(column, mark):
        return _given(column, mark)
    return "group" if column.kind == "count" and evidence.telling[mark] else None


def _given(column: Column, mark: str) -> str | None:
    return None if column.given_decimal is None else "decimal" if mark == column.given_decimal else "group"


def _with_partner(meanings: dict[str, str | None]) -> dict[str, str | None]:
    """Where one mark is decimal the other groups, and the other way round."""
    point, comma = meanings["."], meanings[","]
    other = {"decimal": "group", "group": "decimal"}
    return {".": point or other.get(comma or ""), ",": comma or other.get(point or "")}


def _marks(meanings: Mapping[str, str | None]) -> Marks:
    return Marks(*("".join(m for m in MARKS if meanings[m] == meaning) for meaning in ("decimal", "group")))


def _agreed(styles: Iterable[NumberStyle]) -> dict[str, str | None]:
    """What all columns of a file that prove a mark make of it."""
    found: dict[str, set[str]] = {mark: set() for mark in MARKS}
    for style in styles:
        for mark in (mark for mark in MARKS if mark not in style.plain):
            meaning = _meanings(style.bare)[mark]
            found[mark] |= {meaning} if meaning else set()
    return {mark: next(iter(meanings)) if len(meanings) == 1 else None for mark, meanings in found.items()}


def _complete(
    style: NumberStyle, column: Column, evidence: Evidence, proven: Mapping[str, str | None], *, nothing_groups: bool
) -> NumberStyle:
    """The style with what the file, the format and the separator say of marks that the column leaves open."""
    bare = _meanings(style.bare)
    bare = _with_partner({mark: bare[mark] or proven[mark] for mark in MARKS})
    assumed = style.assumed
    for mark in [mark for mark in MARKS if bare[mark] is None]:
        if column.kind != "count" and column.semicolons:
            bare[mark] = "decimal" if mark == "," else "group"
        elif mark == column.default:
            bare[mark] = "decimal"
        elif column.kind != "count" and mark == "." and nothing_groups:
            bare[mark] = "decimal"
            assumed += mark if evidence.bare.open[mark] else ""
    suffixed = _meanings(style.suffixed)
    for mark in MARKS:
        # Nobody writes out the digits that a suffix for millions stands for: 1.234M is 1.2 million.
        assumed += mark if evidence.suffixed.open[mark] and not (suffixed[mark] or bare[mark]) else ""
        suffixed[mark] = suffixed[mark] or bare[mark] or "decimal"
    return replace(style, bare=_marks(bare), suffixed=_marks(suffixed), assumed=assumed)


def _meanings(marks: Marks) -> dict[str, str | None]:
    return {m: "decimal" if m in marks.decimals else "group" if m in marks.groups else None for m in MARKS}


def _factors(column: Column, evidence: Evidence) -> dict[str, int | None]:
    comma = bool(evidence.suffixed.decimal[","]) and not evidence.suffixes & {"k", "m", "bn"}
    factors = choose_factors(evidence.suffixes, column.languages, column.factors, comma=comma)
    for suffix, factor in factors.items():
        impossible = column.limited and factor and evidence.largest.get(suffix, 0.0) * factor > LARGEST_POST_COUNT
        if impossible and suffix.rstrip(".") not in column.factors:
            factors[suffix] = None
    return factors


def _slip(evidence: Evidence) -> bool | None:
    if evidence.slips and evidence.clocks:
        clear = min(evidence.slips, evidence.clocks) * SLIPS_OF_ONE <= evidence.slips + evidence.clocks
        return evidence.slips > evidence.clocks if clear else None
    return bool(evidence.slips)
