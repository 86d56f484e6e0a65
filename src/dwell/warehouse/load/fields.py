"""One canonical column of a shape as SQL over raw values: what canonical text means, and which text is odd.

Every field `x` of a parsed row has `v_x`, its value where the text was canonical (an instant has `a_x`, with a zone, or
`l_x`, without one), and `o_x`, the text where it was not: odd spellings are understood later, once per distinct text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dwell.records import TABLES, Shape, Source
from dwell.records.tables import Kind
from dwell.warehouse.columns import literal
from dwell.warehouse.load.source import Raw

KINDS: dict[str, Kind] = {column.name: column.kind for table in TABLES.values() for column in table.columns}

IDS = ("post_id", "comment_id")
# Kinds whose text can be odd; text is text.
SPELT = frozenset({"count", "number", "instant", "day", "flag"})
# Text that people wrote: "-" or "none" may be the whole caption, and "na" a hashtag.
_FREE = frozenset({"caption", "detail", "display_name", "sound_title", "text", "title", "topic"})
_OTHER_IDS = frozenset({"creator_id", "sound_id"})
# Long text that machines wrote is not worth a look for blanks around it.
_UNTRIMMED = frozenset({*_OTHER_IDS, "url"})
_SPELT_AS = {
    "handle": "handle_of({})", "new_handle": "handle_of({})", "post_id": "id_of({})", "comment_id": "id_of({})",
}  # fmt: skip


@dataclass(frozen=True)
class Field:
    """A canonical column that the file has.

    Attributes:
        name: The canonical column.
        kind: Of its values.
        source: Where it stands.
        raw: SQL of its raw values, one for each of the source's names that the file has.
        lists: Which of them are lists.
        clock: SQL of the clock time that stands apart.
    """

    name: str
    kind: Kind
    source: Source
    raw: tuple[str, ...]
    lists: tuple[bool, ...]
    clock: str | None = None

    @property
    def scale(self) -> str:
        """SQL that follows a number to bring it to dwell's unit."""
        return {"ms": " / 1000", "percent": " / 100", "": ""}[self.source.unit]

    @property
    def is_length(self) -> bool:
        """A number of seconds; the other numbers are shares."""
        return self.name.endswith("_s") or self.name == "second"


def fields(shape: Shape, raw: Raw) -> list[Field]:
    """The columns of the shape's tables that the file has, in the order of the tables."""
    found = []
    for name in dict.fromkeys(column.name for table in shape.tables for column in TABLES[table].columns):
        source = shape.columns.get(name)
        present = [spelt for spelt in source.names if spelt in raw.values] if source else []
        if source and present:
            clock = raw.values.get(source.time) if source.time else None
            lists = tuple(spelt in raw.lists for spelt in present)
            found.append(Field(name, KINDS[name], source, tuple(raw.values[spelt] for spelt in present), lists, clock))
    return found


def raw_names(shape: Shape) -> list[str]:
    """Every name that a shape may read."""
    names = [name for s in shape.columns.values() for name in (*s.names, *([s.time] if s.time else []))]
    return list(dict.fromkeys(names))


def parse(found: Sequence[Field], raw: Raw) -> str:
    """SELECT of the parsed rows of a file, in its order.

    Four steps, one SELECT each, because a macro pastes its argument wherever it names it: cells without blanks around
    them, cells that say something, one text a field, values.
    """
    cells = _Cells()
    texts = [f"{_text(field, cells)} AS t_{field.name}" for field in found if field.kind != "texts"]
    texts += [f"{cells.known(field.clock)} AS k_{field.name}" for field in found if field.clock]
    texts += [f"{_tags(field)} AS v_{field.name}" for field in found if field.kind == "texts"]
    texts += [f"{_flags(field, cells)} AS v_{field.name}" for field in found if _many_flags(field)]
    line, broken = f"{raw.line or 'NULL::BIGINT'} AS line", f"{raw.broken or 'NULL::VARCHAR'} AS broken"
    values = [sql for field in found for sql in _values(field)]
    odd = [f"{_odd(field)} AS o_{field.name}" for field in found if field.kind not in {"text", "texts"}]
    kept = [name for field in found for name in columns_of(field)]
    told = f"SELECT {', '.join([*texts, line, broken])} FROM {cells.select(raw.sql)}"
    valued = f"SELECT *, {', '.join([*values, 'true AS parsed'])} FROM ({told})"
    return f"SELECT {', '.join([*kept, *odd, 'line', 'broken'])} FROM ({valued})"


