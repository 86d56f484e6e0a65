"""What a receiver may answer, and what a request to it never does; on SQLite alone, as no SQL is concerned."""

from __future__ import annotations

import json
import re
import threading
from datetime import timedelta

import pytest

from dwell.errors import TemporaryError
from dwell.http.outbound import OutboundClient
from dwell.state import webhook_deliveries
from dwell.state.webhook_events import record_event
from dwell.tracking import webhook_sender
from dwell.tracking.webhook_sender import WebhookSender

SNAPSHOT = ["snapshot.created"]


@pytest.fixture
def state_url() -> None:
    return None


def test_waits_have_jitter(database, hooks, receiver, happen, clock, answer_with):
    made = hooks.create("acc", SNAPSHOT, receiver.url)
    receiver.answer(answer_with(500))
    happen()
    sender = WebhookSender(database, hooks._allowed, now=clock, random=lambda: 0.5)
    sender.run_once()
    sender.close()
    (logged,) = webhook_deliveries.list_attempts(database, made.id, 1)
    assert logged.next_at - clock.at == timedelta(seconds=5.5)


def test_retry_after_as_a_date_and_out_of_bounds(database, hooks, sender, receiver, happen, clock, answer_with):
    made = hooks.create("acc", SNAPSHOT, receiver.url)
    receiver.answer(answer_with(503, {"Retry-After": "Wed, 10 Jun 2026 12:20:00 GMT"}))
    happen(1)
    sender.run_once()
    (logged,) = webhook_deliveries.list_attempts(database, made.id, 1)
    assert logged.next_at - clock.at == timedelta(minutes=20)
    clock.at = logged.next_at
    receiver.answer(answer_with(429, {"Retry-After": "99999999999999"}))
    sender.run_once()
    (logged,) = webhook_deliveries.list_attempts(database, made.id, 1)
    assert logged.next_at - clock.at == timedelta(hours=24)


def test_a_redirect_is_not_followed(hooks, sender, receiver, happen, attempts, answer_with):
    made = hooks.create("acc", SNAPSHOT, receiver.url)
    receiver.answer(answer_with(302, {"Location": f"{receiver.url}/elsewhere"}))
    happen()
    sender.run_once()
    assert attempts(made.id) == [(302, "HTTP 302: redirects are not followed.")]
    assert [one.path for one in receiver.received] == ["/"]


def test_cookies_are_not_kept_and_no_proxy_is_used(hooks, sender, receiver, happen, monkeypatch, answer_with):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    hooks.create("acc", SNAPSHOT, receiver.url)
    receiver.answer(answer_with(200, {"Set-Cookie": "a=b"}))
    for sequence in (1, 2):
        happen(sequence)
        assert sender.run_once() == 1
    assert len(receiver.received) == 2
    assert not any("cookie" in one.headers for one in receiver.received)


def test_a_huge_body_is_not_read(hooks, sender, receiver, happen, attempts):
    """Its sender would write for ever."""
    made = hooks.create("acc", SNAPSHOT, receiver.url)
    hung_up = threading.Event()

    def flood(handler, received):
        handler.send_response(200)
        handler.end_headers()
        try:
            while True:
                handler.wfile.write(b"x" * 65_536)
        except OSError:
            hung_up.set()

    receiver.answer(flood)
    happen()
    sender.run_once()
    assert hung_up.wait(30)
    assert attempts(made.id) == [(200, None)]


def test_huge_headers_are_a_failure(hooks, sender, receiver, happen, attempts):
    made = hooks.create("acc", SNAPSHOT, receiver.url)

    def flood(handler, received):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        try:
            while True:
                handler.wfile.write(b"x: " + b"y" * 1_000 + b"\r\n")
        except OSError:
            handler.close_connection = True

    receiver.answer(flood)
    happen()
    sender.run_once()
    ((status, error),) = attempts(made.id)
    assert status is None
    assert error is not None


def test_a_slow_receiver_ends_at_the_deadline(hooks, sender, receiver, happen, attempts, monkeypatch):
    monkeypatch.setattr(webhook_sender, "TIMEOUT_S", 0.2)
    made = hooks.create("acc", SNAPSHOT, receiver.url)
    released = threading.Event()

    def drip(handler, received):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while not released.wait(0.02):
            try:
                handler.wfile.write(b"x: y\r\n")
            except OSError:
                break
        handler.close_connection = True

    receiver.answer(drip)
    happen()
    sender.run_once()
    released.set()
    assert attempts(made.id) == [(None, "No response within 0.2 s.")]


def test_an_address_that_became_private_is_refused_when_the_socket_opens(
    database, hooks, receiver, happen, clock, attempts
):
    """Its name resolved to a public address when the webhook was made."""
    addresses = ["93.184.216.34"]
    port = receiver.url.rpartition(":")[2]
    hooks._resolve = lambda host, port: addresses
    made = hooks.create("acc", SNAPSHOT, f"http://rebound.example:{port}/")
    addresses[:] = ["127.0.0.1"]
    client = OutboundClient(type(hooks._allowed)(), resolve=lambda host, port: addresses)
    happen()
    sender = WebhookSender(database, client=client, now=clock)
    sender.run_once()
    sender.close()
    ((status, error),) = attempts(made.id)
    assert status is None
    assert error.startswith("rebound.example isn't on the public internet")
    assert receiver.received == []


def test_one_success_in_five_days_keeps_it(hooks, sender, receiver, happen, clock, answer_with):
    made = hooks.create("acc", SNAPSHOT, receiver.url)
    for step in range(48):
        receiver.answer(answer_with(200 if step == 20 else 500))
        happen(step)
        sender.run_once()
        clock.advance(hours=4)
        if step == 20:
            assert hooks.get("acc", made.id).failures == 0
    assert hooks.get("acc", made.id).status == "active"


def test_an_error_of_the_client_itself_is_a_failed_attempt(database, hooks, receiver, happen, clock, attempts):
    class Broken(OutboundClient):
        def post(self, *_, **__):
            raise TemporaryError("It broke.") if len(attempts(made.id)) else ValueError

    made = hooks.create("acc", SNAPSHOT, receiver.url)
    happen()
    sender = WebhookSender(database, client=Broken(hooks._allowed), now=clock, random=lambda: 0.0)
    sender.run_once()
    clock.advance(seconds=5)
    sender.run_once()
    sender.close()
    assert attempts(made.id) == [(None, "The request failed (ValueError)."), (None, "It broke.")]


def test_strangers_texts_are_the_data_of_a_request_and_nothing_else(
    database, hooks, sender, receiver, clock, answer_with, attempts, hostile, caplog
):
    made = hooks.create("acc", SNAPSHOT, receiver.url)
    receiver.answer(answer_with(200), answer_with(410, {"Location": "http://x/", "X-Said": "\x1b]0;owned"}))
    data = {"metadata": {text: text for text in hostile.CAPTIONS}}
    for sequence in (1, 2):
        with database.transaction() as connection:
            record_event(connection, "acc", "vid_1", sequence, SNAPSHOT[0], data, clock.at)
    sender.run_once()
    sender.run_once()
    for one in receiver.received:
        assert json.loads(one.body)["data"]["metadata"] == data["metadata"]
        assert all(re.fullmatch("[ -~]*", f"{name}{value}") for name, value in one.headers.items())
    assert len(receiver.received) == 2
    assert not hostile.find_hidden(f"{attempts(made.id)}{caplog.text}".replace("\n", ""))
