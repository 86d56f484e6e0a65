"""Each rule that exists in Python and in SQL: the same texts are read, with the same values, and the same refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import duckdb
import pytest
from babel.dates import format_date
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from dwell.providers.links import LinkError, check_id, parse_link
from dwell.records import Hints, Source, source_at
from dwell.settings import Settings
from dwell.text import days, hashtags, ids, names, numbers, platforms, words
from dwell.text.number_evidence import Kind, collect_evidence
from dwell.text.number_style import Column, NumberStyle, decide_styles
from dwell.text.suffixes import EVERY
from dwell.warehouse.duckdb_connection import bulk_connection
from dwell.warehouse.load.column_styles import Writing
from dwell.warehouse.load.pipeline import Pipeline
from dwell.warehouse.load.spellings import read_spellings
from dwell.warehouse.load.text import KINDS, Field
from dwell.warehouse.load.typed import add_typed
from dwell.warehouse.load.work_database import attach_work

REFUSED = "refused"
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
LATEST = ids.latest_id(NOW)


@pytest.fixture(scope="module")
def sql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with the loader's macros."""
    folder = tmp_path_factory.mktemp("scratch")
    with bulk_connection(Settings(data=folder), Path(folder)) as connection:
        attach_work(connection, folder)
        yield connection


def load_cells(connection: duckdb.DuckDBPyConnection, column: str, texts: list[str], source: Source) -> list[Any]:
    """What the loader's own steps make of the texts of one column: a value, None, or `REFUSED`."""
    field = Field(column, KINDS[column], source, (column,), (False,))
    connection.execute("CREATE OR REPLACE TABLE work.cells (line BIGINT, broken VARCHAR, t VARCHAR)")
    cells = "SELECT unnest(range(len($1::VARCHAR[]))), NULL, unnest($1::VARCHAR[])"
    connection.execute(f"INSERT INTO work.cells {cells}", [texts])
    steps = Pipeline().add("text", f"SELECT line, broken, t AS text_{column} FROM work.cells")
    connection.execute(f"CREATE OR REPLACE TABLE work.typed AS {add_typed(steps, [field]).query()}")
    writing = Writing(ask=False)
    spelled = read_spellings(connection, [field], "work.typed", Hints(), writing).steps
    found = spelled.add("found", f"SELECT value_{column}, unread_{column}, fractional FROM spelled ORDER BY line")
    rows = connection.execute(found.query()).fetchall()
    return [REFUSED if unread is not None or fractional else value for value, unread, fractional in rows]


def style_of(texts: list[str], kind: Kind) -> NumberStyle:
    """What Python decides for a column of these texts."""
    column = Column("views", kind, limited=kind == "count")
    return decide_styles({"": (column, collect_evidence(texts, kind))})[""]


def read_cells(parse: Callable[[str], Any], texts: list[str]) -> list[Any]:
    """What Python makes of them."""
    values: list[Any] = []
    for text in texts:
        try:
            values.append(parse(text))
        except ValueError:
            values.append(REFUSED)
    return values


