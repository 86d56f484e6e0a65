"""The calls about webhooks: what an account does with its own, and never with another's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest
from starlette.testclient import TestClient

from dwell.api.app import create_app
from dwell.state import webhook_deliveries, webhook_events
from dwell.tracking.webhooks import MAX_WEBHOOKS

HOOKS = "/api/v1/webhooks"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
HOOK = {
    "events": ["snapshot.created", "tracking.completed"],
    "url": "https://your-app.com/webhooks/contentstats",
    "secret": SECRET,
}
NO_SECRET = {**HOOK, "secret": None}


@pytest.fixture
def hook(client: TestClient) -> Any:
    return client.post(HOOKS, json=NO_SECRET).json()


def test_the_body_that_the_older_api_announces(client: TestClient) -> None:
    answer = client.post(HOOKS, json=HOOK)
    assert answer.status_code == 201
    assert {name: answer.json()[name] for name in ("events", "url", "secret", "status")} == {
        "events": HOOK["events"], "url": HOOK["url"], "secret": None, "status": "active",
    }  # fmt: skip
    assert SECRET not in client.get(HOOKS).text


def test_a_secret_of_ours_is_shown_once(client: TestClient, hook: Any) -> None:
    assert hook["secret"].startswith("whsec_")
    listed = client.get(HOOKS)
    assert listed.json() == {"webhooks": [{name: hook[name] for name in hook if name != "secret"}], "total": 1}
    for answer in (listed, client.get(f"{HOOKS}/{hook['id']}"), client.post(f"{HOOKS}/{hook['id']}/disable")):
        assert "secret" not in answer.text
    rotated = client.post(f"{HOOKS}/{hook['id']}/rotate").json()
    assert rotated["secret"] not in {None, hook["secret"]}
    assert rotated["rotating_until"]
    assert client.post(f"{HOOKS}/{hook['id']}/rotate", json={"secret": SECRET}).json()["secret"] is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"events": []}, "events"),
        ({"events": None}, "events"),
        ({"events": ["snapshot.deleted"]}, "events"),
        ({"url": "ftp://example.com/"}, "url"),
        ({"url": 5}, "url"),
        ({"url": ""}, "url"),
        ({"secret": "whsec_your_secret"}, "secret"),
        ({"secret": 7}, "secret"),
    ],
)
def test_what_cannot_be_used_is_named(client: TestClient, change: dict[str, Any], field: str) -> None:
    answer = client.post(HOOKS, json=HOOK | change)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")
    assert [one["field"] for one in answer.json()["details"]] == [field]
    if field == "secret":
        assert "your_secret" not in answer.text
    if change.get("secret") == "whsec_your_secret":
        assert answer.json()["reason"] == "bad_secret"


def test_addresses_of_the_own_network_are_refused(client: TestClient, service: Any) -> None:
    service.webhooks._resolve = lambda host, port: [host]
    for host in ("127.0.0.1", "169.254.169.254", "[::1]", "[64:ff9b::7f00:1]", "10.0.0.1"):
        answer = client.post(HOOKS, json=HOOK | {"url": f"http://{host}/"})
        assert (answer.status_code, answer.json()["details"][0]["field"]) == (400, "url")


def test_an_account_has_a_most(client: TestClient) -> None:
    statuses = [client.post(HOOKS, json=HOOK).status_code for _ in range(MAX_WEBHOOKS + 1)]
    assert statuses == [201] * MAX_WEBHOOKS + [400]


def test_disabling_enabling_and_deleting(client: TestClient, hook: Any) -> None:
    own = f"{HOOKS}/{hook['id']}"
    disabled = client.post(f"{own}/disable").json()
    assert (disabled["status"], disabled["disabled_reason"]) == ("disabled", "disabled by its owner")
    assert client.post(f"{own}/disable").json() == disabled
    for call, body in (("test", None), ("replay", {"since": "2026-01-29T10:00:00Z"})):
        answer = client.post(f"{own}/{call}", json=body)
        assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert client.post(f"{own}/enable").json()["status"] == "active"
    assert client.delete(own).status_code == 204
    assert client.delete(own).status_code == 404
    assert client.get(HOOKS).json() == {"webhooks": [], "total": 0}


def test_a_test_event_and_a_replay(client: TestClient, service: Any, hook: Any) -> None:
    own = f"{HOOKS}/{hook['id']}"
    tested = client.post(f"{own}/test")
    assert (tested.status_code, tested.json()["event_id"][:4]) == (202, "evt_")
    replay = client.post(f"{own}/replay", json={"since": "2026-01-29T10:00:00"})
    assert (replay.status_code, replay.json()) == (202, {"deliveries": 0})  # it is still to be sent
    for body in ({}, {"since": "yesterday"}, {"since": "9999-01-01T00:00:00Z"}, {"since": 5}):
        answer = client.post(f"{own}/replay", json=body)
        assert (answer.status_code, answer.json()["details"][0]["field"]) == (400, "since")
    far = {"since": "0001-01-01T00:00:00+23:00", "until": "9999-12-31T23:59:59-23:00"}
    assert client.post(f"{own}/replay", json=far).status_code == 400


def test_the_delivery_log_has_pages(client: TestClient, service: Any, hook: Any) -> None:
    own = f"{HOOKS}/{hook['id']}"
    database, now = service.webhooks._database, service.webhooks._now()
    event = webhook_events.Event("acc_1", None, None, "webhook.test", {}, now)
    with database.transaction() as connection:
        for _ in range(3):
            webhook_events.record_for(connection, hook["id"], event)
    claims = webhook_deliveries.claim(database, now, 10, timedelta(minutes=1))
    took = timedelta(milliseconds=5)
    sent = [webhook_deliveries.Attempt(one, now, took, "delivered", None, 204, None) for one in claims]
    webhook_deliveries.record(database, sent, [], now)
    first = client.get(f"{own}/deliveries?limit=2").json()
    assert (first["total"], first["limit"], first["next_before"]) == (2, 2, first["deliveries"][-1]["id"])
    second = client.get(f"{own}/deliveries?limit=2&before={first['next_before']}").json()
    assert (second["total"], second["next_before"]) == (1, None)
    assert all(one["delivered"] and one["status"] == 204 for one in first["deliveries"] + second["deliveries"])
    for query in ("limit=0", "limit=1001", "before=0", f"before={2**63}", "before=x"):
        assert client.get(f"{own}/deliveries?{query}").status_code == 400


def test_anothers_webhook_does_not_exist(
    service: Any, hook: Any, fake: ModuleType, client_of: Callable[..., TestClient]
) -> None:
    other = client_of(create_app(service), fake.OTHER_KEY)
    body = {"since": "2026-01-29T10:00:00Z"}
    for webhook_id in (hook["id"], "wh_unknown", "%00", "a" * 200):
        own = f"{HOOKS}/{webhook_id}"
        answers = [other.get(own), other.delete(own), other.get(f"{own}/deliveries")]
        calls = (("disable", None), ("enable", None), ("rotate", None), ("test", None), ("replay", body))
        answers += [other.post(f"{own}/{call}", json=given) for call, given in calls]
        for answer in answers:
            assert (answer.status_code, answer.json()["code"]) == (404, "webhook_not_found")
    assert other.get(HOOKS).json()["total"] == 0
    assert service.webhooks.get("acc_1", hook["id"]).status == "active"


def test_scopes(service: Any, hook: Any, fake: ModuleType, client_of: Callable[..., TestClient]) -> None:
    app = create_app(service)
    reader, tracker = client_of(app, fake.READ_KEY), client_of(app, fake.TRACK_KEY)
    own = f"{HOOKS}/{hook['id']}"
    assert reader.get(own).status_code == 200
    assert tracker.post(f"{own}/disable").status_code == 200
    for answer in (reader.post(f"{own}/disable"), reader.post(HOOKS, json=HOOK), reader.delete(own), tracker.get(own)):
        assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")


def test_an_idempotency_key_is_refused_where_it_is_not_supported(client: TestClient, hook: Any) -> None:
    headers, own = {"Idempotency-Key": "a"}, f"{HOOKS}/{hook['id']}"
    for path in (HOOKS, f"{own}/rotate", f"{own}/test", f"{own}/replay", "/api/v1/keys"):
        answer = client.post(path, json=HOOK, headers=headers)
        assert (answer.status_code, answer.json()["details"][0]["field"]) == (400, "Idempotency-Key")
    assert client.get(HOOKS).json()["total"] == 1
