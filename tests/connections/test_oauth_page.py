"""`dwell serve` completes a connection at /oauth/tiktok/, says so in plain HTML, and logs nothing of the address."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient

from dwell.api.app import create_app
from dwell.connections import consent
from dwell.state import connections
from dwell.tracking.opening import open_tracking


@pytest.fixture
def pages(trial: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setenv("DWELL_TIKLIVEAPI_KEY", "sandbox-key")
    if trial.state_url is not None:
        monkeypatch.setenv("DWELL_DATABASE", trial.state_url)
    with open_tracking(trial.settings.data) as tracking:
        yield TestClient(create_app(tracking.service, complete_connection=tracking.complete_connection))


def query(location: str) -> str:
    return f"/oauth/tiktok/?{urlsplit(location).query}"


def test_the_page_connects_the_account_once(trial: Any, pages: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    asked = trial.begin()
    assert consent.find_completed(trial.database, asked) is None
    location = trial.consent(asked.address)
    with caplog.at_level("DEBUG"):
        answer = pages.get(query(location))
        again = pages.get(query(location))
    assert (answer.status_code, again.status_code) == (200, 400)
    assert "dwell can read @demo_kitchen now" in answer.text
    assert "used already" in again.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    (row,) = connections.list_all(trial.database)
    assert consent.find_completed(trial.database, asked) == row
    assert trial.works(row)
    values = parse_qs(urlsplit(location).query)
    logged = " ".join(str(record.__dict__) for record in caplog.records if record.name.startswith("dwell"))
    assert "/oauth/tiktok/" in logged
    for secret in (values["code"][0], values["state"][0]):
        assert secret not in logged
        assert secret not in answer.text + again.text


@pytest.mark.parametrize(
    "address", ["", "?", "?state=x&code=y", "?state=%00", "?code=", "?error=%3Cscript%3E&state=" + "a" * 43]
)
def test_whatever_else_comes_changes_nothing(trial: Any, pages: TestClient, address: str) -> None:
    trial.begin()
    answer = pages.get(f"/oauth/tiktok/{address}")
    assert answer.status_code == 400
    assert "<script>" not in answer.text
    assert connections.list_all(trial.database) == []
    assert not trial.calls()


def test_a_denied_consent_shows_what_tiktok_said_as_text(trial: Any, pages: TestClient) -> None:
    location = trial.consent(trial.begin().address, decision="deny")
    address = query(location).replace("access_denied", "%3Cb%3Edenied%3C/b%3E")
    answer = pages.get(address)
    assert answer.status_code == 400
    assert "&lt;b&gt;denied" in answer.text


def test_without_a_connection_service_there_is_no_page(trial: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DWELL_TIKLIVEAPI_KEY", "sandbox-key")
    if trial.state_url is not None:
        monkeypatch.setenv("DWELL_DATABASE", trial.state_url)
    with open_tracking(trial.settings.data) as tracking:
        assert TestClient(create_app(tracking.service)).get("/oauth/tiktok/?code=1").status_code == 404
