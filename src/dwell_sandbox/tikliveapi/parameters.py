"""Reads TikLiveAPI's query parameters; a wrong one gets the error message of the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dwell_sandbox.server.response import EndpointError
from dwell_sandbox.tikliveapi.errors import message_response

Parameters = Mapping[str, Any]


def read_text(parameters: Parameters, name: str) -> str:
    """A required parameter.

    Raises:
        EndpointError: It is missing or empty.
    """
    value = str(parameters.get(name, "")).strip()
    if not value:
        raise EndpointError(message_response(f"The parameter {name} is required"))
    return value


def read_number(parameters: Parameters, name: str, default: int) -> int:
    """A whole number of 0 or more.

    Raises:
        EndpointError: It is something else.
    """
    value = str(parameters.get(name, default)).strip()
    if not (value.isascii() and value.isdigit() and len(value) < 20):
        raise EndpointError(message_response(f"The parameter {name} is not a number"))
    return int(value)


def read_count(parameters: Parameters, default: int, limit: int) -> int:
    """The `count`, clamped to 1 to `limit` without an error."""
    return max(1, min(limit, read_number(parameters, "count", default)))
