"""Small readings that payload parsers share: nested objects that may be missing, flags as numbers, Unix seconds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def mapping(item: Mapping[str, Any], *keys: str) -> Mapping[str, Any]:
    """The first of the keys that holds an object; empty where none does."""
    return next((item[key] for key in keys if isinstance(item.get(key), Mapping)), {})


def flag(value: Any) -> bool | None:
    """True or false of a bool, 0/1, or their text; None for anything else."""
    return {"1": True, "true": True, "0": False, "false": False}.get(str(value).strip().lower())


def seconds(value: Any) -> Any:
    """Unix seconds, or None for the 0 that stands for unknown."""
    return None if value in (0, "0", "") else value


def rows(item: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    """The objects of a list that may be missing or null."""
    found = item.get(key)
    return [row for row in found if isinstance(row, Mapping)] if isinstance(found, list) else []
