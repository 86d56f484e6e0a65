"""Reads the parameters of Scavio's JSON bodies; a wrong one is a bad request."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from dwell_sandbox.scavio.errors import bad_request

Parameters = Mapping[str, Any]


def read_text(body: Parameters, name: str, max_length: int = 500) -> str:
    """A required string.

    Raises:
        EndpointError: It is missing, empty, too long or not a string.
    """
    value = body.get(name)
    if not isinstance(value, str) or not value.strip() or len(value) > max_length:
        raise bad_request(f"{name} is required: a string of 1 to {max_length} characters.")
    return value.strip()


def read_cursor(body: Parameters) -> int:
    """The `cursor`: a JSON string of digits, never a number.

    Raises:
        EndpointError: It is something else.
    """
    value = body.get("cursor", "0")
    if not isinstance(value, str):
        raise bad_request("cursor must be a string.")
    if not re.fullmatch(r"[0-9]{1,18}", value):
        raise bad_request("cursor is not one that this endpoint returned.")
    return int(value)


def read_count(body: Parameters, limit: int, default: int) -> int:
    """The `count`, 1 to `limit`.

    Raises:
        EndpointError: It is something else.
    """
    value = body.get("count", default)
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= limit:
        raise bad_request(f"count must be a number from 1 to {limit}.")
    return value


def read_choice(body: Parameters, name: str, *options: str) -> str:
    """One of several strings, the first by default.

    Raises:
        EndpointError: It is something else.
    """
    value = body.get(name, options[0])
    if value not in options:
        raise bad_request(f"{name} must be one of {', '.join(options)}, as a string.")
    return str(value)
