"""Text -> values, as SQL macros: what people, exports and vendors write for a count, a length, a rate or a flag.

The `canonical_...` macros read canonical text only, cheaply, and run over every row. All other spellings are read by
`number_readers` and by the `parse_...` macros; they run over the distinct unusual texts of a file (`spellings`), so a
clean file of five gigabytes never pays for them. They expect text that went through `word_of`, and give null for what
they cannot read. The facts, and the same rules in Python, are in `dwell.text`. A macro's argument is pasted wherever
the macro names it, so an argument that is more than a column is bound first: otherwise nested macros grow beyond any
memory.
"""

from __future__ import annotations

from dwell.text import hashtags, rounding, words
from dwell.text import number_patterns as patterns
from dwell.warehouse.columns import quote_text


def bind(argument: str, name: str, body: str) -> str:
    """SQL that computes an argument once and names it in the body."""
    return f"list_transform([{argument}], lambda {name}: {body})[1]"


def matches(argument: str, pattern: str) -> str:
    """SQL of whether a pattern matches the whole text."""
    return f"regexp_full_match({argument}, {quote_text(pattern)})"


_SPACES = " " * len(words.BLANKS)

_TAG_WORDS = r"string_split_regex({}, '[,;|#\s\p{{Z}}]+')"
_UNBRACKETED = "trim(t, '[](){} ')"
_TAG_NAMES = ", ".join(
    f"nullif(regexp_extract_all(t, {quote_text(name)}, 1), [])" for name in hashtags.NAMES_IN_OBJECTS
)
_QUOTES = quote_text("'\" ")
_SHOWN_DIGITS = "TRY_CAST(left(regexp_replace(digits_of(t), '[^0-9]', '', 'g'), 30) AS HUGEINT)"
_COARSEST, _DECIMALS = (
    " ".join(f"WHEN n >= {least} AND n % {unit} = 0 THEN {unit}" for least, unit in units)
    for units in (rounding.UNITS, rounding.DECIMAL_UNITS)
)

