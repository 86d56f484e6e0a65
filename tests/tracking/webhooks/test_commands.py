"""`dwell webhooks` on a folder: the same rules as the API, for who owns the folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing

import pytest

import dwell
from dwell.cli.main import main
from dwell.tracking.webhook_sender import WebhookSender
from dwell.tracking.webhooks import read_allowed

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture
def state_url() -> None:
    return None


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("DWELL_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("DWELL_WEBHOOK_ALLOW", "127.0.0.0/8")
    database = dwell.open(create=True).live.database
    yield database
    database.close()


@pytest.fixture
def add_account(folder) -> Callable[[str], None]:
    def add(name: str) -> None:
        values = f"('{name}', '', 'local', 0, 0)"
        with folder.transaction() as connection:
            connection.exec_driver_sql(
                "INSERT INTO accounts (account_id, name, plan, balance_micros, created_at) VALUES " + values
            )

    return add


@pytest.fixture
def run(folder, capsys) -> Callable[..., str]:
    def command(*words: str, status: int = 0) -> str:
        assert main(["webhooks", *words]) == status
        done = capsys.readouterr()
        return done.err if status else done.out

    return command


def test_in_a_new_folder_it_is_for_the_account_of_this_machine(run, folder, receiver):
    assert "isn't a type of event" in run("add", receiver.url, "--event", "sync.fails", status=1)
    (made,) = json.loads(run("add", receiver.url, "--event", "sync.failed", "--json"))["rows"]
    assert made["account_id"] == "acc_local"
    named = ("add", f"{receiver.url}/two", "--event", "connection.ending", "--account", "acc_local")
    assert json.loads(run(*named, "--json"))["rows"][0]["events"] == ["connection.ending"]


def test_from_adding_to_deleting(run, folder, add_account, receiver):
    assert run("list") == "No webhooks yet; add one with: dwell webhooks add URL --event snapshot.created\n"
    add_account("acc")
    (made,) = json.loads(run("add", receiver.url, "--event", "snapshot.created", "--json"))["rows"]
    assert made["account_id"] == "acc"
    assert made["secret"].startswith("whsec_")
    webhook = made["id"]
    (listed,) = json.loads(run("list", "--json"))["rows"]
    assert listed == {name: value for name, value in made.items() if name != "secret"}
    assert made["secret"] not in run("list") + run("list", "--csv")
    assert "will be sent" in run("test", webhook)
    assert run("log", webhook) == "Nothing was sent yet.\n"
    with closing(WebhookSender(folder, read_allowed())) as sender:
        assert sender.run_once() == 1
    (logged,) = json.loads(run("log", webhook, "--json"))["rows"]
    assert (logged["type"], logged["status"], logged["delivered"]) == ("webhook.test", 200, True)
    assert run("replay", webhook, "--since", "2026-01-01T00:00Z") == "1 event will be sent again.\n"
    assert json.loads(run("rotate", webhook, "--secret", SECRET, "--json"))["rows"][0]["secret"] is None
    assert "disabled by its owner" in run("disable", webhook)
    assert "enable it first" in run("test", webhook, status=1)
    assert "active" in run("enable", webhook)
    assert run("delete", webhook) == f"Deleted {webhook}.\n"
    assert "not found" in run("log", webhook, status=1)


def test_wrong_input_is_said(run, add_account, receiver):
    add_account("acc")
    words = ("add", receiver.url, "--event", "snapshot.created")
    assert "isn't a character of standard base64" in run(*words, "--secret", "whsec_your_secret", status=1)
    assert "isn't a type of event" in run("add", receiver.url, "--event", "snapshot", status=1)
    assert "DWELL_WEBHOOK_ALLOW" in run("add", "http://10.0.0.1/", "--event", "snapshot.created", status=1)
    assert "isn't a time with its zone" in run("replay", "wh_1", "--since", "2026-01-01", status=2)
    add_account("other")
    assert "choose one with --account" in run(*words, status=1)
    assert "Account acc_x not found" in run(*words, "--account", "acc_x", status=1)
    assert "whsec_" in run(*words, "--account", "other")
