"""Tokens that are revoked, expired or restored from a backup, and the events that webhooks are told once."""

from __future__ import annotations

import json
import shutil
import tarfile
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from dwell.connections.vault import TokenVault
from dwell.errors import NoDataError, StorageError
from dwell.settings import Settings
from dwell.state import accounts, connections, job_leases, webhooks
from dwell.state.accounts import LOCAL_ACCOUNT
from dwell.state.webhook_schema import webhook_events
from dwell.state.webhooks import Webhook
from dwell.sync.events import report_connections
from dwell.workspace import Workspace
from dwell.workspace.backups import back_up
from dwell.workspace.restores import restore_backup
from dwell.workspace.syncs import SyncRequest

FEW, OTHER, BUSINESS = "demo_tech_1051", "demo_tech_1358", "demo_beauty_1035"
LIST, ACCOUNT, REFRESH = "business/video/list", "business/get", "tt_user/oauth2/refresh_token"
LAYOUTS = Path(__file__).parents[1] / "layouts"


def listen(trial: Any) -> None:
    """A webhook of this machine wants all events about connections."""
    accounts.ensure(trial.database, LOCAL_ACCOUNT, "local", "local")
    events = ["sync.failed", "connection.ending"]
    hook = ("w", LOCAL_ACCOUNT, "http://127.0.0.1:9/", events, "secret", None, None, trial.clock.at)
    assert webhooks.create(trial.database, Webhook(*hook, None, None, 0, None, None), 1)


def told(trial: Any) -> list[tuple[str, dict[str, Any]]]:
    """Type and data of the events so far."""
    with trial.database.reading() as connection:
        rows = connection.execute(select(webhook_events.c.type, webhook_events.c.body)).all()
    return [(kind, json.loads(body)) for kind, body in rows]


def revoke(trial: Any, row: Any) -> None:
    trial.sandbox.business_api.tokens.revoke(trial.credentials(row).headers()["access-token"], trial.clock.at)


def test_a_revoked_account_fails_with_its_cure_and_the_others_are_read(trial: Any) -> None:
    listen(trial)
    gone, _ = trial.account(FEW), trial.account(OTHER)
    trial.sync()
    revoke(trial, gone)
    trial.clock.pass_(days=1)
    result = trial.sync()
    found = {(row["account"], row["state"]) for row in result}
    assert found == {(f"@{FEW}", "failed"), (f"@{OTHER}", "complete")}
    assert "dwell connect tiktok" in trial.messages(result)
    assert (result.meta["complete"], result.meta["unfinished"]) == (1, 1)
    assert sorted({kind for kind, _ in told(trial)}) == ["connection.ending", "sync.failed"]
    calls, events = trial.calls(), told(trial)
    for _ in range(3):
        trial.clock.pass_(minutes=10)
        assert trial.sync().meta["resumed"]
    assert trial.calls() == calls  # whom nobody can ask is not asked
    assert told(trial) == events
    trial.account(FEW)
    result = trial.sync()
    assert result.meta["complete"] == 2
    assert trial.rows(
        "post_snapshots", "DISTINCT observed_at", f"observed_at > TIMESTAMPTZ '{trial.clock.at - timedelta(hours=1)}'"
    )


def test_an_event_is_told_once_a_sync_although_two_syncs_take_turns(trial: Any) -> None:
    listen(trial)
    row = trial.account(FEW)
    trial.change_videos(lambda *_: "")
    for _ in range(3):
        trial.sync()
        trial.sync(tables=("videos",))
    events = told(trial)
    assert [kind for kind, _ in events] == ["sync.failed"] * 2
    data = events[0][1]["data"]
    assert (data["open_id"], data["account"], data["will_resume"]) == (row.open_id, f"@{FEW}", True)
    assert "tiktok_organic_videos" in data["tables"]


def test_the_end_of_a_consent_is_told_once_and_again_for_the_next_one(trial: Any) -> None:
    listen(trial)
    row = trial.account(FEW)
    for days, number in ((1, 0), (350, 1), (1, 1), (1, 1)):
        trial.clock.pass_(days=days)
        report_connections(trial.settings, trial.database)
        assert len(told(trial)) == number, days
    trial.account(FEW)
    report_connections(trial.settings, trial.database)
    trial.clock.pass_(days=362)
    report_connections(trial.settings, trial.database)
    assert [kind for kind, _ in told(trial)] == ["connection.ending"] * 2
    assert {event["data"]["open_id"] for _, event in told(trial)} == {row.open_id}


@pytest.mark.parametrize("hours", [20, 23.9, 24, 48])
def test_an_access_token_that_ends_during_a_sync_is_renewed(trial: Any, hours: float) -> None:
    trial.account(BUSINESS)
    done: list[int] = []

    def age(body: dict[str, Any], _: dict[str, str]) -> None:
        if not done:
            done.append(1)
            trial.clock.pass_(hours=hours)

    trial.change_videos(age)
    result = trial.sync()
    assert result.meta["complete"] == 1
    assert trial.calls()[REFRESH] == 1
    assert len(trial.rows("posts")) == 68


def test_a_token_that_is_refused_once_costs_one_refresh_and_no_page(trial: Any) -> None:
    trial.account(BUSINESS)
    trial.fail("status_401", LIST)
    assert trial.sync().meta["complete"] == 1
    assert trial.calls()[REFRESH] == 1


