"""Text -> instants and days, as SQL macros, and the one decision that a text cannot make for itself.

`3/4/2024` is 3 April or March 4. Which one is decided once for the whole column, from the column: a first part above 12
proves day-month, a second part above 12 month-day; else the posts' own ids say when they were made; else `--dates`.
A column that proves both is refused, unless at most one in twenty of the telling dates disagrees: those are slips and
become rejects.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from dwell.errors import AmbiguousDatesError
from dwell.text import posting_time
from dwell.warehouse.columns import quote_text
from dwell.warehouse.load.macros import bind
from dwell.warehouse.load.pipeline import Pipeline

if TYPE_CHECKING:
    import duckdb

Order = Literal["dmy", "mdy", ""]

_SLASHED = r"\d{1,2}[/-]\d{1,2}[/-](\d{4}|\d{2})"
_YEAR_FIRST = r"\d{4}(-\d{1,2}-|/\d{1,2}/|\.\s?\d{1,2}\.\s?)\d{1,2}\.?"
_WORDED = ", ".join(
    f"'{form}'"
    for form in ("%b %d, %Y", "%B %d, %Y", "%b %d %Y", "%B %d %Y", "%d %b %Y", "%d %B %Y", "%d. %b %Y", "%d. %B %Y",
                 "%d-%b-%y", "%d-%b-%Y")
)  # fmt: skip
_ISO_DAY = r"\d{4}-\d{2}-\d{2}"
_ISO_CLOCK = r"[T ]\d{2}:\d{2}:\d{2}"
_FRACTION = r"\.\d{1,6}"
# What the casts read in full, at a tenth of the cost of taking the text apart.
_ISO_WITH_ZONE = rf"{_ISO_DAY}{_ISO_CLOCK}({_FRACTION})?(Z| UTC| ?[+-](0\d|1[0-3]):?[0-5]\d)"
_ISO_WITH_FRACTION = f"{_ISO_DAY}{_ISO_CLOCK}{_FRACTION}"

# Abbreviations with one meaning, in minutes east of UTC. `CST`, `IST`, `BST` and `AST` mean several zones: a text with
# one of these is unreadable, as is one with any other word after its clock time.
_ZONES = {
    "z": 0, "utc": 0, "gmt": 0, "wet": 0, "est": -300, "edt": -240, "cdt": -300, "mst": -420, "mdt": -360, "pst": -480,
    "pdt": -420, "akst": -540, "akdt": -480, "hst": -600, "brt": -180, "west": 60, "cet": 60, "cest": 120, "eet": 120,
    "eest": 180, "msk": 180, "trt": 180, "wib": 420, "wita": 480, "sgt": 480, "hkt": 480, "pht": 480, "awst": 480,
    "jst": 540, "kst": 540, "acst": 570, "acdt": 630, "aest": 600, "aedt": 660, "nzst": 720, "nzdt": 780,
}  # fmt: skip
_OFFSET = "[+-][0-9]{1,2}(?::?[0-9]{2})?"
_ZONE = rf"(?:utc|gmt) ?{_OFFSET}|{_OFFSET}|{'|'.join(sorted(_ZONES, key=len, reverse=True))}|[a-z]+(?:/[a-z_]+)+"
_MORNING = r"a\.? ?m\b\.?|午前|上午|오전|ص|π\.?μ\.?|öö\b|sa\b"
_AFTERNOON = r"p\.? ?m\b\.?|午後|下午|오후|م|μ\.?μ\.?|ös\b|ch\b"
_HALF = f"(?:{_MORNING}|{_AFTERNOON})"
_MINUTES = "(?::[0-9]{1,2}|[.h][0-9]{2})(?::[0-9]{1,2}(?:[.,][0-9]+)?)?"
_CLOCK = f"(?:{_HALF} ?)?[0-9]{{1,2}}(?:{_MINUTES}(?: ?{_HALF})?| ?{_HALF})"
_CLOCKED = rf"({_CLOCK})(?: ?\(?({_ZONE})\)?(?: \([^()]*\))?)?"
_LINK = r"(?:T|[ ,]+(?:(?:at|um|à|às|alle|a las|kl\.?|klo|om|в|о) )?)"
_PARTS = quote_text(f"(?i)^(.*?)(?:{_LINK}{_CLOCKED})?$")
_CLOCK_PARTS = quote_text(f"(?i)^(){_CLOCKED}$")
_WEEKDAY = quote_text("(?i)^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? ")
# `Feb 10 21:00:00 +0000 2026`, and `20260210T210000Z`.
_YEAR_LAST = quote_text(
    r"^([A-Za-z]{3} [0-9]{1,2}) ([0-9]{2}:[0-9]{2}:[0-9]{2}) (?:([+-][0-9]{4}|[A-Z]{3,4}) )?(20[0-9]{2})$"
)
_COMPACT = quote_text(r"^(20\d\d)(\d\d)(\d\d)[T ]?(\d\d)(\d\d)(\d\d)(Z|[+-]\d{4})?$")
_DAY_SLACK, _CLOCK_SLACK, _LATEST = (
    int(limit.total_seconds())
    for limit in (posting_time.DAY_SLACK, posting_time.CLOCK_SLACK, posting_time.LATEST_AFTER_ID)
)

_ORDERED = """CASE o WHEN 'dmy' THEN TRY_CAST(year_of(p[3]) || '-' || p[2] || '-' || p[1] AS DATE)
    WHEN 'mdy' THEN TRY_CAST(year_of(p[3]) || '-' || p[1] || '-' || p[2] AS DATE) END"""
_FLOAT_EPOCH = bind("CAST(floor(TRY_CAST(t AS DOUBLE)) AS BIGINT)", "n", "epoch_of(n)")
_SLASHED_DAY = bind("string_split_regex(t, '[/-]')", "p", "ordered_day_of(p, o)")
_DOTTED_DAY = bind(r"string_split_regex(t, '\.\s?')", "p", "ordered_day_of(p, 'dmy')")
_YEAR_FIRST_DAY = bind(r"regexp_extract_all(t, '\d+')", "p", "TRY_CAST(p[1] || '-' || p[2] || '-' || p[3] AS DATE)")
_SERIAL_DAY = "DATE '1899-12-30' + CAST(floor(TRY_CAST(t AS DOUBLE)) AS INTEGER)"
_SERIAL = f"""CAST({_SERIAL_DAY} AS TIMESTAMP)
    + to_seconds(round((TRY_CAST(t AS DOUBLE) - floor(TRY_CAST(t AS DOUBLE))) * 86400))"""
_CLOCK_TIME = """CASE WHEN h < 24 AND n[2] < 60 AND n[3] < 60
    THEN make_time(h, n[2], n[3] + TRY_CAST('0.' || f AS DOUBLE)) END"""
_HOUR = f"""CASE WHEN regexp_matches(t, '(?i){_AFTERNOON}') THEN CASE WHEN n[1] < 12 THEN n[1] + 12 ELSE n[1] END
    WHEN regexp_matches(t, '(?i){_MORNING}') THEN CASE WHEN n[1] = 12 THEN 0 WHEN n[1] < 12 THEN n[1] END
    ELSE n[1] END"""
_DIGITS = "list_transform([g[1], g[2], g[3]], lambda y: coalesce(TRY_CAST(y AS BIGINT), 0))"
_CLOCK_OF = bind(
    r"regexp_extract_all(t, '\d+')", "g",
    bind(_DIGITS, "n", bind(_HOUR, "h", bind("coalesce(g[4], '0')", "f", _CLOCK_TIME))),
)  # fmt: skip
_ABBREVIATED = " ".join(f"WHEN '{name}' THEN {minutes}" for name, minutes in _ZONES.items())
_STATED_OFFSET = r"""CASE WHEN regexp_full_match(z, '(?:utc|gmt)? ?[+-].*')
    THEN CASE WHEN len(n[1]) <= 2 OR len(n[1]) = 4 THEN
        bounded_offset(TRY_CAST(left(n[1], CASE WHEN len(n[1]) = 4 THEN 2 ELSE len(n[1]) END) AS BIGINT),
        coalesce(TRY_CAST(nullif(coalesce(n[2], n[1][3:]), '') AS BIGINT), 0),
        CASE WHEN contains(z, '-') THEN -1 ELSE 1 END) END"""
_OFFSET_OF = bind(r"regexp_extract_all(z, '\d+')", "n", f"{_STATED_OFFSET} ELSE CASE z {_ABBREVIATED} END END")
_AT_ZONE = """CASE WHEN z = '' OR x IS NULL THEN NULL
    WHEN contains(z, '/') THEN TRY_CAST(CAST(x AS VARCHAR) || ' ' || z AS TIMESTAMPTZ)
    ELSE timezone('UTC', x - to_minutes(zone_offset_of(lower(z)))) END"""
_SECOND = """struct_pack(d := p.d, c := coalesce(nullif(clock_parts_of(c).c, ''), c), z := clock_parts_of(c).z)"""
_STAMP = bind("moment_parts_of(t)", "p", f"CASE WHEN p.c <> '' OR c IS NULL THEN p ELSE {_SECOND} END")
_MOMENT = "moment_at(coalesce(day_of(p.d, o), named), p.c)"
_LOCAL = bind(
    "stamp_of(t, c)", "p",
    f"CASE WHEN p.z <> '' THEN NULL WHEN p.c = '' AND is_serial(p.d) THEN serial_moment_of(p.d) ELSE {_MOMENT} END",
)  # fmt: skip
_ABSOLUTE = bind("stamp_of(t, c)", "p", bind(_MOMENT, "x", bind("p.z", "z", _AT_ZONE)))

MACROS = (
    # An instant in full: (nano-, micro-, milli-)seconds since 1970, a post id, or ISO text with a zone.
    r"""epoch_of(n) AS CASE WHEN n BETWEEN 100000000 AND 20000000000 THEN make_timestamptz(n * 1000000)
        WHEN n BETWEEN 100000000000 AND 20000000000000 THEN make_timestamptz(n * 1000)
        WHEN n BETWEEN 100000000000000 AND 20000000000000000 THEN make_timestamptz(n)
        WHEN n BETWEEN 100000000000000000 AND 5000000000000000000 THEN make_timestamptz(n // 1000)
        WHEN has_id_time(n) THEN id_time_of(n) END""",
    # DuckDB's casts read the start of a text and drop the rest (`09:00 PM` is 9:00 to them), so every text is matched
    # in full before it is cast.
    rf"""canonical_absolute(t) AS CASE
        WHEN t[5:5] = '-' THEN CASE WHEN regexp_full_match(t, '{_ISO_DAY}{_ISO_CLOCK}({_FRACTION})?(Z|\+00:00|\+00)')
            THEN TRY_CAST(t AS TIMESTAMPTZ) END
        WHEN CAST(TRY_CAST(t AS BIGINT) AS VARCHAR) = t THEN epoch_of(TRY_CAST(t AS BIGINT)) END""",
    rf"""canonical_local(t) AS CASE WHEN t[5:5] = '-' AND regexp_full_match(t, '{_ISO_DAY}({_ISO_CLOCK})?')
        THEN TRY_CAST(t AS TIMESTAMP) END""",
    # A day, without a zone.
    f"is_slashed_date(t) AS regexp_full_match(t, '{_SLASHED}')",
    "year_of(y) AS CASE WHEN length(y) = 2 THEN '20' || y ELSE y END",
    f"ordered_day_of(p, o) AS {_ORDERED}",
    rf"""day_of(t, o) AS CASE
        WHEN is_slashed_date(t) THEN {_SLASHED_DAY}
        WHEN regexp_full_match(t, '\d{{1,2}}\.\s?\d{{1,2}}\.\s?(\d{{4}}|\d{{2}})\.?') THEN {_DOTTED_DAY}
        WHEN regexp_full_match(t, '{_YEAR_FIRST}') THEN {_YEAR_FIRST_DAY}
        WHEN regexp_full_match(t, '20\d{{6}}') THEN TRY_CAST(t[1:4] || '-' || t[5:6] || '-' || t[7:8] AS DATE)
        WHEN regexp_full_match(t, '.*\d{{4}}|\d{{1,2}}-.*-\d\d') THEN CAST(try_strptime(t, [{_WORDED}]) AS DATE) END""",
    # A spreadsheet's days since 1899, from 2005 to 2099, where a column of dates was shown as numbers.
    r"is_serial(t) AS regexp_full_match(t, '\d{5}(\.\d+)?') AND TRY_CAST(t AS DOUBLE) BETWEEN 38353 AND 73050",
    f"serial_moment_of(t) AS {_SERIAL}",
    f"clock_of(t) AS CASE WHEN regexp_full_match(t, '(?i){_CLOCK}') THEN {_CLOCK_OF} END",
    # Minutes east of UTC; no zone is further away than 14 hours.
    "bounded_offset(h, m, s) AS CASE WHEN h * 60 + m <= 840 AND m < 60 THEN s * (h * 60 + m) END",
    f"zone_offset_of(z) AS {_OFFSET_OF}",
    # A day, a clock time and a zone in one text; the last two may stand in a second one.
    rf"""moment_text_of(t) AS regexp_replace(regexp_replace(regexp_replace(t, {_WEEKDAY}, ''), {_YEAR_LAST},
        '\1 \4 \2 \3'), {_COMPACT}, '\1-\2-\3 \4:\5:\6\7')""",
    f"moment_parts_of(t) AS regexp_extract(trim(moment_text_of(t)), {_PARTS}, ['d', 'c', 'z'])",
    f"clock_parts_of(t) AS regexp_extract(t, {_CLOCK_PARTS}, ['d', 'c', 'z'])",
    # A second text that is no clock time makes the moment unreadable.
    f"stamp_of(t, c) AS {_STAMP}",
    "moment_at(day, c) AS CASE WHEN c = '' THEN CAST(day AS TIMESTAMP) ELSE day + clock_of(c) END",
    # `named` is the day where only the names of its language's months tell it (`text.days`).
    rf"""parse_absolute(t, c, o, named) AS CASE
        WHEN regexp_full_match(t, '{_ISO_WITH_ZONE}') THEN TRY_CAST(t AS TIMESTAMPTZ)
        WHEN c IS NULL AND regexp_full_match(t, '{_ISO_WITH_FRACTION}') THEN NULL
        WHEN regexp_full_match(t, '\d{{9,13}}\.\d+') THEN {_FLOAT_EPOCH} ELSE {_ABSOLUTE} END""",
    rf"""parse_local(t, c, o, named) AS CASE
        WHEN regexp_full_match(t, '{_ISO_WITH_ZONE}|\d{{9,13}}(\.\d+)?|\d{{15,}}') THEN NULL
        WHEN c IS NULL AND regexp_full_match(t, '{_ISO_WITH_FRACTION}') THEN TRY_CAST(t AS TIMESTAMP)
        ELSE {_LOCAL} END""",
    f"canonical_day(t) AS CASE WHEN t[5:5] = '-' AND regexp_full_match(t, '{_ISO_DAY}') THEN TRY_CAST(t AS DATE) END",
    "parse_date(t, o, named) AS CAST("
    + bind(
        "moment_parts_of(t)",
        "p",
        "CASE WHEN p.c = '' AND is_serial(p.d) THEN serial_moment_of(p.d) "
        f"WHEN {_MOMENT} IS NOT NULL THEN coalesce(day_of(p.d, o), named) END",
    )
    + " AS DATE)",
    # When a post was published (`text.posting_time`): the stated time, which is `after` seconds after the post's id was
    # made, or the time in the id. `vague`: a bare day, or a clock time without a zone.
    f"""contradicts_id(after, vague) AS after < CASE WHEN vague THEN -{_DAY_SLACK} ELSE -{_CLOCK_SLACK} END
        OR after > {_LATEST}""",
    f"""posting_time_of(stated, n, after, vague) AS CASE WHEN n IS NULL THEN stated
        WHEN after IS NULL OR contradicts_id(after, vague) OR (vague AND after <= {_DAY_SLACK}) THEN id_time_of(n)
        ELSE stated END""",
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
