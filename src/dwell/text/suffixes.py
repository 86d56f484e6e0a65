"""Words after a count, by what they multiply it by, and which of them mean different numbers in different languages."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

_THOUSAND = """
    k к thousand tys tysięcy tsd tausend тыс тис tis tisíc mii хил хиљ χιλ tuh tuhatta tūkst ezer e tn mila mille
    rb ribu n nghìn ngàn 千 천 พัน ألف الف آلاف هزار ہزار אלף हज़ार हज़ार হা হাজার ពាន់ ထောင်
"""
_TEN_THOUSAND = "w 万 萬 만 หมื่น သောင်း"
_HUNDRED_THOUSAND = "l lac lakh lakhs लाख লা লাখ لاکھ แสน သိန်း"
_MILLION = """
    mi mio mln mn mill milj miljoen millió million millions milyon millones millón milhões milhão millionen milioni
    млн м мил εκ jt juta j tr triệu 百万 백만 ล้าน مليون ملايين میلیون מיליון លាន သန်း
"""
_TEN_MILLION = "cr crore crores क॰ करोड़ करोड़ কো কোটি کروڑ"
_HUNDRED_MILLION = "億 亿 억"
_BILLION = """
    bn bi billion billions mrd md mld mlr mia mlrd mr milyar miliar milliard млрд δισ tỷ مليار میلیارد ارب अ॰ अरब
    พันล้าน
"""
_TRILLION = "trillion 兆 万亿 조"

SUFFIXES: dict[str, int] = {
    word: factor
    for words, factor in (
        (_THOUSAND, 10**3), (_TEN_THOUSAND, 10**4), (_HUNDRED_THOUSAND, 10**5), (_MILLION, 10**6),
        (_TEN_MILLION, 10**7), (_HUNDRED_MILLION, 10**8), (_BILLION, 10**9), (_TRILLION, 10**12),
    )
    for word in words.split()
}  # fmt: skip
"""Letters after a count, lower case, and what they multiply it by: those that mean one number everywhere."""

THOUSANDS = frozenset(_THOUSAND.split())
"""Suffixes for a thousand: `1,234K` has all its digits, so that its comma groups."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """One of the meanings of a suffix.

    Attributes:
        factor: What it multiplies by.
        beside: Suffixes of the same column that prove this meaning.
        languages: Languages of the headers that prove it.
        default: Nothing else has to prove it.
    """

    factor: int
    beside: frozenset[str]
    languages: frozenset[str]
    default: bool = False


def _meaning(factor: int, beside: str, languages: str, *, default: bool = False) -> Meaning:
    return Meaning(factor, frozenset(beside.split()), frozenset(languages.split()), default)


_MIL_THOUSAND = ("mi bi m millones millón milhões milhão", "es pt ca")
_MIL_MILLION = ("tis tisíc mii mld mlr", "cs sk hr ro")
AMBIGUOUS: dict[str, tuple[Meaning, ...]] = {
    # Billion; bin, a thousand, in Turkish.
    "b": (_meaning(10**9, "k m bn", "", default=True), _meaning(10**3, "mn mr milyon milyar", "tr")),
    # Thousand in Spanish and Portuguese; million in Czech, Slovak, Croatian, Slovene and Romanian, there with a point.
    "mil": (_meaning(10**3, *_MIL_THOUSAND, default=True), _meaning(10**6, *_MIL_MILLION)),
    "mil.": (_meaning(10**3, *_MIL_THOUSAND), _meaning(10**6, *_MIL_MILLION)),
    # Million; miliar, a billion, in Indonesian.
    "m": (_meaning(10**6, "k b bn mil", "", default=True), _meaning(10**9, "rb ribu jt juta", "id")),
    # Tusind in Danish and tuhat in Finnish; tỷ, a billion, in Vietnamese; trillion in English.
    "t": (
        _meaning(10**3, "mio mia milj mrd", "da fi"),
        _meaning(10**9, "n nghìn tr triệu", "vi"),
        _meaning(10**12, "k m b", ""),
    ),
}
"""Suffixes that mean several numbers: the column's other suffixes decide, then the language of the headers."""

EVERY = sorted([*SUFFIXES, *AMBIGUOUS], key=lambda word: (-len(word), word))
"""All suffixes, longer ones first, as a pattern needs them."""

NOUNS = """
    views? | plays? | likes? | comments? | shares? | saves? | followers? | times | visualizaciones | reproducciones |
    vistas | visualizações | vues | aufrufe | visualizzazioni | weergaven | visninger | visningar | wyświetleń |
    wyświetlenia | просмотр(а|ов|ы)? | перегляд(ів|и)? | görüntülenme | görüntüleme | izlenme | beğeni | tayangan |
    ditonton | lượt xem | lượt thích | 回視聴 | 回再生 | 回 | 次 | 次观看 | 次播放 | 회 | 명 | 개 | مشاهدة | ครั้ง
"""
"""Nouns that follow a count in text copied from a page, as alternatives of a pattern."""

_HEADER_WORDS = {
    "tr": "görüntülenme görüntüleme izlenme beğeni yorum paylaşım kaydetme süresi açıklama",
    "es": "visualizaciones reproducciones vistas gusta comentarios compartidos compartido guardados",
    "pt": "visualizações visualizacoes curtidas gostos comentários compartilhamentos partilhas salvos salvamentos",
    "ca": "visualitzacions agrada comentaris",
    "cs": "zhlédnutí zobrazení komentáře komentářů sdílení líbí uložení",
    "sk": "zhliadnutia zhliadnutí zobrazenia páči komentáre zdieľania uloženia",
    "hr": "pregledi pregleda prikazi sviđa komentari dijeljenja ogledi ogledov všeč delitve",
    "ro": "vizualizări vizionări aprecieri comentarii distribuiri salvări",
    "id": "tayangan ditonton suka komentar dibagikan simpan",
    "vi": "lượt",
    "da": "visninger afspilninger delinger gemmer gemt",
    "fi": "katselukerrat näyttökerrat tykkäykset kommentit jaot",
}


def header_languages(headers: Iterable[str]) -> frozenset[str]:
    """The languages that have a word of the headers for their own."""
    words = {word for header in headers for word in header.replace("_", " ").casefold().split()}
    return frozenset(language for language, listed in _HEADER_WORDS.items() if words & set(listed.split()))


def choose_factors(
    suffixes: Collection[str], languages: Collection[str], given: Mapping[str, int], *, comma: bool
) -> dict[str, int | None]:
    """What each suffix of a column multiplies by; None where nothing decides.

    Args:
        suffixes: All suffixes of the column.
        languages: Of its headers.
        given: What the user said.
        comma: The column's suffixed counts have a decimal comma, and no English suffix stands beside them.
    """
    chosen: dict[str, int | None] = {suffix: SUFFIXES[suffix] for suffix in suffixes if suffix in SUFFIXES}
    for suffix in AMBIGUOUS.keys() & set(suffixes):
        meanings = AMBIGUOUS[suffix]
        proven = [each for each in meanings if each.beside & set(suffixes)]
        proven = proven or [each for each in meanings if each.languages & set(languages)]
        if not proven and suffix == "b" and comma:
            proven = [meanings[1]]
        proven = proven or [each for each in meanings if each.default]
        chosen[suffix] = proven[0].factor if len(proven) == 1 else None
    return chosen | {suffix: given[bare] for suffix in suffixes if (bare := suffix.rstrip(".")) in given}