BLANK = st.sampled_from(["", " ", "\u00a0", "\u202f", "\u200b", "\t", "\ufeff", "\v", "\x85", "\u3000"])
DIGITS = st.from_regex(r"[0-9]{1,4}", fullmatch=True) | st.from_regex(r"[0-9]{14,21}", fullmatch=True)
MARK = st.sampled_from([".", ",", " ", "'", "\u2019", "\u00a0", "\u202f", ":", "/"])
SUFFIX = st.sampled_from(
    [*EVERY, "К", "MİL", "Mil", "TYS", "ТЫС", "K", "apples", "e5", "%", " %%", "s", "sec", "h", "²"]
)  # fmt: skip
SOME_SUFFIX = st.just("") | st.just("") | st.builds("{}{}".format, SUFFIX, st.sampled_from(["", "", "."]))
SIGN = st.sampled_from(["", "", "", "-", "+", "\u2212", "–", "<", "≥"])
NUMBER_LIKE = st.builds(
    lambda before, sign, parts, gap, suffix, after: before + sign + "".join(parts) + gap + suffix + after,
    BLANK, SIGN, st.lists(DIGITS | MARK, min_size=1, max_size=6), BLANK, SOME_SUFFIX, BLANK,
)  # fmt: skip
GROUPED = st.builds(
    lambda start, mark, groups, tail, suffix: mark.join([start, *groups]) + tail + suffix,
    st.from_regex(r"[0-9]{1,3}", fullmatch=True), st.sampled_from([".", ",", " ", "'", "\u202f"]),
    st.lists(st.from_regex(r"[0-9]{2,3}", fullmatch=True), max_size=3), st.sampled_from(["", ".0", ",00", ".5", ",25"]),
    SOME_SUFFIX,
)  # fmt: skip
UNIT = st.sampled_from(["", "h", "H", " hours", "hr", " m", "min", " Minutes", "s", " sec", "seconds", "S."])
PARTS = st.lists(st.tuples(st.from_regex(r"[0-9]{1,2}(\.[0-9])?", fullmatch=True), UNIT), min_size=1, max_size=4)
LENGTH = st.builds(
    lambda before, parts, gap: before + gap.join(number + unit for number, unit in parts),
    st.sampled_from(["", "PT"]), PARTS, st.sampled_from(["", ":", " "]),
)  # fmt: skip
CLOCK = st.lists(st.integers(0, 99).map("{:02}".format), min_size=2, max_size=3).flatmap(
    lambda parts: st.sampled_from([":".join(parts), ":".join(parts) + ".5", ":".join(parts) + " s"])
)
UNKNOWN = st.builds(
    lambda before, word, upper, after: before + (word.upper() if upper else word) + after,
    BLANK, st.sampled_from([*words.UNKNOWN, "undefıned", "undeﬁned", "none of it"]), st.booleans(), BLANK,
)  # fmt: skip
FLAG = st.sampled_from([*words.TRUE, *words.FALSE, "YES", "Sí", "on", "yeſ", "2", "FALSE "])
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
CELLS = st.lists(NUMBER_LIKE | GROUPED | LENGTH | CLOCK | UNKNOWN | FLAG | TEXT, min_size=20, max_size=60)


@given(CELLS)
@settings(max_examples=15, deadline=None)
def test_counts(sql: duckdb.DuckDBPyConnection, texts: list[str]) -> None:
    style = style_of(texts, "count")
    assert load_cells(sql, "views", texts, source_at("views")) == read_cells(
        lambda text: numbers.parse_count(text, style), texts
    )


FEW_CELLS = st.lists(
    st.sampled_from(
        ["0", "0.0", "7", "12.0", "-3.0", "999", "1000", "1234", "1234.0", "1,234", "7.370", "7,370", "1.000", "2.50",
         "0,5", "1.234.567", "1,234,567", "1.234,5", "3K", "1.5K", "1,5K", "1.234M", "12 345", ""]
    ), min_size=1, max_size=5,
)  # fmt: skip


@given(FEW_CELLS)
@example(["0.0", "7.370"])
@example(["1234.0", "1.234.567", "7.370"])
@settings(max_examples=40, deadline=None)
def test_what_few_cells_prove(sql: duckdb.DuckDBPyConnection, texts: list[str]) -> None:
    """Plain values are evidence, too: whatever stands beside a number decides the same in SQL and in Python."""
    style = style_of(texts, "count")
    assert load_cells(sql, "views", texts, source_at("views")) == read_cells(
        lambda text: numbers.parse_count(text, style), texts
    )


