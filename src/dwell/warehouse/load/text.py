"""Step `text`: one text for each canonical column that the file has, out of the names that the shape gives it.

A row of it has `text_x` for column `x`, and `clock_x` where the clock time stands apart from the date. What needs no
reading is passed on: `native_x`, a value that has its type already (Parquet), and `value_x`, a list or a flag that
several names make together.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dwell.records import TABLES, Shape, Source
from dwell.records.tables import Kind
from dwell.warehouse.columns import quote_text
from dwell.warehouse.load.pipeline import Pipeline
from dwell.warehouse.load.raw import RawRows

UNITS = {counter: unit for table in TABLES.values() for counter, unit in table.units.items()}
KINDS: dict[str, Kind] = {column.name: column.kind for table in TABLES.values() for column in table.columns}

IDS = ("post_id", "comment_id")
# Text that people wrote: "-" or "none" may be the whole caption, and "na" a hashtag.
_FREE = frozenset({
    "bio_description", "caption", "detail", "display_name", "member", "sound_title", "text", "title", "topic"
})  # fmt: skip
OTHER_IDS = frozenset({"creator_id", "sound_id"})
_FORMS = {
    "handle": "handle_of({})", "new_handle": "handle_of({})", "post_id": "id_of({})", "comment_id": "id_of({})",
}  # fmt: skip
# DuckDB types whose values need no reading, by the kind of the column.
_NATIVE: dict[str, frozenset[str]] = {
    "count": frozenset({"BIGINT", "INTEGER", "SMALLINT", "TINYINT", "UINTEGER", "USMALLINT", "UTINYINT"}),
    "number": frozenset({"DOUBLE"}),
    "flag": frozenset({"BOOLEAN"}),
    "instant": frozenset({"TIMESTAMP WITH TIME ZONE"}),
    "day": frozenset({"DATE"}),
}


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
        native: Its one raw value has the column's own type, and is never text.
        decimal: The decimal mark that the format writes; '' where the column decides.
        stored: The values were stored before: only an empty text is unknown. @na is an account, and NA is Namibia.
    """

    name: str
    kind: Kind
    source: Source
    raw: tuple[str, ...]
    lists: tuple[bool, ...]
    clock: str | None = None
    native: bool = False
    decimal: str = ""
    stored: bool = False

    @property
    def scale(self) -> str:
        """SQL that follows a number to bring it to dwell's unit."""
        return {"ms": " / 1000", "percent": " / 100", "min": " * 60", "h": " * 3600"}.get(self.source.unit, "")

    @property
    def unit_factor(self) -> float:
        """What a plain number is multiplied by to bring it to dwell's unit."""
        return {"ms": 0.001, "percent": 0.01, "min": 60.0, "h": 3600.0}.get(self.source.unit, 1.0)

    @property
    def undecided(self) -> bool:
        """Shares of which only the whole column tells whether they are percentages."""
        return self.source.unit == "undecided"

    @property
    def is_length(self) -> bool:
        """A number of seconds; the other numbers are shares."""
        return self.name.endswith("_s") or self.name == "second"

    @property
    def has_unit(self) -> bool:
        """A counter whose unit of rounding is stored."""
        return self.name in UNITS

    @property
    def combines_flags(self) -> bool:
        """A flag that takes more than reading one text."""
        return self.kind == "flag" and (len(self.raw) > 1 or bool(self.source.equals))


def find_fields(shape: Shape, raw: RawRows) -> list[Field]:
    """The columns of the shape's tables that the file has, in the order of the tables."""
    fields = []
    names = [column.name for table in shape.tables for column in TABLES[table].columns]
    # The link and the platform tell whose a row is, also where no table of the shape has them.
    for name in dict.fromkeys([*names, "url", "platform"]):
        source = shape.columns.get(name)
        present = [each for each in source.names if each in raw.values] if source else []
        if source and present:
            fields.append(_field(name, source, present, raw, shape))
    return fields


def _field(name: str, source: Source, present: Sequence[str], raw: RawRows, shape: Shape) -> Field:
    kind = KINDS[name]
    clock = _as_text(source.time, raw) if source.time in raw.values else None
    lists = tuple(kind == "texts" and raw.type_of(each).endswith("[]") for each in present)
    fits = len(present) == 1 and raw.type_of(present[0]) in _NATIVE.get(kind, ())
    native = fits and not (clock or source.equals or source.unit)
    values = tuple(
        raw.values[each] if native else _as_texts(each, raw) if is_list else _as_text(each, raw)
        for each, is_list in zip(present, lists, strict=True)
    )
    return Field(name, kind, source, values, lists, clock, native, shape.decimal, shape.accounts == "stored")


def _as_text(name: str | None, raw: RawRows) -> str:
    value = raw.values[name or ""]
    return value if raw.type_of(name or "") == "VARCHAR" else f"CAST({value} AS VARCHAR)"


def _as_texts(name: str, raw: RawRows) -> str:
    value = raw.values[name]
    return value if raw.type_of(name) == "VARCHAR[]" else f"CAST({value} AS VARCHAR[])"


def raw_names(shape: Shape) -> list[str]:
    """Every name that a shape may read."""
    names = [name for s in shape.columns.values() for name in (*s.names, *([s.time] if s.time else []))]
    return list(dict.fromkeys(names))


