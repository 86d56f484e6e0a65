"""Events on their way: sent at least once, with one id, until a receiver takes them or wants no more."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from itertools import pairwise

import pytest
from standardwebhooks import Webhook

from dwell.state import webhook_deliveries
from dwell.state.webhook_events import Event as StoredEvent
from dwell.state.webhook_events import erase_video, purge, record_events
from dwell.state.webhooks import subscriptions
from dwell.tracking.webhook_retries import SCHEDULE
from dwell.tracking.webhook_sender import WebhookSender

SNAPSHOT = ["snapshot.created"]


def states(database) -> list[str]:
    with database.reading() as connection:
        rows = connection.exec_driver_sql("SELECT state FROM webhook_deliveries ORDER BY event_id, webhook_id")
        return [row[0] for row in rows]


def count(database, table: str) -> int:
    with database.reading() as connection:
        return connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()


def test_an_event_arrives_signed_once(database, hooks, sender, receiver, happen, clock, attempts):
    from dwell import clock as real

    clock.at = real.now()  # the reference library compares the time of the message with its own
    made = hooks.create("acc", SNAPSHOT, f"{receiver.url}/hook?key=1")
    assert happen(7) == 1
    assert sender.run_once() == 1
    assert sender.run_once() == 0
    (received,) = receiver.received
    assert received.path == "/hook?key=1"
    assert received.headers["content-type"] == "application/json"
    body = Webhook(made.secret).verify(received.body, received.headers)
    assert body == {
        "type": "snapshot.created",
        "timestamp": clock.at.isoformat().replace("+00:00", "Z"),
        "data": {"video_id": "vid_1", "sequence": 7, "views": "7"},
    }
    assert states(database) == ["delivered"]
    assert attempts(made.id) == [(200, None)]


def test_an_account_without_a_webhook_for_it_costs_no_row(database, hooks, receiver, happen):
    assert happen() == 0
    made = hooks.create("acc", ["tracking.failed"], receiver.url)
    hooks.create("other", SNAPSHOT, receiver.url)
    assert happen() == 0
    assert happen(type_="tracking.failed") == 1
    hooks.disable("acc", made.id)
    assert happen(type_="tracking.failed") == 0
    assert count(database, "webhook_events") == count(database, "webhook_deliveries") == 1


def test_an_event_that_is_rolled_back_never_happened(database, hooks, receiver, clock):
    hooks.create("acc", SNAPSHOT, receiver.url)

    def poll_that_fails():
        with database.transaction() as connection:
            events = [StoredEvent("acc", "vid_1", 1, "snapshot.created", {}, clock.at)]
            assert record_events(connection, events, subscriptions(connection, ["acc"])) == 1
            raise RuntimeError

    with pytest.raises(RuntimeError):
        poll_that_fails()
    assert count(database, "webhook_events") == count(database, "webhook_deliveries") == 0


def test_a_batch_of_many_accounts(database, hooks, receiver, clock):
    for account in ("a", "b", "b"):
        hooks.create(account, SNAPSHOT, receiver.url)
    accounts = [*"abc"] * 700 + [f"none_{number}" for number in range(700)]
    with database.transaction() as connection:
        active = subscriptions(connection, accounts)
        assert {account: len(found) for account, found in active.items()} == {"a": 1, "b": 2}
        events = [
            StoredEvent(one, "v", number, "snapshot.created", {}, clock.at) for number, one in enumerate(accounts)
        ]
        assert record_events(connection, events, active) == 700 + 2 * 700
    assert count(database, "webhook_events") == 1_400


def test_a_receiver_can_restore_the_order(hooks, sender, receiver, happen, clock, answer_with):
    hooks.create("acc", SNAPSHOT, receiver.url)
    receiver.answer(answer_with(500), answer_with(200))
    for sequence in range(1, 31):
        happen(sequence, video=f"vid_{sequence % 2}")
        clock.advance(seconds=1)
    for _ in range(40):
        clock.advance(minutes=1)
        sender.run_once()
    by_id = {one.headers["webhook-id"]: json.loads(one.body)["data"] for one in receiver.received}
    assert len(by_id) == 30
    assert len(receiver.received) == 31
    videos = {
        video: [data["sequence"] for data in by_id.values() if data["video_id"] == video]
        for video in ("vid_0", "vid_1")
    }
    assert sorted(videos["vid_0"]) == list(range(2, 31, 2))
    assert sorted(videos["vid_1"]) == list(range(1, 31, 2))


def test_the_schedule_of_standard_webhooks_with_one_id(
    database, hooks, sender, receiver, happen, clock, attempts, answer_with
):
    made = hooks.create("acc", SNAPSHOT, receiver.url)
    receiver.answer(answer_with(500))
    happen()
    begin, times = clock.at, []
    for _ in range(20):
        sender.run_once()
        (logged,) = webhook_deliveries.list_attempts(database, made.id, 1)
        times.append(logged.at - begin)
        if logged.next_at is None:
            break
        clock.at = logged.next_at - timedelta(microseconds=1)
        assert sender.run_once() == 0
        clock.at = logged.next_at
    waits = [times[0], *(later - earlier for earlier, later in pairwise(times))]
    assert waits == [*SCHEDULE]
    assert len(set(receiver.ids)) == 1
    assert len(receiver.ids) == 10
    assert {one.body for one in receiver.received} == {receiver.received[0].body}
    assert len({one.headers["webhook-timestamp"] for one in receiver.received}) == 10
    assert states(database) == ["failed"]
    assert attempts(made.id) == [(500, "HTTP 500")] * 10
    assert hooks.get("acc", made.id).status == "active"  # 3 days are not 5


def test_gone_disables_at_once(database, hooks, sender, receiver, happen, clock, answer_with, caplog):
    made = hooks.create("acc", SNAPSHOT, f"{receiver.url}/a-secret-path")
    receiver.answer(answer_with(410))
    happen(1)
    sender.run_once()
    shown = hooks.get("acc", made.id)
    assert (shown.status, shown.disabled_at) == ("disabled", clock.at)
    assert shown.disabled_reason == "the receiver answered HTTP 410: it wants no more messages"
    assert caplog.messages == [f"Webhook {made.id} to 127.0.0.1 is disabled: {shown.disabled_reason}"]
    assert states(database) == ["failed"]
    assert happen(2) == 0


def test_what_is_due_while_disabled_is_dropped_and_comes_with_a_replay(
    database, hooks, sender, receiver, happen, clock
):
    made = hooks.create("acc", SNAPSHOT, receiver.url)
    happen(1)
    begin = clock.at
    hooks.disable("acc", made.id)
    clock.advance(hours=1)
    assert sender.run_once() == 0
    assert states(database) == ["cancelled"]
    hooks.enable("acc", made.id)
    assert sender.run_once() == 0
    assert hooks.replay("acc", made.id, begin).deliveries == 1
    assert sender.run_once() == 1
    assert states(database) == ["delivered"]


@pytest.mark.parametrize("code", [429, 503])
def test_retry_after_holds_the_whole_webhook(hooks, sender, receiver, happen, clock, answer_with, code):
    hooks.create("acc", SNAPSHOT, receiver.url)
    receiver.answer(answer_with(code, {"Retry-After": "600"}), answer_with(200))
    happen(1)
    sender.run_once()
    happen(2)
    clock.advance(seconds=599)
    assert sender.run_once() == 0
    clock.advance(seconds=1)
    assert sender.run_once() == 1  # a webhook that failed is asked once at a time
    clock.advance(seconds=30)
    assert sender.run_once() == 1
    assert sorted(receiver.ids[1:]) == sorted(set(receiver.ids))


def test_five_days_of_failures_disable(hooks, sender, receiver, happen, clock, answer_with, caplog):
    made = hooks.create("acc", SNAPSHOT, receiver.url)
    receiver.answer(answer_with(500))
    begin, sequence = clock.at, 0
    while clock.at - begin < timedelta(days=5):
        assert hooks.get("acc", made.id).status == "active"
        sequence += 1
        happen(sequence)
        sender.run_once()
        clock.advance(hours=4)
    sender.run_once()
    (shown,) = hooks.list("acc")
    assert shown.status == "disabled"
    assert shown.failing_since == begin
    assert shown.disabled_reason == "nothing but failures for 5 days, the last: HTTP 500"
    assert [message for message in caplog.messages if "is disabled" in message]


def test_a_receiver_that_fails_is_asked_once_at_a_time(database, hooks, sender, receiver, happen, clock, answer_with):
    hooks.create("acc", SNAPSHOT, receiver.url)
    receiver.answer(answer_with(500))
    happen(0)
    sender.run_once()
    for sequence in range(1, 100):
        happen(sequence)
    clock.advance(seconds=40)
    asked = 0
    for _ in range(12):
        asked += sender.run_once()
    assert asked <= 12
    clock.advance(hours=1)
    receiver.answer(answer_with(200))
    while webhook_deliveries.count_waiting(database, clock.at)[0]:
        sender.run_once()
        clock.advance(seconds=30)
    assert states(database) == ["delivered"] * 100


def test_a_test_event_goes_to_one_webhook(hooks, sender, receiver):
    made = hooks.create("acc", ["balance.low"], f"{receiver.url}/one")
    hooks.create("acc", ["balance.low"], f"{receiver.url}/two")
    test = hooks.send_test("acc", made.id)
    assert sender.run_once() == 1
    (received,) = receiver.received
    assert received.path == "/one"
    assert received.headers["webhook-id"] == test.event_id
    assert json.loads(received.body)["type"] == "webhook.test"


def test_a_replay_sends_a_range_again_with_the_same_ids(hooks, sender, receiver, happen, clock):
    made = hooks.create("acc", SNAPSHOT, receiver.url)
    late = hooks.create("acc", ["tracking.completed"], f"{receiver.url}/late")
    times = []
    for sequence in range(5):
        happen(sequence)
        times.append(clock.at)
        clock.advance(minutes=1)
    sender.run_once()
    first = receiver.ids.copy()
    assert hooks.replay("acc", made.id, times[1], times[4]).deliveries == 3
    assert hooks.replay("acc", made.id, times[1], times[4]).deliveries == 0  # they are still to be made
    assert hooks.replay("acc", late.id, times[0]).deliveries == 0  # it is not told of these
    sender.run_once()
    assert sorted(receiver.ids[5:]) == sorted(first)[1:4]


def test_erasing_a_video_removes_its_bodies_and_deliveries(database, hooks, sender, receiver, happen):
    hooks.create("acc", SNAPSHOT, receiver.url)
    hooks.create("acc", SNAPSHOT, receiver.url)
    happen(1, video="vid_1")
    sender.run_once()
    happen(2, video="vid_1")
    happen(1, video="vid_2")
    with database.transaction() as connection:
        erase_video(connection, "vid_1")
    assert [count(database, name) for name in ("webhook_events", "webhook_deliveries")] == [1, 2]
    assert count(database, "webhook_attempts") == 0
    assert sender.run_once() == 2


def test_an_event_that_is_erased_on_its_way_leaves_nothing(database, hooks, sender, receiver, happen):
    hooks.create("acc", SNAPSHOT, receiver.url)
    happen()

    def erase(handler, received):
        with database.transaction() as connection:
            erase_video(connection, "vid_1")
        handler.send_response(200)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    receiver.answer(erase)
    assert sender.run_once() == 1
    assert [count(database, f"webhook_{name}") for name in ("events", "deliveries", "attempts")] == [0, 0, 0]


def test_a_deleted_webhook_is_told_nothing_more(database, hooks, sender, receiver, happen):
    made = hooks.create("acc", SNAPSHOT, receiver.url)
    happen()
    hooks.delete("acc", made.id)
    assert sender.run_once() == 0
    assert count(database, "webhook_deliveries") == 0
    assert receiver.received == []


def test_old_events_and_log_entries_are_removed(database, hooks, sender, receiver, happen, clock, answer_with):
    hooks.create("acc", SNAPSHOT, receiver.url)
    happen(1)
    sender.run_once()
    receiver.answer(answer_with(500))
    happen(2)
    sender.run_once()
    clock.advance(days=8)
    happen(3)
    assert purge(database, clock.at - timedelta(days=7)) == 1  # the second is still to be sent
    assert [count(database, f"webhook_{name}") for name in ("events", "deliveries", "attempts")] == [2, 2, 0]


def test_two_senders_share_the_work(database, hooks, sender, receiver, happen, clock):
    hooks.create("acc", SNAPSHOT, receiver.url)
    for sequence in range(60):
        happen(sequence)
    other = WebhookSender(database, hooks._allowed, now=clock)
    stop = threading.Event()
    threads = [threading.Thread(target=one.run, args=(stop,)) for one in (sender, other)]

    def answer(handler, received):
        if len(receiver.received) == 60:
            stop.set()
        handler.send_response(200)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    receiver.answer(answer)
    for thread in threads:
        thread.start()
    assert stop.wait(60)
    for thread in threads:
        thread.join()
    other.close()
    assert len(receiver.ids) == len(set(receiver.ids)) == 60
    assert states(database) == ["delivered"] * 60


def test_a_lease_that_ended_is_recorded_by_the_other_sender_alone(
    database, hooks, sender, receiver, happen, clock, attempts
):
    made = hooks.create("acc", SNAPSHOT, receiver.url)
    happen()
    other = WebhookSender(database, hooks._allowed, now=clock)

    def dawdle(handler, received):
        if len(receiver.received) == 1:
            clock.advance(minutes=2)
            assert other.run_once() == 1
        handler.send_response(500 if len(receiver.received) == 1 else 200)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    receiver.answer(dawdle)
    sender.run_once()
    other.close()
    assert len(receiver.ids) == 2
    assert len(set(receiver.ids)) == 1
    assert attempts(made.id) == [(200, None)]
    assert states(database) == ["delivered"]


def test_a_stopped_sender_gives_back_what_got_no_response(database, hooks, receiver, happen, clock, monkeypatch):
    monkeypatch.setattr("dwell.http.deadline.GRACE_S", 0.05)
    hooks.create("acc", SNAPSHOT, receiver.url)
    happen()
    arrived, released, stop = threading.Event(), threading.Event(), threading.Event()

    def hang(handler, received):
        arrived.set()
        released.wait(30)
        handler.close_connection = True

    receiver.answer(hang)
    sender = WebhookSender(database, hooks._allowed, now=clock)
    thread = threading.Thread(target=sender.run, args=(stop,))
    thread.start()
    assert arrived.wait(30)
    stop.set()
    thread.join()
    released.set()
    sender.close()
    assert states(database) == ["pending"]
    assert webhook_deliveries.count_waiting(database, clock.at) == (1, clock.at)


def test_a_clock_that_was_ahead_delays_nothing(database, hooks, sender, receiver, happen, clock):
    hooks.create("acc", SNAPSHOT, receiver.url)
    clock.advance(days=700)
    happen()
    clock.advance(days=-700)
    sender._maintain()
    assert sender.run_once() == 1
