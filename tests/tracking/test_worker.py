"""A worker polls, loads and says that it lives, until it is stopped; then it ends in good order."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from dwell.tracking import worker as workers
from dwell.tracking.worker import Worker

from .conftest import HOUR

WAIT_S = 60


@pytest.fixture
def heartbeats():
    """A server that notes who asks it: its address, and the paths."""
    seen: list[str] = []
    came = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.path)
            came.set()
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/ping/abc?source=dwell", seen, came
    server.shutdown()
    server.server_close()
    thread.join()


def test_it_polls_loads_and_sends_heartbeats(opened, heartbeats, monkeypatch):
    url, seen, came = heartbeats
    monkeypatch.setattr(workers, "_HEARTBEAT_EVERY_S", 0.05)
    with opened(DWELL_HEARTBEAT_URL=url) as trial:
        video_id = trial.service.track(trial.caller, trial.link(trial.posts()[0]), 1).id
        trial.clock.at += 2 * HOUR
        stored = threading.Event()
        settle = trial.service.on_events

        def on_events(*words: object) -> None:
            settle(*words)
            stored.set()

        trial.service.on_events = on_events
        with Worker(trial.settings, trial.database, trial.service, trial.store):
            assert stored.wait(WAIT_S)
            assert came.wait(WAIT_S)
        assert seen[0] == "/ping/abc?source=dwell"
        assert len(trial.get(video_id).snapshots) == 2
        rows = trial.store.query("SELECT count(*) FROM post_snapshots", ["post_snapshots"]).rows
        assert rows == [(2,)]


def test_a_worker_whose_database_fails_sends_no_heartbeat(opened, heartbeats, monkeypatch):
    url, seen, _ = heartbeats
    monkeypatch.setattr(workers, "_HEARTBEAT_EVERY_S", 0.05)
    with opened(DWELL_HEARTBEAT_URL=url) as trial:
        failed = threading.Event()

        def fail(*_: object, **__: object) -> None:
            failed.set()
            raise OSError("the disk is gone")

        monkeypatch.setattr("dwell.state.due_slots.claim", fail)
        with Worker(trial.settings, trial.database, trial.service, None):
            assert failed.wait(WAIT_S)
        assert seen == []


def test_other_work_runs_until_the_worker_ends(trial):
    begun = threading.Event()
    ended = []

    def work(stop: threading.Event) -> None:
        begun.set()
        stop.wait()
        ended.append(True)

    with Worker(trial.settings, trial.database, trial.service, None, {"other": work}):
        assert begun.wait(WAIT_S)
        assert not ended
    assert ended
