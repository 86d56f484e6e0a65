"""`dwell serve` and `dwell worker` over damaged folders: they do not start, or they answer without another number."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from .conftest import Run
from .faults import FAULTS, Fault

pytestmark = pytest.mark.slow

VIDEO, ACCOUNT = "vid_0hoikrsuz110002rjvncfzl", "acc_local"
PATHS = ("healthz", "readyz", "api/v1/videos", f"api/v1/videos/{VIDEO}", f"api/v1/videos/{VIDEO}/snapshots", "metrics")
ROUND_S = 0.3
"""For so long the poller and the webhooks work."""

Answers = dict[str, tuple[int, str]]


class Requests:
    """In the place of the web server: asks the app, and ends."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.answers: Answers = {}

    def __call__(self, app: Any) -> Requests:
        self.app = app
        return self

    def run(self, sockets: object) -> None:
        with TestClient(self.app, raise_server_exceptions=False) as client:
            for path in PATHS:
                answer = client.get(f"/{path}", headers={"X-API-Key": self.key})
                self.answers[path] = answer.status_code, answer.text
        time.sleep(ROUND_S)


@contextmanager
def stop_after_a_round() -> Iterator[threading.Event]:
    event = threading.Event()
    threading.Timer(ROUND_S, event.set).start()
    yield event


@pytest.fixture
def serve(run: Run, monkeypatch: pytest.MonkeyPatch) -> Callable[[], tuple[int, str, Answers]]:
    """Starts both: the exit code of the server, what both printed, and what the API answered."""
    failures: list[threading.ExceptHookArgs] = []
    monkeypatch.setattr("threading.excepthook", failures.append)
    monkeypatch.setattr("dwell.cli.worker.stop_on_signal", stop_after_a_round)

    def start() -> tuple[int, str, Answers]:
        _, printed, _ = run(f"keys create --account {ACCOUNT}")
        key = re.search(r"dwell_[\w-]+", printed)
        requests = Requests(key[0] if key else "none")
        monkeypatch.setattr("dwell.api.server._server", requests)
        code, *texts = run("serve --port 0")
        texts += run("worker")[1:]
        assert not failures, failures
        return code, "".join(texts), requests.answers

    return start


@pytest.fixture(scope="module")
def whole() -> Answers:
    """What the API answers over the whole folder, once it was asked."""
    return {}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_servers(fault: Fault, damaged: Callable[[Fault | None], Path], serve: Any, whole: Answers) -> None:
    if not whole:
        damaged(None)
        code, text, answers = serve()
        assert code == 0, text
        assert {status for status, _ in answers.values()} == {200}, answers
        whole.update(answers)
    damaged(fault)
    code, text, answers = serve()
    assert code == 0 or fault.said in text, text
    for path, (status, body) in answers.items():
        assert status in {200, 401, 503}, (path, status, body)
        assert "Traceback" not in body, path
        if status == 200 and path.endswith("snapshots"):  # the poller is at work on all else
            assert body == whole[path][1]
