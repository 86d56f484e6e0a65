"""Every spelling of a value that the loader knows, and those that it refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from dwell.settings import Settings
from dwell.text.number_style import number_style
from dwell.warehouse.append.merge_readings import is_rounded_to, is_rounding_of
from dwell.warehouse.duckdb_connection import bulk_connection
from dwell.warehouse.load.number_readers import count_columns, seconds_value, share_value
from dwell.warehouse.load.work_database import attach_work

LENGTHS = [
    ("8.98s", 8.98), ("0:12s", 12), ("0:12", 12), ("1:02:03", 3723), ("0:00:54", 54),
    ("133h:48m:23s", 481_703), ("1894h:33m:34s", 6_820_414), ("12", 12), ("12.5", 12.5), ("12,5", 12.5),
    ("10.3 s", 10.3), ("1h 2m", 3720), ("2m5s", 125), ("45 sec", 45), ("-3", -3), ("1:5", None), ("nan", None),
    ("inf", None), ("soon", None),
]  # fmt: skip
COUNTS = [
    ("179160", 179160), ("5,431", 5431), ("1.2K", 1200), ("1.234", 1234), ("2 473", 2473), ("2\u202f473", 2473),
    ("17.7K", 17700), ("1.2万", 12000), ("3,4 mil", 3400), ("5 tys.", 5000), ("7.1m", 7_100_000), ("123.0", 123),
    ("1,234.0", 1234), ("1'234", 1234), ("12,34,567", 1_234_567), ("-5", -5), ("−5", -5), ("007", 7), (" 5 ", 5),
    ("1.2.3K", None), ("0.71", None), ("1,234.5", None), ("1e5", None), ("1_000", None), ("0x1F", None), ("many", None),
    ("9223372036854775808", None), ("K", None), ("1.23456K", None),
]  # fmt: skip
UNKNOWN = ["", "-", "--", "–", "—", "undefined", "NaN", "nan", "null", "N/A", "None", " ", "\u00a0-", "#N/A"]


def said(sql: duckdb.DuckDBPyConnection, expression: str, text: str) -> Any:
    row = sql.execute(f"SELECT {expression} FROM (SELECT word_of(?::VARCHAR) AS t)", [text]).fetchone()
    assert row is not None
    return row[0]


@pytest.mark.parametrize(("text", "value"), COUNTS)
def test_counts(sql: duckdb.DuckDBPyConnection, text: str, value: int | None) -> None:
    style = number_style([text], "count")
    parts = "SELECT t, t AS word, p.sign AS sign, p.digits AS digits, p.suffix AS suffix FROM taken"
    query = (
        "WITH texts AS (SELECT word_of(?::VARCHAR) AS t), "
        f"taken AS (SELECT t, count_parts_of(lower(digits_of(t))) AS p FROM texts), parts AS ({parts}) "
        f"SELECT canonical_count(t), {count_columns(style, has_unit=True)} FROM parts"
    )
    cheap, read, _, _ = sql.execute(query, [text]).fetchone() or (None,) * 4
    assert (read if cheap is None else cheap) == value


@pytest.mark.parametrize(("text", "value"), COUNTS)
def test_the_cheap_reading_agrees_with_the_thorough_one(
    sql: duckdb.DuckDBPyConnection, text: str, value: int | None
) -> None:
    assert said(sql, "canonical_count(t)", text) in {None, value}


@pytest.mark.parametrize(("text", "value"), LENGTHS)
def test_lengths(sql: duckdb.DuckDBPyConnection, text: str, value: float | None) -> None:
    assert said(sql, seconds_value("t", number_style([text], "length")), text) == pytest.approx(value)


@pytest.mark.parametrize(
    ("text", "percent", "value"),
    [
        ("12.53%", True, 0.1253), ("18.93", True, 0.1893), ("12.53%", False, 0.1253), ("0.5", False, 0.5),
        ("2%%", True, 0.02), ("12,5 %", True, 0.125), ("<1%", True, None), ("half", True, None),
    ],
)  # fmt: skip
def test_rates(sql: duckdb.DuckDBPyConnection, text: str, percent: bool, value: float | None) -> None:
    style = number_style([text], "share")
    assert said(sql, share_value("t", style, percent=percent), text) == pytest.approx(value)


@pytest.mark.parametrize("text", UNKNOWN)
def test_texts_that_say_no_value(sql: duckdb.DuckDBPyConnection, text: str) -> None:
    assert said(sql, "t", text) is None


@pytest.mark.parametrize("text", ["0", "name", "Nina", "undefined behaviour", "ü", "1", "~", "用户", "None of it"])
def test_blanks_around_text_go_whatever_they_are(sql: duckdb.DuckDBPyConnection, text: str) -> None:
    query = "SELECT trimmed_of(?::VARCHAR), trimmed_of(?::VARCHAR)"
    assert sql.execute(query, [f" {text}\u00a0", f"{text}\t"]).fetchone() == (text, text)


@pytest.mark.parametrize("text", ["0", "name", "Nina", "undefined behaviour", "ü", "1", "~", "用户", "None of it"])
def test_texts_that_say_something(sql: duckdb.DuckDBPyConnection, text: str) -> None:
    assert said(sql, "t", f" {text}\t") == text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("TRUE", True),
        ("yes", True),
        ("1", True),
        ("False", False),
        ("0", False),
        ("n", False),
        ("ja", True),
        ("Nein", False),
        ("maybe", None),
    ],
)
def test_flags(sql: duckdb.DuckDBPyConnection, text: str, value: bool | None) -> None:
    assert said(sql, "canonical_flag(t)", text) is value


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ('["One", "#two", "one"]', ["one", "two"]),
        ("[one, two]", ["one", "two"]),
        ("#one #two", ["one", "two"]),
        ("a|b;c", ["a", "b", "c"]),
        ("['cooking', 'Pasta']", ["cooking", "pasta"]),
        ("('a', 'b')", ["a", "b"]),
        ("('a',)", ["a"]),
        ("{'a', 'b'}", ["a", "b"]),
        ('{a,"b"}', ["a", "b"]),
        ("['a' 'b']", ["a", "b"]),
        ("[{'id': '1', 'name': 'Cooking', 'title': ''}, {'id': '2', 'name': 'b', 'title': 'x'}]", ["cooking", "b"]),
        ('[{"title": "a"}, {"title": "b"}]', ["a", "b"]),
        ('[{"hashtagName": "q"}]', ["q"]),
        ("{'name': 'q'}", ["q"]),
        ('{"id": "5", "name": "zz"}', ["zz"]),
        ("[]", []),
    ],
)
def test_lists_of_hashtags(sql: duckdb.DuckDBPyConnection, text: str, tags: list[str]) -> None:
    assert said(sql, "texts_of(t)", text) == tags


def test_hashtags_in_a_caption(sql: duckdb.DuckDBPyConnection) -> None:
    caption = 'so #One#two. #ONE #日本\u00a0"#q" # ##r'
    assert said(sql, "caption_tags_of(t)", caption) == ["one", "two", "日本", "q", "r"]


INSTANTS = [
    ("1739372260", "2025-02-12 14:57:40+00"), ("1739372260.5", "2025-02-12 14:57:40+00"),
    ("1739372260123", "2025-02-12 14:57:40.123+00"), ("2024-08-01T12:45:55.000Z", "2024-08-01 12:45:55+00"),
    ("2024-08-01 12:45:55+02", "2024-08-01 10:45:55+00"), ("2024-08-01T12:45:55+0200", "2024-08-01 10:45:55+00"),
    ("2024-08-01 12:45:55 UTC", "2024-08-01 12:45:55+00"), ("7398151412611321104", "2024-08-01 12:45:55+00"),
    ("2024-08-01 12:45:55", None), ("soon", None),
    ("2026-02-10T09:00 EST", "2026-02-10 14:00:00+00"), ("2026-02-10 09:00 PM +02:00", "2026-02-10 19:00:00+00"),
    ("2026-02-10T09:00:00 Europe/Berlin", "2026-02-10 08:00:00+00"), ("2026-02-10 09:00 Europe/Nope", None),
    ("2026-02-10 09:00 UTC+14", "2026-02-09 19:00:00+00"), ("2026-02-10 09:00 +15:00", None),
    ("2026-02-10T09:00:00+99:99", None), ("2026-02-10T09:00-0330", "2026-02-10 12:30:00+00"),
    ("2026-02-10 09:00 CST", None), ("2026-02-10 09:00 PMZ", None), ("2026-02-10 09:00 AMT", None),
    ("2026-02-10T09:00:00.1234567Z", "2026-02-10 09:00:00.123457+00"), ("2026-02-10T09:00:00Z junk", None),
    ("Tue, 10 Feb 2026 21:00:00 +0000", "2026-02-10 21:00:00+00"), ("20260210T210000Z", "2026-02-10 21:00:00+00"),
    ("Tue Feb 10 21:00:00 +0000 2026", "2026-02-10 21:00:00+00"),
    ("Tue Feb 10 2026 21:00:00 GMT+0100 (Central European Standard Time)", "2026-02-10 20:00:00+00"),
    ("1770757200000000000", "2026-02-10 21:00:00+00"), ("epoch", None), ("infinity", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), INSTANTS)
def test_instants(sql: duckdb.DuckDBPyConnection, text: str, value: str | None) -> None:
    assert said(sql, "coalesce(canonical_absolute(t), parse_absolute(t, NULL, '', NULL))::VARCHAR", text) == value


WALL = [
    ("2024-08-01 12:45:55", None, "", "2024-08-01 12:45:55"), ("2024-08-01", None, "", "2024-08-01 00:00:00"),
    ("7/29/19", None, "mdy", "2019-07-29 00:00:00"), ("29/7/2019", None, "dmy", "2019-07-29 00:00:00"),
    ("7/29/19", None, "dmy", None), ("7/29/19", None, "", None),
    ("7/29/2019 11:30 AM", None, "mdy", "2019-07-29 11:30:00"),
    ("7/29/19", "11:30 PM", "mdy", "2019-07-29 23:30:00"), ("2020-01-02", "23:10", "", "2020-01-02 23:10:00"),
    ("2020-01-02", "late", "", None), ("Feb 8, 2025", None, "", "2025-02-08 00:00:00"),
    ("8 February 2025", None, "", "2025-02-08 00:00:00"), ("Feb 8, 2025, 11:30 PM", None, "", "2025-02-08 23:30:00"),
    ("22.03.2026 14:05", None, "mdy", "2026-03-22 14:05:00"), ("2024/05/10", None, "", "2024-05-10 00:00:00"),
    ("22-03-2026", None, "dmy", "2026-03-22 00:00:00"), ("20240510", None, "", "2024-05-10 00:00:00"),
    ("31/02/2024", None, "dmy", None), ("2024-13-01", None, "", None), ("2024-08-01T12:45:55Z", None, "", None),
    ("2026-02-10 09:00 PM", None, "", "2026-02-10 21:00:00"), ("2026-02-10 09:00 AM", None, "", "2026-02-10 09:00:00"),
    ("2026-02-10 12:30 AM", None, "", "2026-02-10 00:30:00"), ("2026-02-10 21:00 AM", None, "", None),
    ("10/02/2026 09:00 p. m.", None, "dmy", "2026-02-10 21:00:00"), ("2026-02-10 21:00 junk", None, "", None),
    ("2026. 2. 10. 오후 9:00", None, "", "2026-02-10 21:00:00"), ("2026-02-10junk", None, "", None),
    ("2026-02-10 junk", None, "", None), ("2026-02-1x", None, "", None), ("2026-02-10 (BC)", None, "", None),
    ("2026-02-10 25:00", None, "", None), ("2026-02-10 09:60", None, "", None), ("2026-02-10 9", None, "", None),
    ("2026-02-10", "21:00 junk", "", None), ("Feb 10, 2026 junk", None, "", None), ("Feb 10, 26", None, "", None),
    ("2026-02-10 21h30", None, "", "2026-02-10 21:30:00"), ("46063.875", None, "", "2026-02-10 21:00:00"),
    ("2026. 1. 12.", None, "", "2026-01-12 00:00:00"), ("20260210210000", None, "", "2026-02-10 21:00:00"),
    ("February 10, 2026 at 9:00 PM", None, "", "2026-02-10 21:00:00"), ("99999", None, "", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "clock", "order", "value"), WALL)
def test_days_and_clock_times(
    sql: duckdb.DuckDBPyConnection, text: str, clock: str | None, order: str, value: str | None
) -> None:
    row = sql.execute("SELECT parse_local(?::VARCHAR, ?::VARCHAR, ?, NULL)::VARCHAR", [text, clock, order]).fetchone()
    assert row == (value,)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("https://www.tiktok.com/@a/video/7398151412611321104?x=1", "7398151412611321104"),
        ("https://www.tiktok.com/@a/photo/7398151412611321104", "7398151412611321104"),
        ("https://www.tiktok.com/embed/v2/7398151412611321104", "7398151412611321104"),
        ("https://m.tiktok.com/v/7398151412611321104.html", "7398151412611321104"),
        ("https://youtu.be/6zWkl6SpDC8", "6zWkl6SpDC8"),
        ("https://vm.tiktok.com/ZTabc/", "https://vm.tiktok.com/ZTabc/"),
        ("7398151412611321104", "7398151412611321104"),
    ],
)
def test_ids_in_links(sql: duckdb.DuckDBPyConnection, text: str, value: str) -> None:
    assert said(sql, "id_of(t)", text) == value


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("7.39815E+18", True),
        ("7,39815E+18", True),
        ("7398151412611321000.0", True),
        ("7.5E+18", False),
        ("7.39816E+18", False),
    ],
)
def test_a_link_mends_a_damaged_id_only_where_they_agree(
    sql: duckdb.DuckDBPyConnection, text: str, mended: bool
) -> None:
    assert (said(sql, "mended_id_of(t, '7398151412611321104')", text) == "7398151412611321104") is mended


@pytest.mark.parametrize("in_memory", [False, True])
def test_working_databases_of_one_instance_share_the_macros_alone(tmp_path: Path, in_memory: bool) -> None:
    for folder in ("first", "second"):
        (tmp_path / folder).mkdir()
        with bulk_connection(Settings(threads=1), tmp_path / folder) as connection:
            attach_work(connection, None if in_memory else tmp_path / folder)
            assert connection.execute("SELECT word_of(' 12 ')").fetchone() == ("12",)
            connection.execute("CREATE TABLE work.numbers AS SELECT 1").fetchall()  # an error where it is there already


ROUNDED = [  # exact count, count as shown, its unit, whether the one may be shown as the other
    (17_734, 17_700, 100, True), (17_650, 17_700, 100, True), (17_834, 17_700, 100, False),
    (6, 10_000, 10_000, False), (999, 10_000, 10_000, False), (14_000, 10_000, 10_000, True),
    (10_999, 10_000, 1_000, True), (9_500, 10_000, 1_000, True), (9_499, 10_000, 1_000, False),
    (999, 1_000, 1_000, False), (1_999, 1_000, 1_000, True), (2_000, 1_000, 1_000, False), (6, 1_000, 1_000, False),
    (437, 0, 1_000, True), (1_000, 0, 1_000, False), (99, 99, 10, True), (2**63 - 1, 9 * 10**18, 10**18, True),
]  # fmt: skip


@pytest.mark.parametrize(("exact", "shown", "unit", "is_rounded"), ROUNDED)
def test_what_an_exact_count_may_be_rounded_to(
    sql: duckdb.DuckDBPyConnection, exact: int, shown: int, unit: int, *, is_rounded: bool
) -> None:
    assert is_rounded_to(exact, shown, unit) is is_rounded
    alike = sql.execute("SELECT is_rounded_to($1, $2, $3), is_rounding_of($1, $2)", [exact, shown, unit]).fetchone()
    assert alike == (is_rounded, is_rounding_of(exact, shown))
