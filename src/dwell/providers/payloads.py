"""JSON as APIs return it: the errors that come with status 200, and what dwell does not store."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_POSTS = frozenset({
    "videos", "itemList", "aweme_list", "search_item_list", "item_list", "items", "comments", "followers", "followings",
    "user_followers", "user_following", "user_list", "data", "collector", "results",
})  # fmt: skip
"""Keys under which APIs and tools list objects: an empty list there is an answer without any."""
_DATA = frozenset({"id", "user", "aweme_detail", "aweme_info", "itemInfo", "itemStruct", "userInfo", *_POSTS})
_SUCCESS_CODES = (None, 0, "0", 200, "200", "ok", "OK")
_TIKTOK_CODES = {
    10202: "the account does not exist", 10204: "the post does not exist", 10216: "the post is private",
    10221: "the account is banned", 10222: "the account is private",
}  # fmt: skip
"""What TikTok's web API means by its status codes."""
_DEEPEST = 6


def find_error(value: Mapping[str, Any]) -> str | None:
    """The message of an answer that is an error: `code: -1`, an `error`, or a lone `message`, all with status 200."""
    error = value.get("error")
    if isinstance(error, Mapping) and error.get("code", "ok") not in _SUCCESS_CODES:
        return f"{error.get('code')}: {error.get('message', '')}".rstrip(": ")
    if isinstance(error, str) and error and "data" not in value and error != "ok":
        return str(value.get("error_description") or error)
    for key in ("code", "statusCode", "status_code"):
        if key in value and isinstance(value[key], (int, str)) and value[key] not in _SUCCESS_CODES:
            return _name_code(key, value) if "id" not in value else None
    if isinstance(value.get("message"), str) and not _DATA & value.keys():
        return str(value["message"])
    return None


def _name_code(key: str, value: Mapping[str, Any]) -> str:
    code = str(value[key])
    if code.isdigit() and (meaning := _TIKTOK_CODES.get(int(code))):
        return f"{meaning}: {key} {code}"
    return str(value.get("msg") or value.get("message") or value.get("status_msg") or f"{key} {code}")


def find_nested_error(value: Any, depth: int = 0) -> str | None:
    """The message of the first error in a document that holds no rows."""
    if isinstance(value, list):
        return next(filter(None, (find_nested_error(one, depth + 1) for one in value[:20])), None)
    if not isinstance(value, dict) or depth > _DEEPEST:
        return None
    return find_error(value) or next(
        filter(None, (find_nested_error(child, depth + 1) for child in value.values() if isinstance(child, dict))), None
    )


def is_empty_answer(value: Any) -> bool:
    """An empty list, or an answer whose list is empty."""
    if isinstance(value, dict):
        lists = [child for key, child in value.items() if key in _POSTS and isinstance(child, (list, dict))]
        return any(map(is_empty_answer, lists))
    return bool(value == [])


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
