"""Text -> values, as SQL macros: what people, exports and vendors write for a count, a length, a rate or a flag.

The `canonical_...` macros read canonical text only, cheaply, and run over every row. The `parse_...` macros read all
other spellings; they run over the distinct unusual texts of a file (`spellings`), so a clean file of five gigabytes
never pays for them. All but `known_of` expect text that went through it, and give null for what they cannot read. A
macro's argument is pasted wherever the macro names it, so an argument that is more than a column is bound first:
otherwise nested macros grow beyond any memory.
"""

from __future__ import annotations

UNKNOWN = ("", "-", "--", "–", "—", "undefined", "null", "none", "nan", "n/a", "na", "#n/a")

_SUFFIXES = {
    "k": 1_000, "m": 1_000_000, "b": 1_000_000_000, "mil": 1_000, "tys": 1_000, "tsd": 1_000, "тыс": 1_000,
    "mi": 1_000_000, "mio": 1_000_000, "mln": 1_000_000, "млн": 1_000_000, "千": 1_000, "천": 1_000,
    "万": 10_000, "萬": 10_000, "만": 10_000, "億": 100_000_000, "亿": 100_000_000, "억": 100_000_000,
}  # fmt: skip

_BLANKS = "\u00a0\u202f\u2009\u200b\u200e\u200f\ufeff\t\r\n"
_GROUPS = "|".join(rf"\d{{1,3}}({mark}\d{{3}})+" for mark in (r"\.", ",", " ", "''"))
_GROUPED = rf"({_GROUPS}|\d{{1,2}}(,\d{{2}})+,\d{{3}})"
_WORDED = (
    r"^(?:(\d+)\s*h(?:ours?|rs?)?)?[:\s]*(?:(\d+)\s*m(?:in(?:utes?|s)?)?)?[:\s]*"
    r"(?:(\d+(?:\.\d+)?)\s*s(?:ec(?:onds?|s)?)?)?$"
)


def bind(argument: str, name: str, body: str) -> str:
    """SQL that computes an argument once and names it in the body."""
    return f"list_transform([{argument}], lambda {name}: {body})[1]"


def _factor() -> str:
    whens = " ".join(f"WHEN '{suffix}' THEN {factor}" for suffix, factor in _SUFFIXES.items())
    return f"CASE p.suffix {whens} END"


_COUNT = f"""CASE
    WHEN p.digits = '' THEN NULL
    WHEN p.suffix <> '' AND regexp_full_match(p.digits, '\\d+([.,]\\d+)?')
        THEN TRY_CAST(p.sign || replace(p.digits, ',', '.') AS DECIMAL(24, 6)) * {_factor()}
    WHEN p.suffix <> '' THEN NULL
    WHEN regexp_full_match(p.digits, '{_GROUPED}([.,]0{{1,2}})?')
        THEN TRY_CAST(p.sign || regexp_replace(regexp_replace(p.digits, '[.,]0{{1,2}}$', ''), '\\D', '', 'g')
            AS DECIMAL(38, 6))
    WHEN regexp_full_match(p.digits, '\\d+([.,]0+)?')
        THEN TRY_CAST(p.sign || regexp_extract(p.digits, '^\\d+') AS DECIMAL(38, 6)) END"""
_WHOLE = "CASE WHEN x = floor(x) THEN TRY_CAST(x AS BIGINT) END"

_SECONDS = rf"""CASE
    WHEN regexp_full_match(t, '\d+:\d{{2}}\s*s') THEN TRY_CAST(replace(regexp_extract(t, '[\d:]+'), ':', '.') AS DOUBLE)
    WHEN regexp_full_match(t, '\d+:\d{{2}}(:\d{{2}})?(\.\d+)?') THEN {
    bind(
        "string_split(t, ':')",
        "p",
        '''
        TRY_CAST(p[-1] AS DOUBLE) + TRY_CAST(p[-2] AS DOUBLE) * 60 + coalesce(TRY_CAST(p[-3] AS DOUBLE), 0) * 3600''',
    )
}
    WHEN regexp_full_match(t, '-?\d+([.,]\d+)?\s*(s|sec|secs|seconds?)\.?')
        THEN TRY_CAST(replace(regexp_extract(t, '^-?[\d.,]+'), ',', '.') AS DOUBLE)
    ELSE {
    bind(
        f"regexp_extract(t, '{_WORDED}', ['h', 'm', 's'])",
        "p",
        '''
        CASE WHEN p.h || p.m || p.s <> '' THEN coalesce(TRY_CAST(p.h AS DOUBLE), 0) * 3600
        + coalesce(TRY_CAST(p.m AS DOUBLE), 0) * 60 + coalesce(TRY_CAST(p.s AS DOUBLE), 0) END''',
    )
} END"""
_PERCENT = bind(r"regexp_replace(t, '\s*%+$', '')", "w", "decimal_of(w)")

