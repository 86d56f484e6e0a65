"""The unit that a header names: `duration (ms)`, `watched full video pct`, `avg watch time min`."""

from __future__ import annotations

import re
from typing import Literal

_AROUND = " _.,-\t"
HeaderUnit = Literal["", "ms", "s", "min", "h", "percent"]

_UNITS: tuple[tuple[HeaderUnit, str], ...] = (
    ("ms", "ms|msec|msecs|millis|milliseconds?|millisekunden|milisegundos|мс|毫秒"),
    ("s", "s|sec|secs|seconds?|sek|sekunden|sekunder|segundos|secondes|secondi|сек|秒"),
    ("min", "min|mins|minutes?|minuten|minuter|minutos|minuti|мин|分|分钟"),
    ("h", "h|hr|hrs|hours?|std|stunden|timer|timmar|horas|heures|ore|ч|час|часов|時間|小时"),
    (
        "percent",
        "%|pct|perc|percent|percentage|prozent|procent|por ciento|por cento|pourcent|percentuale|процент(ы|ов)?",
    ),
)
_LAST = re.compile(
    r"^(?P<name>.*?)[\s_.]*(?P<open>[(\[])?\s*(?:in\s+|en\s+|em\s+)?(?P<unit>[^\s()\[\]_.]+|por cien?to)\s*[)\]]?$"
)


def header_unit(header: str) -> tuple[str, HeaderUnit]:
    """The header without its unit, and the unit; '' where it names none.

    A unit stands at the end, apart from the name: `watch time (s)`, `watch_time_s`, `retention %`.
    """
    text = re.sub("(?<=[a-z])(?=[A-Z])", " ", header.strip()).casefold()
    if text.endswith("%"):
        return text[:-1].strip(_AROUND), "percent"
    match = _LAST.match(text)
    if match and match["name"].strip():
        apart = match["open"] or text[len(match["name"])] in _AROUND
        for unit, words in _UNITS:
            if apart and re.fullmatch(words, match["unit"]):
                return match["name"].strip(_AROUND), unit
    return text, "percent" if text.startswith(("%", "percent of", "percentage of", "pct ")) else ""