def test_a_consent_that_has_ended_stops_the_account_alone(sqlite_trial: Any) -> None:
    trial = sqlite_trial
    trial.account(FEW)
    trial.clock.pass_(days=366)
    trial.account(OTHER)
    result = trial.sync()
    assert {(row["account"], row["state"]) for row in result} == {(f"@{FEW}", "failed"), (f"@{OTHER}", "complete")}


def test_a_disconnected_account_is_not_synced(sqlite_trial: Any) -> None:
    trial = sqlite_trial
    row = trial.account(FEW)
    trial.workspace.connections.disconnect(FEW)
    with pytest.raises(NoDataError, match="No account is connected: run dwell connect tiktok"):
        trial.sync()
    with pytest.raises(NoDataError, match="is not connected"):
        trial.sync(row.open_id)


def test_accounts_are_named_by_handle_or_id(sqlite_trial: Any) -> None:
    trial = sqlite_trial
    row, _ = trial.account(FEW), trial.account(OTHER)
    for name in (FEW, f"@{FEW.upper()}", row.open_id):
        assert {each["account"] for each in trial.sync(name)} == {f"@{FEW}"}
    assert trial.sync(FEW, f"@{FEW}").meta["accounts"] == 1


def test_an_account_that_another_process_syncs_is_refused_and_free_again_after_its_lease(trial: Any) -> None:
    row = trial.account(FEW)
    assert job_leases.acquire(trial.database, f"sync/{row.open_id}", "elsewhere/1/1/x", trial.clock.at)
    with pytest.raises(StorageError, match="Another process is syncing this account"):
        trial.sync()
    trial.clock.pass_(minutes=3)
    assert trial.sync().meta["complete"] == 1


def restored(trial: Any, file: Path, place: Path) -> Workspace:
    restore_backup(Settings(data=place), file)
    key = trial.settings.data / "secret.key"
    if key.exists():
        shutil.copy2(key, place / "secret.key")
    return Workspace(Settings(data=place))


def test_a_restored_backup_tests_its_tokens_before_it_reads_anything(sqlite_trial: Any, tmp_path: Path) -> None:
    """Its refresh token was used since: the first request says so, and nothing is read under a wrong account."""
    trial = sqlite_trial
    row = trial.account(FEW)
    trial.sync()
    back_up(trial.settings, tmp_path / "backup.tar")
    trial.clock.pass_(days=2)
    assert trial.sync().meta["complete"] == 1
    before = trial.calls()
    workspace = restored(trial, tmp_path / "backup.tar", tmp_path / "restored")
    result = workspace.syncs.run(SyncRequest())
    assert (result.meta["complete"], result.meta["unfinished"]) == (0, 1)
    assert "dwell connect tiktok" in trial.messages(result)
    assert (trial.calls() - before)[LIST] == 0
    with closing(workspace.live.database) as database:
        assert connections.list_all(database, row.provider)[0].refresh_refused


def test_a_restored_backup_goes_on_from_its_own_cursors(sqlite_trial: Any, tmp_path: Path) -> None:
    trial = sqlite_trial
    trial.account(BUSINESS)
    trial.sync()
    back_up(trial.settings, tmp_path / "backup.tar")
    trial.clock.pass_(hours=3)
    trial.sync()
    expected = trial.content()
    trial.clock.pass_(hours=1)
    workspace = restored(trial, tmp_path / "backup.tar", tmp_path / "restored")
    result = workspace.syncs.run(SyncRequest())
    assert (result.meta["complete"], result.meta["lost_days"]) == (1, {})
    days = workspace.store.query("SELECT day FROM owned_account_days ORDER BY day", ["owned_account_days"]).rows
    assert [tuple(each) for each in days] == [row[1:2] for row in expected["owned_account_days"]]
    workspace.live.database.close()


def test_a_backup_without_its_key_says_what_to_do(sqlite_trial: Any, tmp_path: Path) -> None:
    trial = sqlite_trial
    trial.account(FEW)
    back_up(trial.settings, tmp_path / "backup.tar")
    restore_backup(Settings(data=tmp_path / "restored"), tmp_path / "backup.tar")
    workspace = Workspace(Settings(data=tmp_path / "restored"))
    result = workspace.syncs.run(SyncRequest())
    assert {row["state"] for row in result} == {"failed"}
    assert "key" in trial.messages(result)
    assert not TokenVault(tmp_path / "restored").can_read(connections.list_all(workspace.live.database)[0])
    workspace.live.database.close()


@pytest.mark.parametrize("name", sorted(path.name for path in LAYOUTS.glob("*.tar.xz")))
def test_a_folder_of_an_older_release_can_be_synced(sqlite_trial: Any, tmp_path: Path, name: str) -> None:
    trial = sqlite_trial
    with tarfile.open(LAYOUTS / name) as packed:
        packed.extractall(tmp_path / "old", filter="data")
    settings = Settings(data=tmp_path / "old" / name.partition(".")[0] / "data")
    trial.workspace = Workspace(settings)
    posts = len(trial.rows("posts"))
    trial.settings, trial.database = settings, trial.workspace.live.database
    with closing(trial.database):
        trial.account(FEW)
        assert trial.sync().meta["complete"] == 1
        assert len(trial.rows("posts")) == posts + 9
        trial.workspace.store.seal()
        trial.clock.pass_(days=1)
        assert trial.sync(full=True).meta["complete"] == 1
        assert len(trial.rows("posts")) == posts + 9
        assert len(trial.rows("owned_posts")) == 18
