"""Reads the parameters of a query string, in which arrays and objects are JSON literals; a wrong one is code 40002."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from dwell_sandbox.business_api.errors import invalid

Query = Mapping[str, str]

_BOOLEANS = {"true": True, "false": False}
_CAPITAL_BOOLEAN = re.compile(r'("(?:[^"\\]|\\.)*")|\b(true|false)\b', re.IGNORECASE)


def read_text(query: Query, name: str) -> str:
    """A required text.

    Raises:
        EndpointError: It is missing.
    """
    value = query.get(name, "").strip()
    if not value:
        raise invalid(f"{name}: Missing data for required field.")
    return value


def read_number(query: Query, name: str, default: int, low: int, high: int) -> int:
    """A whole number from `low` to `high`.

    Raises:
        EndpointError: It is something else.
    """
    text = query.get(name, "") or str(default)
    if not re.fullmatch(r"-?[0-9]{1,18}", text):
        raise invalid(f"{name}: Not a valid integer.")
    if not low <= int(text) <= high:
        raise invalid(f"{name}: Must be greater than or equal to {low} and less than or equal to {high}.")
    return int(text)


def read_boolean(query: Query, name: str) -> bool:
    """Whether it is true, in any case; false by default.

    Raises:
        EndpointError: It is something else.
    """
    return _to_boolean(name, query.get(name, "") or "false")


def read_choice(query: Query, name: str, *options: str) -> str:
    """One of several words, the first by default.

    Raises:
        EndpointError: It is something else.
    """
    value = query.get(name, "") or options[0]
    if value not in options:
        raise invalid(f"{name}: Must be one of: {', '.join(options)}.")
    return value


def read_date(query: Query, name: str) -> date | None:
    """A date such as 2026-06-01; None if it is missing.

    Raises:
        EndpointError: It is something else.
    """
    text = query.get(name, "")
    if not text:
        return None
    try:
        return date.fromisoformat(text) if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) else _no_date(name)
    except ValueError:
        return _no_date(name)


def read_names(query: Query, name: str, allowed: Collection[str], default: tuple[str, ...]) -> tuple[str, ...]:
    """A JSON array of known names, in the order of the request.

    Raises:
        EndpointError: It is something else.
    """
    if not query.get(name):
        return default
    names = _to_strings(name, _parse_json(name, query[name]))
    if unknown := [each for each in names if each not in allowed]:
        raise invalid(f"{name}: {', '.join(unknown)} is not supported.")
    return tuple(dict.fromkeys(names)) or default


def read_ids(query: Query, name: str, most: int) -> tuple[str, ...] | None:
    """A JSON array of ids; None if it is missing.

    Raises:
        EndpointError: It is something else, or there are more than `most`.
    """
    return _to_ids(name, _parse_json(name, query[name]), most) if query.get(name) else None


def read_filters(query: Query, most: int) -> tuple[tuple[str, ...] | None, bool]:
    """`filters`: the video ids (None if they are not given), and whether only ads are asked for.

    Raises:
        EndpointError: It is no JSON object of these two.
    """
    if not query.get("filters"):
        return None, False
    filters = _parse_json("filters", query["filters"])
    if not isinstance(filters, dict) or filters.keys() - {"video_ids", "ad_post_only"}:
        raise invalid("filters: Must be an object with video_ids and ad_post_only.")
    chosen = filters.get("video_ids")
    ids = None if chosen is None else _to_ids("filters.video_ids", chosen, most)
    return ids, _to_boolean("filters.ad_post_only", filters.get("ad_post_only", False))


def _parse_json(name: str, text: str) -> Any:
    """The JSON value, where booleans may have capitals: programs print their own (`True`)."""
    lower = _CAPITAL_BOOLEAN.sub(lambda match: match[1] or match[2].lower(), text)
    try:
        return json.loads(lower)
    except (ValueError, RecursionError):
        raise invalid(f"{name}: Not a valid JSON value.") from None


def _to_strings(name: str, value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(each, str) and each.isascii() for each in value):
        raise invalid(f"{name}: Must be a list of strings of letters and digits.")
    return value


def _to_ids(name: str, value: Any, most: int) -> tuple[str, ...]:
    ids = _to_strings(name, value)
    if len(ids) > most:
        raise invalid(f"{name}: Longer than maximum length {most}.")
    return tuple(dict.fromkeys(ids))


def _to_boolean(name: str, value: Any) -> bool:
    found = _BOOLEANS.get(str(value).lower())
    if found is None:
        raise invalid(f"{name}: Not a valid boolean.")
    return found


def _no_date(name: str) -> date:
    raise invalid(f"{name}: Not a valid date; write it as 2026-06-01.")
