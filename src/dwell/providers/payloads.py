"""JSON as APIs return it: the rows inside their wrappers, and the errors that come with status 200."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from dwell.errors import BadFileError
from dwell.providers.part import Part, json_lines

LISTS = (
    "videos", "itemList", "aweme_list", "search_item_list", "item_list", "items", "comments", "followers", "followings",
    "user_followers", "user_following", "user_list",
)  # fmt: skip
_WRAPPER_KEYS = ("aweme_detail", "aweme_info", "itemInfo", "itemStruct", "userInfo")
_SUCCESS_CODES = (None, 0, "0", 200, "200", "ok")


def iterate_rows(part: Part) -> Iterator[tuple[int, dict[str, Any] | None, str]]:
    """Number, object (None where damaged) and text of each row of a JSON file, out of its wrapper.

    The number is the line in JSON lines and the position in a list elsewhere.

    Raises:
        BadFileError: The response is an error, is empty, or is cut off.
    """
    if part.layout == "ndjson":
        for number, item, text in json_lines(part):
            inner = unwrap(part.name, item) if item else [None]
            yield from ((number, _as_object(row), text) for row in inner)
    elif part.document is not None:
        for number, row in enumerate(unwrap(part.name, part.document), 1):
            yield number, _as_object(row), str(row)
    else:
        yield from _stream_rows(part)


def first_rows(part: Part, most: int = 20) -> list[dict[str, Any]]:
    """The first objects of a JSON file, out of its wrapper."""
    if part.document is not None:
        return [row for row in unwrap(part.name, part.document)[:most] if isinstance(row, dict)]
    if part.layout == "ndjson":
        inner = [row for item in part.objects[:most] for row in unwrap(part.name, item)]
        return [row for row in inner[:most] if isinstance(row, dict)]
    return list(part.objects[:most])


def unwrap(name: str, value: Any) -> list[Any]:
    """The rows of a response: those of its list, or the response itself when it is one object.

    Raises:
        BadFileError: The response is an error or its list is empty.
    """
    if isinstance(value, list):
        if not value:
            raise BadFileError(f"{name} holds an empty list: there is nothing to load.")
        return [_unwrap_object(row) for row in value]
    if not isinstance(value, dict):
        raise BadFileError(f"{name} holds no objects: it is JSON, but not a list of posts.")
    if message := _find_error(value):
        raise BadFileError(f"{name} is an error of the API, not data ({message}): download it again.")
    if isinstance(value.get("data"), (dict, list)):
        return unwrap(name, value["data"])
    if isinstance(value.get("user"), dict):
        return [value]
    for key in LISTS:
        if isinstance(value.get(key), list):
            return unwrap(name, value[key])
    return [_unwrap_object(value)]


def describe_other(item: Mapping[str, Any]) -> str | None:
    """What an object is that dwell does not store; None where that is unknown."""
    keys = item.keys()
    if {"cha_name"} & keys or "challengeInfo" in keys or "challenge_list" in keys:
        return "information on a hashtag"
    if {"title", "author", "duration"} <= keys and isinstance(item["author"], str) and {"album", "play"} & keys:
        return "information on a sound"
    if keys and all(re.fullmatch(r"[A-Z]{2}|\.\.\.", str(key)) for key in keys):
        return "a list of regions"
    if keys == {"id"}:
        return "an account's id alone"
    if keys & {"video_hd", "access_token", "credit_balance"}:
        return "something other than posts or accounts"
    return None


def _unwrap_object(row: Any) -> Any:
    while isinstance(row, dict):
        key = next((key for key in _WRAPPER_KEYS if isinstance(row.get(key), dict)), None)
        if key is None:
            return row
        row = row[key]
    return row


def _as_object(row: Any) -> dict[str, Any] | None:
    return row if isinstance(row, dict) else None


def _find_error(value: Mapping[str, Any]) -> str | None:
    """The message of a response that is an error: `code: -1`, an `error`, or a lone `message`, all with status 200."""
    error = value.get("error")
    if isinstance(error, Mapping) and error.get("code", "ok") not in _SUCCESS_CODES:
        return f"{error.get('code')}: {error.get('message', '')}".rstrip(": ")
    if isinstance(error, str) and error and "data" not in value and error != "ok":
        return str(value.get("error_description") or error)
    for key in ("code", "statusCode", "status_code"):
        if key in value and value[key] not in _SUCCESS_CODES:
            return str(value.get("msg") or value.get("message") or value.get("status_msg") or f"{key} {value[key]}")
    if isinstance(value.get("message"), str) and not {"id", "data", *LISTS, *_WRAPPER_KEYS, "user"} & value.keys():
        return str(value["message"])
    return None


def _stream_rows(part: Part) -> Iterator[tuple[int, dict[str, Any] | None, str]]:
    from dwell.providers.json_stream import find_first_list, iterate_items

    try:
        for number, (row, text) in enumerate(iterate_items(part.path, find_first_list(part.path)), 1):
            yield number, _as_object(_unwrap_object(row)), text
    except ValueError as error:
        raise BadFileError(f"{part.name} is cut off or damaged JSON ({error}): export it again.") from error
