"""kill -9 between send and record: the event comes again, with its id, and is then recorded once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading

import pytest

from dwell.clock import to_micros

SENDER = """
import sys
from ipaddress import ip_network
from pathlib import Path
from dwell import clock
from dwell.clock import from_micros
from dwell.http.addresses import Allowed
from dwell.state import open_database
from dwell.tracking.webhook_sender import WebhookSender

folder, url, at = sys.argv[1:]
allowed = Allowed(networks=(ip_network("127.0.0.0/8"),))
sender = WebhookSender(open_database(Path(folder), url or None), allowed, now=lambda: from_micros(int(at)))
sender.run_once()
"""


@pytest.mark.parametrize("moment", ["before the response", "after it"])
def test_a_killed_sender_loses_nothing(
    tmp_path, state_url, database, hooks, sender, receiver, happen, clock, attempts, moment
):

    made = hooks.create("acc", ["snapshot.created"], receiver.url)
    for sequence in range(20):
        happen(sequence)
    started = threading.Event()
    process: list[subprocess.Popen[bytes]] = []

    def kill(handler, received):
        assert started.wait(30)
        if len(receiver.received) < 9:
            respond(handler)
            return
        if moment == "after it":
            respond(handler)
        os.kill(process[0].pid, signal.SIGKILL)
        handler.close_connection = True

    def respond(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    receiver.answer(kill)
    process.append(
        subprocess.Popen([sys.executable, "-c", SENDER, tmp_path, state_url or "", str(to_micros(clock.at))])
    )
    started.set()
    assert process[0].wait() == -signal.SIGKILL
    first = receiver.ids.copy()
    receiver.answer(lambda handler, received: respond(handler))
    clock.advance(seconds=59)
    while sender.run_once():
        """The deliveries that the killed one had not claimed."""
    clock.advance(seconds=1)
    while sender.run_once():
        """Those whose lease has ended."""
    again = receiver.ids[len(first) :]
    assert len(set(receiver.ids)) == 20
    assert set(first) & set(again)
    assert len(attempts(made.id)) == 20
    assert {one.event_id for one in hooks.list_attempts("acc", made.id)} == set(receiver.ids)
