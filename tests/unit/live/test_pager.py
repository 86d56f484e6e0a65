from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dwell.live.pager import MAX_STALE_PAGES, Pager
from dwell.providers.base import Page


def page(
    ids: list[str | None], cursor: str | None = None, *, more: bool | None = None
) -> tuple[Page, list[str | None]]:
    return Page(tuple({"id": one} for one in ids), cursor, more), ids


def test_reads_to_the_end():
    pager = Pager(None, total=3)
    assert pager.add(*page(["1", "2"], "a", more=True)) == 2
    assert not pager.done
    assert pager.cursor == "a"
    assert pager.add(*page(["3"], "b", more=False)) == 1
    assert pager.done
    verdict = pager.coverage()
    assert (verdict.complete, verdict.reason, verdict.items, verdict.pages, verdict.lacks) == (True, "all", 3, 2, "")


def test_stops_when_enough_was_read():
    pager = Pager(2)
    pager.add(*page(["1", "2", "3"], "a", more=True))
    assert pager.done
    assert pager.coverage().complete
    assert pager.coverage().reason == "asked"


def test_a_boundary_repeat_counts_once():
    pager = Pager(None, total=3)
    pager.add(*page(["1", "2"], "a", more=True))
    assert pager.add(*page(["2", "3"], "b", more=False)) == 1
    verdict = pager.coverage()
    assert (verdict.items, verdict.repeats, verdict.complete) == (3, 1, True)


def test_a_repeated_cursor_ends_the_listing():
    pager = Pager(None)
    pager.add(*page(["1"], "a", more=True))
    pager.add(*page(["2"], "a", more=True))
    assert pager.done
    verdict = pager.coverage()
    assert not verdict.complete
    assert verdict.reason == "repeated_cursor"
    assert "same cursor" in verdict.lacks


def test_empty_pages_that_promise_more_end_the_listing():
    pager = Pager(None)
    for number in range(MAX_STALE_PAGES):
        assert not pager.done
        pager.add(*page([], str(number), more=True))
    assert pager.done
    assert pager.coverage().reason == "barren_pages"


@pytest.mark.parametrize("cursor", ["a", "b"])
def test_an_empty_page_in_between_does_not_end_it(cursor):
    pager = Pager(None)
    pager.add(*page(["1"], "a", more=True))
    pager.add(*page([], cursor, more=True))
    pager.add(*page(["2"], "c", more=False))
    assert pager.coverage().complete
    assert pager.items == 2


def test_more_without_a_cursor_is_not_complete():
    pager = Pager(None)
    pager.add(*page(["1"], None, more=True))
    assert pager.coverage().reason == "no_cursor"
    assert not pager.coverage().complete


def test_a_response_that_does_not_mention_more_is_the_last():
    pager = Pager(None)
    pager.add(*page(["1"], None))
    assert pager.coverage().complete


@pytest.mark.parametrize(
    ("total", "read", "complete"), [(100, 100, True), (100, 99, True), (100, 80, False), (2, 1, True)]
)
def test_an_early_end_is_detected_by_the_count_of_the_profile(total, read, complete):
    pager = Pager(None, total=total)
    pager.add(*page([str(number) for number in range(read)], None, more=False))
    verdict = pager.coverage()
    assert verdict.complete is complete
    assert verdict.reason == ("all" if complete else "stopped_early")
    assert complete or f"{total:,} posts" in verdict.lacks


def test_a_finished_listing_is_compared_with_the_whole_count():
    """One post less than asked for, of 500 that there are: it ended early, whatever was asked for."""
    pager = Pager(35, total=500)
    pager.add(*page([str(number) for number in range(34)], None, more=False))
    assert pager.coverage().reason == "stopped_early"


def test_an_old_count_has_more_tolerance():
    for tolerance, reason in ((0.02, "stopped_early"), (0.1, "all")):
        pager = Pager(None, total=100, tolerance=tolerance)
        pager.add(*page([str(number) for number in range(92)], None, more=False))
        assert pager.coverage().reason == reason


def test_items_without_an_id_count_each():
    pager = Pager(None)
    pager.add(*page([None, None, "1"], None, more=False))
    assert pager.items == 3
    assert pager.coverage().repeats == 0


def test_an_end_from_outside_overrides_the_reason():
    pager = Pager(None)
    pager.add(*page(["1"], "a", more=True))
    verdict = pager.coverage("budget", "the budget is spent")
    assert (verdict.complete, verdict.reason, verdict.lacks) == (False, "budget", "the budget is spent")


@given(
    st.lists(
        st.tuples(
            st.lists(st.sampled_from("abcdefgh"), max_size=5),
            st.one_of(st.none(), st.sampled_from("123456789")),
            st.sampled_from([True, False, None]),
        ),
        max_size=60,
    )
)
def test_no_provider_can_make_it_read_forever(pages):
    """Whatever a provider answers, the pages without anything new are bounded by the distinct cursors it can invent."""
    pager, read = Pager(None), 0
    for ids, cursor, more in pages:
        if pager.done:
            break
        pager.add(*page(list(ids), cursor, more=more))
        read += 1
    assert read <= 30  # ten pages with items, each with a cursor of its own, and less than three empty ones before each
    assert pager.items == len({one for ids, _, _ in pages[:read] for one in ids})
