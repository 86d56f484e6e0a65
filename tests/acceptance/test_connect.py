"""`dwell connect tiktok`, `dwell accounts`, `dwell disconnect`, and what `dwell status` says of connections."""

from __future__ import annotations

import io
import json
import logging
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from dwell.connections.secret_keys import FILE
from dwell.state import connections, open_database
from dwell_sandbox.server.faults import ScriptedFault

REDIRECT = "https://dwell.example.com/oauth/tiktok/"
APP_SECRET = "sandbox-client-secret"


@pytest.fixture
def url(sandbox: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    """The simulated Business API, with a redirect that only a person can follow."""
    base = os.environ["DWELL_TIKLIVEAPI_URL"].removesuffix("/tikliveapi") + "/business_api"
    monkeypatch.delenv("DWELL_SECRET_KEY", raising=False)
    monkeypatch.setenv("DWELL_TIKTOK_ORGANIC_URL", base)
    monkeypatch.setenv("DWELL_TIKTOK_ORGANIC_APP_ID", "sandbox-client-id")
    monkeypatch.setenv("DWELL_TIKTOK_ORGANIC_APP_SECRET", APP_SECRET)
    monkeypatch.setenv("DWELL_TIKTOK_ORGANIC_REDIRECT", REDIRECT)
    return base


def allow(address: str, handle: str = "demo_kitchen", **form: str) -> str:
    """What the browser shows after the owner has allowed the access."""
    parts = urlsplit(address)
    connection = HTTPConnection(parts.netloc, timeout=30)
    try:
        connection.request(
            "POST", f"{parts.path}?{parts.query}", urlencode({"account": handle, "decision": "allow"} | form)
        )
        response = connection.getresponse()
        location = response.getheader("location")
        assert (response.status, location is not None) == (302, True)
        return str(location)
    finally:
        connection.close()


def browse_to(address: str) -> tuple[int, bytes]:
    """Status and page at an address."""
    parts = urlsplit(address)
    connection = HTTPConnection(parts.netloc, timeout=30)
    try:
        connection.request("GET", f"{parts.path}?{parts.query}")
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


@pytest.fixture
def connect(dwell: Callable[..., Any], url: str) -> Callable[..., Any]:
    """Connects an account with two commands."""

    def run(handle: str = "demo_kitchen", *words: str) -> Any:
        begun = dwell("connect", "tiktok", "--begin", "--json", *words)
        address = begun.json["rows"][0]["consent_address"]
        return dwell("connect", "tiktok", "--redirected", allow(address, handle), "--json")

    return run


def test_two_commands_connect_an_account(dwell: Callable[..., Any], connect: Callable[..., Any]) -> None:
    done = connect()
    assert (done.status, done.err) == (0, "")
    (row,) = done.json["rows"]
    assert (row["account"], row["state"], row["account_type"]) == ("@demo_kitchen", "ok", "business")
    assert "comment.list" not in row["scopes"]
    assert row["missing"] == []
    assert {each["requirement"] for each in row["requirements"]} == {
        "account_type", "followers", "analytics", "public_post", "login",
    }  # fmt: skip
    assert dwell("accounts", "--json").json["rows"] == [row]
    text = dwell("accounts").out
    assert "@demo_kitchen" in text
    assert "unknown: Which login was used cannot be seen" in text


def test_the_address_is_pasted(dwell: Callable[..., Any], url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    printed: list[str] = []

    class Paste(io.StringIO):
        def readline(self, *_: Any) -> str:
            address = next(word for text in printed for word in text.split() if word.startswith("http"))
            return allow(address) + "\n"

    monkeypatch.setattr("dwell.cli.connect._tell", printed.append)
    monkeypatch.setattr("sys.stdin", Paste())
    done = dwell("connect", "tiktok")
    assert done.status == 0
    assert done.out.startswith("Connected @demo_kitchen")
    assert any(REDIRECT in text for text in printed)


@pytest.mark.parametrize("pasted", ["", "\n"])
def test_nothing_pasted_says_how_to_go_on(
    dwell: Callable[..., Any], url: str, monkeypatch: pytest.MonkeyPatch, pasted: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(pasted))
    done = dwell("connect", "tiktok")
    assert (done.status, done.out) == (1, "")
    address = next(word for word in done.err.split() if word.startswith(url))
    assert "--redirected" in done.err
    monkeypatch.setattr("sys.stdin", io.StringIO(allow(address)))
    assert dwell("connect", "tiktok", "--redirected", "-").status == 0


def test_the_browser_comes_back_to_the_command_where_the_api_is_simulated(
    dwell: Callable[..., Any], url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DWELL_TIKTOK_ORGANIC_REDIRECT")
    pages: list[tuple[int, bytes]] = []
    threads: list[threading.Thread] = []

    def come_back(text: str) -> None:
        found = re.search(r"http\S+authorize\S+", text)
        if found is not None:
            location = allow(found[0])
            wrong = location.replace("state=", "state=x")

            def browse() -> None:
                # Browsers open connections on which they send nothing.
                idle = urlsplit(location)
                stack.enter_context(socket.create_connection((str(idle.hostname), int(idle.port or 0))))
                for address in (location.replace("/oauth/", "/favicon/"), wrong, location):
                    pages.append(browse_to(address))

            threads.append(threading.Thread(target=browse))
            threads[0].start()

    monkeypatch.setattr("dwell.cli.connect._tell", come_back)
    with ExitStack() as stack:
        done = dwell("connect", "tiktok", "--json")
    assert done.status == 0
    assert done.json["rows"][0]["account"] == "@demo_kitchen"
    threads[0].join()
    assert [status for status, _ in pages] == [404, 400, 200]
    assert b"dwell can read @demo_kitchen now" in pages[2][1]


def test_a_denied_consent_ends_the_wait(dwell: Callable[..., Any], url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DWELL_TIKTOK_ORGANIC_REDIRECT")

    threads: list[threading.Thread] = []

    def deny(text: str) -> None:
        found = re.search(r"http\S+authorize\S+", text)
        if found is not None:
            location = allow(found[0], decision="deny")
            threads.append(threading.Thread(target=browse_to, args=[location]))
            threads[0].start()

    monkeypatch.setattr("dwell.cli.connect._tell", deny)
    done = dwell("connect", "tiktok")
    threads[0].join()
    assert done.status == 1
    assert "The consent was not given" in done.err


def test_a_loopback_redirect_of_the_real_api_is_refused(
    dwell: Callable[..., Any], url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DWELL_TIKTOK_ORGANIC_URL")
    monkeypatch.setenv("DWELL_TIKTOK_ORGANIC_REDIRECT", "http://127.0.0.1:8788/oauth/")
    done = dwell("connect", "tiktok")
    assert (done.status, done.out) == (1, "")
    assert "DWELL_TIKTOK_ORGANIC_REDIRECT does not begin with https://" in done.err


def test_without_an_app_it_says_what_to_apply_for(dwell: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DWELL_TIKTOK_ORGANIC_APP_ID", raising=False)
    monkeypatch.delenv("DWELL_TIKTOK_ORGANIC_APP_SECRET", raising=False)
    done = dwell("connect", "tiktok")
    assert done.status == 1
    assert "Accounts API access application" in done.err


def test_a_disconnected_account_is_revoked_and_keeps_a_name(
    dwell: Callable[..., Any], connect: Callable[..., Any], sandbox: Any, tmp_path: Path
) -> None:
    connect("demo_kitchen")
    connect("demo_pantry")
    done = dwell("disconnect", "@demo_kitchen")
    assert done.status == 0
    assert "TikTok has revoked the access" in done.out
    assert "To erase what was read: dwell forget @demo_kitchen" in done.out
    revoked = {token.grant.revoked for token in sandbox.business_api.tokens._access.values()}
    assert revoked == {True, False}
    rows = dwell("accounts", "--json").json["rows"]
    assert [(row["account"], row["state"]) for row in rows] == [
        ("@demo_kitchen", "disconnected"),
        ("@demo_pantry", "ok"),
    ]
    again = dwell("disconnect", "demo_kitchen", "--json")
    assert again.status == 1
    assert "is not connected (connected: @demo_pantry)" in json.loads(again.err)["error"]["message"]


def test_tokens_are_erased_also_where_tiktok_cannot_be_told(
    dwell: Callable[..., Any], connect: Callable[..., Any], sandbox: Any, tmp_path: Path
) -> None:
    connect()
    sandbox.script.set([ScriptedFault("status_503", 9, "business_api", "tt_user/oauth2/revoke")])
    (row,) = dwell("disconnect", "@demo_kitchen", "--json").json["rows"]
    assert row["revoked"] is False
    assert "failing at the moment" in row["problem"]
    database = open_database(tmp_path / "data")
    (stored,) = connections.list_all(database)
    database.close()
    assert (stored.access_token, stored.refresh_token, stored.key_id) == (None, None, None)


def test_an_access_that_has_ended_needs_no_revocation(
    dwell: Callable[..., Any], connect: Callable[..., Any], sandbox: Any
) -> None:
    connect()
    for token in list(sandbox.business_api.tokens._access.values()):
        token.grant.revoked = True
    (row,) = dwell("disconnect", "@demo_kitchen", "--json").json["rows"]
    assert (row["revoked"], row["problem"]) == (True, None)


def test_without_the_key_the_tokens_are_erased_all_the_same(
    dwell: Callable[..., Any], connect: Callable[..., Any], tmp_path: Path
) -> None:
    connect()
    (tmp_path / "data" / FILE).unlink()
    done = dwell("disconnect", "@demo_kitchen")
    assert done.status == 0
    assert "TikTok was not told" in done.out
    assert dwell("accounts", "--json").json["rows"][0]["state"] == "disconnected"


def change(tmp_path: Path, **values: Any) -> None:
    database = open_database(tmp_path / "data")
    (row,) = connections.list_all(database)
    connections.set_profile(database, row.connection_id, **values)
    database.close()


def test_status_says_which_connections_end(
    dwell: Callable[..., Any], connect: Callable[..., Any], conforms: Callable[..., None], tmp_path: Path
) -> None:
    connect()
    quiet = dwell("status", "--json")
    conforms(quiet.json, "status")
    assert quiet.json["connections"] == []
    now = datetime.now(UTC)
    change(tmp_path, refresh_expires_at=now + timedelta(days=29))
    ending = dwell("status", "--json")
    conforms(ending.json, "status")
    assert [each["state"] for each in ending.json["connections"]] == ["ending"]
    assert "Warning: The access to @demo_kitchen ends at" in dwell("status").out
    change(tmp_path, refresh_expires_at=now + timedelta(days=300), problem="Something is wrong.", problem_at=now)
    assert "Something is wrong." in dwell("status").out
    (tmp_path / "data" / FILE).unlink()
    assert [each["state"] for each in dwell("status", "--json").json["connections"]] == ["unreadable"]
    assert "DWELL_SECRET_KEY" in dwell("status").out


def test_accounts_are_checked_again_when_asked(
    dwell: Callable[..., Any], connect: Callable[..., Any], sandbox: Any, tmp_path: Path
) -> None:
    connect()
    change(tmp_path, problem="It was odd.", problem_at=datetime.now(UTC), username="older_name")
    assert "It was odd." in dwell("accounts").out
    (row,) = dwell("accounts", "--check", "--json").json["rows"]
    assert (row["account"], row["problem"]) == ("@demo_kitchen", None)


def test_the_key_is_rotated(dwell: Callable[..., Any], connect: Callable[..., Any], tmp_path: Path) -> None:
    connect()
    before = (tmp_path / "data" / FILE).read_text().split()
    done = dwell("accounts", "--rotate-key")
    assert "The tokens of 1 account are encrypted with a new key" in done.out
    after = (tmp_path / "data" / FILE).read_text().split()
    assert after[1:] == before
    assert not any(key in done.out + done.err for key in after)
    assert dwell("accounts", "--json").json["rows"][0]["state"] == "ok"


def test_an_open_key_file_is_refused_with_the_cure(
    dwell: Callable[..., Any], connect: Callable[..., Any], tmp_path: Path
) -> None:
    connect()
    (tmp_path / "data" / FILE).chmod(0o644)
    assert "chmod 600" in dwell("accounts").out
    done = dwell("accounts", "--rotate-key")
    assert done.status == 1
    assert "chmod 600" in done.err


def secrets_of(sandbox: Any, folder: Path) -> Iterator[str]:
    yield from sandbox.business_api.tokens._access
    yield from sandbox.business_api.tokens._refresh
    yield from (folder / FILE).read_text().split()
    yield APP_SECRET


def test_no_secret_is_shown_whatever_goes_wrong(
    dwell: Callable[..., Any],
    connect: Callable[..., Any],
    sandbox: Any,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    shown: list[str] = []
    codes: list[str] = []

    def note(done: Any) -> None:
        shown.append(done.out + done.err)

    with caplog.at_level(logging.DEBUG):
        for fault in (None, "status_401", "status_503", "truncated", "message"):
            if fault:
                sandbox.script.set([ScriptedFault(fault, 9, "business_api", "business/get")])
            note(connect())
            begun = dwell("connect", "tiktok", "--begin", "--json").json["rows"][0]
            location = allow(begun["consent_address"])
            codes += parse_qs(urlsplit(location).query)["code"]
            if fault:
                sandbox.script.set([ScriptedFault(fault, 9, "business_api", "tt_user/oauth2/token")])
            note(dwell("connect", "tiktok", "--redirected", location + "x", "-vv"))
            note(dwell("connect", "tiktok", "--redirected", location.replace("state=", "state=0"), "-vv"))
            note(dwell("connect", "tiktok", "--redirected", location, "-vv"))
            sandbox.script.set([])
            note(dwell("accounts", "--check", "-vv"))
            note(dwell("accounts", "--json"))
        change(tmp_path, access_expires_at=datetime.now(UTC) - timedelta(hours=1))
        note(dwell("accounts", "--check", "-vv"))
        for word in ("another-secret", None):
            with pytest.MonkeyPatch.context() as patch:
                if word:
                    patch.setenv("DWELL_TIKTOK_ORGANIC_APP_SECRET", word)
                change(tmp_path, access_expires_at=datetime.now(UTC) - timedelta(hours=1))
                note(dwell("accounts", "--check", "-vv", "--json"))
        note(dwell("accounts", "--rotate-key", "-vv"))
        note(dwell("status"))
        sandbox.script.set([ScriptedFault("status_401", 9, "business_api", "tt_user/oauth2/revoke")])
        note(dwell("disconnect", "@demo_kitchen", "-vv"))
    shown += [str(record.__dict__) for record in caplog.records]
    everything = "\n".join(shown)
    assert "refreshed" in everything
    for secret in [*secrets_of(sandbox, tmp_path / "data"), *codes]:
        assert secret not in everything
        assert secret[-16:] not in everything


LOADED = """
import sys
from dwell.cli.main import main
main(sys.argv[1:])
print(*sorted({"cryptography", "sqlalchemy"} & sys.modules.keys()), file=sys.stderr)
"""


@pytest.mark.parametrize(
    ("words", "loaded"),
    [(["--help"], ""), (["connect", "tiktok", "--help"], ""), (["status"], "sqlalchemy"), (["accounts"], "sqlalchemy")],
)
def test_only_what_needs_tokens_loads_their_library(
    connect: Callable[..., Any], tmp_path: Path, words: list[str], loaded: str
) -> None:
    connect()
    environment = {**os.environ, "DWELL_DATA": str(tmp_path / "data")}
    done = subprocess.run([sys.executable, "-c", LOADED, *words], env=environment, capture_output=True, text=True)
    assert done.stderr.splitlines()[-1] == loaded


def test_a_folder_without_connections_has_none_to_show(dwell: Callable[..., Any], tmp_path: Path) -> None:
    import dwell as package

    package.open(tmp_path / "data", create=True)
    assert dwell("accounts").out == "No account is connected: run dwell connect tiktok.\n"
    assert dwell("accounts", "--json").json["rows"] == []