def add_text(fields: Sequence[Field], raw: RawRows) -> Pipeline:
    """The pipeline of `raw` with `text` and the steps that lead to it.

    A macro pastes its argument wherever it names it, so each question has a step of its own: `trimmed` cells without
    blanks around them, `known` cells that hold a value, `fallbacks` for where the first name holds none, `text`.
    """
    cells = _Cells()
    columns = [column for field in fields for column in _columns(field, cells)]
    columns += [f"{cells.known(field.clock)} AS clock_{field.name}" for field in fields if field.clock]
    columns += [f"{raw.line or 'NULL::BIGINT'} AS line", f"{raw.broken or 'NULL::VARCHAR'} AS broken"]
    steps = cells.add_to(raw.steps)
    return steps.add("text", f"SELECT {', '.join(columns)} FROM {steps.last}")


class _Cells:
    """Raw values that are cleaned before anything is asked of them."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._fallbacks: dict[tuple[str, str], str] = {}
        self._tests: dict[str, str] = {}

    def known(self, raw: str) -> str:
        """Name of the cell of a raw value: null where it holds no value."""
        return self._names.setdefault(raw, f"cell_{len(self._names)}")

    def fallback(self, raw: str, first: str, *, fits: bool = False) -> str:
        """Name of the cell of a raw value that is only looked at where the first holds none, or none that fits."""
        name = self._fallbacks.setdefault((raw, first), f"fallback_{len(self._fallbacks)}")
        self._tests[name] = f"starts_count({first}) IS NOT TRUE" if fits else f"{first} IS NULL"
        return name

    def add_to(self, steps: Pipeline) -> Pipeline:
        """The pipeline with the cells beside the raw values."""
        if not self._names:
            return steps
        trimmed = [f"trimmed_of({raw}) AS {name}" for raw, name in self._names.items()]
        steps = steps.add("trimmed", f"SELECT *, {', '.join(trimmed)} FROM raw")
        steps = steps.add("known", f"SELECT * REPLACE ({_known(self._names.values())}) FROM trimmed")
        fallbacks = [
            f"CASE WHEN {self._tests[name]} THEN trimmed_of({raw}) END AS {name}"
            for (raw, _), name in self._fallbacks.items()
        ]
        if not fallbacks:
            return steps
        steps = steps.add("fallbacks", f"SELECT *, {', '.join(fallbacks)} FROM known")
        return steps.add("known_fallbacks", f"SELECT * REPLACE ({_known(self._fallbacks.values())}) FROM fallbacks")


def _known(names: Iterable[str]) -> str:
    """SQL of cells that are null where they say that nothing is known."""
    return ", ".join(f"CASE WHEN NOT is_unknown({name}) THEN {name} END AS {name}" for name in names)


def _columns(field: Field, cells: _Cells) -> list[str]:
    name = field.name
    if field.native:
        return [f"{field.raw[0]} AS native_{name}"]
    if field.kind == "texts":
        return [f"{_tags(field)} AS value_{name}"]
    if field.combines_flags:
        return [f"{_text(field, cells)} AS text_{name}", f"{_flag(field, cells)} AS value_{name}"]
    return [f"{_text(field, cells)} AS text_{name}"]


def _text(field: Field, cells: _Cells) -> str:
    """SQL of a column's text: of its raw values the first that holds one."""
    if field.name in _FREE or (field.stored and field.kind == "text" and field.name not in _FORMS):
        each = [f"nullif({raw}, '')" for raw in field.raw]
    elif field.stored and field.kind == "text":
        each = [_FORMS[field.name].format(f"nullif(trimmed_of({raw}), '')") for raw in field.raw]
    elif field.kind != "text" and len(field.raw) == 1:
        return field.raw[0]
    elif field.kind == "flag" and not field.source.equals:
        each = list(field.raw)
    else:
        form = _FORMS.get(field.name, "{}")
        first = cells.known(field.raw[0])
        fits = field.kind == "count"
        others = [cells.fallback(raw, first, fits=fits) for raw in field.raw[1:]]
        each = [form.format(cell) for cell in (first, *others)]
        if fits and others:
            # Of several columns the first whose value can be a count: not -994967296, and not a text.
            whens = " ".join(f"WHEN starts_count({cell}) THEN {cell}" for cell in each)
            return f"CASE {whens} ELSE coalesce({', '.join(each)}) END"
    return each[0] if len(each) == 1 else f"coalesce({', '.join(each)})"


def _flag(field: Field, cells: _Cells) -> str:
    """SQL of a flag: true where any of its raw values says so, null where none holds a value."""
    if field.source.equals:
        words = ", ".join(quote_text(value.casefold()) for value in field.source.equals)
        each = [f"lower({cells.known(raw)}) IN ({words})" for raw in field.raw]
    else:
        each = [f"canonical_flag({raw})" for raw in field.raw]
    value = each[0] if len(each) == 1 else f"coalesce({' OR '.join(each)}, {', '.join(each)})"
    return f"NOT ({value})" if field.source.negate else value


def _tags(field: Field) -> str:
    """SQL of a list: all raw values together."""
    each = [f"{'tags' if is_list else 'texts'}_of({raw})" for raw, is_list in zip(field.raw, field.lists, strict=True)]
    one = each[0] if len(each) == 1 else f"first_of_each(list_concat({', '.join(each)}))"
    return f"coalesce({one}, [])"
