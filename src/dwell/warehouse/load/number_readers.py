"""Numbers as SQL under the style of their column: the rules of `dwell.text.numbers`, over distinct unusual texts."""

from __future__ import annotations

from dwell.text import number_patterns as patterns
from dwell.text import words
from dwell.text.number_style import Marks, NumberStyle
from dwell.warehouse.columns import quote_text
from dwell.warehouse.load.macros import bind, matches

_MARK = "CASE WHEN contains(b, '.') THEN '.' ELSE ',' END"
_PLAIN = f"""CASE
    WHEN {matches("b", patterns.AMBIGUOUS)} THEN CASE
        WHEN contains(decimals, {_MARK}) THEN replace(b, ',', '.')
        WHEN contains(grouping, {_MARK}) THEN regexp_replace(b, '[.,]', '') END
    WHEN {matches("b", patterns.PLAIN)} THEN b
    WHEN {matches("b", patterns.GROUPED)} THEN regexp_replace(b, '[^0-9]', '', 'g')
    WHEN {matches("b", patterns.GROUPED_DECIMAL)}
        THEN regexp_replace(regexp_replace(b, '[.,٫][0-9]+$', ''), '[^0-9]', '', 'g')
            || '.' || regexp_extract(b, '[0-9]+$')
    WHEN {matches("b", patterns.DECIMAL)} THEN regexp_replace(b, '[,٫]', '.') END"""
_COUNT_PARTS = f"regexp_extract(w, {quote_text(f'^{patterns.COUNT}$')}, ['sign', 'digits', 'suffix'])"
_NUMBER_PARTS = f"regexp_extract(w, {quote_text(f'^{patterns.EXPONENT}$')}, ['sign', 'digits', 'exponent'])"
_LENGTH_PARTS = f"regexp_extract(w, {quote_text(f'^{patterns.LENGTH}$')}, ['sign', 'digits', 'unit'])"
_HMS_PARTS = f"regexp_extract(w, {quote_text(f'^{patterns.HOURS_MINUTES_SECONDS}$')}, ['h', 'm', 's'])"

MACROS = (
    f"digits_of(t) AS translate(t, {quote_text(words.DIGITS_AND_MARKS)}, {quote_text(words.PLAIN_DIGITS_AND_MARKS)})",
    # Digits with a point for the decimal mark; null where the text is no number, or open.
    f"plain_decimal(b, decimals, grouping) AS {_PLAIN}",
    f"count_parts_of(w) AS {_COUNT_PARTS}",
    f"number_parts_of(w) AS {_NUMBER_PARTS}",
    f"length_parts_of(w) AS {_LENGTH_PARTS}",
    f"hms_parts_of(w) AS {_HMS_PARTS}",
    f"""double_of(w, decimals, grouping) AS CASE WHEN length(w) <= {patterns.MOST_DIGITS} THEN {
        bind(
            "number_parts_of(w)",
            "p",
            bind(
                "TRY_CAST(p.sign || plain_decimal(p.digits, decimals, grouping) || p.exponent AS DOUBLE)",
                "x",
                "CASE WHEN p.digits <> '' AND isfinite(x) THEN x END",
            ),
        )
    } END""",
    f"is_bound(t) AS regexp_matches(t, {quote_text(f'^{patterns.BOUND}')})",
)  # fmt: skip


def count_columns(style: NumberStyle, *, has_unit: bool) -> str:
    """SQL of `value`, `suffixed` and `fraction` over a row of `number_votes.parts_table`: what a text means as a count.

    Args:
        style: Of its column.
        has_unit: The unit of its rounding is stored beside it. Without that `0K`, some hundreds at most, is unknown.
    """
    plain = (
        f"CASE WHEN suffix = '' THEN plain_decimal(digits, {_marks(style.bare)}) "
        f"ELSE plain_decimal(digits, {_marks(style.suffixed)}) END"
    )
    whole = f"regexp_replace(d, {quote_text(patterns.ZERO_FRACTION)}, '')"
    scaled = f"""CASE WHEN suffix = '' AND {matches("n", patterns.COUNT_DIGITS)}
            THEN TRY_CAST(sign || n AS DECIMAL(38, 9))
        WHEN suffix <> '' AND {matches("n", patterns.SUFFIXED_DIGITS)}
            THEN TRY_CAST(sign || n AS DECIMAL(24, 9)) * CAST({_factor(style)} AS DECIMAL(13, 0)) END"""
    hidden = "" if has_unit else "WHEN x = 0 AND suffix <> '' THEN NULL "
    count = f"CASE {hidden}WHEN x = floor(x) AND abs(x) <= {patterns.LARGEST_COUNT} THEN CAST(x AS BIGINT) END"
    value = bind(plain, "d", bind(whole, "n", bind(scaled, "x", count)))
    fraction = f"suffix = '' AND {matches('digits', patterns.FRACTION)} AND {plain} IS NOT NULL"
    return f"{value} AS value, suffix <> '' OR contains(word, '+') AS suffixed, {fraction} AS fraction"


