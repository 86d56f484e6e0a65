"""States of a job are stored whatever the lake has already."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from dwell.live import finalize
from dwell.live.finalize import store_states
from dwell.records import CreatorState, TopicSample
from dwell.records.item import ParseError, PostItem
from dwell.settings import Settings
from dwell.state import StateDatabase
from dwell.warehouse import Store

AT = datetime(2026, 2, 1, 12, tzinfo=UTC)


def sample(topic: str, minutes: int) -> TopicSample:
    at = AT + timedelta(minutes=minutes)
    return TopicSample(topic_kind="hashtag", topic=topic, observed_at=at, topic_posts=9, sampled=minutes, source="test")


def test_an_older_sample_than_the_lake_has_is_stored(tmp_path: Path) -> None:
    store = Store.open(Settings(data=tmp_path / "data"), create=True)
    store_states(store, "newer", [sample("food", 10)], simulated=True)
    store.seal()
    state = CreatorState(handle="alice", observed_at=AT, state="ok", source="test")
    done = store_states(store, "older", [sample("food", 5), sample("travel", 5), state], simulated=True)
    assert (done.rejected, done.rows_new) == (0, {"creator_states": 1, "topic_samples": 2})
    again = store_states(store, "older", [sample("food", 5), sample("travel", 5), state], simulated=True)
    assert sum(again.rows_new.values()) == 0
    rows = store.query("SELECT topic, sampled FROM topic_samples ORDER BY topic, sampled", ["topic_samples"]).rows
    assert list(rows) == [("food", 5), ("food", 10), ("travel", 5)]


def test_the_posts_that_a_listing_named_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """A post of which nothing could be stored stands in the listing all the same."""
    kept = [SimpleNamespace(what=what, damage="") for what in ("user_posts", "profile", "user_posts")]
    items = [PostItem(post_id="1", views=-1), ParseError("no post id"), PostItem(post_id="2")]
    monkeypatch.setattr(finalize.responses, "list_target", lambda *_: kept)
    monkeypatch.setattr(finalize.responses, "read_body", lambda _, wanted: wanted)
    monkeypatch.setattr(finalize, "parse_response", lambda response: items if response is kept[0] else [])
    assert finalize._listed_ids(cast("StateDatabase", None), "sweep", 0) == {"1", "2"}
    kept[2].damage = "its checksum is wrong"  # what was on that page is not known
    assert finalize._listed_ids(cast("StateDatabase", None), "sweep", 0) is None
