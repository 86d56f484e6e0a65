"""Which objects of a JSON file are rows, whatever they are wrapped in.

An object that a format recognises is a row, and what is nested in it goes with it: a post's comments never take its
place. Everything else is a wrapper: a list or an object is searched for rows, whatever it is called and however deep it
stands. A list that holds a row is a list of rows: its other entries are counted, so that positions are those of the
user's file, and are passed on for the format to judge, or to be rejected with a reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from dwell.providers.json_stream import JsonReader, RepeatedKeys, all_items, find_repeated_key
from dwell.providers.payloads import find_error
from dwell.settings.limits import DEPTH, JSON_ROW
from dwell.text.ids import POST_ID

KindOf = Callable[[Mapping[str, Any]], str | None]
"""What an object is to a format: `post`, `user`, `comment`, `row` of a table that a user made, or None."""

NOT_AN_OBJECT = "not a JSON object"
MOST_LETTERS = 16 << 20
"""A list or object up to this length is parsed whole; a longer one is a wrapper and streams."""
TOO_DEEP = "lists and objects nested more than"
"""How the reason begins why what is nested too deeply is not searched for rows."""
_LONG = object()
"""Stands for a list or object that was too long to be a row, and was searched for rows."""
_MOST_PENDING = 1_000
"""Entries before the first row of a list whose text is remembered; of further ones only the number."""
_BESIDE = re.compile(r"comment|repl(y|ies)|author|user|music|sound|challenge|hashtag", re.IGNORECASE)
"""Keys of what stands beside posts: an object below them that merely resembles a row of a table is none."""
_NAMES_ACCOUNT = re.compile(r"author|handle|user|unique_?id|creator|account|channel|uploader", re.IGNORECASE)
_ACCOUNTS = ("user", "author", "profile", "account", "creator")
_HANDLES = ("uniqueId", "unique_id", "username", "user_name", "handle")
_FOLLOWERS = ("followerCount", "follower_count", "followersCount", "followers_count", "followers", "fans")
_ID = re.compile(r"(?:(?:post|video|aweme|item|tiktok)[ _-]?)?ids?", re.IGNORECASE)


def _most_letters() -> int:
    return MOST_LETTERS if JSON_ROW.value() == JSON_ROW.default else JSON_ROW.value()


class Row(NamedTuple):
    """One entry.

    Attributes:
        item: The object; None where the entry is no row.
        reason: Why it is no row; empty where it is only skipped: an entry that nothing was expected of.
        text: Its text, where it was read as text.
        line: Its line, in JSON lines.
    """

    item: dict[str, Any] | None
    reason: str = ""
    text: str = ""
    line: int = 0


def find_rows(value: Any, kind_of: KindOf) -> Iterator[Row]:
    """The rows in a JSON value that is in memory, in order."""
    return _Search(kind_of).rows(value, "", 0)


def find_line_rows(lines: Iterable[tuple[int, Any, str]], kind_of: KindOf) -> Iterator[Row]:
    """The rows of JSON lines: number, value (None where it is damaged) and text of each line."""
    search, entries = _Search(kind_of), _Entries()
    for line, value, text in lines:
        yield from entries.add(value, text, (row._replace(line=line) for row in search.rows(value, text, 0)), line)


def stream_rows(path: Path, kind_of: KindOf) -> Iterator[Row]:
    """The rows of a JSON file, in order, without having it in memory; it may hold several documents one by one.

    Raises:
        ValueError: Where the JSON is cut off or damaged.
    """
    search = _Search(kind_of)
    with path.open(encoding="utf-8-sig") as stream:
        reader, entries = JsonReader(stream), _Entries()
        while reader.peek():
            yield from search.stream(reader, entries, 0)


class _Entries:
    """The entries of one list, which becomes a list of rows with its first row."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Any, str, int]] | None = []
        self._direct = False
        self._single = True

    def add(self, value: Any, text: str, rows: Iterable[Row], line: int = 0) -> Iterator[Row]:
        """The next entry and the rows in it; yields what it is to the caller."""
        rows = iter(rows)
        first = next(rows, None)
        if first is None:
            yield from self._add_other(value, text, line)
            return
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            self._direct = value is not None and first.item is value
        second = next(rows, None)
        self._single &= second is None
        for other in waiting or ():
            yield from self._other(*other)
        yield first
        if second is not None:
            yield second
            yield from rows

    def _add_other(self, value: Any, text: str, line: int) -> Iterator[Row]:
        if self._waiting is None:
            yield from self._other(value, text, line)
        else:
            full = len(self._waiting) >= _MOST_PENDING
            self._waiting.append((None, "", line) if full else (value, text, line))

    def _other(self, value: Any, text: str, line: int) -> Iterator[Row]:
        """An entry without a row: a broken one, one that its format judges, or an answer that holds none."""
        if value is _LONG:
            yield Row(None, f"longer than {JSON_ROW}", text, line)
        elif isinstance(value, dict) and value:
            message = find_error(value)
            if message:
                yield Row(None, f"an error of the API, not data ({message})", text, line)
            elif self._direct:
                yield Row(value, "", text, line)
            elif self._single:
                yield Row(None, "", text, line)
        elif value != [] or self._single:
            yield Row(None, "" if value == [] else NOT_AN_OBJECT, text, line)