MACROS = (
    # The text without the blanks around it. Comparisons are the cheapest question, so they come first.
    f"""trimmed_of(t) AS CASE WHEN t >= '!' AND t < '~' AND NOT ends_with(t, ' ') AND NOT ends_with(t, '\u00a0') THEN t
        ELSE trim(translate(t, '{_BLANKS}', '{" " * len(_BLANKS)}')) END""",
    # The text says "no value". By its first letter most text does not; the pattern is one because DuckDB would turn a
    # list of words into a join.
    f"""is_unknown(t) AS CASE WHEN t >= '.' AND t < 'N' THEN false WHEN t >= 'a' AND t < 'n' THEN false
        WHEN t >= 'o' AND t < 'u' THEN false
        ELSE length(t) <= 9 AND regexp_full_match(t, '(?i){"|".join(UNKNOWN)}') END""",
    # Null where it does.
    "known_of(t) AS CASE WHEN NOT is_unknown(trimmed_of(t)) THEN trimmed_of(t) END",
    # Whole numbers. A separator before exactly three digits groups thousands, unless a suffix follows.
    rf"""count_parts_of(t) AS regexp_extract(lower(trim(translate(t, '{_BLANKS}−', '{" " * len(_BLANKS)}-'))),
        '^([+-]?)(\d[\d.,'' ]*?)\s*([\p{{L}}]*)\.?$', ['sign', 'digits', 'suffix'])""",
    f"parse_count(t) AS {bind(bind('count_parts_of(t)', 'p', _COUNT), 'x', _WHOLE)}",
    """canonical_count(t) AS CASE WHEN CAST(TRY_CAST(t AS BIGINT) AS VARCHAR) = t THEN TRY_CAST(t AS BIGINT)
        WHEN ends_with(t, '.0') AND CAST(TRY_CAST(t[:-3] AS BIGINT) AS VARCHAR) = t[:-3]
            THEN TRY_CAST(t[:-3] AS BIGINT) END""",
    # 0.71 for a count: a number, but no count; the value stays unknown and the row is flagged.
    r"is_fraction(t) AS regexp_full_match(t, '[+-]?\d+[.,]\d+')",
    # 17.7K: the source rounded.
    r"has_suffix(t) AS regexp_full_match(t, '[+-]?\d[\d.,]*\s*[\p{L}]+\.?')",
    # Decimals: a single comma is decimal; 1,234.5 and 1.234,5 have both.
    r"""decimal_of(t) AS CASE
        WHEN regexp_full_match(t, '[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?') THEN TRY_CAST(t AS DOUBLE)
        WHEN regexp_full_match(t, '[+-]?\d+,\d+') THEN TRY_CAST(replace(t, ',', '.') AS DOUBLE)
        WHEN regexp_full_match(t, '[+-]?\d{1,3}(,\d{3})+\.\d+') THEN TRY_CAST(replace(t, ',', '') AS DOUBLE)
        WHEN regexp_full_match(t, '[+-]?\d{1,3}(\.\d{3})+,\d+')
            THEN TRY_CAST(replace(replace(t, '.', ''), ',', '.') AS DOUBLE) END""",
    r"canonical_number(t) AS CASE WHEN regexp_full_match(t, '-?\d+(\.\d+)?') THEN TRY_CAST(t AS DOUBLE) END",
    # Lengths in seconds. `8:40s` is a slip for 8.40 s: with a unit it cannot be a clock time.
    f"parse_lower_seconds(t) AS {_SECONDS}",
    f"parse_seconds(t) AS coalesce(decimal_of(t), {bind('lower(t)', 'w', 'parse_lower_seconds(w)')})",
    # Shares, 0-1. `percent` says that the column writes hundredths; a `%` says so for itself; `<1%` tells no value.
    rf"""parse_rate(t, percent) AS CASE WHEN contains(t, '%') THEN {_PERCENT} / 100
        ELSE decimal_of(t) / (CASE WHEN percent THEN 100 ELSE 1 END) END""",
    r"is_bound(t) AS regexp_matches(t, '^\s*[<>≤≥]')",
    """canonical_flag(t) AS CASE WHEN t = 'false' THEN false WHEN t = 'true' THEN true
        WHEN regexp_full_match(t, '(?i)true|1|yes|y|t') THEN true
        WHEN regexp_full_match(t, '(?i)false|0|no|n|f') THEN false END""",
    # Hashtags: a JSON or DuckDB list, or words divided by blanks, commas, semicolons, bars or #.
    "first_of_each(l) AS "
    + bind("l", "q", "CASE WHEN len(q) < 2 THEN q ELSE list_filter(q, lambda x, i: list_position(q, x) = i) END"),
    r"""tags_of(l) AS first_of_each(list_filter(list_transform(l,
        lambda x: lower(regexp_replace(x, '^[#\s\p{Z}]+|[\s\p{Z}]+$', '', 'g'))), lambda x: x <> ''))""",
    r"""texts_of(t) AS tags_of(CASE WHEN left(t, 1) = '[' AND json_valid(t) THEN CAST(CAST(t AS JSON) AS VARCHAR[])
        ELSE string_split_regex(regexp_replace(t, '^\[|\]$', '', 'g'), '[,;|#\s\p{Z}]+') END)""",
    # Cut at each # first: a pattern that is tied to its start costs half of one that searches.
    r"""caption_tags_of(t) AS CASE WHEN contains(t, '#') THEN first_of_each(list_filter(list_transform(
        string_split(lower(t), '#')[2:], lambda x: regexp_extract(x, '^[^\s\p{Z}@.,;:!?…"''()\[\]{}<>|/\\]+')),
        lambda x: x <> '')) ELSE [] END""",
)
