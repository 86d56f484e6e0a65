"""How column names are compared: without case, accents and separators, and without words that say nothing.

`stats.playCount`, `n_views`, `Video views` and `view count` mean one column. A unit at the end of a name is read, not
dropped: `duration_ms`, `avg_watch_sec`, `Watched full video (%)`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from dwell.providers.files.aliases import ALIASES, OWN_NAMES
from dwell.providers.format import normalize_header
from dwell.records.shape import Unit

_UNIT_WORDS: dict[Unit, str] = {
    "": """
        s sec secs second seconds sek sekunden sekunder sekundy sekund sekundach seg segs segundo segundos seconde
        secondes seconden secondi с сек секунда секунды секунд секундах sn saniye giây detik δευτερόλεπτα δευτ
        秒 초 วินาที ثانية ثوان ثواني секунди सेकंड שניות ratio fraction
    """,
    "ms": """
        ms msec msecs mseg millis milli millisecond milliseconds milisegundos millisekunden millisekunder millisecondes
        milliseconden millisecondi milissegundos milisekundy milisekund milisaniye mili milidetik мс мсек миллисекунды
        миллисекунд миллисекундах 毫秒 ミリ秒 밀리초 มิลลิวินาที мілісекунди मिलीसेकंड
    """,
    "min": """
        min mins minute minutes minuto minutos minuten minuter minutter minuti minuty minut minutach mn мин минута
        минуты минут минутах dk dakika phút menit λεπτά 分 分钟 分鐘 분
        นาที دقيقة دقائق хв хвилини хвилин मिनट דקות
    """,
    "h": """
        h hr hrs hour hours hora horas stunden heure heures ore timer timmar godz godziny godzin uur uren час часы часов
        часах saat giờ jam ώρες 小时 小時 時間 시간 ชั่วโมง ساعة ساعات години годин घंटे שעות
    """,
    "percent": """
        % pct percent percentage perc prozent porcentaje porcentagem pourcentage percentuale procent persen yüzde
        процент процентов 百分比 パーセント 퍼센트
    """,
}
LENGTHS = frozenset({"duration_s", "avg_watch_s", "total_watch_s"})
SHARES = frozenset({"full_watch_rate"})

_OBJECT = frozenset({
    "video", "videos", "vid", "post", "posts", "clip", "item", "aweme", "tiktok", "tt", "content", "reel", "media",
})  # fmt: skip
"""Words before a name that only say that it is a post's."""
_AMOUNT = frozenset({
    "stats", "stat", "v2", "statsv2", "statistics", "metrics", "metric", "public", "insights", "insight", "engagement",
    "counts", "count", "n", "#", "no", "num", "nb", "number", "of", "total", "tot", "sum", "lifetime", "organic",
})  # fmt: skip
"""Words before the name of a counter that say nothing more."""
_AFTER = frozenset(["count", "counts", "cnt", "total", "n", "nb", "num", "number", "lifetime"])
"""Words behind the name of a counter that say nothing more."""
_IN = frozenset({"in", "en", "em", "i", "w", "в", "σε"})
"""Words between a name and its unit: `Dauer in Sekunden`, `durée en secondes`."""
_CLOCK = re.compile(r"(?<=.)(?:h{1,2} )?(?:m{1,2} s{1,2}|min sec|min sek)$")
"""How a length is written, behind its name: `duration (mm:ss)`."""
_ACCENTS = re.compile("[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670]")
"""Accents, and the points of Hebrew and Arabic, which people leave out."""
_SIGNS = str.maketrans(
    {sign: f" {sign} " for sign in "%#\u2030\u2031"} | {"\u066a": " % ", "\u0609": " \u2030 ", "\u060a": " \u2031 "}
)
"""Signs that are words: percent, and per mille and per ten thousand, of which no known name is."""
_SEPARATORS = re.compile("[^\\w%\u2030\u2031#\u0900-\u0903\u093a-\u0957\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]|_")
"""Whatever is no letter, digit or sign; a vowel of Hindi or Thai is part of its word, which `\\w` does not know."""
_NESTED = re.compile(r"\w[./]\w")
"""The name of a value within an object: a value of the row itself is preferred, `id` to `video.id`."""
_BEFORE_UNSPACED = ("视频", "作品", "動画", "영상")
_IDENTITY = frozenset({
    "post_id", "url", "handle", "caption", "posted_at", "duration_s", "hashtags", "media_type", "is_ad", "is_pinned",
})  # fmt: skip
"""Columns before whose names only `_OBJECT` means nothing: the `metric date` of a table is not when a post went up."""


