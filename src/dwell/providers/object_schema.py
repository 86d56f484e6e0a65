"""How a vendor's expected objects are described: their fields, the JSON types of each, and which are required."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

JSON_TYPE_NAMES: Mapping[type, str] = {
    str: "text", int: "whole", float: "number", bool: "flag", dict: "object", list: "list", type(None): "null",
}  # fmt: skip
"""The name of each JSON type, by the Python type that it is decoded to."""


@dataclass(frozen=True, slots=True)
class ObjectSchema:
    """One kind of object.

    Attributes:
        fields: Known fields and their accepted types.
        required: Groups of field names; an object has at least one field of each group.
    """

    fields: Mapping[str, frozenset[str]]
    required: tuple[tuple[str, ...], ...] = ()


KindSchemas: TypeAlias = Mapping[str, Mapping[str, ObjectSchema]]
"""Kind of object (`post`, `user`, `comment`, `topic`) -> place -> schema.

The place is empty for the object itself; otherwise it names a nested object that the parser reads as well.
"""


def object_schema(required: str = "", **fields: str) -> ObjectSchema:
    """A schema in short form.

    Args:
        required: Required fields, separated by spaces; `a|b` where either is enough.
        fields: JSON type -> names of the fields of that type, separated by spaces; `text_or_null` accepts both types.
    """
    groups = tuple(tuple(group.split("|")) for group in required.split())
    known = {name: frozenset(kinds.split("_or_")) for kinds, names in fields.items() for name in names.split()}
    return ObjectSchema(known, groups)
