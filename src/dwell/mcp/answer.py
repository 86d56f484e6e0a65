"""An answer as JSON: the rows asked for, and all that a reader must know beside them; and its JSON schema."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dwell.errors import InvalidRequestError
from dwell.mcp.arguments import Arguments
from dwell.mcp.basis import BASES, basis_of
from dwell.mcp.option_words import word_options
from dwell.mcp.others_text import MARK, OTHERS_TEXT, PLAIN, is_by_others, to_json
from dwell.mcp.tool import Answered, Tool
from dwell.results.kinds import Kind, kind_of
from dwell.text.nearest import did_you_mean

_JSON_TYPES: Mapping[Kind, Mapping[str, Any]] = {
    "text": {"type": ["string", "null"]},
    "count": {"type": ["number", "null"]},
    "number": {"type": ["number", "null"]},
    "flag": {"type": ["boolean", "null"]},
    "instant": {"type": ["string", "null"]},
    "day": {"type": ["string", "null"]},
    "texts": {"type": ["array", "null"], "items": {"type": "string"}},
}
_RECOMMENDED = "recommended"
"""The verdict of `vet` whose reasons are no warnings."""
_TAGS = frozenset({"hashtag", "sound"})
"""What is compared where the `level` of a row is what somebody wrote."""


def make_answer(tool: Tool, arguments: Arguments, answered: Answered) -> dict[str, Any]:
    """The document that a tool returns.

    Raises:
        InvalidRequestError: A column was asked for that the answer does not have.
    """
    result = answered.result
    columns = _choose(tool, result.columns, arguments.columns)
    bases = basis_of(tool.figures, result)
    end = arguments.offset + arguments.limit
    places = [result.columns.index(name) for name in columns]
    shown = result.rows[arguments.offset : end]
    rows = [_mark_level({name: to_json(row[place], name) for name, place in zip(columns, places, strict=True)})
            for row in shown]  # fmt: skip
    total, simulated = len(result), answered.simulated
    next_offset = end if end < total else None
    details = {name: value for name, value in result.meta.items() if name != "warnings"}
    return {
        "tool": tool.name,
        "basis": [one for one in BASES if any(one in bases.get(name, ()) for name in columns)],
        "basis_note": tool.basis_note,
        "simulated": result.meta.get("simulated") if simulated is None else simulated,
        "period": to_json(answered.period),
        "n": {"posts": answered.posts, "posts_stored": answered.stored, "rows": total},
        "warnings": [*_warnings(tool, answered), *_notes(tool, answered, total, arguments)],
        "details": to_json(details),
        "columns": {name: _describe(tool, name, bases.get(name)) for name in columns},
        "columns_left_out": [name for name in result.columns if name not in columns],
        "rows": rows,
        "total_rows": total,
        "offset": arguments.offset,
        "next_offset": next_offset,
    }


def output_schema(tool: Tool) -> dict[str, Any]:
    """The JSON schema of the document that a tool returns."""
    row = {name: _schema(name) for name in tool.columns}  # `columns` of the answer says what each means
    instant = {"type": ["string", "null"], "description": "ISO 8601, UTC; null where unknown"}
    period = dict.fromkeys(_PERIOD, instant)
    properties: dict[str, Any] = {
        "tool": {"const": tool.name},
        "basis": {
            "type": "array",
            "items": {"enum": list(BASES)},
            "description": "What the figures are: measured by the platform, public counters or made of them,"
            " predicted by a model; empty where there are none. columns says it of each column",
        },
        "basis_note": {"type": "string"},
        "simulated": {"type": ["boolean", "null"], "description": "Invented by a simulation; null where not known"},
        "period": {
            "type": ["object", "null"],
            "description": "When the posts of n were published, and when they were read",
            "properties": period,
        },
        "n": {
            "type": "object",
            "description": "posts: how many the figures rest on; null where no posts are meant. posts_stored: how many"
            " are stored of what was asked, used or not. rows: of the whole answer",
            "properties": {
                **{name: {"type": ["integer", "null"]} for name in ("posts", "posts_stored")},
                "rows": {"type": "integer"},
            },
        },
        "warnings": {"type": "array", "items": {"type": "string"}, "description": "Say these beside the numbers"},
        "details": {"type": "object", "description": "What holds for the whole answer: verdicts, counts, reasons"},
        "columns": {"type": "object", "description": "Unit and meaning of each column of the rows"},
        "columns_left_out": {"type": "array", "items": {"type": "string"}, "description": "Ask for them with columns"},
        "rows": {"type": "array", "items": {"type": "object", "properties": row}},
        "total_rows": {"type": "integer", "description": "Rows of the whole answer"},
        "offset": {"type": "integer"},
        "next_offset": {"type": ["integer", "null"], "description": "offset of the next rows; null after the last"},
    }
    return {"type": "object", "properties": properties, "required": list(properties)}


_PERIOD = ("first_posted_at", "last_posted_at", "first_observed_at", "last_observed_at")


def _choose(tool: Tool, known: Sequence[str], asked: Sequence[str] | None) -> list[str]:
    if asked is None:
        usual = [name for name in tool.usual if name in known]
        return usual or list(known)
    for name in asked:
        if name not in known:
            raise InvalidRequestError(
                f"{tool.name} has no column {to_json(name)[:80]!r}.{did_you_mean(name, known)} It has"
                f" {', '.join(known)}."
            )
    return list(dict.fromkeys(asked)) or list(known)


def _warnings(tool: Tool, answered: Answered) -> list[str]:
    """What dwell warns of; the reasons of a good verdict stand in `details` alone."""
    meta = answered.result.meta
    praise = meta.get("reasons", ()) if meta.get("verdict") == _RECOMMENDED else ()
    return [word_options(str(each), tool.arguments) for each in answered.result.warnings if each not in praise]


def _notes(tool: Tool, answered: Answered, total: int, arguments: Arguments) -> list[str]:
    """What was cut, and what is invented."""
    notes = []
    first, last = arguments.offset + 1, min(arguments.offset + arguments.limit, total)
    if arguments.offset >= total > 0:
        notes.append(f"There are only {total:,} rows: ask {tool.name} with a lower offset.")
    elif last < total:
        notes.append(
            f"Rows {first:,} to {last:,} of {total:,} are shown: ask {tool.name} with offset {last} for the next ones."
        )
    if answered.simulated:
        notes.append("Some or all of this was invented by a simulation: say so beside the numbers.")
    return notes


def _describe(tool: Tool, name: str, basis: Sequence[str] | None) -> dict[str, Any]:
    unit, meaning = tool.columns.get(name, ("", ""))
    about: dict[str, Any] = {"unit": unit} if unit else {}
    if meaning:
        about["meaning"] = meaning if "null" in meaning else f"{meaning}; null where unknown"
    if basis:
        about["basis"] = basis
    return {**about, MARK: True} if name in OTHERS_TEXT else about


def _schema(name: str) -> Mapping[str, Any]:
    kind = _JSON_TYPES.get(kind_of(name), {})
    if name in OTHERS_TEXT:
        return {"type": ["object", "null"], "properties": {MARK: kind}}
    return {"type": ["string", "object", "null"]} if name == "level" or name in PLAIN else kind


def _mark_level(row: dict[str, Any]) -> dict[str, Any]:
    """The same row; a hashtag or sound in `level` is marked as what somebody else wrote."""
    about, level = str(row.get("dimension") or row.get("metric")), row.get("level")
    if isinstance(level, str) and (about in _TAGS or is_by_others(about, level)):
        return {**row, "level": {MARK: level}}
    return row
