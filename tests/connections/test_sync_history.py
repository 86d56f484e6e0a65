"""400 simulated days of syncs: the tables are what was ever shown, cell by cell, and nothing is lost or added later.

The oracle reads the responses as they were sent (`history_oracle`), and the world says whether they are true
(`history_truth`). `benchmarks/sync_history.py` does the same with a sync on each day, and more accounts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from dwell.workspace import Workspace

from .history_oracle import VIDEO, Key, Row
from .history_run import FROZEN, PAGE, Comparison, History, compare, export_tables, instants, read_tables, recorded

SEED = 12
REGISTERED, SMALL, OLD, WITHOUT_ANALYTICS = (
    "demo_running_8286",
    "demo_beauty_3577",
    "demo_comedy_929",
    "demo_cooking_7655",
)
ACCOUNTS = {REGISTERED: True, SMALL: True, OLD: False, WITHOUT_ANALYTICS: False}
"""A registered business that is renamed and deletes videos; a personal account with few followers, which begins later;
a business with many old videos; a personal account without analytics. Whether their comments are read."""

Tables = Mapping[str, dict[Key, Row]]


class Told(NamedTuple):
    """The history, the tables after its last syncs, incremental and full, and the comparisons of both.

    Which tables another such sync at the same instant changed, is in `changed_again` and `changed_full_again`.
    """

    history: History
    ws: Workspace
    last: Tables
    full: Tables
    changed_again: list[str]
    changed_full_again: list[str]
    compared: Comparison
    compared_full: Comparison


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    folder: Path = tmp_path_factory.mktemp("history")
    *days, last = instants(SEED, 400, missed=0.965, outage=65)
    with recorded(folder, SEED) as history:
        ws = Workspace(history.trial.settings)
        history.step = 1.0
        for at in days:
            history.pass_to(at, ACCOUNTS)
            assert history.sync(ws)["complete"] == len(history.handles)
        history.step = 0.0  # the last syncs are all at one instant
        history.pass_to(last, ACCOUNTS)
        tables, changed, compared = [], [], []
        for full in (False, True):
            history.sync(ws, full=full)
            exported = export_tables(ws)
            tables.append(read_tables(exported))
            compared.append(compare(history, ws, tables[-1]))
            history.sync(ws, full=full)
            again = export_tables(ws)
            changed.append([name for name, table in exported.items() if not again[name].equals(table)])
        yield Told(history, ws, *tables, *changed, *compared)


def test_every_cell_is_what_was_shown_last(told: Told) -> None:
    """All tables as exported; deleted videos are missing and keep their rows; missed days are gaps."""
    assert told.compared.different == []
    assert {name for name, cells in told.compared.cells.items() if not cells} == set()


def test_the_history_has_what_is_hard(told: Told) -> None:
    """Otherwise the comparison would say little."""
    history, last = told.history, told.last
    assert history.missing
    assert {stream for _, stream, _ in history.gaps} == {"videos"}
    assert {row["stream"] for row in told.ws.table("owned_gaps")} == {"videos", "account_days"}
    names = {name for name, _ in last["account"] if name.startswith(REGISTERED)}
    assert len(names) == 2, "a rename"
    withheld = [key for key, row in last["videos"].items() if row["reach"] is None and row["video_views"] is not None]
    assert withheld
    kept = [key for key, row in last["videos_latest"].items() if row["reach_date"] not in {None, row["metric_date"]}]
    assert kept, "a value that is withheld later"
    assert history.throttled == 0
    assert all(truth.values > 1_000 for truth in history.truth.values())


def test_frozen_videos_are_not_listed_again_and_keep_their_values(told: Told) -> None:
    """A listing ends with the page that has the first frozen video; the others have no row after they froze."""
    history, world = told.history, told.history.trial.sandbox.world
    today = max(history.synced.values())
    of = next(open_id for open_id, handle in history.handles.items() if handle == OLD)
    frozen = {item for item in history.ever_listed[of] if world.post(item).posted_at < today - FROZEN}
    unread = frozen - {item for item, day in told.last["videos"] if day == today.date()}
    assert len(unread) > PAGE
    assert len(frozen) - len(unread) <= PAGE
    for item in unread:
        assert told.last["videos_latest"][item,]["video_views"] is not None


def test_a_second_sync_at_the_same_instant_changes_no_cell(told: Told) -> None:
    assert told.changed_again == []


def test_a_full_sync_changes_no_cell_and_adds_only_readings_of_frozen_videos(told: Told) -> None:
    """What the incremental syncs did not list again is read once more, and says the same.

    Comments are as they were read last: a full sync reads them again where their number did not change, too.
    """
    assert told.compared_full.different == []
    today = max(told.history.synced.values()).date()
    for name in told.last.keys() - {"videos_comments", "videos_latest"}:
        rows, full = told.last[name], told.full[name]
        assert {key[1] for key in full.keys() - rows.keys()} <= {today}, name
        assert {key: full[key] for key in rows} == rows, name
    assert told.full["videos"].keys() - told.last["videos"].keys()
    assert told.full["videos_comments"].keys() >= told.last["videos_comments"].keys()
    for key, row in told.last["videos_latest"].items():
        again = told.full["videos_latest"][key]
        assert {name: again[name] for name in VIDEO if name != "thumbnail_url"} == {
            name: row[name] for name in VIDEO if name != "thumbnail_url"
        }


def test_a_second_full_sync_adds_nothing(told: Told) -> None:
    assert told.changed_full_again == []


def test_the_comparison_sees_a_cell_that_changes_and_a_row_that_is_lost(told: Told) -> None:
    """One of each table; a comparison that cannot fail would show nothing."""
    first = {name: next(iter(rows)) for name, rows in told.last.items()}
    changed = {
        name: {**rows, first[name]: {**rows[first[name]], "_source": "another"}} for name, rows in told.last.items()
    }
    lost = {name: {key: row for key, row in rows.items() if key != first[name]} for name, rows in told.last.items()}
    for tables in (changed, lost):
        different = compare(told.history, told.ws, tables).different
        for name, key in first.items():
            assert any(line.startswith(f"{name} {key}") for line in different), name
