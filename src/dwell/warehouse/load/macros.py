"""Text -> values, as SQL macros: what people, exports and vendors write for a count, a length, a rate or a flag.

The `canonical_...` macros read canonical text only, cheaply, and run over every row. The `parse_...` macros read all
other spellings; they run over the distinct unusual texts of a file (`spellings`), so a clean file of five gigabytes
never pays for them. They expect text that went through `word_of`, and give null for what they cannot read. The facts,
and the same rules in Python, are in `dwell.text`. A macro's argument is pasted wherever the macro names it, so an
argument that is more than a column is bound first: otherwise nested macros grow beyond any memory.
"""

from __future__ import annotations

from collections.abc import Iterable

from dwell.text import hashtags, numbers, rounding, words
from dwell.warehouse.columns import quote_text


def bind(argument: str, name: str, body: str) -> str:
    """SQL that computes an argument once and names it in the body."""
    return f"list_transform([{argument}], lambda {name}: {body})[1]"


def matches(argument: str, pattern: str) -> str:
    """SQL of whether a pattern matches the whole text."""
    return f"regexp_full_match({argument}, {quote_text(pattern)})"


def _listed(texts: Iterable[str]) -> str:
    return ", ".join(map(quote_text, texts))


_FACTOR = f"CASE p.suffix {' '.join(f'WHEN {quote_text(text)} THEN {n}' for text, n in numbers.SUFFIXES.items())} END"
_SPACES = " " * len(words.BLANKS)
_PLAIN_SIGN = f"lower(replace(t, '{numbers.MINUS}', '-'))"
_COUNT_PARTS = f"regexp_extract(t, {quote_text(f'^{numbers.COUNT}$')}, ['sign', 'digits', 'suffix'])"
_COUNT = f"""CASE
    WHEN p.digits = '' THEN NULL
    WHEN p.suffix <> '' AND {matches("p.digits", numbers.SUFFIXED)}
        THEN TRY_CAST(p.sign || replace(p.digits, ',', '.') AS DECIMAL(24, 9)) * CAST({_FACTOR} AS DECIMAL(10, 0))
    WHEN p.suffix <> '' THEN NULL
    WHEN {matches("p.digits", numbers.GROUPED)}
        THEN TRY_CAST(p.sign || regexp_replace(
            regexp_replace(p.digits, {quote_text(f"{numbers.NO_FRACTION}$")}, ''), '[^0-9]', '', 'g') AS DECIMAL(38, 9))
    WHEN {matches("p.digits", numbers.WHOLE)}
        THEN TRY_CAST(p.sign || regexp_extract(p.digits, '^[0-9]+') AS DECIMAL(38, 9)) END"""
_WHOLE = f"CASE WHEN x = floor(x) AND abs(x) <= {numbers.LARGEST_COUNT} THEN CAST(x AS BIGINT) END"

_CLOCK_PARTS = """TRY_CAST(p[-1] AS DOUBLE) + TRY_CAST(p[-2] AS DOUBLE) * 60
    + coalesce(TRY_CAST(p[-3] AS DOUBLE), 0) * 3600"""
_PARTS = """CASE WHEN p.h || p.m || p.s <> '' THEN coalesce(TRY_CAST(p.h AS DOUBLE), 0) * 3600
    + coalesce(TRY_CAST(p.m AS DOUBLE), 0) * 60 + coalesce(TRY_CAST(p.s AS DOUBLE), 0) END"""
_PARTS_OF = f"regexp_extract(t, {quote_text(f'^{numbers.HOURS_MINUTES_SECONDS}$')}, ['h', 'm', 's'])"
_SECONDS = f"""CASE
    WHEN length(t) > {numbers.MOST_DIGITS} THEN NULL
    WHEN {matches("t", numbers.SLIP)} THEN TRY_CAST(replace(regexp_extract(t, '[0-9:]+'), ':', '.') AS DOUBLE)
    WHEN {matches("t", numbers.CLOCK)} THEN {bind("string_split(t, ':')", "p", _CLOCK_PARTS)}
    WHEN {matches("t", numbers.SECONDS)}
        THEN TRY_CAST(replace(regexp_extract(t, '^-?[0-9]+([.,][0-9]+)?'), ',', '.') AS DOUBLE)
    ELSE {bind(_PARTS_OF, "p", _PARTS)} END"""
