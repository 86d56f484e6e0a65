"""Long JSON, one element at a time: the list inside a wrapper such as `{"itemList": [...]}` without loading it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

CHUNK = 4 << 20
_SPACE = " \t\r\n"
_DECODER = json.JSONDecoder()

KeyPath = tuple[str, ...]


class _JsonReader:
    """A window on a long text: `at` is the position of the next unread character."""

    def __init__(self, stream: TextIO) -> None:
        self.stream, self.buffer, self.at, self.ended = stream, "", 0, False

    def read_more(self) -> bool:
        chunk = self.stream.read(max(CHUNK, len(self.buffer) - self.at))
        self.buffer, self.at = self.buffer[self.at :] + chunk, 0
        self.ended = not chunk
        return bool(chunk)

    def peek(self) -> str:
        """The next character that isn't white space; empty at the end."""
        while True:
            while self.at < len(self.buffer) and self.buffer[self.at] in _SPACE:
                self.at += 1
            if self.at < len(self.buffer) or not self.read_more():
                return self.buffer[self.at : self.at + 1]

    def expect(self, wanted: str) -> None:
        """Step over one character that must be there."""
        if self.peek() != wanted:
            raise ValueError(f"{wanted} was expected, {self.peek() or 'the end'} found")
        self.at += 1

    def read_value(self) -> tuple[Any, str]:
        """The next JSON value and its text."""
        self.peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self.buffer, self.at)
            except RecursionError:
                raise ValueError("lists and objects are nested too deeply") from None
            except ValueError:
                if not self.read_more():
                    raise
                continue
            if end == len(self.buffer) and self.read_more():
                continue  # a number may continue in the next chunk
            text, self.at = self.buffer[self.at : end], end
            return value, text


def find_first_list(path: Path) -> KeyPath:
    """Keys that lead to the first list of objects: `()` when the file is a list itself.

    Raises:
        ValueError: No such list, or the JSON is damaged before it.
    """
    with path.open(encoding="utf-8-sig") as stream:
        text = _JsonReader(stream)
        place = _seek(text, None, ())
    if place is None:
        raise ValueError("no list of objects in it")
    return place


def iterate_items(path: Path, place: KeyPath) -> Iterator[tuple[Any, str]]:
    """Each element of the list at `place`, with its text on one line.

    Raises:
        ValueError: Where the JSON is cut off or damaged.
    """
    with path.open(encoding="utf-8-sig") as stream:
        text = _JsonReader(stream)
        if _seek(text, place, ()) is None:
            raise ValueError("no list of objects in it")
        text.expect("[")
        while text.peek() != "]":
            value, raw = text.read_value()
            yield value, raw.replace("\n", " ").replace("\r", " ")
            if text.peek() == ",":
                text.expect(",")
            elif text.peek() != "]":
                raise ValueError("the list is cut off")


def _seek(text: _JsonReader, wanted: KeyPath | None, here: KeyPath) -> KeyPath | None:
    """Step to the list at `wanted` (None: the first list whose first element is an object) and stop before its `[`."""
    start = text.peek()
    if start == "[" and (here == wanted or (wanted is None and _holds_objects(text))):
        return here
    if start != "{" or len(here) > 2:
        text.read_value()
        return None
    text.expect("{")
    while text.peek() == '"':
        key, _ = text.read_value()
        text.expect(":")
        place = _seek(text, wanted, (*here, key))
        if place is not None:
            return place
        if text.peek() != ",":
            break
        text.expect(",")
    text.expect("}")
    return None


def _holds_objects(text: _JsonReader) -> bool:
    while not (rest := text.buffer[text.at + 1 : text.at + 1000].lstrip()) and text.read_more():
        pass
    return rest.startswith("{")
