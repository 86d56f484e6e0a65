"""Schema drift: where a vendor's object differs from its schema. It is recorded and counted; nothing is dropped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from dwell.providers.display_api import expected as display_api
from dwell.providers.object_schema import JSON_TYPE_NAMES, KindSchemas
from dwell.providers.research_api import expected as research_api
from dwell.providers.scavio import expected as scavio
from dwell.providers.tikliveapi import expected as tikliveapi
from dwell.providers.tiktok_organic import expected as tiktok_organic

ChangeKind = Literal["new", "missing", "retyped"]

EXPECTED: Mapping[str, KindSchemas] = {
    "tikliveapi": tikliveapi.EXPECTED,
    "scavio": scavio.EXPECTED,
    "display-api": display_api.EXPECTED,
    "research-api": research_api.EXPECTED,
    "tiktok-organic": tiktok_organic.EXPECTED,
}
"""By name of the provider."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One difference between an object and its schema.

    Attributes:
        field: Its name, `author.id` in a nested object; `video_id or id` where one of several is missing.
        what: An unknown field, a required field that is missing, or a field of another type.
        seen: The JSON type that was received: `text`, `whole`, `number`, `flag`, `object`, `list`, `null`; empty where
            the field is missing.
    """

    field: str
    what: ChangeKind
    seen: str


def find_changes(provider: str, kind: str, item: Mapping[str, Any]) -> list[FieldChange]:
    """What is new, missing or of another type in one object.

    Each layout is compared once: the result for a layout that was seen before comes from a cache, in microseconds.

    Args:
        provider: Name of the provider.
        kind: `post`, `user`, `comment` or `topic`.
        item: The object, as received.

    Returns:
        The differences; empty for a provider or kind without a schema.
    """
    schemas = EXPECTED.get(provider, {})
    if kind == "post" and "aweme_id" not in item and "flat post" in schemas:
        kind = "flat post"
    changes: list[FieldChange] = []
    for place in schemas.get(kind, {}):
        inner: Any = item.get(place) if place else item
        if place == "" or isinstance(inner, dict):
            changes += _compare(provider, kind, place, tuple(inner), tuple(map(type, inner.values())))
    return changes


def count_changes(provider: str, kind: str, items: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str, str, str], int]:
    """How often each difference occurs in objects of one kind, by (kind, field, what, seen)."""
    counts: Counter[tuple[str, str, str, str]] = Counter()
    for item in items:
        for change in find_changes(provider, kind, item):
            counts[kind, change.field, change.what, str(change.seen)] += 1
    return dict(counts)


@lru_cache(maxsize=4_096)
def _compare(
    provider: str, kind: str, place: str, names: tuple[str, ...], types: tuple[type, ...]
) -> tuple[FieldChange, ...]:
    """The differences of one layout, given by its field names and their types, in order."""
    expected = EXPECTED[provider][kind][place]
    prefix = f"{place}." if place else ""
    changes = []
    for name, seen in zip(names, (JSON_TYPE_NAMES.get(python_type, "object") for python_type in types), strict=True):
        accepted = expected.fields.get(name)
        if accepted is None:
            changes.append(FieldChange(prefix + name, "new", seen))
        elif seen not in accepted:
            changes.append(FieldChange(prefix + name, "retyped", seen))
    missing = (group for group in expected.required if not set(group) & set(names))
    return (*changes, *(FieldChange(" or ".join(prefix + name for name in group), "missing", "") for group in missing))
