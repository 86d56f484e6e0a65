"""Long JSON, one element at a time: the list inside a wrapper such as `{"itemList": [...]}` without loading it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

CHUNK = 4 << 20
_SPACE = " \t\r\n"
_DECODER = json.JSONDecoder()

Place = tuple[str, ...]


class _Text:
    """A window on a long text: `at` is the next character that nobody has read."""

    def __init__(self, stream: TextIO) -> None:
        self.stream, self.buffer, self.at, self.ended = stream, "", 0, False

    def more(self) -> bool:
        chunk = self.stream.read(max(CHUNK, len(self.buffer) - self.at))
        self.buffer, self.at = self.buffer[self.at :] + chunk, 0
        self.ended = not chunk
        return bool(chunk)

    def peek(self) -> str:
        """The next character that is no white space; empty at the end."""
        while True:
            while self.at < len(self.buffer) and self.buffer[self.at] in _SPACE:
                self.at += 1
            if self.at < len(self.buffer) or not self.more():
                return self.buffer[self.at : self.at + 1]

    def take(self, wanted: str) -> None:
        """Step over one character that must be there."""
        if self.peek() != wanted:
            raise ValueError(f"{wanted} was expected, {self.peek() or 'the end'} found")
        self.at += 1

    def value(self) -> tuple[Any, str]:
        """The next JSON value and its text."""
        self.peek()
        while True:
            try:
                found, end = _DECODER.raw_decode(self.buffer, self.at)
            except ValueError:
                if not self.more():
                    raise
                continue
            if end == len(self.buffer) and self.more():
                continue  # a number may go on in the next chunk
            text, self.at = self.buffer[self.at : end], end
            return found, text


def first_list(path: Path) -> Place:
    """Keys that lead to the first list of objects: `()` when the file is a list itself.

    Raises:
        ValueError: When there is none, or the JSON is damaged before it.
    """
    with path.open(encoding="utf-8-sig") as stream:
        text = _Text(stream)
        found = _seek(text, None, ())
    if found is None:
        raise ValueError("no list of objects in it")
    return found


def items(path: Path, place: Place) -> Iterator[tuple[Any, str]]:
    """Each element of the list at `place`, with its text on one line.

    Raises:
        ValueError: Where the JSON is cut off or damaged.
    """
    with path.open(encoding="utf-8-sig") as stream:
        text = _Text(stream)
        if _seek(text, place, ()) is None:
            raise ValueError("no list of objects in it")
        text.take("[")
        while text.peek() != "]":
            value, raw = text.value()
            yield value, raw.replace("\n", " ").replace("\r", " ")
            if text.peek() == ",":
                text.take(",")
            elif text.peek() != "]":
                raise ValueError("the list is cut off")


def _seek(text: _Text, wanted: Place | None, here: Place) -> Place | None:
    """Step to the list at `wanted` (None: the first list whose first element is an object) and stop before its `[`."""
    start = text.peek()
    if start == "[" and (here == wanted or (wanted is None and _holds_objects(text))):
        return here
    if start != "{" or len(here) > 2:
        text.value()
        return None
    text.take("{")
    while text.peek() == '"':
        key, _ = text.value()
        text.take(":")
        found = _seek(text, wanted, (*here, key))
        if found is not None:
            return found
        if text.peek() != ",":
            break
        text.take(",")
    text.take("}")
    return None


def _holds_objects(text: _Text) -> bool:
    while not (rest := text.buffer[text.at + 1 : text.at + 1000].lstrip()) and text.more():
        pass
    return rest.startswith("{")
