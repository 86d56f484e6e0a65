"""Hides keys in what others sent or what users read: a provider may repeat the key, whole, in part, or encoded.

A key is recognised as it stands, percent-encoded, escaped as JSON or HTML writes it, and in base64 at any offset.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Collection, Iterable, Iterator
from urllib.parse import quote

HIDDEN = "…"

_TEXT_PART, _BODY_PART = 8, 16
"""Characters of a key that are a secret: in a message any 8, in a response any 16 (fewer could be a caption's own)."""

_WORD = 8  # bytes of a machine word
_SHORTEST = 6  # a shorter key is only found where no letter or digit stands beside it

# One character as it stands, or as a URL (also encoded twice), JSON or HTML writes it.
_CHARACTER = re.compile(
    r"(?:%(?:25)*|\\+u00|\\+x)(?P<hex>[0-9a-f]{2})|&#(?:x(?P<html>[0-9a-f]{2})|(?P<decimal>[0-9]{2,3}));"
    r"|\\+(?P<slash>/)|\\(?P<escaped>[\"\\])|.",
    re.IGNORECASE | re.DOTALL,
)
_STANDARD_BASE64 = str.maketrans("-_", "+/")


class Redactor:
    """Replaces keys by `…`.

    Args:
        secrets: The keys, printable ASCII; empty ones are ignored.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets = tuple(sorted({secret for secret in secrets if secret}, key=lambda one: (-len(one), one)))
        self._text = [_Pattern(secret, _TEXT_PART) for secret in self._secrets]
        self._body = [_Pattern(secret, _BODY_PART) for secret in self._secrets]
        spellings = [spelling for secret in self._secrets for spelling in _spellings(secret)]
        self._words = frozenset(word for spelling in spellings for word in _words(spelling))
        # What is too short to hold a whole machine word wherever it begins.
        self._short = [one.lower().encode() for one in spellings if len(one) < 2 * _WORD - 1]
        self._replaced = [
            spelling.encode()
            for secret in self._secrets
            if not secret.isdigit() and len(secret) >= _WORD
            for spelling in _spellings(secret)
        ]

    def redact_text(self, text: str) -> str:
        """A message without any 8 characters of a key, in whatever form they stand there."""
        return _hide(text, self._text).replace(HIDDEN * 2, HIDDEN)  # it may have been cut off with one

    def redact_body(self, body: bytes) -> bytes:
        """A response without any whole key, and without 16 or more characters of one; numbers stay as they are.

        Takes about 3 % of what it takes to read a page: one look at every eighth byte, as long as no key is there.
        """
        if self._is_clean(body):
            return body
        for spelling in self._replaced:
            body = body.replace(spelling, HIDDEN.encode())
        if self._is_clean(body):
            return body
        # Latin-1 gives each byte a character, so that a place in the text is a place in the bytes.
        hidden = _hide(body.decode("latin-1"), self._body, in_body=True, mark="\0")
        return hidden.encode("latin-1").replace(b"\0", HIDDEN.encode()) if "\0" in hidden else body

    def _is_clean(self, body: bytes) -> bool:
        """No key is in it. 15 bytes in a row hold a whole word at a multiple of 8, so only those are compared."""
        if not self._secrets:
            return True
        lower = body.lower()
        if any(short in lower for short in self._short):
            return False
        return self._words.isdisjoint(memoryview(lower)[: len(lower) // _WORD * _WORD].cast("Q"))


class _Pattern:
    """The parts of one key that are hidden.

    Args:
        secret: The key.
        part: Least length of a part.
    """

    def __init__(self, secret: str, part: int) -> None:
        lower = secret.lower()
        self.whole = lower
        self.size = min(part, len(lower))
        self.parts = _grams(lower, self.size)
        encoded = [core for core in _base64_cores(secret) if len(core) >= min(part, _WORD)]
        self.encoded_size = min([part, *map(len, encoded)])
        self.encoded = frozenset(gram for core in encoded for gram in _grams(core, self.encoded_size))

    def spans(self, plain: str) -> Iterator[tuple[int, int]]:
        """Where parts of the key stand, as (start, end), in order; they may overlap."""
        lower, standard = plain.lower(), plain.translate(_STANDARD_BASE64)
        for at in range(len(plain)):
            if lower[at : at + self.size] in self.parts:
                yield at, at + self.size
            if standard[at : at + self.encoded_size] in self.encoded:
                yield at, at + self.encoded_size


def _hide(text: str, patterns: Collection[_Pattern], *, in_body: bool = False, mark: str = HIDDEN) -> str:
    """The text with a mark in place of each stretch that is part of a key."""
    for pattern in patterns:
        places = [*_CHARACTER.finditer(text)]
        plain = "".join(map(_decoded, places))
        pieces, done = [], 0
        for start, end in _merged(pattern.spans(plain)):
            if _stands(plain, start, end, pattern, in_body=in_body):
                pieces += [text[done : places[start].start()], mark]
                done = places[end - 1].end()
        text = "".join([*pieces, text[done:]])
    return text


def _decoded(place: re.Match[str]) -> str:
    hexadecimal = place["hex"] or place["html"]
    if hexadecimal:
        return chr(int(hexadecimal, 16))
    if place["decimal"]:
        return chr(int(place["decimal"]) % 256)
    return place["slash"] or place["escaped"] or place[0]


def _merged(spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Overlapping stretches as one."""
    last: tuple[int, int] | None = None
    for start, end in spans:
        if last is None:
            last = start, end
        elif start <= last[1]:
            last = last[0], max(last[1], end)
        else:
            yield last
            last = start, end
    if last is not None:
        yield last


def _stands(plain: str, start: int, end: int, pattern: _Pattern, *, in_body: bool) -> bool:
    """The stretch is the key's, not a number's or another word's that looks like it."""
    found = plain[start:end]
    before, after = plain[start - 1 : start], plain[end : end + 1]
    if in_body:
        if found.isdigit():
            number = before.isdigit() or after.isdigit() or before in {".", "-"} or after == "."
            bare = plain[:start].rstrip()[-1:] in {":", "[", ","} and after in {",", "]", "}", " ", "\n", "\r", ""}
            return not number and not bare and found == pattern.whole
        if len(pattern.whole) < _WORD and found.lower() == pattern.whole:
            return before == after == '"'
    beside = f"{before}{after}"
    return len(found) >= _SHORTEST or not any(sign.isalnum() or sign == "_" for sign in beside)


def _spellings(secret: str) -> set[str]:
    """The whole key in each form in which it may be repeated."""
    everything = "".join(f"%{ord(sign):02X}" for sign in secret)
    plain = {secret, quote(secret, safe=""), quote(secret), quote(quote(secret, safe=""), safe=""), everything}
    plain.add(json.dumps(secret)[1:-1])
    encoded = set()
    for core in _base64_cores(secret):
        if len(core) >= _WORD:
            encoded |= {core, core.replace("+", "-").replace("/", "_"), quote(core, safe="")}
    spelled = plain | encoded
    forms = ("\\u{:04x}", "&#{};", "&#x{:x};")
    escaped = {_each(secret, form, all_of_it=every) for form in forms for every in (True, False)}
    return spelled | escaped | {one.replace("/", "\\/") for one in spelled}


def _each(secret: str, form: str, *, all_of_it: bool) -> str:
    """The key with its signs, or all of its characters, written as an escape."""
    return "".join(form.format(ord(sign)) if all_of_it or not sign.isalnum() else sign for sign in secret)


def _base64_cores(secret: str) -> list[str]:
    """The key in base64, after 0, 1 and 2 bytes of something else: the signs that the key alone decides."""
    cores = []
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + secret.encode()).decode().rstrip("=")
        first = 4 if shift else 0
        whole = (shift + len(secret)) // 3 * 4
        cores.append(encoded[first:whole])
    return cores


def _words(spelling: str) -> Iterator[int]:
    """Each 8 bytes of it in lower case, as the number that a machine word with them is."""
    raw = spelling.lower().encode()
    for at in range(len(raw) - _WORD + 1):
        (word,) = memoryview(raw[at : at + _WORD]).cast("Q")
        yield word


def _grams(text: str, size: int) -> frozenset[str]:
    return frozenset(text[at : at + size] for at in range(len(text) - size + 1))
