"""kill -9 at every step of a refresh: no connection is lost that could be kept, and a lost one is reported at once."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from dwell.connections.listing import find_state
from dwell.connections.vault import TokenVault
from dwell.errors import KeyRefusedError

pytestmark = pytest.mark.slow

CHILD = """
import os, signal, sys
from datetime import datetime
from pathlib import Path
from dwell.connections import refresh
from dwell.connections.credentials import ConnectionCredentials
from dwell.settings import Settings
from dwell.state import StateDatabase, open_database
folder, url, connection_id, now, step, when = sys.argv[1:]
at = datetime.fromisoformat(now)
StateDatabase.now = lambda _: at
place = refresh
*modules, name = step.split(".")
for module in modules:
    place = getattr(place, module)
original = getattr(place, name)
def killed(*words, **options):
    if when == "after":
        original(*words, **options)
    os.kill(os.getpid(), signal.SIGKILL)
setattr(place, name, killed)
database = open_database(Path(folder), url or None)
ConnectionCredentials(Settings(data=Path(folder), database=url or None), database, connection_id).headers()
"""

STEPS = (
    "job_leases.acquire", "connections.note_refresh", "send", "connections.store_response", "_read",
    "connections.store_tokens", "job_leases.release",
)  # fmt: skip
POINTS = [(step, when) for step in STEPS for when in ("before", "after")]
TRAVELS = [("send", "after"), ("connections.store_response", "before")]
"""TikTok has answered, and the answer is not on disk yet."""
STORED = POINTS.index(("connections.store_response", "after"))
"""From here on, nothing needs to be asked again."""


def kill_at(trial: Any, row: Any, step: str, when: str) -> None:
    words = [str(trial.settings.data), trial.state_url or "", row.connection_id, trial.clock.at.isoformat()]
    done = subprocess.run([sys.executable, "-c", CHILD, *words, step, when], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (-signal.SIGKILL, "")


def test_no_connection_is_lost_while_the_old_token_is_valid_until_the_new_one_is_used(trial: Any) -> None:
    for number, (step, when) in enumerate(POINTS):
        row = trial.connect()
        trial.clock.pass_(hours=20)
        kill_at(trial, row, step, when)
        sent = trial.calls()["tt_user/oauth2/refresh_token"]
        trial.clock.pass_(hours=5)  # the access token has ended, unless it was refreshed
        assert trial.works(row), (step, when)
        assert trial.calls()["tt_user/oauth2/refresh_token"] - sent == (number < STORED), (step, when)
        stored = trial.row(row)
        assert (stored.problem, stored.response, stored.refresh_sent_at) == (None, None, None)
        assert stored.version == row.version + 1


def test_killed_at_every_step_in_a_row_it_is_not_lost_either(trial: Any) -> None:
    row = trial.connect()
    for step, when in POINTS:
        trial.clock.pass_(hours=20)
        kill_at(trial, trial.row(row), step, when)
    assert trial.works(row)


def test_where_the_old_token_ends_at_once_only_the_travel_of_the_answer_can_lose_one(
    open_trial: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    trial = open_trial(old_refresh_token="invalid")
    for step, when in POINTS:
        row = trial.connect()
        trial.clock.pass_(hours=20)
        kill_at(trial, row, step, when)
        caplog.clear()
        assert trial.works(row), (step, when)  # whatever happened, the access token serves to its end
        stored = trial.row(row)
        state = find_state(stored, TokenVault(trial.settings.data), trial.clock.at)
        if (step, when) not in TRAVELS:
            assert (stored.problem, state) == (None, "ok"), (step, when)
            continue
        assert (stored.refresh_refused, state) == (True, "failing")
        assert "an answer with a newer token was lost" in str(stored.problem)
        assert any("an answer with a newer token was lost" in message for message in caplog.messages)
        trial.clock.pass_(hours=4, minutes=6)
        with pytest.raises(KeyRefusedError, match="dwell connect tiktok"):
            trial.credentials(row).headers()
        assert find_state(stored, TokenVault(trial.settings.data), trial.clock.at + timedelta(1)) == "ended"