def seconds_value(word: str, style: NumberStyle) -> str:
    """SQL of what an unusual text means as a length in seconds."""
    marks, lowered = _marks(style.bare), f"lower(digits_of({word}))"
    number = f"double_of(digits_of({word}), {marks})"
    scaled = bind(number, "x", _scaled("x", style.unit_s))
    first, second = ("3600", "60") if style.unit_s == 3600 else ("60", "1")
    clock = f"""CASE WHEN len(c) = 3 THEN TRY_CAST(c[3] AS DOUBLE) + TRY_CAST(c[2] AS DOUBLE) * 60
            + TRY_CAST(c[1] AS DOUBLE) * 3600
        ELSE TRY_CAST(c[2] AS DOUBLE) * {second} + TRY_CAST(c[1] AS DOUBLE) * {first} END"""
    colons = "string_split(regexp_replace(w, '[^0-9:.]', '', 'g'), ':')"
    digits = f"TRY_CAST(p.sign || plain_decimal(p.digits, {marks}) AS DOUBLE)"
    units = " ".join(
        f"WHEN {quote_text(unit)} THEN {_scaled('x', factor)}" for unit, factor in patterns.LENGTH_UNITS.items()
    )
    measured = bind(digits, "x", f"CASE p.unit {units} END")
    slip = {
        None: "NULL",
        True: "TRY_CAST(replace(regexp_replace(w, '[^0-9:]', '', 'g'), ':', '.') AS DOUBLE)",
        False: bind(colons, "c", "TRY_CAST(c[1] AS DOUBLE) * 60 + TRY_CAST(c[2] AS DOUBLE)"),
    }[style.slip]
    three = """CASE WHEN p.h || p.m || p.s <> '' THEN coalesce(TRY_CAST(p.h AS DOUBLE), 0) * 3600
        + coalesce(TRY_CAST(p.m AS DOUBLE), 0) * 60 + coalesce(TRY_CAST(replace(p.s, ',', '.') AS DOUBLE), 0) END"""
    length = f"""CASE WHEN length(w) > {patterns.MOST_DIGITS} THEN NULL
        WHEN {matches("w", patterns.SLIP)} THEN {slip}
        WHEN {matches("w", patterns.CLOCK)} THEN {bind(colons, "c", clock)}
        WHEN {matches("w", patterns.LENGTH)} THEN {bind("length_parts_of(w)", "p", measured)}
        ELSE {bind("hms_parts_of(w)", "p", three)} END"""
    return f"coalesce({scaled}, {bind(lowered, 'w', length)})"


def share_value(word: str, style: NumberStyle, *, percent: bool) -> str:
    """SQL of what an unusual text means as a share; a `%` says for itself that it is in hundredths."""
    marks = _marks(style.bare)
    marked = f"double_of(regexp_replace(w, {quote_text(f'{patterns.PERCENT}$')}, ''), {marks}) / 100"
    bare = f"double_of(w, {marks})" + (" / 100" if percent else "")
    return bind(f"digits_of({word})", "w", f"CASE WHEN contains(w, '%') THEN {marked} ELSE {bare} END")


def _marks(marks: Marks) -> str:
    return f"{quote_text(marks.decimals)}, {quote_text(marks.groups)}"


def _scaled(value: str, unit_s: float) -> str:
    return value if unit_s == 1 else f"{value} / 1000" if unit_s == 0.001 else f"{value} * {unit_s:g}"


def _factor(style: NumberStyle) -> str:
    known = [f"WHEN {quote_text(suffix)} THEN {factor}" for suffix, factor in style.factors.items() if factor]
    return f"CASE suffix {' '.join(known)} END" if known else "NULL"
