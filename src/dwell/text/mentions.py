"""Whether a text names a person: by a name that stands as a word of its own, or by an id."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

ERASED = "erased"
"""What stands in the place of an erased text."""

_LEAST_ID = 6
"""A shorter id is in too many texts to be told from a number."""

_LEAST_LETTERS = 3
"""A shorter name is in too many names of files."""

_LEAST_SIGNS = 2
"""A shorter name is in nearly every text."""

_LETTER = re.compile(r"[^\W_]")
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
_ESCAPED_SPACE = re.compile(r"\\[nrtbf]")
_UNLIKE_A_WORD = re.compile(r"[\d._-]|.{16}")
_SIGNED = r"(?<=[@/])|(?<=account:)|(?<=[\"'])(?=(?:{names})[\"'](?!\s*:))"

Where = Literal["text", "word", "file"]


@dataclass(frozen=True)
class Mentions:
    """Finds names and ids in texts, whatever their case.

    A name such as `food` is a word as well. In a `text` it counts behind `@` or `/`, or if it is the whole text, or a
    whole value of a JSON document; a name that looks like no word counts wherever it stands. As a `word` every name
    counts wherever it stands, and in the name of a `file` also as part of a longer one; not so one of a single sign.

    Attributes:
        names: Names of accounts, lower case.
        ids: Ids of accounts, posts and comments.
        where: What is searched.
    """

    names: frozenset[str]
    ids: frozenset[str]
    where: Where = "text"

    @classmethod
    def of(cls, names: Iterable[str], ids: Iterable[str]) -> Mentions:
        """The mentions of these in texts."""
        return cls(frozenset(names), frozenset(ids))

    def of_words(self) -> Mentions:
        """The same for texts in which it does no harm if a word is taken for a name."""
        return replace(self, where="word")

    def in_files(self) -> Mentions:
        """The same for names of files, and what is written of files."""
        return replace(self, where="file")

    def occur_in(self, text: str | None) -> bool:
        """The text names one of them."""
        if not text:
            return False
        if text.lower() in self._signs or (self._pattern is not None and self._pattern.search(f'"{text}"')):
            return True
        if not self._numbers.isdisjoint(re.findall(rf"[0-9]{{{_LEAST_ID},}}", text)):
            return True
        return any(other in text for other in self._others)

    def occur_in_body(self, body: bytes) -> bool:
        """The same of the bytes of a response, which may be JSON with escaped signs."""
        text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), body.decode("utf-8", "replace"))
        return self.occur_in(_ESCAPED_SPACE.sub(" ", text))

    def scrub(self, value: Any) -> Any:
        """A JSON value in which each text that names one of them reads `erased`; names of fields stay."""
        if isinstance(value, str):
            return ERASED if self.occur_in(value) else value
        if isinstance(value, dict):
            return {key: self.scrub(inner) for key, inner in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.scrub(inner) for inner in value]
        return ERASED if isinstance(value, int) and str(value) in self._numbers else value

    def redact(self, value: Any) -> Any:
        """A JSON value in whose texts each name and id reads `erased`, and nothing else is changed."""
        if isinstance(value, dict):
            return {key: self.redact(inner) for key, inner in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.redact(inner) for inner in value]
        if not isinstance(value, str):
            return value
        if value.lower() in self._signs:
            return ERASED
        text = self._pattern.sub(ERASED, value) if self._pattern is not None else value
        for one in (*self._numbers, *self._others):
            text = text.replace(one, ERASED)
        return text

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        names = self.names - self._signs
        if not names:
            return None
        if self.where == "file" and min(map(len, names)) >= _LEAST_LETTERS:
            return re.compile(_listed(names), re.IGNORECASE)
        words = {name for name in names if self.where == "text" and not _UNLIKE_A_WORD.search(name)}
        words |= {name for name in names if len(name) < _LEAST_SIGNS}
        # A point belongs to a name only between two letters: `see @alice.` names alice, `alice.b` is somebody else.
        anywhere = rf"(?<!\w)(?<!\w\.)(?:{_listed(names - words)})" if names - words else ""
        signed = rf"(?:{_SIGNED.format(names=_listed(words))})(?:{_listed(words)})" if words else ""
        return re.compile(rf"(?:{'|'.join(filter(None, (anywhere, signed)))})(?!\w|\.\w)", re.IGNORECASE)

    @cached_property
    def _signs(self) -> frozenset[str]:
        """Names without a letter or a digit, which count as a whole text alone."""
        return frozenset(name for name in self.names if not _LETTER.search(name))

    @cached_property
    def _numbers(self) -> frozenset[str]:
        return frozenset(one for one in self.ids if one.isdecimal() and len(one) >= _LEAST_ID)

    @cached_property
    def _others(self) -> tuple[str, ...]:
        return tuple(sorted(one for one in self.ids - self._numbers if len(one) >= _LEAST_ID))


def _listed(names: Iterable[str]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
