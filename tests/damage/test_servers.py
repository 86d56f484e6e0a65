"""`dwell serve` and `dwell worker` over damaged folders: they do not start, or they answer without another number."""

from __future__ import annotations

import pkgutil
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from .conftest import Run
from .faults import FAULTS, Fault

VIDEO, ACCOUNT = "vid_0hoikrsuz110002rjvncfzl", "acc_local"
PATHS = ("healthz", "readyz", "api/v1/videos", f"api/v1/videos/{VIDEO}", f"api/v1/videos/{VIDEO}/snapshots", "metrics")
ROUNDS = (
    "dwell.tracking.poller.Poller.run_round", "dwell.tracking.worker.Worker._load",
    "dwell.tracking.worker.Worker._keep_small", "dwell.tracking.webhook_sender.WebhookSender._start",
)  # fmt: skip
"""What works beside the API; each has had a round before the server is stopped."""
LONGEST_S = 30

Answers = dict[str, tuple[int, str]]


class Requests:
    """In the place of the web server: asks the app, and ends."""

    def __init__(self, key: str, rounds: list[threading.Event]) -> None:
        self.key = key
        self.rounds = rounds
        self.answers: Answers = {}

    def __call__(self, app: Any) -> Requests:
        self.app = app
        return self

    def run(self, sockets: object) -> None:
        with TestClient(self.app, raise_server_exceptions=False) as client:
            for path in PATHS:
                answer = client.get(f"/{path}", headers={"X-API-Key": self.key})
                self.answers[path] = answer.status_code, answer.text
        assert all(each.wait(LONGEST_S) for each in self.rounds)


class StoppedAfterRounds:
    """In the place of Ctrl-C."""

    def __init__(self, rounds: list[threading.Event]) -> None:
        self.rounds = rounds

    @contextmanager
    def __call__(self) -> Iterator[StoppedAfterRounds]:
        yield self

    def wait(self) -> None:
        assert all(each.wait(LONGEST_S) for each in self.rounds)


def note_end(function: Callable[..., Any], ended: threading.Event) -> Callable[..., Any]:
    """The function, which says that it has ended, also where it fails."""

    def run(*args: Any, **options: Any) -> Any:
        try:
            return function(*args, **options)
        finally:
            ended.set()

    return run


@pytest.fixture
def rounds(monkeypatch: pytest.MonkeyPatch) -> list[threading.Event]:
    """An event for each of `ROUNDS`, set when it has ended."""
    events = []
    for place in ROUNDS:
        events.append(threading.Event())
        monkeypatch.setattr(place, note_end(pkgutil.resolve_name(place), events[-1]))
    return events


@pytest.fixture
def serve(
    run: Run, rounds: list[threading.Event], monkeypatch: pytest.MonkeyPatch
) -> Callable[[], tuple[int, str, Answers]]:
    """Starts both: the exit code of the server, what both printed, and what the API answered."""
    failures: list[threading.ExceptHookArgs] = []
    monkeypatch.setattr("threading.excepthook", failures.append)
    monkeypatch.setattr("dwell.cli.worker.stop_on_signal", StoppedAfterRounds(rounds))

    def start() -> tuple[int, str, Answers]:
        _, shown, _ = run(f"keys create --account {ACCOUNT}")
        key = re.search(r"dwell_[\w-]+", shown)
        requests = Requests(key[0] if key else "none", rounds)
        monkeypatch.setattr("dwell.api.server._server", requests)
        texts: list[str] = []
        for command in ("worker", "serve --port 0"):
            for each in rounds:
                each.clear()
            code, *printed = run(command)
            texts += printed
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
