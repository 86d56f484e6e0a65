"""Text -> instants and days, as SQL macros, and the one decision that a text cannot make for itself.

`3/4/2024` is 3 April or March 4. Which one is decided once for the whole column, from the column: a first part above 12
proves day-month, a second part above 12 month-day; else the posts' own ids say when they were made; else `--dates`.
A column that proves both is refused, unless at most one in twenty of the telling dates disagrees: those are slips and
become rejects.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from dwell.errors import AmbiguousDatesError
from dwell.warehouse.load.macros import bind
from dwell.warehouse.load.pipeline import Pipeline

if TYPE_CHECKING:
    import duckdb

Order = Literal["dmy", "mdy", ""]

_SLASHED = r"\d{1,2}[/-]\d{1,2}[/-](\d{4}|\d{2})"
_WORDED = ", ".join(
    f"'{form}'"
    for form in ("%b %d, %Y", "%B %d, %Y", "%b %d %Y", "%B %d %Y", "%d %b %Y", "%d %B %Y", "%d. %b %Y", "%d. %B %Y",
                 "%a, %d %b %Y", "%d-%b-%y", "%d-%b-%Y")
)  # fmt: skip
_CLOCKS = ", ".join(
    f"'{form}'" for form in ("%H:%M", "%H:%M:%S", "%H:%M:%S.%f", "%I:%M %p", "%I:%M%p", "%I:%M:%S %p", "%H.%M")
)

_ORDERED = """CASE o WHEN 'dmy' THEN TRY_CAST(year_of(p[3]) || '-' || p[2] || '-' || p[1] AS DATE)
    WHEN 'mdy' THEN TRY_CAST(year_of(p[3]) || '-' || p[1] || '-' || p[2] AS DATE) END"""
_CLOCKED = r"(\d{1,2}[:.]\d{2}(?::\d{2})?(?:\.\d+)?(?: ?[AaPp][Mm])?)"
_MOMENT = bind("day_of(p.d, o)", "x", "moment_at(x, p.c, c)")
_FLOAT_EPOCH = bind("CAST(floor(TRY_CAST(t AS DOUBLE)) AS BIGINT)", "n", "epoch_of(n)")
_SLASHED_DAY = bind("string_split_regex(t, '[/-]')", "p", "ordered_day_of(p, o)")
_DOTTED_DAY = bind(r"string_split_regex(t, '\.\s?')", "p", "ordered_day_of(p, 'dmy')")

MACROS = (
    # An instant in full: seconds, milliseconds or microseconds since 1970, a post id, or ISO text with a zone.
    r"""epoch_of(n) AS CASE WHEN n BETWEEN 100000000 AND 20000000000 THEN make_timestamptz(n * 1000000)
        WHEN n BETWEEN 100000000000 AND 20000000000000 THEN make_timestamptz(n * 1000)
        WHEN n BETWEEN 100000000000000 AND 20000000000000000 THEN make_timestamptz(n)
        WHEN has_id_time(n) THEN id_time_of(n) END""",
    r"has_zone(t) AS right(t, 1) = 'Z' OR regexp_matches(t, '\d ?(UTC|GMT|z|[+-]\d\d(:?\d\d)?)$') AND length(t) > 13",
    """canonical_absolute(t) AS CASE
        WHEN t[5:5] = '-' THEN CASE WHEN right(t, 1) = 'Z' OR ends_with(t, '+00:00') THEN TRY_CAST(t AS TIMESTAMPTZ) END
        WHEN CAST(TRY_CAST(t AS BIGINT) AS VARCHAR) = t THEN epoch_of(TRY_CAST(t AS BIGINT)) END""",
    """canonical_local(t) AS CASE WHEN t[5:5] = '-' AND (length(t) = 10 OR (length(t) = 19 AND t[14:14] = ':'))
        THEN TRY_CAST(t AS TIMESTAMP) END""",
    rf"""parse_absolute(t) AS CASE WHEN t[5:5] = '-' THEN CASE WHEN has_zone(t) THEN TRY_CAST(t AS TIMESTAMPTZ) END
        WHEN regexp_full_match(t, '\d{{9,13}}\.\d+') THEN {_FLOAT_EPOCH} END""",
    # A day, without a zone.
    f"is_slashed_date(t) AS regexp_full_match(t, '{_SLASHED}')",
    "year_of(y) AS CASE WHEN length(y) = 2 THEN '20' || y ELSE y END",
    f"ordered_day_of(p, o) AS {_ORDERED}",
    rf"""parse_day(t, o) AS CASE
        WHEN is_slashed_date(t) THEN {_SLASHED_DAY}
        WHEN regexp_full_match(t, '\d{{1,2}}\.\s?\d{{1,2}}\.\s?(\d{{4}}|\d{{2}})')
            THEN {_DOTTED_DAY}
        WHEN regexp_full_match(t, '\d{{4}}[/.]\d{{1,2}}[/.]\d{{1,2}}') THEN TRY_CAST(translate(t, '/.', '--') AS DATE)
        WHEN regexp_full_match(t, '20\d{{6}}') THEN TRY_CAST(t[1:4] || '-' || t[5:6] || '-' || t[7:8] AS DATE)
        ELSE CAST(try_strptime(t, [{_WORDED}]) AS DATE) END""",
    "day_of(t, o) AS CASE WHEN t[5:5] = '-' THEN TRY_CAST(t AS DATE) ELSE parse_day(t, o) END",
    f"clock_of(t) AS CAST(try_strptime(upper(t), [{_CLOCKS}]) AS TIME)",
    # A day and a clock time, without a zone: in one text, or the clock in a second one.
    f"moment_parts_of(t) AS regexp_extract(t, '^(.*?)(?:[ T,]+{_CLOCKED})?$', ['d', 'c'])",
    """moment_at(day, own, c) AS CASE WHEN own = '' AND c IS NULL THEN CAST(day AS TIMESTAMP)
        ELSE day + clock_of(CASE WHEN own = '' THEN c ELSE own END) END""",
    f"parse_moment(t, c, o) AS {bind('moment_parts_of(t)', 'p', _MOMENT)}",
    r"""parse_local(t, c, o) AS CASE
        WHEN t[5:5] = '-' AND has_zone(t) THEN NULL
        WHEN t[5:5] = '-' AND c IS NULL AND TRY_CAST(t AS TIMESTAMP) IS NOT NULL THEN TRY_CAST(t AS TIMESTAMP)
        WHEN regexp_full_match(t, '\d{9,}') THEN NULL
        ELSE parse_moment(t, c, o) END""",
    "canonical_day(t) AS CASE WHEN t[5:5] = '-' AND length(t) = 10 THEN TRY_CAST(t AS DATE) END",
    "parse_date(t, o) AS " + bind("moment_parts_of(t).d", "d", "day_of(d, o)"),
    # A day that `spellings` found by the name of its month, and the clock time after it.
    f"named_moment(t, c, day) AS {bind('moment_parts_of(t).c', 'own', 'moment_at(day, own, c)')}",
    # The date in front of a clock time is of the undecided form.
    "needs_date_order(t) AS is_slashed_date(moment_parts_of(t).d)",
)


def decide_order(connection: duckdb.DuckDBPyConnection, dates: str, hint: Order, column: str) -> Order:
    """How a column writes 3/4/2024.

    Args:
        connection: With the macros.
        dates: SQL that yields `t`, the column's texts, and `id_at`, when the row's post id was made (or null).
        hint: What the user said, used where the column cannot tell.
        column: Its name, for the message.

    Raises:
        AmbiguousDatesError: Nothing tells, or the column uses both orders.
    """
    row = connection.execute(_votes(dates).query()).fetchone()
    dmy, mdy, near_dmy, near_mdy, example, dmy_example, mdy_example = row if row else (0, 0, 0, 0, "", "", "")
    if dmy or mdy:
        if min(dmy, mdy) * 20 > dmy + mdy:
            raise AmbiguousDatesError(
                f"The dates of {column} mix day/month ({dmy_example}) and month/day ({mdy_example}); "
                "write them as YYYY-MM-DD."
            )
        return "dmy" if dmy > mdy else "mdy"
    if near_dmy != near_mdy:
        return "dmy" if near_dmy > near_mdy else "mdy"
    if hint:
        return hint
    raise AmbiguousDatesError(
        f"Nothing in {column} tells whether {example} is day/month or month/day; say --dates dmy or --dates mdy."
    )


def _votes(dates: str) -> Pipeline:
    near = "CAST(id_at AS TIMESTAMP) BETWEEN {day} - INTERVAL 36 HOUR AND {day} + INTERVAL 36 HOUR"
    steps = Pipeline().add("dates", dates)
    steps = steps.add("days", "SELECT id_at, moment_parts_of(t).d AS d FROM dates")
    steps = steps.add("parts", "SELECT id_at, d, string_split_regex(d, '[/-]') AS p FROM days WHERE is_slashed_date(d)")
    steps = steps.add(
        "readings",
        "SELECT d, id_at, ordered_day_of(p, 'dmy') AS dmy, ordered_day_of(p, 'mdy') AS mdy, "
        "TRY_CAST(p[1] AS INTEGER) AS a, TRY_CAST(p[2] AS INTEGER) AS b FROM parts",
    )
    return steps.add(
        "votes",
        "SELECT count(*) FILTER (a > 12 AND b <= 12), count(*) FILTER (b > 12 AND a <= 12), "
        f"count(*) FILTER ({near.format(day='dmy')}), count(*) FILTER ({near.format(day='mdy')}), "
        "min(d), min(d) FILTER (a > 12 AND b <= 12), min(d) FILTER (b > 12 AND a <= 12) FROM readings",
    )
