"""kill -9 at every step of a refresh: no connection is lost that could be kept, and a lost one is reported at once."""

from __future__ import annotations

import signal
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from dwell.connections.listing import find_state
from dwell.connections.vault import TokenVault
from dwell.errors import KeyRefusedError

STEPS = (
    "job_leases.acquire", "connections.note_refresh", "send", "connections.store_response", "_read",
    "connections.store_tokens", "job_leases.release",
)  # fmt: skip
POINTS = [(step, when) for step in STEPS for when in ("before", "after")]
TRAVELS = [("send", "after"), ("connections.store_response", "before")]
"""TikTok has answered, and the answer is not on disk yet."""
STORED = POINTS.index(("connections.store_response", "after"))
"""From here on, nothing needs to be asked again."""


SCRIPT = Path(__file__).with_name("refresh_killed.py")


@pytest.fixture
def kill_at(run_in_fork: Callable[..., Any]) -> Callable[[Any, Any, str, str], None]:
    def refresh(trial: Any, row: Any, step: str, when: str) -> None:
        words = [str(trial.settings.data), trial.state_url or "", row.connection_id, trial.clock.at.isoformat()]
        assert run_in_fork(SCRIPT, *words, step, when) == (-signal.SIGKILL, "")

    return refresh


def test_no_connection_is_lost_while_the_old_token_is_valid_until_the_new_one_is_used(trial: Any, kill_at: Any) -> None:
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


def test_killed_at_every_step_in_a_row_it_is_not_lost_either(trial: Any, kill_at: Any) -> None:
    row = trial.connect()
    for step, when in POINTS:
        trial.clock.pass_(hours=20)
        kill_at(trial, trial.row(row), step, when)
    assert trial.works(row)


def test_where_the_old_token_ends_at_once_only_the_travel_of_the_answer_can_lose_one(
    open_trial: Callable[..., Any], kill_at: Any, caplog: pytest.LogCaptureFixture
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
