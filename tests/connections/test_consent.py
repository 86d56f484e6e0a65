"""A consent becomes a connection: the address and its `state` are checked, and what the account lacks is said."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from dwell.connections import consent
from dwell.errors import DwellError, KeyRefusedError, SettingsError, TemporaryError, UnknownConsentError
from dwell.providers.tiktok_organic.oauth import SCOPES
from dwell.state import connections
from dwell_sandbox.business_api.consent_accounts import consent_accounts
from dwell_sandbox.server.faults import ScriptedFault

EXCHANGE, INSPECT, PROFILE = "tt_user/oauth2/token", "tt_user/token_info/get", "business/get"
ACCOUNTS = {each.note.partition(", ")[2] or each.note: each.handle for each in consent_accounts(0)}


def complete(trial: Any, address: str) -> Any:
    return consent.complete_address(trial.settings, trial.database, address)


def states(row: Any) -> dict[str, str]:
    return {each["requirement"]: each["state"] for each in row.requirements}


def test_the_owner_comes_back_and_the_account_is_connected(trial: Any) -> None:
    row = trial.connect("demo_kitchen")
    assert (row.username, row.account_type, row.provider) == ("demo_kitchen", "business", "tiktok-organic")
    assert row.scopes == list(SCOPES)
    assert row.access_life_s == 86_400
    assert states(row) == {
        "account_type": "met", "followers": "met", "analytics": "met", "public_post": "met", "login": "unknown",
    }  # fmt: skip
    assert trial.calls() == {"consent": 1, EXCHANGE: 1, INSPECT: 1, PROFILE: 1}


def test_comments_are_asked_for_only_where_they_are_wanted(trial: Any) -> None:
    assert "comment.list" not in parse_qs(urlsplit(trial.begin().address).query)["scope"][0].split(",")
    assert "comment.list" in trial.connect(comments=True).scopes


def test_what_an_account_lacks_is_said_with_what_to_do(trial: Any) -> None:
    small = trial.connect(next(handle for note, handle in ACCOUNTS.items() if "under 100" in note))
    assert states(small)["followers"] == "unmet"
    assert "nothing about the audience" in str(small.requirements)
    silent = trial.connect(next(handle for note, handle in ACCOUNTS.items() if "analytics" in note))
    assert states(silent)["analytics"] == "unmet"
    assert "Turn On" in str(silent.requirements)
    assert silent.username is not None
    empty = trial.connect(next(handle for note, handle in ACCOUNTS.items() if "no public video" in note))
    assert states(empty)["public_post"] == "unmet"
    assert "publish one" in str(empty.requirements)
    assert len(connections.list_all(trial.database)) == 3


def test_what_cannot_be_seen_is_unknown(trial: Any) -> None:
    row = trial.connect(choose_scopes="1", granted=["user.info.basic"])
    assert row.scopes == ["user.info.basic"]
    assert set(states(row).values()) == {"unknown"}
    assert row.username is None
    assert row.name == row.open_id


def test_the_same_account_keeps_its_row_and_another_has_its_own(trial: Any) -> None:
    first = trial.connect("demo_kitchen")
    other = trial.connect("demo_pantry")
    again = trial.connect("demo_kitchen", comments=True)
    assert again.connection_id == first.connection_id != other.connection_id
    assert again.version > first.version
    assert "comment.list" in again.scopes
    assert trial.works(again)


def test_an_account_that_was_disconnected_is_connected_again(trial: Any) -> None:
    first = trial.connect()
    connections.erase_tokens(trial.database, first.connection_id, trial.clock.at)
    again = trial.connect()
    assert (again.connection_id, again.disconnected_at) == (first.connection_id, None)
    assert trial.works(again)


def test_a_state_that_nobody_asked_for_is_refused_before_anything_is_sent(trial: Any) -> None:
    location = trial.consent(trial.begin().address)
    state = parse_qs(urlsplit(location).query)["state"][0]
    changed = "A" if state[0] != "A" else "B"
    for wrong in (changed + state[1:], state[:-1], "", "%00", "é" * 43):
        with pytest.raises(DwellError) as refused:
            complete(trial, location.replace(state, wrong))
        assert isinstance(refused.value, (UnknownConsentError, SettingsError))
    assert trial.calls()[EXCHANGE] == 0
    complete(trial, location)  # the right one is still good


def test_a_state_works_once_and_for_an_hour(trial: Any) -> None:
    location = trial.consent(trial.begin().address)
    complete(trial, location)
    with pytest.raises(UnknownConsentError, match="used already"):
        complete(trial, location)
    late = trial.consent(trial.begin().address)
    trial.clock.pass_(minutes=61)
    with pytest.raises(UnknownConsentError, match="older than an hour"):
        complete(trial, late)
    assert trial.calls()[EXCHANGE] == 1


def test_an_expired_code_says_what_to_do(trial: Any) -> None:
    location = trial.consent(trial.begin().address)
    code = parse_qs(urlsplit(location).query)["code"][0]
    with pytest.raises(KeyRefusedError, match="works once, for ten minutes") as refused:
        complete(trial, location.replace(code, "another-code-of-nobody"))
    assert "another-code" not in str(refused.value)


def test_a_denied_consent_says_so(trial: Any) -> None:
    location = trial.consent(trial.begin().address, decision="deny")
    with pytest.raises(KeyRefusedError, match="access_denied: The user denied the request"):
        complete(trial, location)
    with pytest.raises(UnknownConsentError):
        complete(trial, location)


def test_an_address_can_be_pasted_again_when_tiktok_fails(trial: Any) -> None:
    location = trial.consent(trial.begin().address)
    trial.fail("status_503", EXCHANGE)
    with pytest.raises(TemporaryError):
        complete(trial, location)
    assert complete(trial, f"  '{location}'\n").username == "demo_kitchen"


@pytest.mark.parametrize("endpoint", [INSPECT, PROFILE])
def test_an_account_that_cannot_be_checked_is_connected_all_the_same(trial: Any, endpoint: str) -> None:
    location = trial.consent(trial.begin().address)
    trial.sandbox.script.set([ScriptedFault("status_503", 9, "business_api", endpoint)])
    row = complete(trial, location)
    assert "could not be checked" in str(row.problem)
    trial.sandbox.script.set([])
    assert trial.works(row)


@pytest.mark.parametrize(
    "pasted",
    [
        "", "code", "https://", "http://[", "https://elsewhere.example/oauth/tiktok/?code=1",
        "http://127.0.0.1:8788/oauth/tiktok/", "http://127.0.0.1:8788/other/?code=1", "\x00", "?" * 500,
        "a&b=c?d&" * 99,
    ],
)  # fmt: skip
def test_what_is_no_redirected_address_is_refused(sqlite_trial: Any, pasted: str) -> None:
    with pytest.raises(SettingsError, match="copy all of it"):
        complete(sqlite_trial, pasted)


@pytest.mark.parametrize(
    ("redirect", "why"),
    [
        ("http://dwell.example.com/oauth/", "does not begin with https://"),
        ("https://dwell.example.com/oauth", "does not end with /"),
        ("https://dwell.example.com:8443/oauth/", "has a port"),
        ("https://dwell.example.com/oauth/?a=/", "has a query"),
        ("https://dwell.example.com/oauth/#/", "has a query or a fragment"),
        ("https://user@dwell.example.com/oauth/", "has a user"),
        ("dwell.example.com/oauth/", "isn't an address"),
        ("https://exämple.com/", "isn't an address"),
        ("http://127.0.0.1:8788/oauth/", "does not begin with https://"),
    ],
)
def test_tiktok_would_refuse_these_redirects(
    sqlite_trial: Any, monkeypatch: pytest.MonkeyPatch, redirect: str, why: str
) -> None:
    monkeypatch.setenv("DWELL_TIKTOK_ORGANIC_URL", "https://business-api.tiktok.com")
    monkeypatch.setenv("DWELL_TIKTOK_ORGANIC_REDIRECT", redirect)
    with pytest.raises(SettingsError, match=why):
        consent.begin(sqlite_trial.settings, sqlite_trial.database)
    assert not sqlite_trial.calls()


def test_the_consent_page_of_tiktok_is_at_its_own_host(sqlite_trial: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DWELL_TIKTOK_ORGANIC_URL")
    monkeypatch.setenv("DWELL_TIKTOK_ORGANIC_REDIRECT", "https://dwell.example.com/oauth/tiktok/")
    asked = consent.begin(sqlite_trial.settings, sqlite_trial.database)
    parts = urlsplit(asked.address)
    assert (parts.scheme, parts.netloc, parts.path) == ("https", "www.tiktok.com", "/v2/auth/authorize")
    query = parse_qs(parts.query)
    assert query.keys() == {"client_key", "scope", "response_type", "redirect_uri", "state"}
    assert query["redirect_uri"] == ["https://dwell.example.com/oauth/tiktok/"]


@pytest.mark.parametrize("missing", ["APP_ID", "APP_SECRET"])
def test_without_an_app_the_message_names_the_application(
    sqlite_trial: Any, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    monkeypatch.delenv(f"DWELL_TIKTOK_ORGANIC_{missing}")
    with pytest.raises(SettingsError, match=f"Set DWELL_TIKTOK_ORGANIC_{missing}: .*Accounts API access application"):
        sqlite_trial.begin()