class _Cells:
    """Raw values that are cleaned before anything is asked of them."""

    def __init__(self) -> None:
        self._names: dict[tuple[str, bool], str] = {}
        self._spare: dict[tuple[str, str], str] = {}

    def known(self, raw: str, *, trim: bool = True) -> str:
        """Name of the cell of a raw value: null where it says nothing."""
        return self._names.setdefault((raw, trim), f"x{len(self._names)}")

    def spare(self, raw: str, first: str) -> str:
        """Name of the cell of a raw value that is only looked at where the first cell says nothing."""
        return self._spare.setdefault((raw, first), f"y{len(self._spare)}")

    def select(self, rows: str) -> str:
        """The rows with their cells."""
        if not self._names:
            return rows
        cells = ", ".join(
            f"{f'trimmed_of({raw})' if trim else raw} AS {name}" for (raw, trim), name in self._names.items()
        )
        known = ", ".join(
            f"CASE WHEN NOT unknown_says({name}) THEN {name} END AS {name}" for name in self._names.values()
        )
        every = f"SELECT * REPLACE ({known}) FROM (SELECT *, {cells} FROM {rows})"
        spare = [
            f"CASE WHEN {first} IS NULL THEN known_of({raw}) END AS {name}"
            for (raw, first), name in self._spare.items()
        ]
        return f"(SELECT *, {', '.join(spare)} FROM ({every}))" if spare else f"({every})"


def columns_of(field: Field) -> list[str]:
    """Names of a field's values in a parsed row."""
    if field.kind == "instant":
        return [f"a_{field.name}", f"l_{field.name}", f"k_{field.name}"]
    return [f"v_{field.name}"]


def _text(field: Field, cells: _Cells) -> str:
    """SQL of a column's text: of its raw values the first that says something."""
    if field.name in _FREE:
        each = [f"nullif({raw}, '')" for raw in field.raw]
    elif field.kind != "text" and len(field.raw) == 1:
        return field.raw[0]
    elif field.kind == "flag" and not field.source.equals:
        each = list(field.raw)
    else:
        macro = _SPELT_AS.get(field.name, "{}")
        first = cells.known(field.raw[0], trim=field.name not in _UNTRIMMED)
        each = [macro.format(cell) for cell in (first, *(cells.spare(raw, first) for raw in field.raw[1:]))]
    return each[0] if len(each) == 1 else f"coalesce({', '.join(each)})"


def _values(field: Field) -> list[str]:
    text, name = f"t_{field.name}", field.name
    match field.kind:
        case "texts":
            return []
        case "flag":
            return (
                [] if _many_flags(field) else [f"plain_flag_of({text}){' = false' * field.source.negate} AS v_{name}"]
            )
        case "count":
            return [f"plain_count_of({text}) AS v_{name}"]
        case "number":
            return [f"plain_number_of({text}){field.scale} AS v_{name}"]
        case "day":
            return [f"plain_day_of({text}) AS v_{name}"]
        case "instant" if field.clock:
            return [f"NULL::TIMESTAMPTZ AS a_{name}", f"NULL::TIMESTAMP AS l_{name}"]
        case "instant":
            moments = [f"plain_absolute_of({text}) AS a_{name}", f"plain_local_of({text}) AS l_{name}"]
            return [*moments, f"NULL::VARCHAR AS k_{name}"]
    return [f"{_plain_text(field, text)} AS v_{name}"]


def _odd(field: Field) -> str:
    """SQL of the text that was not understood."""
    name = field.name
    missing = f"a_{name} IS NULL AND l_{name} IS NULL" if field.kind == "instant" else f"v_{name} IS NULL"
    return f"CASE WHEN {missing} AND NOT unknown_says(t_{name}) THEN t_{name} END"


def _plain_text(field: Field, text: str) -> str:
    if field.name == "media_type":
        return _media_type(field, text)
    if field.name in {"topic", "topic_kind"}:
        return f"nullif(lower(trim({text})), '')"
    if field.name in _OTHER_IDS:
        return f"CASE WHEN NOT contains({text}, 'E+') THEN {text} END"
    return text


def _media_type(field: Field, text: str) -> str:
    equals = [word for word in field.source.equals if word != "*"]
    if "*" in field.source.equals:
        return f"CASE WHEN {text} IS NULL THEN 'video' ELSE 'photo' END"
    if equals:
        return f"CASE WHEN lower({text}) IN ({_words(equals)}) THEN 'photo' WHEN {text} IS NOT NULL THEN 'video' END"
    return f"lower({text})"


def _many_flags(field: Field) -> bool:
    """A flag that takes more than reading one text."""
    return field.kind == "flag" and (len(field.raw) > 1 or bool(field.source.equals))


def _flags(field: Field, cells: _Cells) -> str:
    """SQL of a flag: true where any of its raw values says so, null where none says anything."""
    if field.source.equals:
        each = [f"lower({cells.known(raw)}) IN ({_words(field.source.equals)})" for raw in field.raw]
    else:
        each = [f"plain_flag_of({raw})" for raw in field.raw]
    value = each[0] if len(each) == 1 else f"coalesce({' OR '.join(each)}, {', '.join(each)})"
    return f"NOT ({value})" if field.source.negate else value


def _tags(field: Field) -> str:
    """SQL of a list: all raw values together."""
    each = [f"{'tags' if is_list else 'texts'}_of({raw})" for raw, is_list in zip(field.raw, field.lists, strict=True)]
    one = each[0] if len(each) == 1 else f"first_of_each(list_concat({', '.join(each)}))"
    return f"coalesce({one}, [])"


def _words(values: Sequence[str]) -> str:
    return ", ".join(literal(value.casefold()) for value in values)
