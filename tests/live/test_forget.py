"""An account that was swept is erased: no kept response, replay or repair brings it back, and the others stay."""

from __future__ import annotations

from dwell.workspace.live import SweepRequest

OTHER = "demo_bigtable"


def posts(trial) -> dict[str, int]:
    return dict(trial.query("SELECT handle, count(*) FROM posts GROUP BY ALL"))


def test_a_swept_account_does_not_come_back(trial) -> None:
    live = trial.workspace.live
    live.sweep(SweepRequest(("#recipe",), posts=35))
    (her,) = trial.query("SELECT min(handle) FROM topic_posts")[0]
    hers = f"SELECT count(*) FROM topic_posts WHERE handle = '{her}'"
    live.sweep(SweepRequest((f"@{her}", f"@{OTHER}"), posts=35))
    before, costs, in_topic = posts(trial), live.cost().meta["total"], trial.query(hers)[0][0]
    topic = trial.query("SELECT count(*) FROM topic_posts")[0][0]
    assert before[her]
    result = trial.workspace.forget(f"@{her}")
    erased = {row["table"]: row["rows"] for row in result if row["place"] == "state"}
    assert erased["responses"] >= 2  # of the account, and of the hashtag in which it is
    live = trial.workspace.live
    assert live.cost().meta["total"] == costs
    assert next(iter(live.replay(every=True)))["answers"] >= 1
    trial.workspace.store.seal()
    assert posts(trial) == {OTHER: before[OTHER]}
    assert trial.query(hers) == [(0,)]
    assert trial.query("SELECT count(*) FROM topic_posts") == [(topic - in_topic,)]
    assert [row["account"] for row in live.cost(by="account") if her in row["account"]] == []
    live.sweep(SweepRequest((f"@{her}",), posts=35))  # a new sweep is the user's decision
    assert posts(trial)[her] == before[her]