class _Search:
    """A search for rows from the outside inwards."""

    def __init__(self, kind_of: KindOf) -> None:
        self.kind_of = kind_of
        self._deepest = DEPTH.value()

    def rows(self, value: Any, text: str, depth: int) -> Iterator[Row]:
        """The rows in a value."""
        if depth > self._deepest:
            if value and isinstance(value, (list, dict)):
                yield Row(None, f"{TOO_DEEP} {DEPTH} deep", text)
            return
        if isinstance(value, list):
            yield from self._entries(value, depth)
        elif isinstance(value, dict):
            kind = self.kind_of(value)
            if kind:
                key = find_repeated_key(value) if RepeatedKeys.made else None
                yield Row(value, "", text) if key is None else Row(None, f"the key {key} has two values", text)
            if kind is None and _is_numbered(value):
                yield from self._entries((self._named(key, child) for key, child in all_items(value)), depth)
            elif kind is None:
                yield from self._members(value, depth)
            elif kind == "user":  # an account may be answered together with its posts
                nested = (row for row in self._members(value, depth) if row.item)
                yield from (row for row in nested if self.kind_of(row.item or {}) == "post")

    def _entries(self, values: Iterable[Any], depth: int) -> Iterator[Row]:
        entries = _Entries()
        for value in values:
            yield from entries.add(value, "", self.rows(value, "", depth + 1))

    def _named(self, key: str, value: Any) -> Any:
        """Objects with the post id that is their key, unless they have an id themselves."""
        if re.fullmatch(POST_ID, key, re.ASCII) is None:
            return value
        if isinstance(value, list):
            return [self._named(key, each) for each in value]
        if not isinstance(value, dict) or self.kind_of(value) == "user":
            return value
        return value if any(_ID.fullmatch(name) for name in value) else {"id": key, **value}

    def _members(self, value: Mapping[str, Any], depth: int) -> Iterator[Row]:
        account = _find_account(value)
        for key, child in all_items(value):
            if isinstance(child, (list, dict)) and child:
                rows = self._beside(key, self.rows(self._named(key, child), "", depth + 1))
                yield from (self._with_account(row, account) for row in rows) if account else rows

    def _with_account(self, row: Row, account: Mapping[str, Any]) -> Row:
        """A row of a table with the account that it stands below, unless it names one itself."""
        if row.item is None or self.kind_of(row.item) != "row" or any(map(_NAMES_ACCOUNT.search, row.item)):
            return row
        return row._replace(item={**row.item, **account})

    def _beside(self, key: str, rows: Iterator[Row]) -> Iterator[Row]:
        if not _BESIDE.search(key):
            return rows
        return (row for row in rows if row.item is not None and self.kind_of(row.item) != "row")

    def stream(self, reader: JsonReader, entries: _Entries, depth: int, key: str = "") -> Iterator[Row]:
        """The rows in the reader's next value, which is an entry of a list, or of an object that stands for one."""
        read = reader.read_value(_most_letters() if depth < self._deepest else None)
        if read is not None:
            value, text = self._named(key, read[0]), read[1].replace("\n", " ").replace("\r", " ")
            yield from entries.add(value, text, self.rows(value, text, depth))
        else:
            yield from entries.add(_LONG, "", self._stream_inside(reader, depth))

    def _stream_inside(self, reader: JsonReader, depth: int) -> Iterator[Row]:
        inner = _Entries()
        if reader.peek() == "[":
            for _ in reader.items():
                yield from self.stream(reader, inner, depth + 1)
            return
        for key in reader.members():
            inner = inner if key.isdigit() else _Entries()
            yield from self._beside(key, self.stream(reader, inner, depth + 1, key))


def _is_numbered(value: Mapping[str, Any]) -> bool:
    """An object that stands for a list: its keys are numbers or ids."""
    return bool(value) and all(key.isdigit() for key in value)


def _find_account(value: Mapping[str, Any]) -> dict[str, Any]:
    """What an object, or the one in it that describes an account, says of the account; empty for anything else.

    A name alone may be that of a program's user: an account has followers, too.
    """
    for one in (value, *(value.get(key) for key in _ACCOUNTS)):
        if isinstance(one, dict):
            handle = next((one[key] for key in _HANDLES if isinstance(one.get(key), str)), None)
            followers = next((one[key] for key in _FOLLOWERS if type(one.get(key)) is int), None)
            if handle and followers is not None:
                return {"author_handle": handle, "author_followers": followers}
    return {}
