"""The keys of an account by the API, and the threshold of its balance: over the real service."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from starlette.testclient import TestClient

from dwell.api.app import create_app
from dwell.settings import Settings
from dwell.state import open_database
from dwell.tracking.keys import MAX_KEYS
from dwell.tracking.service import TrackingService

KEYS = "/api/v1/keys"
USAGE = "/api/v1/usage"


@pytest.fixture
def real(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TrackingService]:
    monkeypatch.setenv("DWELL_TIKLIVEAPI_KEY", "a-key-of-the-provider")
    with (
        closing(open_database(tmp_path)) as database,
        closing(TrackingService(Settings.read(tmp_path), database)) as it,
    ):
        yield it


@pytest.fixture
def account_client(real: TrackingService, client_of: Callable[..., TestClient]) -> Callable[..., TestClient]:
    """A client with a key of a new account."""

    def make(*scopes: str) -> TestClient:
        return client_of(create_app(real), real.create_key(plan="pro", name="first", scopes=scopes).key)

    return make


@pytest.fixture
def admin(account_client: Callable[..., TestClient]) -> TestClient:
    return account_client("read", "track", "admin")


def test_a_key_is_made_used_listed_and_revoked(
    admin: TestClient, real: TrackingService, client_of: Callable[..., TestClient]
) -> None:
    body = {"name": "my app", "scopes": ["track", "read"], "expires_at": "2999-01-01T00:00:00+01:00"}
    made = admin.post(KEYS, json=body)
    assert made.status_code == 201
    key = made.json()
    assert {name: key[name] for name in ("name", "scopes", "expires_at", "revoked_at")} == {
        "name": "my app", "scopes": ["read", "track"], "expires_at": "2998-12-31T23:00:00Z", "revoked_at": None,
    }  # fmt: skip
    assert key["plan"]["name"] == "pro"
    listed = admin.get(KEYS)
    assert [one["name"] for one in listed.json()["keys"]] == ["first", "my app"]
    assert listed.json()["total"] == 2
    assert key["key"] not in listed.text
    new = client_of(create_app(real), key["key"])
    assert new.get(f"{KEYS}/self").json() == {name: key[name] for name in key if name != "key"}
    assert new.get(f"{KEYS}/self").json()["account_id"] == admin.get(f"{KEYS}/self").json()["account_id"]
    revoked = admin.post(f"{KEYS}/{key['id']}/revoke").json()
    assert revoked["revoked_at"]
    assert admin.post(f"{KEYS}/{key['id']}/revoke").json() == revoked
    assert client_of(create_app(real), key["key"]).get(USAGE).status_code == 401


def test_a_key_has_usual_scopes_unless_others_are_named(admin: TestClient) -> None:
    made = admin.post(KEYS, json={}).json()
    assert (made["name"], made["scopes"], made["expires_at"]) == ("", ["read", "track"], None)


def test_keys_need_the_scope_admin(account_client: Callable[..., TestClient], real: TrackingService) -> None:
    client = account_client("read", "track")
    own = client.get(f"{KEYS}/self").json()["id"]
    for answer in (client.get(KEYS), client.post(KEYS, json={}), client.post(f"{KEYS}/{own}/revoke")):
        assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")
    assert real.keys.get(own).revoked_at is None


def test_a_key_makes_no_key_that_may_do_more(account_client: Callable[..., TestClient]) -> None:
    client = account_client("admin")
    assert client.post(KEYS, json={"scopes": ["admin"]}).status_code == 201
    for scopes in (["read"], ["admin", "track"]):
        answer = client.post(KEYS, json={"scopes": scopes})
        assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")
    assert client.post(KEYS, json={}).status_code == 403
    assert client.get(KEYS).json()["total"] == 2


def test_anothers_key_does_not_exist(account_client: Callable[..., TestClient], real: TrackingService) -> None:
    every = ("read", "track", "admin")
    mine, other = account_client(*every), account_client(*every)
    key_id = mine.get(f"{KEYS}/self").json()["id"]
    for unknown in (key_id, "key_unknown", "%00", "a" * 200):
        answer = other.post(f"{KEYS}/{unknown}/revoke")
        assert (answer.status_code, answer.json()["code"]) == (404, "no_data")
    assert real.keys.get(key_id).revoked_at is None
    assert [one["id"] for one in other.get(KEYS).json()["keys"]] != [key_id]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "x" * 101}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"name": None}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["write"]}, "scopes"),
        ({"expires_at": "2001-01-01T00:00:00Z"}, "expires_at"),
        ({"expires_at": "9999-12-31T23:59:59-23:00"}, "expires_at"),
        ({"expires_at": "soon"}, "expires_at"),
    ],
)
def test_what_cannot_be_used_is_named(admin: TestClient, body: dict[str, Any], field: str) -> None:
    answer = admin.post(KEYS, json=body)
    assert (answer.status_code, [one["field"] for one in answer.json()["details"]]) == (400, [field])


def test_an_account_has_a_most(admin: TestClient) -> None:
    statuses = [admin.post(KEYS, json={}).status_code for _ in range(MAX_KEYS)]
    assert statuses == [201] * (MAX_KEYS - 1) + [400]
    newest = admin.get(KEYS).json()["keys"][-1]["id"]
    assert admin.post(f"{KEYS}/{newest}/revoke").status_code == 200
    assert admin.post(KEYS, json={}).status_code == 201


def test_when_the_balance_is_low(admin: TestClient, fake: ModuleType) -> None:
    assert admin.get(USAGE).json()["low_balance_usd"] is None
    for amount in (2.5, 0, 1e-6, 1_000_000, None):
        changed = admin.patch(USAGE, json={"low_balance_usd": amount})
        assert (changed.status_code, changed.json()["low_balance_usd"]) == (200, amount)
        assert admin.get(USAGE).json() == changed.json()
    for body in ({}, {"low_balance_usd": -1}, {"low_balance_usd": 1_000_001}, {"low_balance_usd": "2"}):
        answer = admin.patch(USAGE, json=body)
        assert (answer.status_code, answer.json()["details"][0]["field"]) == (400, "low_balance_usd")


def test_a_key_that_only_reads_changes_no_threshold(account_client: Callable[..., TestClient]) -> None:
    assert account_client("read").patch(USAGE, json={"low_balance_usd": 1}).status_code == 403
