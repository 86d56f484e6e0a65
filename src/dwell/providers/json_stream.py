"""Long JSON, one value at a time: a window on the text moves forward, so memory does not grow with the file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TextIO

from dwell.settings.limits import JSON_ROW

CHUNK = 4 << 20
_SPACE = " \t\r\n"
MOST_CONTAINERS = 1_000_000
"""Lists and objects that are in memory at once; what has more is read one by one."""
_MOST_DIGITS = 4_000
"""Python makes whole numbers of 4,300 digits."""
NESTED = "nested too deeply"
LONG = "a text is too long"


def count_containers(text: str, start: int = 0) -> int:
    """At most so many lists and objects are in a text: each takes far more memory than its letters."""
    return text.count("[", start) + text.count("{", start)


class RepeatedKeys(dict[str, Any]):
    """An object in whose text a key has several values, of which it has the last.

    Attributes:
        made: Whether this process has made one: until then, no object has to be searched for them.
        pairs: All keys and values, in their order.
    """

    made = False

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self.pairs = pairs
        RepeatedKeys.made = True


def all_items(value: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    """The keys and values of an object, with every value of a repeated key."""
    return value.pairs if isinstance(value, RepeatedKeys) else value.items()


def find_repeated_key(value: Any) -> str | None:
    """A key that has several values in one of the objects of a value."""
    if isinstance(value, RepeatedKeys):
        keys = [key for key, _ in value.pairs]
        return next(key for key in keys if keys.count(key) > 1)
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return next(filter(None, map(find_repeated_key, inner)), None)


def _make_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    return made if len(made) == len(pairs) else RepeatedKeys(pairs)


def _whole_number(digits: str) -> int | str:
    return int(digits) if len(digits) <= _MOST_DIGITS else digits


_DECODER = json.JSONDecoder(object_pairs_hook=_make_object)
_LONG_NUMBERS = json.JSONDecoder(object_pairs_hook=_make_object, parse_int=_whole_number)


def parse_json(text: str, at: int = 0) -> tuple[Any, int]:
    """The JSON value that begins at a place of a text, and where it ends; a number of thousands of digits stays text.

    Raises:
        ValueError: It is cut off or damaged.
        RecursionError: It is nested too deeply.
    """
    try:
        return _DECODER.raw_decode(text, at)
    except json.JSONDecodeError:
        raise
    except ValueError:  # of a number with thousands of digits
        return _LONG_NUMBERS.raw_decode(text, at)


class JsonReader:
    """A window on a long text: `at` is the position of the next unread character."""

    def __init__(self, stream: TextIO) -> None:
        self.stream, self.buffer, self.at = stream, "", 0

    def read_more(self) -> bool:
        """Move the window forward; false at the end of the file."""
        chunk = self.stream.read(max(CHUNK, len(self.buffer) - self.at))
        self.buffer, self.at = self.buffer[self.at :] + chunk, 0
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

    def read_value(self, most: int | None = None) -> tuple[Any, str] | None:
        """The next JSON value and its text; None, and nothing is read, where a list or object is longer than `most`.

        Raises:
            ValueError: It is cut off, damaged, or nested too deeply.
        """
        is_container = self.peek() in {"[", "{"}
        while True:
            try:
                value, end = parse_json(self.buffer, self.at)
            except RecursionError:
                raise ValueError(f"lists and objects are {NESTED}") from None
            except ValueError:
                if is_container and most is not None and self._is_longer(most):
                    return None
                if not is_container and len(self.buffer) - self.at > JSON_ROW.value():
                    raise ValueError(LONG) from None
                if not self.read_more():
                    raise
                continue
            if end == len(self.buffer) and self.read_more():
                continue  # a number may continue in the next chunk
            text, self.at = self.buffer[self.at : end], end
            return value, text

    def _is_longer(self, most: int) -> bool:
        """Whether the list or object that goes on behind the window is no row by its length, or by what is in it."""
        return len(self.buffer) - self.at >= most or count_containers(self.buffer, self.at) > MOST_CONTAINERS

    def items(self) -> Iterator[None]:
        """Steps from element to element of the list that begins here; the caller reads each element."""
        self.expect("[")
        while self.peek() != "]":
            yield
            if self.peek() == ",":
                self.expect(",")
            elif self.peek() != "]":
                raise ValueError("the list is cut off")
        self.expect("]")

    def members(self) -> Iterator[str]:
        """Steps from key to key of the object that begins here; the caller reads each value."""
        self.expect("{")
        while self.peek() == '"':
            read = self.read_value()
            self.expect(":")
            yield str(read[0]) if read else ""
            if self.peek() != ",":
                break
            self.expect(",")
        self.expect("}")
