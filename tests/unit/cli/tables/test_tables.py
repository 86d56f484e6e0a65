"""At any width, the tables of the commands show whole numbers, ids, handles and file names, and say what they hide."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from dwell.cli.tables import window
from dwell.cli.tables.layout import Layout
from dwell.cli.tables.table import result_table, table

from .results import CAPTION, POSTS, SNAPSHOTS, TABLES, make

SEEN = Path(__file__).parent / "snapshots"
WIDTHS = (80, 120, 160)


@pytest.fixture(autouse=True)
def no_width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)


def draw_at(name: str, width: int) -> str:
    result, text = TABLES[name]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", str(width))
        return "\n".join(line.rstrip() for line in text(result).split("\n")) + "\n"


def draw_all(name: str) -> str:
    return "\n".join(f"--- {width}\n{draw_at(name, width)}" for width in WIDTHS)


@pytest.mark.parametrize("name", SNAPSHOTS)
def test_the_table_looks_as_it_was_read_in_review(name: str, request: pytest.FixtureRequest) -> None:
    """After a change on purpose: `pytest tests/unit/cli/tables --refresh-tables`."""
    path = SEEN / f"{name.replace(' ', '-')}.txt"
    if request.config.getoption("--refresh-tables", default=False):
        path.write_text(draw_all(name), encoding="utf-8")
    assert draw_all(name) == path.read_text(encoding="utf-8")


def is_value(word: str) -> bool:
    """Whether a word may be a number, time, id, handle or file name."""
    return re.search(r"[0-9_]", word) is not None and not word.endswith("…")


def values_of(text: str) -> set[str]:
    """The values in a text without its footers, which name columns and count them."""
    blocks = (block for block in text.split("\n\n") if not re.match(r"[0-9]+ more |No value in any row", block))
    return {word.strip("(),.;:") for block in blocks for word in block.split() if is_value(word)}


@given(st.sampled_from(sorted(TABLES)), st.integers(20, 200))
def test_nothing_but_free_text_is_cut_at_any_width(name: str, width: int) -> None:
    result, text = TABLES[name]
    everything = result_table(result, Layout(result.columns))
    whole = values_of(text(result)) | values_of(everything) | values_of(CAPTION)
    assert values_of(draw_at(name, width)) - whole == set()


@given(
    st.sampled_from(("growth", "videos", "import", "status", "cost", "schedule list", "sweep plan")),
    st.integers(20, 200),
)
def test_every_row_keeps_what_identifies_it(name: str, width: int) -> None:
    result, _ = TABLES[name]
    drawn = draw_at(name, width)
    for row in result.rows:
        assert str(row[0]) in drawn


@pytest.mark.parametrize("name", sorted(TABLES))
def test_a_line_is_no_longer_than_the_window_unless_a_value_is(name: str) -> None:
    for width in (80, 120, 160):
        drawn = draw_at(name, width)
        assert max(cell_len(line) for line in drawn.splitlines()) <= width


def test_at_80_columns_a_post_is_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    first, _, table = draw_at("posts", 80).partition("\n\n")
    assert first.startswith("By engagement rate: known for 1 of 1")
    lines = table.splitlines()
    assert lines[0] == "Posted            Length      Views  Eng. rate  Watch ratio  Caption"
    assert lines[2].startswith("2026-11-26 17:05    12 s  2,516,400     21.82%        83.3%  Wait for")
    assert lines[2].endswith("…")
    assert lines[3].startswith("2026-11-26 17:05       –     27,400          –            –  –")
    assert lines[5].startswith("11 more columns: --wide, or --columns post_id,save_rate,")


def test_a_file_depends_on_no_window(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = TABLES["posts"][1](POSTS)
    monkeypatch.setenv("COLUMNS", "40")
    with window.no_window():
        assert TABLES["posts"][1](POSTS) == whole
    assert TABLES["posts"][1](POSTS) != whole


def test_a_record_is_a_block_where_a_row_does_not_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    text = table(("id", "views"), [("vid_0hoigrpqfvk89tvbo4sf07j", 1_234_567), ("b", None)])
    assert text == "ID     vid_0hoigrpqfvk89tvbo4sf07j\nViews  1,234,567\n\nID     b\nViews  –"


def test_numbers_are_at_the_right_also_where_some_or_all_are_unknown() -> None:
    lines = table(("name", "views"), [("a", 1_234), ("b", None)]).splitlines()
    assert lines[2:] == ["a     1,234", "b         –"]
    result = make("name views", ("a", None))
    assert result_table(result, Layout(("name", "views"))).splitlines()[-1] == "No value in any row: Views"


def test_widths_count_cells_of_the_terminal() -> None:
    lines = table(("name", "n"), [("🥔🥔", 1), ("脆皮", 22), ("abcd", 333)]).splitlines()
    assert lines[2:] == ["🥔🥔    1", "脆皮   22", "abcd  333"]


def test_what_looks_like_markup_is_text() -> None:
    assert "[red]no[/red]" in table(("caption",), [("[red]no[/red]",)])


@given(st.lists(st.text("ab 漢🥔", max_size=30), min_size=1, max_size=4), st.integers(14, 60))
def test_free_text_alone_is_shortened_and_to_the_cell(captions: list[str], width: int) -> None:
    rows = [(f"id{number}", caption) for number, caption in enumerate(captions)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", str(width + 10))
        for line in table(("id", "caption"), rows, text="caption").splitlines():
            assert cell_len(line) <= width + 10


def test_codes_are_the_words_of_the_page() -> None:
    text = draw_at("tiers", 80)
    assert text.startswith("2 of 14 comparisons separate")
    assert "Posted 09:00–09:59" in text
    assert "4 more rows: --all" in text
    assert "up to 10 s" in draw_at("benchmarks", 80)
    assert "full-watch rate" in draw_at("audit", 80)


@pytest.mark.parametrize("name", ["posts", "posts --at"])
def test_rows_that_are_not_compared_are_named_above_the_table(name: str) -> None:
    result, text = TABLES[name]
    (reason,) = [reason for reason in result.column("excluded") if reason]
    head = " ".join(text(result).partition("\n\n")[0].split())
    assert head.endswith(f"Listed but not compared: 1 {reason.removesuffix('s')} (row 2).")
