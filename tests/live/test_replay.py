"""Stored responses parsed again: a better parser corrects stored rows, and removes nothing."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from dwell.live import load_responses, replay
from dwell.providers.tikliveapi import parse
from dwell.records.item import ParseError
from dwell.workspace.live import SweepRequest

ORDER = SweepRequest(("@demo_kitchen",), posts=70)
SAVES = "SELECT count(*), count(saves), sum(views) FROM post_snapshots"


@pytest.fixture
def parser(monkeypatch):
    """Replaces the current parser."""
    whole = parse.post

    def use(version: str, change) -> None:
        monkeypatch.setattr(parse, "post", lambda item: change(whole(item)))
        for module in (load_responses, replay):
            monkeypatch.setattr(module, "parser_version", lambda _provider: version)

    return use


def test_a_better_parser_fills_in_missing_values(trial, parser):
    live = trial.workspace.live
    parser("old", lambda item: replace(item, saves=None))
    live.sweep(ORDER)
    assert trial.query(SAVES)[0][:2] == (70, 0)
    parser("new", lambda item: item)
    asked = len(trial.calls())
    (row,) = live.replay()
    assert row["read_again"] == row["answers"] == 3
    assert row["rows_updated"] >= 70
    assert trial.query(SAVES)[0][:2] == (70, 70)
    assert len(trial.calls()) == asked
    (again,) = live.replay()
    assert again["read_again"] == 0


def test_a_parser_that_reads_less_removes_nothing(trial, parser):
    live = trial.workspace.live
    parser("old", lambda item: item)
    live.sweep(ORDER)
    before = trial.query(SAVES)
    parser("new", lambda item: replace(item, saves=None))
    live.replay()
    assert trial.query(SAVES) == before


def test_a_wrong_value_is_corrected(trial, parser):
    live = trial.workspace.live
    parser("old", lambda item: replace(item, views=item.views * 1000))
    live.sweep(ORDER)
    wrong = trial.query(SAVES)[0][2]
    parser("new", lambda item: item)
    live.replay()
    assert trial.query(SAVES)[0][2] == wrong / 1000
    assert trial.workspace.store.rows()["post_snapshots"] == 70


def test_objects_without_a_row_are_counted_and_recovered(trial, parser):
    live = trial.workspace.live
    parser("old", lambda _item: ParseError("no post id"))
    done = live.sweep(ORDER)
    assert (done.meta["rejected"], done.meta["posts_new"]) == (70, 0)
    assert done.meta["reject_reasons"] == {"no post id": 70}
    parser("new", lambda item: item)
    (row,) = live.replay(since=None, provider="tikliveapi")
    assert row["posts_new"] == 70