class Meaning(NamedTuple):
    """What a header means.

    Attributes:
        column: The canonical column.
        distance: 0 where the name is known as it is; more with each word that was left out.
        rank: Among the names of its column, best first.
        unit: That it states.
    """

    column: str
    distance: int
    rank: int
    unit: Unit


def split_header(header: str) -> list[str]:
    """The words of a header, folded: `avgWatchTime (s)` is avg, watch, time, s."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", header.replace("\u00ad", "").replace("\u200b", ""))
    text = unicodedata.normalize("NFKD", normalize_header(spaced))
    plain = unicodedata.normalize("NFC", _ACCENTS.sub("", text)).replace("ı", "i")
    return _SEPARATORS.sub(" ", plain.translate(_SIGNS)).split()


@lru_cache(maxsize=8192)
def fold_header(header: str) -> str:
    """A header as it is compared: only its letters and digits, and a percent sign; `# followers` is followers."""
    words = split_header(header)
    return "".join(word for word in words if word != "#" or len(words) == 1)


UNITS: dict[str, Unit] = {fold_header(word): unit for unit, words in _UNIT_WORDS.items() for word in words.split()}
"""Last word of a name -> the unit that it states; seconds and fractions need no factor."""


def _known_names() -> dict[str, tuple[str, int]]:
    names: dict[str, tuple[str, int]] = {fold_header(column): (column, -1) for column in OWN_NAMES}
    for column, spellings in ALIASES.items():
        for rank, spelling in enumerate(spellings):
            names.setdefault(fold_header(spelling), (column, rank))
    return names


_KNOWN = _known_names()


@lru_cache(maxsize=8192)
def read_header(header: str) -> Meaning | None:
    """What a header means; None where it is unknown."""
    words = split_header(header[:200])
    if words[:1] == ["%"]:
        words = [*words[1:], "%"]
    words = _CLOCK.sub("s", " ".join(words)).split()
    for distance, (name, unit, left_out) in enumerate(_shorter_names(words)):
        column, rank = _KNOWN.get(name, ("", 0))
        if column and _may_have(column, unit) and (column not in _IDENTITY or left_out <= _OBJECT):
            distance += bool(_NESTED.search(header))
            stated = UNITS.get(words[-1], "") if len(words) > 1 and unit is None else unit
            return Meaning(column, distance, rank, stated or "" if column in LENGTHS | SHARES else "")
    return None


def _may_have(column: str, unit: Unit | None) -> bool:
    if unit is None:
        return True
    return column in LENGTHS if unit not in {"", "percent"} else column in (SHARES if unit else LENGTHS | SHARES)


def _shorter_names(words: list[str]) -> Iterator[tuple[str, Unit | None, frozenset[str]]]:
    """A name and, one word at a time, what is left of it without words that say nothing."""
    yield "".join(words), None, frozenset()
    unit: Unit | None = None
    if len(words) > 1 and words[-1] in UNITS:
        unit, words = UNITS[words[-1]], words[:-1]
        yield "".join(words), unit, frozenset()
        if len(words) > 1 and words[-1] in _IN:
            words = words[:-1]
            yield "".join(words), unit, frozenset()
    first, last, left_out = 0, len(words), set[str]()
    while last - first > 1 and words[first] in _OBJECT | _AMOUNT:
        left_out.add(words[first])
        first += 1
        yield "".join(words[first:last]), unit, frozenset(left_out)
    while last - first > 1 and words[last - 1] in _AFTER:
        last -= 1
        left_out.add(words[last])
        yield "".join(words[first:last]), unit, frozenset(left_out)
        yield "".join(words[:last]), unit, frozenset(left_out)
    joined = "".join(words)
    for before in _BEFORE_UNSPACED:
        if joined.startswith(before) and joined != before:
            yield joined.removeprefix(before), unit, frozenset()