BLANKS = " " * 5_000
FEW_LENGTHS = st.lists(
    st.sampled_from(
        ["0", "0.0", "-0.0", "7", "12.0", "12.00", "12.5", "999", "1000", "1234", "1234.0", "1,234", "7.370", "7,370",
         "1.000", "2.50", "0,5", "0.000", "1.234.567", "1,234.5", "12.0s", "7.370s", "8:40s", "0:54", "0.370", "1000.0",
         "1000.000", "1234.5678", "5.", "7.3701", ""]
    ), min_size=1, max_size=4,
)  # fmt: skip
FEW_SHARES = st.lists(
    st.sampled_from(
        ["0", "0.0", "12.0", "12.00", "1000.0", "0.50", "7.370", "7,370", "7.370%", "1.000", "12.0%", "0,5", "1234",
         "1000.000", ""]
    ), min_size=1, max_size=4,
)  # fmt: skip


@given(FEW_LENGTHS)
@example(["1.000", "7", "12.0"])
@example(["7,370", "1000.000", "1234.0"])
@example(["1000.0", "7.370s", "1.234.567"])
@settings(max_examples=40, deadline=None)
def test_what_few_lengths_prove(sql: duckdb.DuckDBPyConnection, texts: list[str]) -> None:
    style = style_of(texts, "length")
    assert load_cells(sql, "avg_watch_s", texts, source_at("s")) == read_cells(
        lambda text: numbers.parse_seconds(text, style), texts
    )


@given(FEW_SHARES)
@example(["12.00", "7.370", "0,5"])
@example(["7,370", "12.0"])
@settings(max_examples=40, deadline=None)
def test_what_few_shares_prove(sql: duckdb.DuckDBPyConnection, texts: list[str]) -> None:
    style = style_of(texts, "share")
    read = load_cells(sql, "share", texts, source_at("share"))
    assert [round(value, 10) if isinstance(value, float) else value for value in read] == read_cells(
        lambda text: numbers.parse_share(text, percent=False, style=style), texts
    )


@pytest.mark.parametrize(
    "text", [f"1{BLANKS}x", f"1{BLANKS}.{BLANKS}x", "1" * 9_000 + "x"], ids=["blanks", "mark", "digits"]
)
def test_a_hostile_text_is_refused_at_once(text: str) -> None:
    """Where blanks can be read in several ways, this takes longer than anyone waits."""
    with pytest.raises(ValueError, match="not a count"):
        numbers.parse_count(text)


@given(CELLS)
@settings(max_examples=15, deadline=None)
def test_lengths(sql: duckdb.DuckDBPyConnection, texts: list[str]) -> None:
    style = style_of(texts, "length")
    assert load_cells(sql, "avg_watch_s", texts, source_at("s")) == read_cells(
        lambda text: numbers.parse_seconds(text, style), texts
    )


@given(CELLS, st.sampled_from(["", "percent"]))
@settings(max_examples=15, deadline=None)
def test_shares(sql: duckdb.DuckDBPyConnection, texts: list[str], unit: Literal["", "percent"]) -> None:
    """The loader refuses shares below 0 in a later step, and Python rounds what it writes to ten digits."""
    style = style_of(texts, "share")
    loaded = load_cells(sql, "share", texts, source_at("share", unit=unit))
    outside = [REFUSED if isinstance(value, float) and value < 0 else value for value in loaded]
    rounded = [round(value, 10) if isinstance(value, float) else value for value in outside]
    assert rounded == read_cells(lambda text: numbers.parse_share(text, percent=unit == "percent", style=style), texts)


@given(CELLS)
@settings(max_examples=12, deadline=None)
def test_flags(sql: duckdb.DuckDBPyConnection, texts: list[str]) -> None:
    assert load_cells(sql, "is_ad", texts, source_at("ad")) == read_cells(words.parse_flag, texts)


@given(CELLS)
@settings(max_examples=12, deadline=None)
def test_decimals_and_words_for_no_value(sql: duckdb.DuckDBPyConnection, texts: list[str]) -> None:
    style = style_of(texts, "share")
    marks = f"'{style.bare.decimals}', '{style.bare.groups}'"
    query = (
        f"SELECT word_of(t) IS NULL, double_of(digits_of(word_of(t)), {marks}) FROM (SELECT unnest(?::VARCHAR[]) AS t)"
    )
    unknown, values = zip(*sql.execute(query, [texts]).fetchall(), strict=True)
    assert list(unknown) == [words.is_unknown(text) for text in texts]
    loaded = [
        REFUSED if value is None and not missing else value for missing, value in zip(unknown, values, strict=True)
    ]
    assert loaded == read_cells(lambda text: numbers.parse_decimal(text, style), texts)


