"""Patterns of numbers, in the subset that Python and RE2 read alike."""

from __future__ import annotations

import re

from dwell.text.suffixes import EVERY, NOUNS

LARGEST_COUNT = 2**63 - 1
MOST_DIGITS = 40
"""A number with more characters is none."""

# Digits with marks. One mark before exactly three digits groups thousands or is decimal: the column decides.
AMBIGUOUS = "[1-9][0-9]{0,2}[.,][0-9]{3}"
PLAIN = "[0-9]+"
_REPEATED = "|".join(
    rf"[0-9]{{1,3}}({mark}[0-9]{{3}}){{{least},}}" for mark, least in ((r"\.", 2), (",", 2), (" ", 1), ("'", 1))
)
_INDIAN = "[0-9]{1,2}(,[0-9]{2})+,[0-9]{3}"
GROUPED = f"{_REPEATED}|{_INDIAN}"
_GROUPS = {".": r"[0-9]{1,3}(\.[0-9]{3})+", ",": f"[0-9]{{1,3}}(,[0-9]{{3}})+|{_INDIAN}"}
_BLANK_GROUPS = "[0-9]{1,3}( [0-9]{3})+|[0-9]{1,3}('[0-9]{3})+"
GROUPED_DECIMAL = f"({_GROUPS['.']}|{_BLANK_GROUPS})[,٫][0-9]+|({_GROUPS[',']}|{_BLANK_GROUPS})[.٫][0-9]+"
DECIMAL = r"[0-9]+[.,٫][0-9]+|[0-9]+\.|[.٫][0-9]+"
EXPONENT = r"([+-]?)([0-9.,' ٫]*[0-9][.]?)([eE][+-]?[0-9]{1,3})?"
COUNT_DIGITS = r"[0-9]{1,19}(\.[0-9]{1,9})?"
SUFFIXED_DIGITS = r"[0-9]{1,15}(\.[0-9]{1,9})?"
ZERO_FRACTION = r"\.0+$"

# What one text proves of a mark, for the decision over a column.
_MANY_OR_FEW = "([0-9]{1,2}|[0-9]{4,})"
DECIMAL_MARK = {
    mark: rf"[0-9]*{each}{_MANY_OR_FEW}|(0[0-9]*|[0-9]{{4,}}){each}[0-9]{{3}}|({groups}|{_BLANK_GROUPS}){each}[0-9]+"
    for mark, each, groups in ((".", r"\.", _GROUPS[","]), (",", ",", _GROUPS["."]))
}
GROUP_MARK = {
    mark: rf"[0-9]{{1,3}}({each}[0-9]{{3}}){{2,}}|({groups})[{other}٫][0-9]+{indian}"
    for mark, each, groups, other, indian in (
        (".", r"\.", _GROUPS["."], ",", ""), (",", ",", _GROUPS[","], ".", f"|{_INDIAN}")
    )
}  # fmt: skip
OPEN_MARK = {".": r"[1-9][0-9]{0,2}\.[0-9]{3}", ",": "[1-9][0-9]{0,2},[0-9]{3}"}
ZEROS = "[0-9]+[.,]000"
"""Three zeros behind the mark: a whole number in every reading."""

# Sign, digits with marks, suffix, a plus (`1K+`), and the noun of a page (`12K views`).
_SUFFIXES = "|".join(map(re.escape, EVERY))
_NOUNS = "|".join(noun.strip() for noun in NOUNS.replace("(а|ов|ы)", "[а-я]*").replace("(ів|и)", "[а-яі]*").split("|"))
# Each part begins with a sign of its own, and the digits end with none of the blanks that follow: with two ways to read
# the same blanks, the time that a text takes grows with their fourth power.
COUNT = rf"([+-]?)([0-9](?:[0-9.,' ٫]*?[0-9.,'٫])?) *(?:(?:({_SUFFIXES})\.?|\.) *)?(?:\+ *)?(?:{_NOUNS})?"
ZERO_SUFFIXED = rf"[+-]?0[0.,' ٫]*(?:{_SUFFIXES})\.? *(?:\+ *)?(?:{_NOUNS})?"
"""`0K`: less than a thousand, and not nothing."""
FRACTION = "[+-]?[0-9]+[.,٫][0-9]+"

# A number and whatever unit follows.
NUMBER_BODY = "^[+-]?([.,]?[0-9]([0-9.,' ٫]*[0-9])?)[.]?[^0-9:]*$"

_SECOND = (
    "s|sec|secs|seconds?|sek|sekunden|sekunder|seg|segs|segundos?|secondes?|secondi|"
    "сек|с|секунд|sn|saniye|giây|detik|秒|초|วินาที|ثانية"
)
_MINUTE = "m|min|mins|minutes?|minuten|minuter|minutos?|minuti|мин|хв|минут|dk|dakika|phút|menit|分|分钟|분|นาที|دقيقة"
_HOUR = (
    "h|hr|hrs|hours?|std|stunden|timer|timmar|horas?|heures?|ore|"
    "ч|час|часов|год|sa|saat|giờ|jam|時間|小时|시간|ชั่วโมง|ساعة"
)
_MILLISECOND = "ms|msec|msecs|milliseconds?|millis|мс|毫秒"
LENGTH = rf"([+-]?)([0-9.,' ٫]*[0-9]) *({_MILLISECOND}|{_SECOND}|{_MINUTE}|{_HOUR})\.?"


def _expand(words: str) -> list[str]:
    return [form for word in words.split("|") for form in ([word[:-2], word[:-1]] if word.endswith("?") else [word])]


LENGTH_UNITS: dict[str, float] = {
    word: seconds
    for words, seconds in ((_MILLISECOND, 0.001), (_SECOND, 1), (_MINUTE, 60), (_HOUR, 3600))
    for word in _expand(words)
}
"""Units of a length, in seconds."""

# `8:40s`: minutes and seconds, or a slip for 8.40 s; the column decides.
SLIP = "[0-9]+:[0-9]{2} *s"
PROVES_SLIP = r"[0-9]+[.,][0-9]{1,2} *s|[0-9]+:[6-9][0-9] *s|([6-9][0-9]|[0-9]{3,}):[0-9]{2} *s"
PROVES_CLOCK = "0?[0-9]:[0-9]{2}:[0-9]{2} *s|0[0-9]?:[0-9]{2} *s"
CLOCK = r"[0-9]+:([0-5][0-9]|60)(:([0-5][0-9]|60))?(\.[0-9]+)?( *s)?"
"""`1:75` is no time: its last part may be hundredths, or an error."""
HOURS_MINUTES_SECONDS = (
    rf"(?:pt)?(?:([0-9]+) *(?:{_HOUR})\.?)?[: ]*(?:([0-9]+) *(?:{_MINUTE})\.?)?[: ]*"
    rf"(?:([0-9]+(?:[.,][0-9]+)?) *(?:{_SECOND})\.?)?"
)
PERCENT = " *%+"
BOUND = " *[<>≤≥]"
"""`<1%` tells that there is a value, and not which."""
