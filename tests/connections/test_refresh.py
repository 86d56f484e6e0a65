"""Access tokens are refreshed in time, by one request however many ask, and a refusal says what to do."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from dwell.connections.account_check import check_account
from dwell.connections.refresh import refresh
from dwell.errors import KeyRefusedError, SettingsError, TemporaryError
from dwell.state import connections

REFRESH, PROFILE = "tt_user/oauth2/refresh_token", "business/get"


def test_a_token_serves_until_a_quarter_of_its_life_is_left(trial: Any) -> None:
    row = trial.connect()
    credentials = trial.credentials(row)
    first = credentials.headers()
    trial.clock.pass_(hours=17, minutes=59)
    assert credentials.headers() == first
    assert trial.calls()[REFRESH] == 0
    trial.clock.pass_(minutes=1)
    assert credentials.headers() != first
    assert trial.calls()[REFRESH] == 1
    stored = trial.row(row)
    assert stored.access_expires_at == trial.clock.at + timedelta(days=1)
    assert stored.refresh_expires_at == row.refresh_expires_at  # a refresh does not prolong it
    assert trial.works(row)


def test_it_lives_for_a_year_of_refreshes_and_ends_with_it(trial: Any) -> None:
    row = trial.connect()
    for _ in range(36):
        trial.clock.pass_(days=10)
        assert trial.works(row)
    trial.clock.pass_(days=10)
    with pytest.raises(KeyRefusedError, match="dwell connect tiktok"):
        trial.credentials(row).headers()


def test_a_refused_token_is_renewed_once(trial: Any) -> None:
    row = trial.connect()
    credentials = trial.credentials(row)
    refused = credentials.headers()
    assert credentials.renew(refused)
    assert credentials.headers() != refused
    assert credentials.renew(refused)  # it was replaced already
    assert trial.calls()[REFRESH] == 1


def test_another_process_uses_what_one_has_refreshed(trial: Any) -> None:
    row = trial.connect()
    one, other = trial.credentials(row), trial.credentials(row)
    old = one.headers()
    assert one.renew(old)
    assert other.headers() == old  # it is still valid
    assert other.renew(old)
    assert other.headers() == one.headers()
    assert one.fingerprint == other.fingerprint
    assert trial.calls()[REFRESH] == 1


def test_threads_send_one_refresh(trial: Any) -> None:
    row = trial.connect()
    trial.clock.pass_(hours=20)
    each_its_own = [trial.credentials(row) for _ in range(6)]
    with ThreadPoolExecutor(6) as pool:
        tokens = list(pool.map(lambda one: one.headers()["access-token"], each_its_own))
    assert len(set(tokens)) == 1
    assert trial.calls()[REFRESH] == 1


CHILD = """
import sys
from datetime import datetime
from pathlib import Path
from dwell.connections.credentials import ConnectionCredentials
from dwell.settings import Settings
from dwell.state import StateDatabase, open_database
folder, url, connection_id, now = sys.argv[1:]
at = datetime.fromisoformat(now)
StateDatabase.now = lambda _: at
database = open_database(Path(folder), url or None)
credentials = ConnectionCredentials(Settings(data=Path(folder), database=url or None), database, connection_id)
sys.stdin.readline()
print(credentials.headers() == credentials.headers())
"""


def test_processes_send_one_refresh(trial: Any) -> None:
    row = trial.connect()
    trial.clock.pass_(hours=20)
    words = [str(trial.settings.data), trial.state_url or "", row.connection_id, trial.clock.at.isoformat()]
    command = [sys.executable, "-c", CHILD, *words]
    many = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    for one in many:
        one.stdin.write("\n")
        one.stdin.flush()
    assert [one.communicate()[:2] for one in many] == [("True\n", "")] * 4
    assert trial.calls()[REFRESH] == 1


@pytest.mark.parametrize("fault", ["status_503", "dropped", "truncated"])
def test_a_failure_is_tried_again_with_the_old_token(trial: Any, fault: str) -> None:
    row = trial.connect()
    trial.clock.pass_(hours=20)
    trial.fail(fault, REFRESH, 2)
    trial.credentials(row).headers()
    stored = trial.row(row)
    assert (stored.version, stored.problem, stored.response) == (2, None, None)
    assert trial.works(row)


def test_while_tiktok_fails_the_access_token_serves_to_its_end(trial: Any, caplog: pytest.LogCaptureFixture) -> None:
    row = trial.connect()
    trial.clock.pass_(hours=20)
    trial.fail("status_503", REFRESH, 100)
    credentials = trial.credentials(row)
    token = credentials.headers()
    assert "could not be refreshed" in str(trial.row(row).problem)
    assert any("could not be refreshed" in message for message in caplog.messages)
    sent = trial.calls()[REFRESH]
    assert credentials.headers() == token  # it is not asked for again with each request
    assert trial.calls()[REFRESH] == sent
    trial.clock.pass_(hours=5)
    with pytest.raises(TemporaryError):
        credentials.headers()
    trial.sandbox.script.set([])
    assert credentials.headers() != token
    assert trial.row(row).problem is None


def test_a_revoked_account_is_reported_and_says_what_to_do(trial: Any, caplog: pytest.LogCaptureFixture) -> None:
    row = trial.connect()
    token = trial.credentials(row).headers()["access-token"]
    trial.sandbox.business_api.tokens.revoke(token, trial.clock.at)
    assert not trial.works(row)
    stored = trial.row(row)
    assert stored.refresh_refused
    assert stored.access_expires_at == trial.clock.at
    assert "dwell connect tiktok" in str(stored.problem)
    assert any("refuses the refresh token" in message for message in caplog.messages)
    assert trial.calls()[REFRESH] == 1
    assert not trial.works(row)  # nobody asks again
    assert trial.calls()[REFRESH] == 1


def test_a_check_tries_a_refused_token_once_more(trial: Any) -> None:
    row = trial.connect()
    trial.clock.pass_(hours=20)
    trial.fail("status_401", REFRESH)
    trial.credentials(row).headers()
    assert trial.row(row).refresh_refused
    check_account(trial.settings, trial.database, row.connection_id)
    stored = trial.row(row)
    assert (stored.refresh_refused, stored.problem, stored.version) == (False, None, 2)
    trial.sandbox.business_api.tokens.revoke(trial.credentials(row).headers()["access-token"], trial.clock.at)
    trial.clock.pass_(hours=20)
    for _ in range(2):
        check_account(trial.settings, trial.database, row.connection_id)
        assert trial.row(row).refresh_refused


def test_a_refresh_warns_before_the_consent_ends(trial: Any, caplog: pytest.LogCaptureFixture) -> None:
    row = trial.connect()
    trial.clock.pass_(days=334)
    trial.credentials(row).headers()
    assert not [one for one in caplog.messages if "ends at" in one]
    trial.clock.pass_(days=2)
    trial.credentials(row).headers()
    assert [one for one in caplog.messages if "only its owner can prolong it: run dwell connect tiktok" in one]


def test_a_wrong_secret_is_no_fault_of_the_connection(trial: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    row = trial.connect()
    trial.clock.pass_(hours=20)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DWELL_TIKTOK_ORGANIC_APP_SECRET", "another-secret")
        trial.credentials(row).headers()
    stored = trial.row(row)
    assert not stored.refresh_refused
    assert "DWELL_TIKTOK_ORGANIC_APP_SECRET" in str(stored.problem)
    trial.clock.pass_(minutes=2)
    trial.credentials(row).headers()
    assert trial.row(row).version == 2


def test_another_app_cannot_refresh(trial: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    row = trial.connect()
    monkeypatch.setenv("DWELL_TIKTOK_ORGANIC_APP_ID", "another-app")
    with pytest.raises(SettingsError, match="sandbox-client-id"):
        refresh(trial.settings, trial.database, row.connection_id, row.version)
    assert trial.calls()[REFRESH] == 0


def test_a_token_is_sent_to_no_other_address(trial: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    row = trial.connect()
    monkeypatch.delenv("DWELL_TIKTOK_ORGANIC_URL")
    with pytest.raises(SettingsError, match="DWELL_TIKTOK_ORGANIC_URL is https://business-api"):
        trial.credentials(row)


def test_a_disconnected_account_has_no_credentials(trial: Any) -> None:
    row = trial.connect()
    credentials = trial.credentials(row)
    connections.erase_tokens(trial.database, row.connection_id, trial.clock.at)
    with pytest.raises(KeyRefusedError, match="not connected any more"):
        trial.credentials(row)
    assert not credentials.renew(credentials.headers())


@pytest.mark.parametrize("hours", [-30, 30])
def test_a_wrong_clock_costs_a_refresh_and_no_connection(trial: Any, hours: int) -> None:
    row = trial.connect()
    stored = trial.row(row)
    shifted = {"access_expires_at": stored.access_expires_at + timedelta(hours=hours)}
    connections.set_profile(trial.database, row.connection_id, **shifted)
    trial.clock.pass_(hours=25)
    assert trial.works(row)