MACROS = (
    # Without the blanks around it, with plain spaces inside, and without the guard that keeps a spreadsheet from it.
    f"spaced_of(t) AS trim(translate(t, '{words.BLANKS}', '{_SPACES}'), ' ')",
    """unguarded_of(t) AS CASE WHEN starts_with(t, '''') THEN trim(t[2:], ' ')
        WHEN starts_with(t, '="') AND ends_with(t, '"') AND length(t) > 3 THEN trim(t[3:-2], ' ') ELSE t END""",
    f"clean_of(t) AS {bind('spaced_of(t)', 'w', 'unguarded_of(w)')}",
    # Most text has no blank at its ends, no other blank inside and no guard: comparisons are the cheapest question.
    """trimmed_of(t) AS CASE WHEN t >= '(' AND t < '~' AND NOT (t >= '=' AND t < '>')
        AND t[-1] BETWEEN '!' AND '~' THEN t ELSE clean_of(t) END""",
    # The text says "no value". By its first letter most text does not; the pattern is one because DuckDB would turn a
    # list of words into a join.
    f"""is_unknown(t) AS CASE WHEN t >= '.' AND t < 'N' THEN false WHEN t >= 'a' AND t < 'n' THEN false
        WHEN t >= 'o' AND t < 'u' THEN false
        ELSE length(t) <= 9 AND {matches("t", f"(?i){'|'.join(words.UNKNOWN)}")} END""",
    # Null where it does, with plain spaces inside, as the `parse_` macros need it.
    "word_of(t) AS CASE WHEN NOT is_unknown(clean_of(t)) THEN clean_of(t) END",
    "starts_count(t) AS t >= '0' AND t < ':'",
    """canonical_count(t) AS CASE WHEN CAST(TRY_CAST(t AS BIGINT) AS VARCHAR) = t THEN TRY_CAST(t AS BIGINT)
        WHEN ends_with(t, '.0') AND CAST(TRY_CAST(t[:-3] AS BIGINT) AS VARCHAR) = t[:-3]
            THEN TRY_CAST(t[:-3] AS BIGINT) END""",
    # What the last digit of a written count stands for; `x` is the number that it means.
    "read_unit(t, x) AS CASE WHEN x IS NULL THEN NULL ELSE "
    + bind(
        _SHOWN_DIGITS,
        "d",
        "CASE WHEN d > 0 AND abs(x) > d THEN CAST(abs(x) // d AS BIGINT) "
        f"WHEN x = 0 AND {matches('lower(digits_of(clean_of(t)))', patterns.ZERO_SUFFIXED)} "
        f"THEN {rounding.LEAST_ROUNDED} "
        "WHEN contains(t[2:], '+') THEN CAST(pow(10, length(CAST(abs(x) AS VARCHAR)) - 1) AS BIGINT) ELSE 1 END",
    )
    + " END",
    # The coarsest unit to which a source may have rounded to a number.
    f"coarsest_unit(n) AS CASE {_COARSEST} ELSE 1 END",
    f"decimal_unit(n) AS CASE {_DECIMALS} ELSE 1 END",
    # A number whose point can only be decimal, and any number with a point: in a format that always means it so.
    f"""canonical_number(t) AS CASE WHEN length(t) <= {patterns.MOST_DIGITS}
        AND regexp_full_match(t, '-?(\\d+(\\.(\\d{{1,2}}|\\d{{4,}}))?|(0\\d*|\\d{{4,}})\\.\\d{{3}})')
        THEN TRY_CAST(t AS DOUBLE) END""",
    f"""pointed_number(t) AS CASE WHEN length(t) <= {patterns.MOST_DIGITS}
        AND regexp_full_match(t, '-?\\d+(\\.\\d+)?') THEN TRY_CAST(t AS DOUBLE) END""",
    # Patterns: DuckDB makes a join of a long list, and each join takes its share of the memory.
    f"""canonical_flag(t) AS CASE WHEN t = 'false' THEN false WHEN t = 'true' THEN true
        WHEN {matches("lower(t)", "|".join(words.TRUE))} THEN true
        WHEN {matches("lower(t)", "|".join(words.FALSE))} THEN false END""",
    # Hashtags: a JSON or DuckDB list, or words divided by blanks, commas, semicolons, bars or #.
    "first_of_each(l) AS "
    + bind("l", "q", "CASE WHEN len(q) < 2 THEN q ELSE list_filter(q, lambda x, i: list_position(q, x) = i) END"),
    r"""tags_of(l) AS first_of_each(list_filter(list_transform(l, lambda x:
        lower(regexp_replace(replace(x, chr(0), ''), '^[#\s\p{Z}]+|[\s\p{Z}]+$', '', 'g'))), lambda x: x <> ''))""",
    # A list as JSON, or as Python and databases write it: ['a', 'b'], ('a',), {a,b}; of objects, their names.
    f"""texts_of(t) AS tags_of(CASE WHEN NOT regexp_matches(t, '^[\\[({{]') THEN {_TAG_WORDS.format("t")}
        WHEN regexp_matches(t, '^\\[ *\\{{|^\\{{ *[''"][^''"]*[''"] *:')
            THEN coalesce({_TAG_NAMES}, [])
        WHEN left(t, 1) = '[' AND json_valid(t) THEN CAST(CAST(t AS JSON) AS VARCHAR[])
        ELSE list_transform({_TAG_WORDS.format(_UNBRACKETED)}, lambda x: trim(x, {_QUOTES})) END)""",
    # Cut at each # first: a pattern that is tied to its start costs half of one that searches.
    f"""caption_tags_of(t) AS CASE WHEN contains(t, '#') THEN first_of_each(list_filter(list_transform(
        string_split(lower(t), '#')[2:], lambda x: regexp_extract(x, {quote_text(hashtags.PATTERN)})),
        lambda x: x <> '')) ELSE [] END""",
)
