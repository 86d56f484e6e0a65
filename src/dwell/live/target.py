"""What a user names, as what can be asked about: accounts by @name, link or id; hashtags, sounds, searches."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote, urlsplit

from dwell.errors import NoDataError
from dwell.providers.links import LinkError, parse

Kind = Literal["account", "hashtag", "sound", "search"]

_HANDLE = re.compile(r"(?=.*[^\W_])[\w.-]{1,40}")  # with a letter or a digit
_OTHER_PAGES = {"tag": "hashtag", "music": "sound"}
_HOSTS = frozenset({"tiktok.com", "www.tiktok.com", "m.tiktok.com"})
_ID = re.compile(r"\d{15,20}")


@dataclass(frozen=True, slots=True)
class Target:
    """One thing to ask about.

    Attributes:
        kind: What it is.
        name: Handle without @, or `id:` and the platform's id of an account; hashtag without #; id of a sound; search
            text. Lower case.
    """

    kind: Kind
    name: str

    @property
    def account_id(self) -> str | None:
        """The platform's id, where the user gave that in place of a handle."""
        return self.name.removeprefix("id:") if self.name.startswith("id:") else None

    def __str__(self) -> str:
        signs = {"account": "@", "hashtag": "#", "sound": "sound ", "search": "search "}
        return self.name if self.account_id else f"{signs[self.kind]}{self.name}"


def parse_account(text: str) -> Target:
    """An account: `@name`, `name`, a link to its profile or to one of its posts, or its numeric id.

    Raises:
        NoDataError: The text names none.
    """
    said = text.strip().strip("<>\"'")
    if _ID.fullmatch(said.removeprefix("id:")):
        return Target("account", "id:" + said.removeprefix("id:"))
    if "tiktok.com" in said.lower():
        said = _from_link(said)
    handle = said.removeprefix("@").lower()
    if not _HANDLE.fullmatch(handle):
        raise NoDataError(f"{text!r} names no account; write it as @handle, as a profile link or as its numeric id.")
    return Target("account", handle)


def parse_hashtag(text: str) -> Target:
    """A hashtag, with or without #, or a link to its page."""
    said = unquote(text.strip().rstrip("/").rsplit("/", 1)[-1].split("?")[0]).removeprefix("#").lower()
    if not said or re.search(r"\s", said):
        raise NoDataError(f"{text!r} is no hashtag; write it as one word, with or without #.")
    return Target("hashtag", said)


def parse_sound(text: str) -> Target:
    """A sound: its numeric id, or a link to its page."""
    found = re.search(r"(\d{6,20})(?:[/?#].*)?$", text.strip())
    if not found:
        raise NoDataError(f"{text!r} is no sound; give its numeric id or the link to its page.")
    return Target("sound", found[1])


def parse_search(text: str) -> Target:
    """A search."""
    said = " ".join(text.split()).lower()
    if not said:
        raise NoDataError("An empty search finds nothing; write the words to search for.")
    return Target("search", said[:500])


def parse_target(text: str) -> Target:
    """What one word of a watchlist means: `#tag`, `sound:ID`, `search:words`, otherwise an account."""
    said = text.strip()
    if said.startswith("#"):
        return parse_hashtag(said)
    kind, colon, rest = said.partition(":")
    readers = {"hashtag": parse_hashtag, "sound": parse_sound, "search": parse_search, "account": parse_account}
    return readers[kind](rest) if colon and kind in readers else parse_account(said)


def _from_link(text: str) -> str:
    """The handle in a link to a profile or a post; a path's first part is one only with its @, and on TikTok's host."""
    try:
        found = parse(text)
    except LinkError:
        return _from_page(text)
    if found.code is not None:
        raise NoDataError(
            f"{text!r} is a short link, which cannot be read: open it and give the long link, or @handle."
        )
    if found.handle is None:
        raise NoDataError(f"{text!r} names no account: the link has no handle in it; give @handle.")
    return found.handle


def _from_page(text: str) -> str:
    """The same of a link that shows no post."""
    wrong = NoDataError(f"{text!r} names no account; write it as @handle, or as https://www.tiktok.com/@handle.")
    try:
        link = urlsplit(text if "://" in text else "https://" + text)
        host, hidden = (link.hostname or "").lower(), link.username is not None
    except ValueError:
        raise wrong from None
    if hidden or host not in _HOSTS:
        raise wrong
    first, *rest = [unquote(part) for part in link.path.split("/") if part] or [""]
    if first in _OTHER_PAGES and rest:
        raise NoDataError(f"{text!r} names no account, but a {_OTHER_PAGES[first]}: write {_topic(first, rest[0])}.")
    if not first.startswith("@"):
        raise wrong
    return first


def _topic(page: str, name: str) -> str:
    """How the topic of a link is written where accounts may stand too."""
    if page == "tag":
        return f"#{parse_hashtag(name).name}"
    digits = re.search(r"[0-9]{6,20}$", name)
    return f"sound:{digits[0] if digits else 'ID'}"
