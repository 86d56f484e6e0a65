"""Step `typed`: what canonical text means, and which text is written in some other way.

A row of it has `value_x` for column `x`, where the text was canonical (an instant has `absolute_x`, with a zone, or
`local_x`, without one), and `unread_x`, the text where it was not: `spellings` reads those, once per distinct text.
A number has `pointed_x` as well: evidence of its decimal mark that the value no longer shows.
"""

from __future__ import annotations

from collections.abc import Sequence

from dwell.warehouse.columns import quote_text
from dwell.warehouse.load.pipeline import Pipeline
from dwell.warehouse.load.text import Field


def add_typed(steps: Pipeline, fields: Sequence[Field]) -> Pipeline:
    """The pipeline with `canonical`, the values of canonical text, and `typed`, which adds the text that is not."""
    values = ["*", *(sql for field in fields for sql in _values(field))]
    unread = [f"{_unread(field)} AS unread_{field.name}" for field in fields if field.kind not in {"text", "texts"}]
    columns = [name for field in fields for name in value_columns(field)]
    pointed = [f"contains(text_{each.name}, '.') AS {pointed_column(each)}" for each in fields if is_pointed(each)]
    steps = steps.add("canonical", f"SELECT {', '.join(values)} FROM text")
    return steps.add("typed", f"SELECT {', '.join([*columns, *unread, *pointed, 'line', 'broken'])} FROM canonical")


def is_pointed(field: Field) -> bool:
    """Whether `pointed_x` says which texts have a point: 12.0 is 12, and, being canonical, shows the decimal mark."""
    return field.kind in {"count", "number"} and not field.native


def pointed_column(field: Field) -> str:
    """Name of that column."""
    return f"pointed_{field.name}"


def value_columns(field: Field) -> list[str]:
    """Names of a field's values in a typed row."""
    if field.kind == "instant":
        return [f"absolute_{field.name}", f"local_{field.name}", f"clock_{field.name}"]
    return [f"value_{field.name}"]


def _values(field: Field) -> list[str]:
    text, name = f"text_{field.name}", field.name
    if field.native:
        return _native_values(field)
    match field.kind:
        case "texts":
            return []
        case "flag":
            negated = " = false" * field.source.negate
            return [] if field.combines_flags else [f"canonical_flag({text}){negated} AS value_{name}"]
        case "count":
            return [f"canonical_count({text}) AS value_{name}"]
        case "number":
            read = "pointed_number" if field.decimal == "." else "canonical_number"
            return [f"{read}({text}){field.scale} AS value_{name}"]
        case "day":
            return [f"canonical_day({text}) AS value_{name}"]
        case "instant" if field.clock:
            return [f"NULL::TIMESTAMPTZ AS absolute_{name}", f"NULL::TIMESTAMP AS local_{name}"]
        case "instant":
            moments = [f"canonical_absolute({text}) AS absolute_{name}", f"canonical_local({text}) AS local_{name}"]
            return [*moments, f"NULL::VARCHAR AS clock_{name}"]
    return [f"{_plain_text(field, text)} AS value_{name}"]


def _native_values(field: Field) -> list[str]:
    """A value that has its type already; NaN is unknown, and infinity is refused like any text that means nothing."""
    native, name = f"native_{field.name}", field.name
    match field.kind:
        case "instant":
            moments = [f"CASE WHEN isfinite({native}) THEN {native} END AS absolute_{name}"]
            return [*moments, f"NULL::TIMESTAMP AS local_{name}", f"NULL::VARCHAR AS clock_{name}"]
        case "number" | "day":
            return [f"CASE WHEN isfinite({native}) THEN {native} END AS value_{name}"]
        case "flag" if field.source.negate:
            return [f"NOT {native} AS value_{name}"]
        case "count":
            return [f"CAST({native} AS BIGINT) AS value_{name}"]
    return [f"{native} AS value_{name}"]


def _unread(field: Field) -> str:
    """SQL of the text that was not read."""
    name = field.name
    if field.native:
        return _infinity(field)
    missing = (
        f"absolute_{name} IS NULL AND local_{name} IS NULL" if field.kind == "instant" else f"value_{name} IS NULL"
    )
    return f"CASE WHEN {missing} AND NOT is_unknown(text_{name}) THEN text_{name} END"


def _infinity(field: Field) -> str:
    """SQL of the name of an infinite value, which is the only one that cannot be read."""
    if field.kind not in {"number", "day", "instant"}:
        return "NULL::VARCHAR"
    native = f"native_{field.name}"
    zero, word = ("0", "inf") if field.kind == "number" else ("'1970-01-01'", "infinity")
    return f"CASE WHEN isinf({native}) THEN CASE WHEN {native} > {zero} THEN '{word}' ELSE '-{word}' END END"


def _plain_text(field: Field, text: str) -> str:
    if field.name == "media_type":
        return _media_type(field, text)
    if field.name in {"topic", "topic_kind"}:
        return f"nullif(lower(trim({text})), '')"
    return text


def _media_type(field: Field, text: str) -> str:
    equals = ", ".join(quote_text(word.casefold()) for word in field.source.equals if word != "*")
    if "*" in field.source.equals:
        return f"CASE WHEN {text} IS NULL THEN 'video' ELSE 'photo' END"
    if equals:
        return f"CASE WHEN lower({text}) IN ({equals}) THEN 'photo' WHEN {text} IS NOT NULL THEN 'video' END"
    return f"lower({text})"