PATTERNS = {
    **dict.fromkeys(days.LANGUAGES, ("d MMMM y", "d MMM y")),
    **dict.fromkeys(("ja", "zh"), ("y年M月d日", "y/MM/dd")),
    "ko": ("y년 M월 d일", "y-MM-dd"),
}
DATE = st.dates(date(2016, 1, 1), date(2026, 11, 1))


@pytest.mark.parametrize("language", days.LANGUAGES)
def test_days_with_the_month_in_words(sql: duckdb.DuckDBPyConnection, language: str) -> None:
    """A column in one language; the clock time after a day does not change it."""
    found = [date(2025, 1, 1) + timedelta(days=18 * n) for n in range(20)]
    for pattern in PATTERNS[language]:
        texts = [format_date(day, pattern, locale=language) for day in found]
        read = days.parse_days(texts)
        expected = [read[text].date if text in read else REFUSED for text in texts]
        assert load_cells(sql, "day", texts, source_at("day")) == expected
        assert load_cells(sql, "day", [f"{text}, 14:05" for text in texts], source_at("day")) == expected
        assert REFUSED not in expected


@given(DATE, st.sampled_from(["%b %d, %Y", "%d. %B %Y", "%Y/%m/%d", "%Y-%m-%d", "%Y.%m.%d", "%b. %d, %Y", "%d/%b/%Y"]))
@settings(max_examples=25, deadline=None)
def test_days_that_both_read_are_the_same_day(sql: duckdb.DuckDBPyConnection, day: date, form: str) -> None:
    text = day.strftime(form)
    assert load_cells(sql, "day", [text], source_at("day")) == [day]
    assert days.parse_days([text])[text].date == day


CAPTION = st.lists(
    st.sampled_from(["#", "##", "#One", "#日本", "ΟΔΟΣ", "İstanbul", "\u00a0", "\x85", "\x1c", "\v", "\u200b", " ", ",",
                     "'", '"', "…", "|", "\\", "/", "@", "é", "e\u0301", "😀", "\u2028", "[", "_", "-"]) | TEXT,
    max_size=12,
).map("".join)  # fmt: skip


@given(st.lists(CAPTION, min_size=20, max_size=60))
@settings(max_examples=15, deadline=None)
def test_hashtags_in_captions(sql: duckdb.DuckDBPyConnection, captions: list[str]) -> None:
    rows = sql.execute("SELECT caption_tags_of(t) FROM (SELECT unnest(?::VARCHAR[]) AS t)", [captions]).fetchall()
    assert [row[0] for row in rows] == [hashtags.extract_hashtags(caption) for caption in captions]


NAME = st.sampled_from(
    ["a", "Some.One_", "demo-kitchen", "PLACEHOLDER", "_", "", "MS4wLjABAAAAabc-_Z", "ms4wljabaaaa1"]
)
POST_ID = st.integers(ids.OLDEST_ID, LATEST).map(str)
QUERY = st.lists(
    st.sampled_from(["lang=en", "u=/@other/", "x=%2F%40other%2Fvideo%2F7", "_t=8&is_from_webapp=1", "v"]), max_size=2
).map("&".join)
LINK = st.builds(
    "{}{}{}/{}{}{}".format,
    st.sampled_from(["https://", "http://", ""]), st.sampled_from(["www.tiktok.com", "m.tiktok.com", "TikTok.com"]),
    st.sampled_from(["", "/en", "/pt-BR"]),
    st.one_of(
        st.builds("@{}/{}/{}".format, NAME, st.sampled_from(["video", "photo"]), POST_ID),
        st.builds("%40{}/video/{}".format, NAME, POST_ID),
        st.builds("{}/{}".format, st.sampled_from(["embed", "embed/v2", "player/v1", "video", "share/video"]), POST_ID),
        st.builds("v/{}.html".format, POST_ID),
        st.builds("login?redirect_url=https%3A%2F%2Fwww.tiktok.com%2F%40{}%2Fvideo%2F{}".format, NAME, POST_ID),
    ),
    st.sampled_from(["", "/"]),
    QUERY.flatmap(lambda query: st.sampled_from([f"?{query}", f"?{query}#top", ""])),
)  # fmt: skip


