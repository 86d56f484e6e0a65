"""Parses what a user names into targets: accounts by @name, link or id; hashtags, sounds, searches."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote

from dwell.errors import NoDataError
from dwell.providers.links import LinkError, parse_link, parse_page
from dwell.text.names import is_valid_handle, normalize_handle

Kind = Literal["account", "hashtag", "sound", "search"]

_OTHER_PAGES = {"tag": "hashtag", "music": "sound"}
_ID = re.compile(r"\d{15,20}")


@dataclass(frozen=True, slots=True)
class Target:
    """An account, hashtag, sound or search to read.

    Attributes:
        kind: Kind of target.
        name: Handle without @, or `id:` and the platform's id of an account; hashtag without #; id of a sound; search
            text. Lower case.
    """

    kind: Kind
    name: str

    @property
    def account_id(self) -> str | None:
        """The platform's id, if the user gave it instead of a handle."""
        return self.name.removeprefix("id:") if self.name.startswith("id:") else None

    def __str__(self) -> str:
        signs = {"account": "@", "hashtag": "#", "sound": "sound ", "search": "search "}
        return self.name if self.account_id else f"{signs[self.kind]}{self.name}"


def parse_account(text: str) -> Target:
    """Parse an account: `@name`, `name`, a link to its profile or to one of its posts, or its numeric id.

    Raises:
        NoDataError: The text is not an account.
    """
    name = text.strip().strip("<>\"'")
    if _ID.fullmatch(name.removeprefix("id:")):
        return Target("account", "id:" + name.removeprefix("id:"))
    if "tiktok.com" in name.lower():
        name = _from_link(name)
    handle = normalize_handle(name) or ""
    if not is_valid_handle(handle):
        raise NoDataError(f"{text!r} isn't an account; write it as @handle, a profile link or a numeric id.")
    return Target("account", handle)


def parse_hashtag(text: str) -> Target:
    """Parse a hashtag, with or without #, or a link to its page."""
    name = unquote(text.strip().rstrip("/").rsplit("/", 1)[-1].split("?")[0]).removeprefix("#").lower()
    if not name or re.search(r"\s", name):
        raise NoDataError(f"{text!r} isn't a hashtag; write it as one word, with or without #.")
    return Target("hashtag", name)


def parse_sound(text: str) -> Target:
    """Parse a sound: its numeric id, or a link to its page."""
    match = re.search(r"(\d{6,20})(?:[/?#].*)?$", text.strip())
    if not match:
        raise NoDataError(f"{text!r} isn't a sound; give its numeric id or the link to its page.")
    return Target("sound", match[1])


def parse_search(text: str) -> Target:
    """Parse a search."""
    words = " ".join(text.split()).lower()
    if not words:
        raise NoDataError("The search is empty; write the words to search for.")
    return Target("search", words[:500])


def parse_target(text: str) -> Target:
    """Parse a member of a watchlist: `#tag`, `sound:ID`, `search:words`, otherwise an account."""
    name = text.strip()
    if name.startswith("#"):
        return parse_hashtag(name)
    kind, colon, rest = name.partition(":")
    readers = {"hashtag": parse_hashtag, "sound": parse_sound, "search": parse_search, "account": parse_account}
    return readers[kind](rest) if colon and kind in readers else parse_account(name)


def _from_link(text: str) -> str:
    """The handle in a link to a profile or a post; it must start with @ and the link must be on TikTok's host."""
    try:
        link = parse_link(text)
    except LinkError:
        return _from_page(text)
    if link.code is not None:
        raise NoDataError(
            f"{text!r} is a short link, which can't be resolved: open it and give the long link, or @handle."
        )
    if link.handle is None:
        raise NoDataError(f"{text!r} isn't an account link: there is no handle in it; give @handle.")
    return link.handle


def _from_page(text: str) -> str:
    """The same for a link that is not the link of a post."""
    kind, name = parse_page(text) or ("", "")
    if kind in _OTHER_PAGES and name:
        raise NoDataError(f"{text!r} isn't an account, but a {_OTHER_PAGES[kind]}: write {_topic_name(kind, name)}.")
    if kind != "@":
        raise NoDataError(f"{text!r} isn't an account; write it as @handle, or as https://www.tiktok.com/@handle.")
    return name


def _topic_name(page: str, name: str) -> str:
    """How to write the topic of a link among accounts."""
    if page == "tag":
        return f"#{parse_hashtag(name).name}"
    digits = re.search(r"[0-9]{6,20}$", name)
    return f"sound:{digits[0] if digits else 'ID'}"
