"""kill -9 at every step of a sync, on SQLite and PostgreSQL: nothing is lost, read twice or told twice; two at once."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from dwell.records import TABLES
from dwell.settings import Settings
from dwell.state import accounts, stream_states, sweeps, webhooks
from dwell.state.accounts import LOCAL_ACCOUNT
from dwell.state.stream_states import StreamName
from dwell.state.webhook_schema import webhook_deliveries
from dwell.state.webhooks import Webhook
from dwell.workspace import Workspace
from dwell_sandbox.server.rate_limits import RateLimit

ACCOUNT = "demo_tech_1051"
COMMENTED = "7612768195807159147"
"""A video with several pages of comments, and more replies than come with them: those of the others are not read."""

REQUEST = {"comments": True, "benchmark": "PETS"}


class Child:
    """Runs syncs in forks of one process; see `sync_child.py`."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def sync(self, place: Settings, at: datetime, *, kill: int | None = None, **request: Any) -> dict[str, Any]:
        order = {"data": str(place.data), "database": place.database, "at": at.isoformat(), "kill": kill}
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(json.dumps({**order, "request": {**REQUEST, **request}}), file=self.process.stdin, flush=True)
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer


@pytest.fixture
def child() -> Iterator[Child]:
    script = Path(__file__).with_name("sync_child.py")
    process = subprocess.Popen([sys.executable, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with process:
        yield Child(process)
        assert process.stdin is not None
        process.stdin.close()


Copies = Callable[[Any], Any]


@pytest.fixture
def copy(request: pytest.FixtureRequest, state_url: str | None, tmp_path: Path) -> Callable[[Any], Any]:
    """Copies the data folder and the database of a trial; the copy ends with the block."""

    @contextmanager
    def make(trial: Any) -> Iterator[Settings]:
        folder = tmp_path / "copy"
        shutil.copytree(trial.settings.data, folder)
        try:
            if state_url is None:
                yield Settings(data=folder)
                return
            server = request.getfixturevalue("postgresql")
            trial.database.close()  # a database that is copied must not be in use
            url = server.copy_database(state_url)
            try:
                yield Settings(data=folder, database=url)
            finally:
                server.drop_database(url)
        finally:
            shutil.rmtree(folder)

    return make


def prepare(trial: Any) -> list[str]:
    """An account that was synced 70 days ago, and has lost a video and some days since; returns what will be asked."""
    trial.sandbox.limits = {"business_api": RateLimit(0, 60.0)}
    trial.account(ACCOUNT, comments=True)
    trial.sync()
    (gone,) = trial.rows("posts", "max(post_id)")[0]
    accounts.ensure(trial.database, LOCAL_ACCOUNT, "local", "local")
    hook = ("w", LOCAL_ACCOUNT, "http://127.0.0.1:9/", ["sync.failed"], "secret", None, None, trial.clock.at)
    assert webhooks.create(trial.database, Webhook(*hook, None, None, 0, None, None), 1)
    trial.clock.pass_(days=70)
    assert trial.works(trial.row(trial.account_row))
    asked: list[str] = []

    def edit(name: str, query: dict[str, str], body: dict[str, Any]) -> None:
        asked.append(f"{name} {sorted(query.items())}")
        if name == "get" and "start_date" in query:
            body["code"] = 20001
        if name == "video/list":
            body["data"]["videos"] = [video for video in body["data"]["videos"] if video["item_id"] != gone]
            for video in body["data"]["videos"]:
                if video["item_id"] != COMMENTED:
                    video.pop("comments", None)

    trial.change(edit)
    return asked


def outcome(place: Settings, trial: Any) -> dict[str, Any]:
    """Everything that a sync leaves behind."""
    workspace = Workspace(place)
    with closing(workspace.live.database) as database:
        with database.reading() as connection:
            events = connection.scalar(select(func.count()).select_from(webhook_deliveries))
        name = StreamName("tiktok-organic", trial.account_row.open_id, "")
        streams = ("account_days", "videos", "owner_comments")
        every = " UNION ALL ".join(f"SELECT '{name}', CAST({name} AS VARCHAR) FROM {name}" for name in TABLES)
        return {
            "rows": sorted(workspace.store.query(every, list(TABLES)).rows),
            "cursors": {each: stream_states.read(database, name._replace(stream=each)) for each in streams},
            "events": events,
            "unfinished": len(sweeps.find_unfinished(database, "sync", datetime(2020, 1, 1, tzinfo=UTC))),
        }


def test_killed_at_any_step_and_resumed_it_leaves_what_an_undisturbed_sync_leaves(
    trial: Any, child: Child, copy: Any
) -> None:
    asked = prepare(trial)
    with copy(trial) as place:
        undisturbed = child.sync(place, trial.clock.at)
        assert (undisturbed["status"], undisturbed["error"]) == (0, "")
        expected, once = outcome(place, trial), Counter(asked)
    assert set(once.values()) == {1}
    assert (expected["events"], expected["unfinished"]) == (1, 0)
    assert {"post_states", "owned_gaps", "owned_comments"} < {name for name, _ in expected["rows"]}
    steps = undisturbed["steps"]
    assert set(steps) == {"request", "commit of the state", "commit of the journal", "end"}
    # Every step takes a sync or two and a copy of the folder: some of them, unless all are asked for (make torture).
    stride = int(os.environ.get("DWELL_KILL_STRIDE", 29 if place.database else 15))
    for number in range(0, len(steps), stride):
        with copy(trial) as place:
            asked.clear()
            killed = child.sync(place, trial.clock.at, kill=number)
            # How often rows are stored meanwhile depends on the speed of the threads.
            assert killed["status"] == signal.SIGKILL or number >= len(steps) - 8, (number, killed)
            if outcome(place, trial) == expected:
                continue  # it had ended already
            resumed = child.sync(place, trial.clock.at)
            assert (resumed["status"], resumed["error"]) == (0, ""), number
            assert outcome(place, trial) == expected, (number, killed["status"])
            twice = Counter(asked) - once
            assert not set(asked) - set(once), number
            assert sum(twice.values()) <= 1, (number, twice)


def test_killed_again_and_again_in_one_sync(trial: Any, child: Child, copy: Any) -> None:
    asked = prepare(trial)
    with copy(trial) as place:
        steps = child.sync(place, trial.clock.at)["steps"]
        expected, once = outcome(place, trial), Counter(asked)
    with copy(trial) as place:
        asked.clear()
        kills = 0
        for number in range(5, 200, 5):
            if child.sync(place, trial.clock.at, kill=number)["status"] == 0:
                break
            kills += 1
            if outcome(place, trial) == expected:
                break  # killed behind its end: the next one would be another sync
        assert kills > 3
        assert kills < len(steps)
        assert outcome(place, trial) == expected
        assert sum((Counter(asked) - once).values()) <= kills


def test_of_two_syncs_at_once_one_says_that_the_other_runs(trial: Any, child: Child) -> None:
    """And whoever dies holds nothing."""
    asked = prepare(trial)
    first, refused = threading.Event(), []
    edit = trial.sandbox.edit

    def sync_beside(name: str, query: dict[str, str], body: dict[str, Any]) -> Any:
        if not first.is_set():
            first.set()
            refused.append(child.sync(trial.settings, trial.clock.at))
            refused.append(child.sync(trial.settings, trial.clock.at, comments=False))
        return edit(name, query, body)

    trial.change(sync_beside)
    result = trial.sync(**REQUEST)
    assert [each["error"] for each in refused] == [
        "Another process is syncing this account: wait for it, or see dwell syncs."
    ] * 2
    assert set(Counter(asked).values()) == {1}
    assert result.meta["unfinished"] == 0
    before = trial.content()
    killed = child.sync(trial.settings, trial.clock.at, kill=20)
    assert killed["status"] == signal.SIGKILL
    assert child.sync(trial.settings, trial.clock.at)["error"] == ""
    assert trial.content().keys() == before.keys()