@given(st.lists(LINK, min_size=20, max_size=60))
@settings(max_examples=12, deadline=None)
def test_every_link_of_a_post_means_the_same_post_and_account(sql: duckdb.DuckDBPyConnection, links: list[str]) -> None:
    cells = "SELECT trimmed_of(unnest(?::VARCHAR[])) AS t"
    query = f"SELECT id_of(t), handle_of(t) FROM (SELECT CASE WHEN NOT is_unknown(t) THEN t END AS t FROM ({cells}))"
    for link, (post_id, handle) in zip(links, sql.execute(query, [links]).fetchall(), strict=True):
        try:
            parsed = parse_link(link)
        except LinkError:
            continue
        assert (link, post_id, handle) == (link, parsed.post_id, parsed.handle)


@given(st.lists(st.builds("{}{}{}{}".format, BLANK, st.sampled_from(["", "@", "@@"]), NAME | TEXT, BLANK), min_size=20))
@settings(max_examples=12, deadline=None)
def test_names_of_accounts(sql: duckdb.DuckDBPyConnection, texts: list[str]) -> None:
    texts = [text for text in texts if "/" not in text and not words.is_unknown(text)]
    rows = sql.execute("SELECT handle_of(word_of(t)) FROM (SELECT unnest(?::VARCHAR[]) AS t)", [texts]).fetchall()
    assert [row[0] for row in rows] == [names.normalize_handle(text) for text in texts]


ID_LIKE = st.one_of(
    POST_ID,
    POST_ID.map(lambda text: f"0{text}"),
    POST_ID.map(lambda text: f"+{text}"),
    POST_ID.map(lambda text: f"{text}."),
    POST_ID.map(lambda text: f"{text[0]}.{text[1:15]}e18"),
    POST_ID.map(lambda text: f"{text[:17]}e2"),
    POST_ID.map(lambda text: "".join(chr(0xFF10 + int(digit)) for digit in text)),
    st.sampled_from([-1, 0, 1, 2**31, 2**32]).map(lambda step: str(LATEST + step)),
    st.sampled_from([-1, 0, 1]).map(lambda step: str(ids.OLDEST_ID + step)),
    st.from_regex(r"[0-9]{15,21}", fullmatch=True),
    TEXT.filter(lambda text: "/" not in text),
)


@given(st.lists(ID_LIKE, min_size=20, max_size=60))
@settings(max_examples=12, deadline=None)
def test_post_ids(sql: duckdb.DuckDBPyConnection, texts: list[str]) -> None:
    texts = [text.strip() for text in texts if not words.is_unknown(text)]
    query = (
        f"SELECT id_problem_of(t, TRY_CAST(t AS BIGINT), {LATEST}, 'tiktok') IS NULL "
        "FROM (SELECT unnest(?::VARCHAR[]) AS t)"
    )
    loaded = [row[0] for row in sql.execute(query, [texts]).fetchall()]
    assert loaded == [ids.is_post_id(text, LATEST) for text in texts]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dwell.providers.links.now", lambda: NOW)
        checked = [value is not REFUSED for value in read_cells(_check_id, texts)]
    assert loaded == checked


PLATFORM = st.builds(
    lambda name, upper, before, after: before + (name.upper() if upper else name.title()) + after,
    st.sampled_from([*platforms.NAMES, "iOS", "a blog", "{}", "tik"]), st.booleans(), BLANK, BLANK,
)  # fmt: skip


