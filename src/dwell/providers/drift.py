"""Schema drift: where a vendor's object differs from its contract. It is noticed and counted; nothing is dropped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from dwell.providers.expected import EXPECTED, NAMES

What = Literal["new", "missing", "retyped"]

_NESTED = ("author", "music_info", "statistics", "video", "music", "user", "stats")
"""Objects that parsers read in; they are looked into as well, one level deep."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One difference between an object and its contract.

    Attributes:
        field: Its name, `author.id` in a nested object; `video_id or id` where one of several is missing.
        what: A field that nobody knew, a required one that is missing, or one of another type.
        seen: The JSON type that was seen: `text`, `whole`, `number`, `flag`, `object`, `list`, `null`; empty where
            it is missing.
    """

    field: str
    what: What
    seen: str


def find_changes(provider: str, kind: str, item: Mapping[str, Any]) -> list[FieldChange]:
    """What is new, missing or of another type in one object.

    Objects of one layout are compared once: what is asked again is answered from memory, in microseconds.

    Args:
        provider: Name of the provider.
        kind: `post`, `user`, `comment` or `topic`.
        item: The object, as it came.

    Returns:
        The differences; none for a provider or kind without a contract.
    """
    if kind == "post" and "aweme_id" not in item and (provider, "flat post") in EXPECTED:
        kind = "flat post"
    if (provider, kind) not in EXPECTED:
        return []
    found = [*_compare(provider, kind, "", tuple(item), tuple(map(type, item.values())))]
    for place in _NESTED:
        inner = item.get(place)
        if isinstance(inner, dict):
            found += _compare(provider, kind, place, tuple(inner), tuple(map(type, inner.values())))
    return found


@lru_cache(maxsize=4_096)
def _compare(
    provider: str, kind: str, place: str, names: tuple[str, ...], types: tuple[type, ...]
) -> tuple[FieldChange, ...]:
    """The differences of one layout: its field names and their types, in order."""
    expected = EXPECTED[provider, kind].get(place)
    if expected is None:
        return ()
    prefix = f"{place}." if place else ""
    found = []
    for name, seen in zip(names, (NAMES.get(kind_of, "object") for kind_of in types), strict=True):
        accepted = expected.fields.get(name)
        if accepted is None:
            found.append(FieldChange(prefix + name, "new", seen))
        elif seen not in accepted:
            found.append(FieldChange(prefix + name, "retyped", seen))
    missing = (either for either in expected.required if not set(either) & set(names))
    return (*found, *(FieldChange(" or ".join(prefix + name for name in either), "missing", "") for either in missing))
