from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from dwell.charts import formatting


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [(0.0623, 1, "6.2%"), (1.0, 0, "100%"), (None, 1, "unknown"), (0.0, 1, "0.0%"), (0.00012, 1, "0.012%")],
)
def test_percent(value, digits, text):
    assert formatting.percent(value, digits) == text


@pytest.mark.parametrize(
    ("value", "text"), [(-0.4, "−0.40"), (12_345.0, "12,345"), (4, "4"), (None, "unknown"), (1234.5, "1,234")]
)
def test_number(value, text):
    assert formatting.number(value) == text


def test_an_interval_needs_both_ends():
    assert formatting.with_interval(0.46, 0.31, 0.59) == "0.46 (0.31 to 0.59)"
    assert formatting.with_interval(0.46, None, 0.59) == "0.46"


@pytest.mark.parametrize(
    "when", [datetime(2026, 11, 3, 23, tzinfo=UTC), date(2026, 11, 3), "2026-11-03", "2026-11-03T23:00:00+00:00"]
)
def test_day(when):
    assert formatting.day(when) == "3 Nov 2026"


def test_an_unknown_day_is_unknown():
    assert formatting.day(None) == "unknown"


def test_caption_is_one_line_and_never_empty():
    assert formatting.caption("a\n  b\tc") == "a b c"
    assert formatting.caption("x" * 80, limit=10) == "x" * 9 + "…"
    assert formatting.caption(None, "74") == "post 74"
    assert formatting.caption("  ") == "(no caption)"


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//x.test", "", None, 'https://x.test/"><b>', "file:///etc"]
)
def test_only_web_addresses_become_links(url):
    assert formatting.link(url) is None


def test_a_web_address_stays():
    assert formatting.link("https://www.tiktok.com/@a/video/1?x=1&y=2") == "https://www.tiktok.com/@a/video/1?x=1&y=2"


def test_buckets_of_both_schemes_read_well_and_stand_in_order():
    assert formatting.bucket_labels([">60", "<=10", "<=35", "<=20", "<=60"]) == {
        "<=10": "up to 10 s",
        "<=20": "10–20 s",
        "<=35": "20–35 s",
        "<=60": "35–60 s",
        ">60": "over 60 s",
    }
    assert list(formatting.bucket_labels([">300", "(0,15]", "(120,300]", "(15,30]"]).values()) == [
        "up to 15 s",
        "15–30 s",
        "120–300 s",
        "over 300 s",
    ]
    assert list(formatting.bucket_labels(["photo", ">60", "<=10"]).values()) == [
        "up to 10 s",
        "over 60 s",
        "photo posts",
    ]


@pytest.mark.parametrize(
    ("reach", "text"),
    [(0.002, ".2%"), (0.0011, ".2%"), (0.005, ".1%"), (0.04, ".0%"), (0.2, ".0%"), (1.2, ".0%"), (0.00002, ".4%")],
)
def test_an_axis_has_as_many_decimals_as_its_steps_need(reach, text):
    assert formatting.percent_format(reach, 5) == text
