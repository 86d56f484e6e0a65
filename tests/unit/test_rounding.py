"""What a written count, and a column of plain numbers, tell of rounding."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dwell.text.numbers import parse_count
from dwell.text.rounding import coarsest_unit, judge_bands, read_unit
from dwell.text.suffixes import SUFFIXES


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("120K", 1_000),
        ("1.2K", 100),
        ("12M", 1_000_000),
        ("17.7K", 100),
        ("3万", 10_000),
        ("1.25M", 10_000),
        ("1,2 mil", 100),
        ("5,1 тыс.", 100),
        ("1.2B", 100_000_000),
        ("12345", 1),
        ("12,345", 1),
        ("12,000.00", 1),
        ("0", 1),
        ("1.234K", 1_000),
        ("1000+", 1_000),
        ("99+", 10),
        ("1,234+", 1_000),
        ("10K+", 1_000),
        ("+12", 1),
        ("0K", 1_000),
        ("0.0M", 1_000),
        ("0K views", 1_000),
        ("٠K", 1_000),
        ("'0K", 1_000),
        ("0 views", 1),
    ],
)
def test_the_last_digit_of_a_count_shows_its_unit(text: str, unit: int) -> None:
    count = parse_count(text)
    assert count is not None
    assert read_unit(text, count) == unit


@given(st.integers(1, 9_999), st.sampled_from(sorted(SUFFIXES)))
def test_a_count_with_a_suffix_may_be_off_by_less_than_its_unit(shown: int, suffix: str) -> None:
    assert read_unit(f"{shown}{suffix}", shown * SUFFIXES[suffix]) == SUFFIXES[suffix]
    if SUFFIXES[suffix] >= 10:
        assert read_unit(f"{shown}.5{suffix}", (10 * shown + 5) * SUFFIXES[suffix] // 10) == SUFFIXES[suffix] // 10


@pytest.mark.parametrize(
    ("count", "unit"),
    [(950, 1), (8_200, 100), (2_000, 1_000), (17_700, 100), (12_345, 1), (120_000, 10_000), (1_200_000, 100_000),
     (12_000_000, 1_000_000), (1_200_000_000, 100_000_000)],
)  # fmt: skip
def test_a_number_alone_may_be_rounded_as_coarsely_as_sources_do(count: int, unit: int) -> None:
    assert coarsest_unit(count) == unit


@pytest.mark.parametrize(
    ("small", "large", "judged"),
    [
        ((100, 1, 0), (100, 1, 0), ("exact", "exact")),  # as chance gives
        ((0, 0, 0), (4, 3, 1), ("exact", "mixed")),  # case 44: 17,700, 12,345, 23,000
        ((1, 1, 0), (3, 2, 1), ("mixed", "mixed")),  # no source rounds 8,200 and leaves 12,345
        ((50, 0, 0), (100, 100, 10), ("exact", "decimals")),  # TikTok: from ten thousand up
        ((50, 50, 5), (100, 95, 9), ("decimals", "decimals")),
        ((20, 20, 20), (30, 30, 30), ("rounded", "rounded")),  # thousands only
        ((0, 0, 0), (0, 0, 0), ("exact", "exact")),
        ((1, 1, 0), (0, 0, 0), ("exact", "exact")),  # one 1,200 says nothing
        ((0, 0, 0), (5, 1, 0), ("exact", "exact")),  # nor does one 17,700 among others
        ((3, 0, 0), (5, 1, 1), ("exact", "exact")),
        ((0, 0, 0), (1, 1, 1), ("exact", "rounded")),  # 23,000 and no other: one in a thousand
        ((1, 0, 0), (1, 1, 1), ("exact", "exact")),  # beside 1,234 of the same column
        ((2, 2, 0), (0, 0, 0), ("decimals", "exact")),
        ((1_000_000, 10_150, 1_000), (0, 0, 0), ("exact", "exact")),
        ((1_000_000, 20_000, 1_000), (0, 0, 0), ("mixed", "exact")),
    ],
)
def test_round_numbers_beyond_chance_are_suspect(
    small: tuple[int, int, int], large: tuple[int, int, int], judged: tuple[str, str]
) -> None:
    assert judge_bands([small, large]) == judged
