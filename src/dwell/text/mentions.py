"""Whether a text names a person: by a name that stands as a word of its own, or by an id."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

ERASED = "erased"
"""What stands in the place of an erased text."""

_LEAST_DIGITS = 6
_LEAST_LETTERS = 3
"""A shorter name is in too many words."""

_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
_ESCAPED_SPACE = re.compile(r"\\[nrtbf]")


@dataclass(frozen=True)
class Mentions:
    """Finds names and ids in texts, whatever their case.

    Attributes:
        names: Names of accounts, lower case.
        ids: Ids of accounts, posts and comments.
        inside_words: A name also counts inside of a longer word, as in the name of a file.
    """

    names: frozenset[str]
    ids: frozenset[str]
    inside_words: bool = False

    @classmethod
    def of(cls, names: Iterable[str], ids: Iterable[str]) -> Mentions:
        """The mentions of these."""
        return cls(frozenset(names), frozenset(ids))

    def in_files(self) -> Mentions:
        """The same for names of files, and what is written of files."""
        return replace(self, inside_words=True)

    def occur_in(self, text: str | None) -> bool:
        """The text names one of them."""
        if not text:
            return False
        if self._pattern is not None and self._pattern.search(text):
            return True
        if not self._numbers.isdisjoint(re.findall(rf"[0-9]{{{_LEAST_DIGITS},}}", text)):
            return True
        return any(other in text for other in self._others)

    def occur_in_body(self, body: bytes) -> bool:
        """The same of the bytes of a response, which may be JSON with escaped signs."""
        text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), body.decode("utf-8", "replace"))
        return self.occur_in(_ESCAPED_SPACE.sub(" ", text))

    def scrub(self, value: Any) -> Any:
        """A JSON value in which each text that names one of them reads `erased`, keys too."""
        if isinstance(value, str):
            return ERASED if self.occur_in(value) else value
        if isinstance(value, dict):
            return {self.scrub(key): self.scrub(inner) for key, inner in value.items()}
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
        text = self._pattern.sub(ERASED, value) if self._pattern is not None else value
        for one in self.ids:
            text = text.replace(one, ERASED)
        return text

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        if not self.names:
            return None
        listed = "|".join(re.escape(name) for name in sorted(self.names, key=len, reverse=True))
        if self.inside_words and min(map(len, self.names)) >= _LEAST_LETTERS:
            return re.compile(listed, re.IGNORECASE)
        # A point belongs to a name only between two letters: `see @alice.` names alice, `alice.b` is somebody else.
        return re.compile(rf"(?<!\w)(?<!\w\.)(?:{listed})(?!\w|\.\w)", re.IGNORECASE)

    @cached_property
    def _numbers(self) -> frozenset[str]:
        return frozenset(one for one in self.ids if one.isdecimal() and len(one) >= _LEAST_DIGITS)

    @cached_property
    def _others(self) -> tuple[str, ...]:
        return tuple(sorted(self.ids - self._numbers))
