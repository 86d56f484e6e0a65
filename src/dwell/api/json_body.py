"""Reading JSON objects from requests: strictly, with every field that is wrong in the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import msgspec

from dwell.errors import InvalidRequestError

Body = TypeVar("Body", bound=msgspec.Struct)
Checks = Mapping[str, Callable[[Any], str | None]]
"""Field -> what is wrong with a value that has its type; None if nothing is."""


def read_object(body: bytes) -> dict[str, Any]:
    """The object that a body is.

    Raises:
        InvalidRequestError: It is no JSON, or no object.
    """
    try:
        value = msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise invalid_fields([("body", f"This is not JSON: {error}.")]) from error
    except RecursionError as error:
        raise invalid_fields([("body", "The JSON is nested too deeply.")]) from error
    if not isinstance(value, dict):
        raise invalid_fields([("body", "Expected a JSON object.")])
    return value


def check_object(kind: type[Body], value: Any, checks: Checks | None = None) -> Body:
    """The request that an object is.

    Args:
        kind: Its type.
        value: The object.
        checks: What a type cannot say of a field.

    Raises:
        InvalidRequestError: It is no object, or fields of it are wrong; all of them are named.
    """
    if not isinstance(value, dict):
        raise invalid_fields([("body", "Expected a JSON object.")])
    problems = [
        (field.encode_name, message)
        for field in msgspec.structs.fields(kind)
        for message in [_check_field(field, value, checks or {})]
        if message
    ]
    if problems:
        raise invalid_fields(problems)
    return msgspec.convert(value, kind)


def invalid_fields(details: list[tuple[str, str]]) -> InvalidRequestError:
    """The error of several fields."""
    text = "; ".join(f"{name}: {message.rstrip('.')}" for name, message in details)
    return InvalidRequestError(f"{text}.", tuple(details))


def _check_field(field: msgspec.structs.FieldInfo, value: dict[str, Any], checks: Checks) -> str | None:
    if field.encode_name not in value:
        return "This field is required." if field.required else None
    given = value[field.encode_name]
    try:
        msgspec.convert(given, field.type)
    except msgspec.ValidationError as error:
        return f"{error}."
    check = checks.get(field.encode_name)
    return check(given) if check is not None else None
