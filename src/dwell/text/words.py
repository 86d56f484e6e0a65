"""Blanks, lower case, and the words for a missing value or for yes and no."""

from __future__ import annotations

UNKNOWN = ("", "-", "--", "–", "—", "undefined", "null", "none", "nan", "n/a", "na", "#n/a")
"""What a source writes where it has no value, lower case."""
TRUE = (
    *("true", "1", "yes", "y", "t", "ja", "oui", "sí", "si", "sim", "да", "tak", "evet", "ναι", "ya", "có"),
    *("是", "はい", "예", "wahr", "vrai", "verdadero", "verdadeiro", "vero", "истина", "doğru"),
)
FALSE = (
    *("false", "0", "no", "n", "f", "nein", "non", "não", "nej", "nee", "nei", "нет", "nie", "hayır", "όχι", "tidak"),
    *("không", "否", "いいえ", "아니요", "falsch", "faux", "falso", "ложь", "yanlış", "onwaar"),
)
"""Yes and no, and what spreadsheets write for the two in their languages."""
BLANKS = "\u00a0\u202f\u2009\u200b\u200e\u200f\ufeff\t\r\n"
"""Characters that count as a space, within a value and around it."""

_TO_SPACES = str.maketrans(BLANKS, " " * len(BLANKS))
_ZEROS = "٠۰०০๐０"
_MARKS = {"٬": "'", "’": "'", "،": ",", "．": ".", "，": ",", "：": ":", "\u2212": "-", "＋": "+", "٪": "%", "％": "%"}
DIGITS_AND_MARKS = "".join(chr(ord(zero) + n) for zero in _ZEROS for n in range(10)) + "".join(_MARKS)
"""Digits of other scripts, and marks that stand for ASCII ones; the Arabic decimal mark has no other meaning."""
PLAIN_DIGITS_AND_MARKS = "0123456789" * len(_ZEROS) + "".join(_MARKS.values())
"""What each of them stands for."""

_TO_PLAIN = str.maketrans(DIGITS_AND_MARKS, PLAIN_DIGITS_AND_MARKS)


def clean(text: str) -> str:
    """The text with plain spaces only, none around it, and without the guard that keeps a spreadsheet from it."""
    word = text.translate(_TO_SPACES).strip(" ")
    if word[:1] == "'":
        return word[1:].strip(" ")
    return word[2:-1].strip(" ") if len(word) > 3 and word[:2] == '="' and word[-1] == '"' else word


def plain_digits(text: str) -> str:
    """The text with ASCII digits, and ASCII marks between them."""
    return text.translate(_TO_PLAIN)


def lower(text: str) -> str:
    """Lower case, letter by letter: Python alone gives `İ` two characters, and a final `Σ` another letter."""
    return text.replace("İ", "i").replace("Σ", "σ").lower()


def is_unknown(text: str) -> bool:
    """The text says that the source has no value, which is never 0."""
    return clean(text).lower() in UNKNOWN


def known(text: str | None) -> str | None:
    """The text without blanks around it, for the loader to read; None where it says that there is no value."""
    return None if text is None or is_unknown(text) else clean(text)


def parse_flag(text: str) -> bool | None:
    """Yes or no; None where the text marks it as unknown.

    Raises:
        ValueError: For anything else.
    """
    word = lower(clean(text))
    if word in TRUE or word in FALSE:
        return word in TRUE
    if is_unknown(text):
        return None
    raise ValueError(f"{text!r} is neither yes nor no")
