"""Hides keys in responses and messages: a provider may echo the key, in full, in part, or encoded.

A key is recognised as plain text, percent-encoded, escaped as in JSON or HTML, and in base64 at any offset.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Collection, Iterable, Iterator
from functools import cached_property, lru_cache
from urllib.parse import quote

HIDDEN = "…"

_TEXT_PART, _BODY_PART = 8, 16
"""Characters of a key that are secret: any 8 in a message, any 16 in a response (fewer may be part of a caption)."""

_WORD = 8  # bytes of a machine word
_SHORTEST = 6  # a shorter key only matches where no letter or digit is next to it

# One character: plain, percent-encoded (also twice), or escaped as in JSON or HTML.
_CHARACTER = re.compile(
    r"(?:%(?:25)*|\\+u00|\\+x)(?P<hex>[0-9a-f]{2})|&#(?:x(?P<html>[0-9a-f]{2})|(?P<decimal>[0-9]{2,3}));"
    r"|\\+(?P<slash>/)|\\(?P<escaped>[\"\\])|.",
    re.IGNORECASE | re.DOTALL,
)
_STANDARD_BASE64 = str.maketrans("-_", "+/")


class Redactor:
    """Replaces keys by `…`.

    Args:
        secrets: The keys, in printable ASCII; empty ones are ignored.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        forms = {form for secret in secrets if secret for form in _variants(secret)}
        self._secrets = tuple(sorted(forms, key=lambda text: (-len(text), text)))
        self._text = [_make_pattern(secret, _TEXT_PART) for secret in self._secrets]
        # A process may know hundreds of tokens: one set says whether a message has a part of any of them.
        whole = [pattern for pattern in self._text if pattern.is_long]
        self._short_text = [pattern for pattern in self._text if not pattern.is_long]
        self._parts = frozenset[str]().union(*(pattern.parts for pattern in whole))
        self._encoded = frozenset[str]().union(*(pattern.encoded for pattern in whole))

    @cached_property
    def _body(self) -> list[_Pattern]:
        return [_make_pattern(secret, _BODY_PART) for secret in self._secrets]

    @cached_property
    def _spelled(self) -> list[str]:
        return [spelling for secret in self._secrets for spelling in _spellings(secret)]

    @cached_property
    def _words(self) -> frozenset[int]:
        return frozenset(word for spelling in self._spelled for word in _words(spelling))

    @cached_property
    def _short(self) -> list[bytes]:
        """Spellings too short to contain an aligned machine word at every offset."""
        return [text.lower().encode() for text in self._spelled if len(text) < 2 * _WORD - 1]

    @cached_property
    def _replaced(self) -> list[bytes]:
        return [
            spelling.encode()
            for secret in self._secrets
            if not secret.isdigit() and len(secret) >= _WORD
            for spelling in _spellings(secret)
        ]

    def redact_text(self, text: str) -> str:
        """Hide any 8 characters of a key in a message, however they are encoded."""
        patterns = self._text if self._may_have_part(text) else self._short_text
        return _hide(text, patterns).replace(HIDDEN * 2, HIDDEN)  # the text may have been truncated with one

    def _may_have_part(self, text: str) -> bool:
        plain = "".join(map(_decode_character, _CHARACTER.finditer(text)))
        lower, standard = plain.lower(), plain.translate(_STANDARD_BASE64)
        return not (
            self._parts.isdisjoint(_substrings(lower, _TEXT_PART))
            and self._encoded.isdisjoint(_substrings(standard, _TEXT_PART))
        )

    def redact_body(self, body: bytes) -> bytes:
        """Hide whole keys, and any 16 characters of one, in a response; numbers stay unchanged.

        Costs about 3 % of parsing a page: without a key, it only checks every eighth byte.
        """
        if self._is_clean(body):
            return body
        for spelling in self._replaced:
            body = body.replace(spelling, HIDDEN.encode())
        if self._is_clean(body):
            return body
        # Latin-1 maps each byte to one character, so positions in the text are positions in the bytes.
        hidden = _hide(body.decode("latin-1"), self._body, in_body=True, mark="\0")
        return hidden.encode("latin-1").replace(b"\0", HIDDEN.encode()) if "\0" in hidden else body

    def _is_clean(self, body: bytes) -> bool:
        """The body contains no key. Any 15 bytes contain an aligned 8-byte word, so only aligned words are compared."""
        if not self._secrets:
            return True
        lower = body.lower()
        if any(short in lower for short in self._short):
            return False
        return self._words.isdisjoint(memoryview(lower)[: len(lower) // _WORD * _WORD].cast("Q"))


_registered: set[str] = set()
_tokens: dict[str, None] = {}
_MOST_TOKENS = 1_000
"""Tokens are replaced every day: a process that runs for a year remembers the newest."""


def register_secrets(secrets: Iterable[str]) -> None:
    """Remember keys that no log of this process may contain."""
    _registered.update(secret for secret in secrets if secret and secret not in _tokens)


def register_tokens(tokens: Iterable[str]) -> None:
    """Remember tokens that no log of this process may contain: as many of the newest as can be in use."""
    for token in tokens:
        _tokens.pop(token, None)
        _tokens[token] = None
    for old in list(_tokens)[:-_MOST_TOKENS]:
        _tokens.pop(old, None)


def redact_secrets(text: str) -> str:
    """Hide every registered key and token in a text, as `Redactor.redact_text` does."""
    known = frozenset(_registered) | frozenset(_tokens.copy())
    return _make_redactor(known).redact_text(text) if known else text


@lru_cache(maxsize=1)
def _make_redactor(secrets: frozenset[str]) -> Redactor:
    return Redactor(secrets)


class _Pattern:
    """The parts of one key to hide.

    Args:
        secret: The key.
        part: Minimum length of a part.
    """

    def __init__(self, secret: str, part: int) -> None:
        lower = secret.lower()
        self.whole = lower
        self.size = min(part, len(lower))
        self.parts = _substrings(lower, self.size)
        encoded = [core for core in _base64_cores(secret) if len(core) >= min(part, _WORD)]
        self.encoded_size = min([part, *map(len, encoded)])
        self.encoded = frozenset(gram for core in encoded for gram in _substrings(core, self.encoded_size))

    @property
    def is_long(self) -> bool:
        """Every part of it that is secret in a message has the same length."""
        return self.size == self.encoded_size == _TEXT_PART

    def spans(self, plain: str) -> Iterator[tuple[int, int]]:
        """Find parts of the key as (start, end), in order; they may overlap."""
        lower, standard = plain.lower(), plain.translate(_STANDARD_BASE64)
        for at in range(len(plain)):
            if lower[at : at + self.size] in self.parts:
                yield at, at + self.size
            if standard[at : at + self.encoded_size] in self.encoded:
                yield at, at + self.encoded_size


@lru_cache(maxsize=4 * _MOST_TOKENS)
def _make_pattern(secret: str, part: int) -> _Pattern:
    return _Pattern(secret, part)


def _variants(secret: str) -> set[str]:
    """The key, the key as a form decodes it (`+` is a space there), and in hexadecimal if it is long enough."""
    variants = {secret, secret.replace("+", " ").strip()} - {""}
    return variants | {secret.encode().hex()} if len(secret) >= _WORD else variants


def _hide(text: str, patterns: Collection[_Pattern], *, in_body: bool = False, mark: str = HIDDEN) -> str:
    """Replace each stretch of the text that is part of a key with a mark."""
    places = [*_CHARACTER.finditer(text)]
    plain = "".join(map(_decode_character, places))
    stretches = sorted(
        (start, end)
        for pattern in patterns
        for start, end in _merge_spans(pattern.spans(plain))
        if _is_key_part(plain, start, end, pattern, in_body=in_body)
    )
    pieces, done = [], 0
    for start, end in _merge_spans(stretches):
        pieces += [text[done : places[start].start()], mark]
        done = places[end - 1].end()
    return "".join([*pieces, text[done:]])


def _decode_character(place: re.Match[str]) -> str:
    hexadecimal = place["hex"] or place["html"]
    if hexadecimal:
        return chr(int(hexadecimal, 16))
    if place["decimal"]:
        return chr(int(place["decimal"]) % 256)
    return place["slash"] or place["escaped"] or place[0]


def _merge_spans(spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Merge overlapping spans."""
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


def _is_key_part(plain: str, start: int, end: int, pattern: _Pattern, *, in_body: bool) -> bool:
    """The span is part of the key, and not of a number or a word that happens to match."""
    text = plain[start:end]
    before, after = plain[start - 1 : start], plain[end : end + 1]
    if in_body:
        if text.isdigit():
            number = before.isdigit() or after.isdigit() or before in {".", "-"} or after == "."
            bare = plain[:start].rstrip()[-1:] in {":", "[", ","} and after in {",", "]", "}", " ", "\n", "\r", ""}
            return not number and not bare and text == pattern.whole
        if len(pattern.whole) < _WORD and text.lower() == pattern.whole:
            return before == after == '"'
    beside = f"{before}{after}"
    return len(text) >= _SHORTEST or not any(sign.isalnum() or sign == "_" for sign in beside)


def _spellings(secret: str) -> set[str]:
    """The whole key in every encoding in which a provider may echo it."""
    percent_encoded = "".join(f"%{ord(sign):02X}" for sign in secret)
    plain = {secret, quote(secret, safe=""), quote(secret), quote(quote(secret, safe=""), safe=""), percent_encoded}
    plain.add(json.dumps(secret)[1:-1])
    encoded = set()
    for core in _base64_cores(secret):
        if len(core) >= _WORD:
            encoded |= {core, core.replace("+", "-").replace("/", "_"), quote(core, safe="")}
    spelled = plain | encoded
    forms = ("\\u{:04x}", "&#{};", "&#x{:x};")
    escaped = {_escape(secret, form, all_of_it=every) for form in forms for every in (True, False)}
    return spelled | escaped | {text.replace("/", "\\/") for text in spelled}


def _escape(secret: str, form: str, *, all_of_it: bool) -> str:
    """The key with its punctuation, or all of its characters, escaped."""
    return "".join(form.format(ord(sign)) if all_of_it or not sign.isalnum() else sign for sign in secret)


def _base64_cores(secret: str) -> list[str]:
    """The key in base64 at the three possible offsets: only the characters that depend on nothing but the key."""
    cores = []
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + secret.encode()).decode().rstrip("=")
        first = 4 if shift else 0
        whole = (shift + len(secret)) // 3 * 4
        cores.append(encoded[first:whole])
    return cores


def _words(spelling: str) -> Iterator[int]:
    """Every 8 consecutive bytes in lower case, as a machine word."""
    raw = spelling.lower().encode()
    for at in range(len(raw) - _WORD + 1):
        (word,) = memoryview(raw[at : at + _WORD]).cast("Q")
        yield word


def _substrings(text: str, size: int) -> frozenset[str]:
    return frozenset(text[at : at + size] for at in range(len(text) - size + 1))
