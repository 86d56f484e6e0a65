"""Blanks, lower case, and the words for a missing value or for yes and no."""

from __future__ import annotations

UNKNOWN = ("", "-", "--", "–", "—", "undefined", "null", "none", "nan", "n/a", "na", "#n/a")
"""What a source writes where it has no value, lower case."""
TRUE = ("true", "1", "yes", "y", "t")
FALSE = ("false", "0", "no", "n", "f")
BLANKS = "\u00a0\u202f\u2009\u200b\u200e\u200f\ufeff\t\r\n"
"""Characters that count as a space, within a value and around it."""

_TO_SPACES = str.maketrans(BLANKS, " " * len(BLANKS))


def clean(text: str) -> str:
    """The text with plain spaces only, and none around it."""
    return text.translate(_TO_SPACES).strip(" ")


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
