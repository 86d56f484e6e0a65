"""Webhooks as their owners see them: made, listed, rotated, disabled; never another account's."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from dwell.errors import ConflictError, InvalidRequestError, WebhookNotFoundError
from dwell.http.addresses import Allowed
from dwell.tracking.webhooks import MAX_WEBHOOKS, WebhookService

SNAPSHOT = ["snapshot.created"]
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def test_the_body_of_the_api_it_stands_in_for(hooks, receiver, clock):
    body = {"events": ["tracking.completed", "snapshot.created"], "url": receiver.url, "secret": SECRET}
    made = hooks.create("acc", **body)
    assert msgspec.to_builtins(made) == {
        "id": made.id,
        "account_id": "acc",
        "url": receiver.url,
        "events": ["snapshot.created", "tracking.completed"],
        "status": "active",
        "disabled_reason": None,
        "disabled_at": None,
        "failures": 0,
        "failing_since": None,
        "rotating_until": None,
        "created_at": "2026-06-10T12:00:00Z",
        "secret": None,
    }
    assert SECRET not in repr(hooks.list("acc"))


def test_a_secret_of_ours_is_shown_once(hooks, receiver):
    made = hooks.create("acc", SNAPSHOT, receiver.url)
    assert made.secret.startswith("whsec_")
    assert made.secret not in repr(hooks.list("acc"))
    assert made.secret not in repr(hooks._find("acc", made.id))


def test_the_sample_secret_is_refused(hooks, receiver):
    with pytest.raises(InvalidRequestError, match="isn't a character of standard base64") as caught:
        hooks.create("acc", SNAPSHOT, receiver.url, "whsec_your_secret")
    assert caught.value.reason == "bad_secret"
    assert hooks.list("acc") == []


@pytest.mark.parametrize("events", [[], ["snapshot.deleted"], ["snapshot.created", "webhook.test"]])
def test_only_events_that_exist(hooks, receiver, events):
    with pytest.raises(InvalidRequestError, match=r"the types are snapshot\.created, tracking"):
        hooks.create("acc", events, receiver.url)


def test_a_name_that_cannot_be_looked_up_now_may_be_used(database):
    """S3's own sample, on a machine without a resolver."""

    def resolve(host: str, port: int) -> list[str]:
        raise OSError

    hooks = WebhookService(database, resolve=resolve)
    assert hooks.create("acc", SNAPSHOT, "https://your-app.com/webhooks/contentstats").status == "active"


def test_a_network_of_ones_own_is_allowed_by_name(database):
    hooks = WebhookService(database, Allowed(hosts=frozenset({"hooks.local"})), resolve=lambda host, port: ["10.0.0.5"])
    assert hooks.create("acc", SNAPSHOT, "http://Hooks.local:81/").status == "active"
    with pytest.raises(InvalidRequestError, match=r"other\.local isn't on the public internet"):
        hooks.create("acc", SNAPSHOT, "http://other.local/")


def test_another_accounts_webhook_is_not_found(hooks, receiver, clock):
    made = hooks.create("acc", SNAPSHOT, receiver.url)
    calls = [hooks.get, hooks.disable, hooks.enable, hooks.rotate, hooks.delete, hooks.send_test, hooks.list_attempts]
    for call in (*calls, lambda account, webhook: hooks.replay(account, webhook, clock.at)):
        with pytest.raises(WebhookNotFoundError):
            call("other", made.id)
    assert hooks.list("other") == []
    assert hooks.get("acc", made.id).status == "active"


def test_an_account_has_a_bounded_number_of_webhooks(hooks, receiver):
    for _ in range(MAX_WEBHOOKS):
        hooks.create("acc", SNAPSHOT, receiver.url)
    with pytest.raises(InvalidRequestError, match="which is the most"):
        hooks.create("acc", SNAPSHOT, receiver.url)
    hooks.create("other", SNAPSHOT, receiver.url)


def test_two_signatures_while_rotating(hooks, sender, receiver, happen, clock, monkeypatch):
    made = hooks.create("acc", SNAPSHOT, receiver.url)
    rotated = hooks.rotate("acc", made.id)
    assert rotated.rotating_until == clock.at + timedelta(hours=24)
    assert rotated.secret != made.secret
    happen(1)
    sender.run_once()
    clock.advance(hours=24)
    happen(2)
    sender.run_once()
    during, after = receiver.received

    def is_verified(secret: str, received) -> bool:
        try:
            Webhook(secret).verify(received.body, received.headers)
        except WebhookVerificationError:
            return False
        return True

    class Frozen(datetime):
        @classmethod
        def now(cls, tz=None) -> datetime:
            return clock.at

    monkeypatch.setattr("standardwebhooks.webhooks.datetime", Frozen)
    assert not is_verified(made.secret, after)
    assert is_verified(rotated.secret, after)
    clock.advance(hours=-24)
    assert is_verified(made.secret, during)
    assert is_verified(rotated.secret, during)
    assert len(during.headers["webhook-signature"].split(" ")) == 2
    clock.advance(hours=24)
    assert hooks.get("acc", made.id).rotating_until is None


def test_rotating_to_a_secret_of_ones_own(hooks, receiver):
    made = hooks.create("acc", SNAPSHOT, receiver.url)
    assert hooks.rotate("acc", made.id, SECRET).secret is None
    with pytest.raises(InvalidRequestError):
        hooks.rotate("acc", made.id, "whsec_your_secret")


def test_disabled_webhooks_and_their_reason(hooks, receiver, clock):
    made = hooks.create("acc", SNAPSHOT, receiver.url)
    shown = hooks.disable("acc", made.id)
    assert (shown.status, shown.disabled_reason, shown.disabled_at) == ("disabled", "disabled by its owner", clock.at)
    for call in (hooks.send_test, lambda account, webhook: hooks.replay(account, webhook, clock.at - timedelta(1))):
        with pytest.raises(ConflictError, match="enable it first"):
            call("acc", made.id)
    assert hooks.enable("acc", made.id).disabled_reason is None


def test_the_delivery_log_by_pages(hooks, sender, receiver, happen, answer_with):
    made = hooks.create("acc", SNAPSHOT, receiver.url)
    receiver.answer(answer_with(500), answer_with(200))
    for sequence in range(5):
        happen(sequence)
        sender.run_once()
    entries = hooks.list_attempts("acc", made.id)
    assert [one.id for one in entries] == sorted((one.id for one in entries), reverse=True)
    assert not entries[-1].delivered
    assert entries[-1].error == "HTTP 500"
    pages, before = [], None
    while page := hooks.list_attempts("acc", made.id, limit=2, before=before):
        pages += page
        before = page[-1].id
    assert pages == [*entries]
    with pytest.raises(InvalidRequestError, match="limit must be from 1 to 1,000"):
        hooks.list_attempts("acc", made.id, limit=0)


def test_a_replay_needs_a_time(hooks, receiver, clock):
    made = hooks.create("acc", SNAPSHOT, receiver.url)
    for since, until in ((clock.at, clock.at), (clock.at + timedelta(1), None), (clock.at.replace(tzinfo=None), None)):
        with pytest.raises(InvalidRequestError, match="since"):
            hooks.replay("acc", made.id, since, until)
