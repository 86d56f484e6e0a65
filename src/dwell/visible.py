r"""Shows what nobody sees: signs that control a terminal, turn text around or have no width, as Python writes them.

A caption, a handle, a header or a provider's message is the text of a stranger. Everything that leaves dwell for people
to read goes through here: `\x1b` for ESC, `\u202e` for the sign that turns text around, `\n` for the end of a line
within a name. Emoji, letters of every script and their marks stay as they are, up to eight marks on one letter.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

_LINE_END = "\n"
_JOINERS = "\u200c\u200d"
_SELECTORS = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
"""Of a variant of the sign before: an emoji's colours, a form of a Chinese character."""
_MONGOLIAN_SELECTORS = "\u180b-\u180d\u180f"
_NONCHARACTERS = "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000))
# Unicode's categories Cc, Cf, Cs, Zl and Zp, its property Default_Ignorable_Code_Point, and what is no character. Left
# out are the signs of Cf that are seen, its property Prepended_Concatenation_Mark, such as the Arabic year sign.
_SIGNS = (
    "\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    f"\u3164\ud800-\udfff\ufdd0-\ufdef\ufeff\uffa0\ufff0-\ufffb\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    f"\U000e0000-\U000e0fff{_SELECTORS}{_NONCHARACTERS}"
)
_HIDDEN = re.compile(f"[{_SIGNS}]")
_HIDDEN_IN_LINE = re.compile(f"[{_LINE_END}{_SIGNS}]")
# Flags of regions, such as Scotland's, are a black flag and the region's letters as signs without width.
_FLAG = re.compile("\U0001f3f4[\U000e0061-\U000e007a]{3,6}\U000e007f")
_SELECTOR = re.compile(f"[{_SELECTORS}]")
_MONGOLIAN_SELECTOR = re.compile(f"[{_MONGOLIAN_SELECTORS}]")
_MONGOLIAN_LETTER = re.compile("[\u1820-\u18aa]")
_FIRST_VARIANTS = "\u1000"
"""Myanmar is the first script whose letters have variants."""
_FIRST_JOINED, _LAST_JOINED = "\u0600", "\u18af"
"""Arabic to Mongolian: the scripts in which joiners are part of the spelling."""
_EMOJI = frozenset({"So", "Sk"})
_MOST_MARKS = 8
"""On one letter: no script writes more, and a flood of them paints over the rows around it."""
_NO_LETTERS = re.compile(rf"[^\w\s\x00-\x7f]{{{_MOST_MARKS + 1},}}")
_MARKS = frozenset({"Mn", "Me"})


def mark(text: str) -> str:
    """A text of several lines with visible signs only."""
    return _limit_marks(mark_signs(text), _count_marks)


def mark_line(text: str) -> str:
    """A text with visible signs only, on one line."""
    return _limit_marks(_mark(_HIDDEN_IN_LINE, text), _count_marks)


def mark_signs(text: str) -> str:
    """As `mark`, with all marks of each letter: for what is stored elsewhere."""
    return _mark(_HIDDEN, text)


def escape_json(text: str) -> str:
    r"""A JSON text whose strings have each hidden sign, and marks above eight on a letter, as `\uXXXX`.

    It means the same.
    """
    shown = _replace(_HIDDEN, text, _json_escape) if _HIDDEN.search(text) else text
    return _limit_marks(shown, lambda rest: "".join(map(_json_escape, rest)))


def has_hidden(text: str) -> bool:
    """Whether a text has a sign that `mark_line` would show."""
    return mark_line(text) != text


def _mark(hidden: re.Pattern[str], text: str) -> str:
    return _replace(hidden, text, _python_escape) if hidden.search(text) else text


def _replace(hidden: re.Pattern[str], text: str, escape: Callable[[str], str]) -> str:
    flags = [place for flag in _FLAG.finditer(text) for place in range(flag.start(), flag.end())]
    kept = frozenset(flags)

    def show(found: re.Match[str]) -> str:
        place = found.start()
        return found[0] if place in kept or _belongs(text, place) else escape(found[0])

    return hidden.sub(show, text)


def _belongs(text: str, place: int) -> bool:
    """Whether a sign without width is part of how the signs beside it are written."""
    sign, before, after = text[place], text[place - 1 : place], text[place + 1 : place + 2]
    if _MONGOLIAN_SELECTOR.match(sign):
        return bool(_MONGOLIAN_LETTER.match(before))
    if _SELECTOR.match(sign):
        has_variants = bool(before) and not before.isspace() and not _HIDDEN.match(before)
        return has_variants and not (before.isalpha() and before < _FIRST_VARIANTS)
    if sign not in _JOINERS or not before or not after:
        return False
    if all(_FIRST_JOINED <= each <= _LAST_JOINED for each in (before, after)):
        return True
    is_emoji = unicodedata.category(before) in _EMOJI or before == "\ufe0f"
    return sign == "\u200d" and is_emoji and unicodedata.category(after) in _EMOJI


def _limit_marks(text: str, shorten: Callable[[str], str]) -> str:
    """The text with eight marks on a letter, and what `shorten` makes of the others."""

    def limit(found: re.Match[str]) -> str:
        shown, rest, marks = "", "", 0
        for sign in found[0]:
            category = unicodedata.category(sign)
            if category in _MARKS:
                marks += 1
            elif category != "Cf":  # a joiner begins no letter
                shown, rest, marks = shown + (rest and shorten(rest)), "", 0
            if marks == _MOST_MARKS + 1 and not rest:
                shown, rest = (kept := shown.rstrip(_JOINERS)), shown[len(kept) :]
            if marks > _MOST_MARKS:
                rest += sign
            else:
                shown += sign
        return shown + (rest and shorten(rest))

    return _NO_LETTERS.sub(limit, text)


def _count_marks(rest: str) -> str:
    return f"[+{len(rest)} marks]"


def _python_escape(sign: str) -> str:
    return sign.encode("unicode_escape").decode("ascii")


def _json_escape(sign: str) -> str:
    units = sign.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at] << 8 | units[at + 1]:04x}" for at in range(0, len(units), 2))