_PERCENT = bind(f"regexp_replace(t, {quote_text(f'{numbers.PERCENT}$')}, '')", "w", "decimal_of(w)")

_TAG_WORDS = r"string_split_regex({}, '[,;|#\s\p{{Z}}]+')"
_UNBRACKETED = "trim(t, '[](){} ')"
_TAG_NAMES = ", ".join(
    f"nullif(regexp_extract_all(t, {quote_text(name)}, 1), [])" for name in hashtags.NAMES_IN_OBJECTS
)
_QUOTES = quote_text("'\" ")
_SHOWN_DIGITS = "TRY_CAST(left(regexp_replace(t, '[^0-9]', '', 'g'), 30) AS HUGEINT)"
_COARSEST, _DECIMALS = (
    " ".join(f"WHEN n >= {least} AND n % {unit} = 0 THEN {unit}" for least, unit in units)
    for units in (rounding.UNITS, rounding.DECIMAL_UNITS)
)

MACROS = (
    # Without the blanks around it, and with plain spaces inside.
    f"clean_of(t) AS trim(translate(t, '{words.BLANKS}', '{_SPACES}'), ' ')",
    # Most text has no blank at its ends and no other blank inside: comparisons are the cheapest question.
    "trimmed_of(t) AS CASE WHEN t >= '!' AND t < '~' AND t[-1] BETWEEN '!' AND '~' THEN t ELSE clean_of(t) END",
    # The text says "no value". By its first letter most text does not; the pattern is one because DuckDB would turn a
    # list of words into a join.
    f"""is_unknown(t) AS CASE WHEN t >= '.' AND t < 'N' THEN false WHEN t >= 'a' AND t < 'n' THEN false
        WHEN t >= 'o' AND t < 'u' THEN false
        ELSE length(t) <= 9 AND {matches("t", f"(?i){'|'.join(words.UNKNOWN)}")} END""",
    # Null where it does.
    "known_of(t) AS CASE WHEN NOT is_unknown(trimmed_of(t)) THEN trimmed_of(t) END",
    # The same with plain spaces inside, as the `parse_` macros need it.
    "word_of(t) AS CASE WHEN NOT is_unknown(clean_of(t)) THEN clean_of(t) END",
    # Whole numbers. A separator before exactly three digits groups thousands, unless a suffix follows.
    f"count_parts_of(t) AS {_COUNT_PARTS}",
    f"read_count(t) AS {bind(bind('count_parts_of(t)', 'p', _COUNT), 'x', _WHOLE)}",
    f"parse_count(t) AS {bind(_PLAIN_SIGN, 'w', 'read_count(w)')}",
    """canonical_count(t) AS CASE WHEN CAST(TRY_CAST(t AS BIGINT) AS VARCHAR) = t THEN TRY_CAST(t AS BIGINT)
        WHEN ends_with(t, '.0') AND CAST(TRY_CAST(t[:-3] AS BIGINT) AS VARCHAR) = t[:-3]
            THEN TRY_CAST(t[:-3] AS BIGINT) END""",
    # 0.71 for a count: a number, but no count; the value stays unknown and the row is flagged.
    f"is_fraction(t) AS {matches('t', numbers.FRACTION)}",
    # What the last digit of a written count stands for; `x` is the number that it means.
    "read_unit(t, x) AS CASE WHEN x IS NULL THEN NULL ELSE "
    + bind(
        _SHOWN_DIGITS, "d", "CASE WHEN coalesce(d, 0) = 0 OR abs(x) <= d THEN 1 ELSE CAST(abs(x) // d AS BIGINT) END"
    )
    + " END",
    # The coarsest unit to which a source may have rounded to a number.
    f"coarsest_unit(n) AS CASE {_COARSEST} ELSE 1 END",
    f"decimal_unit(n) AS CASE {_DECIMALS} ELSE 1 END",
    # Decimals: a single comma is decimal; 1,234.5 and 1.234,5 have both.
    f"""decimal_of(t) AS CASE
        WHEN length(t) > {numbers.MOST_DIGITS} THEN NULL
        WHEN {matches("t", numbers.POINT)} THEN TRY_CAST(t AS DOUBLE)
        WHEN {matches("t", numbers.COMMA)} THEN TRY_CAST(replace(t, ',', '.') AS DOUBLE)
        WHEN {matches("t", numbers.COMMAS_AND_POINT)} THEN TRY_CAST(replace(t, ',', '') AS DOUBLE)
        WHEN {matches("t", numbers.POINTS_AND_COMMA)}
            THEN TRY_CAST(replace(replace(t, '.', ''), ',', '.') AS DOUBLE) END""",
    f"""canonical_number(t) AS CASE WHEN length(t) <= {numbers.MOST_DIGITS}
        AND regexp_full_match(t, '-?\\d+(\\.\\d+)?') THEN TRY_CAST(t AS DOUBLE) END""",
    # Lengths in seconds.
    f"parse_lower_seconds(t) AS {_SECONDS}",
    f"parse_seconds(t) AS coalesce(decimal_of(t), {bind('lower(t)', 'w', 'parse_lower_seconds(w)')})",
    # Shares, 0-1. `percent` says that the column writes hundredths; a `%` says so for itself; `<1%` tells no value.
    f"""parse_rate(t, percent) AS CASE WHEN contains(t, '%') THEN {_PERCENT} / 100
        ELSE decimal_of(t) / (CASE WHEN percent THEN 100 ELSE 1 END) END""",
    f"is_bound(t) AS regexp_matches(t, {quote_text(f'^{numbers.BOUND}')})",
    f"""canonical_flag(t) AS CASE WHEN t = 'false' THEN false WHEN t = 'true' THEN true
        WHEN lower(t) IN ({_listed(words.TRUE)}) THEN true WHEN lower(t) IN ({_listed(words.FALSE)}) THEN false END""",
    # Hashtags: a JSON or DuckDB list, or words divided by blanks, commas, semicolons, bars or #.
    "first_of_each(l) AS "
    + bind("l", "q", "CASE WHEN len(q) < 2 THEN q ELSE list_filter(q, lambda x, i: list_position(q, x) = i) END"),
    r"""tags_of(l) AS first_of_each(list_filter(list_transform(l,
        lambda x: lower(regexp_replace(x, '^[#\s\p{Z}]+|[\s\p{Z}]+$', '', 'g'))), lambda x: x <> ''))""",
    # A list as JSON, or as Python and databases write it: ['a', 'b'], ('a',), {a,b}; of objects, their names.
    f"""texts_of(t) AS tags_of(CASE WHEN NOT regexp_matches(t, '^[\\[({{]') THEN {_TAG_WORDS.format("t")}
        WHEN regexp_matches(t, '^\\[ *\\{{')
            THEN coalesce({_TAG_NAMES}, [])
        WHEN left(t, 1) = '[' AND json_valid(t) THEN CAST(CAST(t AS JSON) AS VARCHAR[])
        ELSE list_transform({_TAG_WORDS.format(_UNBRACKETED)}, lambda x: trim(x, {_QUOTES})) END)""",
    # Cut at each # first: a pattern that is tied to its start costs half of one that searches.
    f"""caption_tags_of(t) AS CASE WHEN contains(t, '#') THEN first_of_each(list_filter(list_transform(
        string_split(lower(t), '#')[2:], lambda x: regexp_extract(x, {quote_text(hashtags.PATTERN)})),
        lambda x: x <> '')) ELSE [] END""",
)
