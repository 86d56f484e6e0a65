"""States of a job are stored whatever the lake has already."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from dwell.live.finalize import store_states
from dwell.records import CreatorState, TopicSample
from dwell.settings import Settings
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