@given(st.lists(PLATFORM, min_size=20))
@settings(max_examples=10, deadline=None)
def test_platforms(sql: duckdb.DuckDBPyConnection, texts: list[str]) -> None:
    rows = sql.execute("SELECT platform_of(t) FROM (SELECT unnest(?::VARCHAR[]) AS t)", [texts]).fetchall()
    for text, (platform,) in zip(texts, rows, strict=True):
        assert platform == (platforms.find_platform(text) or re.sub(" +", " ", words.lower(words.clean(text))))


@pytest.mark.parametrize("before", ["https://", "HTTP://", "", "https://www.", "m."])
@pytest.mark.parametrize("after", ["/", "/@a/video/7", "/watch?v=tiktok.com/", ":443/", "/#x.com/", "/?a=b"])
def test_the_host_of_a_link_names_its_platform(sql: duckdb.DuckDBPyConnection, before: str, after: str) -> None:
    links = [before + host + after for host in platforms.HOSTS]
    rows = sql.execute("SELECT link_platform_of(t) FROM (SELECT unnest(?::VARCHAR[]) AS t)", [links]).fetchall()
    assert [row[0] for row in rows] == list(platforms.HOSTS.values())


@pytest.mark.parametrize(
    "link",
    [
        *("https://example.com/tiktok.com/", "nottiktok.com/a", "https://youtube.com.example.org/", "tiktok.com"),
        *("https://evil.example/https://tiktok.com/", "https://tiktok.com.x/", "https://example.com/?a=x.com/", ""),
    ],
)
def test_another_host_names_none(sql: duckdb.DuckDBPyConnection, link: str) -> None:
    assert sql.execute("SELECT link_platform_of(?)", [link]).fetchone() == (None,)


@given(st.lists(st.sampled_from(["ann", "a", "a.b_c", "x" * 24, "x" * 25, "ann cooks", "ä.b", "a-b", "", "é", "K9"])
                | TEXT, min_size=20))  # fmt: skip
@settings(max_examples=10, deadline=None)
def test_handles_of_tiktok(sql: duckdb.DuckDBPyConnection, texts: list[str]) -> None:
    rows = sql.execute("SELECT is_tiktok_handle(t) FROM (SELECT unnest(?::VARCHAR[]) AS t)", [texts]).fetchall()
    assert [row[0] for row in rows] == [names.is_tiktok_handle(text) for text in texts]


ROUNDED = st.builds(
    lambda number, power, program: program(number >> power),
    st.integers(ids.OLDEST_ID, LATEST), st.integers(0, 10),
    st.sampled_from([
        lambda number: number, lambda number: number // 10_000 * 10_000, lambda number: number // 100 * 100,
        lambda number: int(float(number)), lambda number: int(Decimal(repr(float(number)))),
        lambda number: number // 512 * 512,
    ]),
)  # fmt: skip


@given(st.lists(ROUNDED, min_size=60, max_size=60))
@settings(max_examples=10, deadline=None, phases=[Phase.explicit, Phase.generate])
def test_marks_of_lost_digits(sql: duckdb.DuckDBPyConnection, numbers: list[int]) -> None:
    marks = "ends_in_zeros(n), is_float_step(n), is_float_text(n), zeros_chance(n), step_chance(n), float_chance(n)"
    rows = sql.execute(f"SELECT {marks} FROM (SELECT unnest(?::BIGINT[]) AS n)", [numbers]).fetchall()
    rules = (
        ids.ends_in_zeros,
        ids.is_float_step,
        ids.is_float_text,
        ids.zeros_chance,
        ids.step_chance,
        ids.float_chance,
    )
    for number, row in zip(numbers, rows, strict=True):
        assert row == tuple(rule(number) for rule in rules)
        assert ids.looks_rounded(str(number)) == any(row[:3])


def _check_id(text: str) -> str:
    try:
        return check_id(text)
    except LinkError as error:
        raise ValueError from error
