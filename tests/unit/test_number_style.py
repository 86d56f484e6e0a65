"""What a column of spellings means: decided from all its cells, or left open, never guessed."""

from __future__ import annotations

from typing import Any

import pytest

from dwell.text.number_evidence import Kind, collect_evidence
from dwell.text.number_style import Column, decide_styles, number_style, open_mark
from dwell.text.numbers import parse_count, parse_decimal, parse_seconds, parse_share
from dwell.text.percentages import is_percent_column, is_percent_curve
from dwell.text.suffixes import header_languages

READERS = {"count": parse_count, "length": parse_seconds, "share": parse_decimal}


def read(texts: list[str], kind: Kind, **known: Any) -> list[Any]:
    style = number_style(texts, kind, Column("x", kind, **known))
    values: list[Any] = []
    for text in texts:
        try:
            values.append(READERS[kind](text, style))
        except ValueError:
            values.append("refused")
    return values


@pytest.mark.parametrize(
    ("texts", "kind", "values"),
    [
        (["1.000", "5.000", "999.000", "1234.000"], "count", [1, 5, 999, 1234]),
        (["0.000", "1.000", "40.000"], "count", [0, 1, 40]),
        (["1.234", "12.000"], "count", [1234, 12000]),
        (["5,431", "1.000"], "count", [5431, 1]),
        (["1.000"], "count", ["refused"]),
        (["1,000"], "count", ["refused"]),
        (["1.234"], "length", ["refused"]),
        (["12,345", "9,870", "1,234,567"], "length", [12345, 9870, 1_234_567]),
        (["12,345", "9,5"], "length", [12.345, 9.5]),
        (["12.345", "12345"], "length", [12.345, 12345]),
        (["1.234,5", "1.234"], "length", [1234.5, 1234]),
        (["1 234,5", "12'345.5"], "length", [1234.5, 12345.5]),
        (["90,79", "112294,5994"], "share", [90.79, 112294.5994]),
        (["1,234K", "2,100K", "12K"], "count", [1_234_000, 2_100_000, 12_000]),
        (["1,234K", "1,2K"], "count", [1234, 1200]),
        (["1.234M"], "count", [1_234_000]),
        (["1:30s", "0:12s"], "length", [90, 12]),
        (["8:40s", "60:28s", "8.98s"], "length", [8.4, 60.28, 8.98]),
        (["1e400", "1e300"], "length", ["refused", 1e300]),
        (["1.5 min", "2 h", "15000ms", "1h 2m 3s", "90 seg"], "length", [90, 7200, 15, 3723, 90]),
    ],
)
def test_marks_and_units(texts: list[str], kind: Kind, values: list[Any]) -> None:
    assert read(texts, kind) == values


@pytest.mark.parametrize(
    ("texts", "headers", "values"),
    [
        (["12,3 B", "1,1 Mn"], "views", [12_300, 1_100_000]),
        (["12.3 B"], "görüntülenme", [12_300]),
        (["12,3 B"], "views", [12_300]),
        (["1.2B", "3K"], "views", [1_200_000_000, 3_000]),
        (["327.4B"], "views", ["refused"]),
        (["1,2 mil.", "35 tis."], "views", [1_200_000, 35_000]),
        (["12 mil", "1,2 M"], "views", [12_000, 1_200_000]),
        (["1,2 mil."], "zhlédnutí", [1_200_000]),
        (["1,2 mil."], "views", ["refused"]),
        (["1,2 mil."], "visualizaciones", [1_200]),
        (["1,2 M", "12 rb"], "views", [1_200_000_000, 12_000]),
        (["1,2 T", "12 N"], "views", [1_200_000_000, 12_000]),
        (["12 t", "1,2 mio."], "views", [12_000, 1_200_000]),
        (["12 t"], "views", ["refused"]),
    ],
)
def test_suffixes_by_language_and_by_their_neighbours(texts: list[str], headers: str, values: list[Any]) -> None:
    assert read(texts, "count", languages=header_languages([headers]), limited=True) == values


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12,3 rb", 12_300), ("1,2 jt", 1_200_000), ("12,3 N", 12_300), ("1,2 Tr", 1_200_000), ("1.2w", 12_000),
        ("1.2 ล้าน", 1_200_000), ("3 แสน", 300_000), ("٢٤٥", 245), ("٢٤٥٬٦٧٨", 245_678), ("۱۲٫۳ هزار", 12_300),
        ("१२,३४,५६७", 1_234_567), ("12.3 ألف", 12_300), ("2 مليون", 2_000_000), ("35 tis.", 35_000), ("12,3 E", 12_300),
        ("12,3 тис.", 12_300), ("12К", 12_000), ("12.3K+", 12_300), ("12K views", 12_000), ("3 億", 300_000_000),
        ("1.2 lakh", 120_000), ("2 Cr", 20_000_000), ("1,2 Mio.", 1_200_000), ("1 234 vues", 1234), ("５６７", 567),
    ],
)  # fmt: skip
def test_counts_of_many_markets(text: str, value: int) -> None:
    assert parse_count(text) == value


def test_what_the_user_says_decides_what_stays_open() -> None:
    assert read(["1.234"], "length", given_decimal=".") == [1.234]
    assert read(["1.234"], "length", given_decimal=",") == [1234]
    assert read(["1,2 mil."], "count", factors={"mil": 1000}) == [1200]
    evidence = collect_evidence(["1.234"], "length")
    assert open_mark(number_style(["1.234"], "length", Column("x", "length")), evidence) == "."


@pytest.mark.parametrize(
    ("views", "lengths", "marks", "assumed"),
    [
        (["15234"], ["8.981"], (".", ""), "."),  # nothing groups in the file: said in a warning
        (["15234"], ["8,981"], ("", ""), ""),  # a comma may be either: asked for
        (["5,431"], ["8,981"], (".", ","), ""),
        (["5.431"], ["8,981"], (",", "."), ""),
    ],
)
def test_what_other_columns_prove(views: list[str], lengths: list[str], marks: tuple[str, str], assumed: str) -> None:
    columns = {
        "views": (Column("views", "count"), collect_evidence(views, "count")),
        "watched": (Column("watched", "length"), collect_evidence(lengths, "length")),
    }
    style = decide_styles(columns)["watched"]
    open_marks = open_mark(style, columns["watched"][1])
    assert (open_marks is None) is bool("".join(marks))
    if marks != ("", ""):
        assert (style.bare.decimals, style.bare.groups) == marks or marks[0] in style.bare.decimals
    assert style.assumed == assumed


def test_the_unit_of_shares_and_of_curves() -> None:
    assert is_percent_column(["", "0.8", "45"]) is True
    assert is_percent_curve(["100", "50", "0.9"]) is True
    assert is_percent_curve(["1.2", "0.9", "0.5"]) is False
    assert parse_share("٦١٪", percent=False) == 0.61
