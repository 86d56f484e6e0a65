"""Whatever one response contains, the others are read, nothing is blocked, and the key appears nowhere."""

from __future__ import annotations

import base64
import json
import logging
import os
import sqlite3
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from urllib.parse import quote
from urllib.request import Request, urlopen

import pytest
from sqlalchemy import select, update

from dwell import clock
from dwell.errors import MemoryLimitError
from dwell.live import scheduler
from dwell.live.load_responses import ResponseLoader
from dwell.state import responses, schema
from dwell.state.layout import load_metadata
from dwell.workspace.live import SweepRequest

from .proxy import Reply, altered

GOOD, BAD = "@demo_kitchen", "@demo_pantry"
KEY = "Zx81kfo29dkfow92ls+9dkwo2/xk29s0fkw92+xks0Qa=="

Alter = Callable[[Callable[[Reply], None]], None]


@pytest.fixture
def alter(trial, monkeypatch) -> Iterator[Alter]:
    """Puts a change in the way of what the sandbox answers about BAD from now on."""
    url = os.environ["DWELL_TIKLIVEAPI_URL"]
    with urlopen(
        Request(f"{url}/userinfo-by-username/?username={BAD[1:]}", headers={"x-api-key": "sandbox-key"})
    ) as one:
        bad_id = json.load(one)["user"]["id"]

    def use(change: Callable[[Reply], None]) -> None:
        def only_bad(reply: Reply) -> None:
            if f"userid={bad_id}" in reply.path:
                change(reply)

        monkeypatch.setenv("DWELL_TIKLIVEAPI_URL", stack.enter_context(altered(url, only_bad)))

    with ExitStack() as stack:
        yield use


def request(*names: str, **options) -> SweepRequest:
    return SweepRequest(names, posts=35, **options)


def each_post(**values: object) -> Callable[[Reply], None]:
    def change(reply: Reply) -> None:
        body = json.loads(reply.body)
        for post in body.get("videos", []):
            post.update(values)
        reply.body = json.dumps(body).encode()

    return change


def text(replace: str, by: bytes) -> Callable[[Reply], None]:
    def change(reply: Reply) -> None:
        reply.body = reply.body.replace(replace.encode(), by, 1)

    return change


def header(name: str, value: str, status: int = 200) -> Callable[[Reply], None]:
    def change(reply: Reply) -> None:
        reply.headers[name], reply.status = value, status

    return change


POISON = {
    "negative": each_post(digg_count=-1),
    "text": each_post(play_count="67.3 thousand"),
    "huge": each_post(play_count=10**30, duration=1e308),
    "future": each_post(video_id=str(4_000_000_000 << 32), create_time=4_000_000_000),
    "no ids": each_post(video_id=None, aweme_id=None),
    "wrong types": each_post(play_count=[], title={}, author="x", create_time="soon"),
    "half an emoji": each_post(title="\ud83d"),
    "a NUL": each_post(title="a\0b", **{"fie\0ld": "x"}),
}
UNREADABLE = {
    "not utf-8": text('"videos"', b'"note": "\xe9", "videos"'),
    "not JSON": text("{", b"<html>"),
    "deep": text('"videos"', b'"x": ' + b"[" * 100_000 + b"]" * 100_000 + b', "videos"'),
    "empty": lambda reply: setattr(reply, "body", b""),
    "wait overflow": header("Retry-After", "Thu, 01 Jan 1970 00:00:00 +99999999999999999999", 429),
    "wait far": header("Retry-After", "Fri, 31 Dec 9999 23:59:59 GMT", 429),
}
INSTANTS = [
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "9999-12-31T23:59:59+00:00",
    "1970-01-01T00:00:00Z",
]


@pytest.mark.parametrize("poison", POISON)
def test_rejected_rows_are_counted_and_the_sweep_continues(trial, alter, poison: str) -> None:
    live = trial.workspace.live
    live.sweep(request(GOOD, BAD))
    alter(POISON[poison])
    done = live.sweep(request(BAD, fresh=True))
    assert done.meta["rejected"] == sum(done.meta["reject_reasons"].values())
    asked = len(trial.calls())
    later = live.sweep(request(GOOD, fresh=True))
    assert later.meta["complete"] == 1
    assert len(trial.calls()) == asked + 1  # nothing is paid again for the other account
    assert responses.list_pending(live.database, 10) == []
    live.replay()


@pytest.mark.parametrize("fault", UNREADABLE)
def test_an_unreadable_response_fails_one_target(trial, alter, fault: str) -> None:
    live = trial.workspace.live
    live.sweep(request(GOOD, BAD))
    alter(UNREADABLE[fault])
    good, bad = live.sweep(request(GOOD, BAD, fresh=True))
    assert (good["complete"], bad["complete"]) == (True, False)
    assert bad["lacks"]
    assert bad["again"]


@pytest.mark.parametrize("instant", INSTANTS)
def test_an_impossible_simulated_time_is_ignored(trial, alter, instant: str) -> None:
    live = trial.workspace.live
    live.sweep(request(GOOD, BAD))
    alter(header("X-Dwell-Simulated-At", instant))
    assert live.sweep(request(GOOD, BAD, fresh=True)).meta["complete"] == 2


def test_a_response_that_breaks_the_loader_is_set_aside_and_retried_by_replay(trial, monkeypatch) -> None:
    live, whole = trial.workspace.live, ResponseLoader.load_responses

    def fragile(loader, batch):
        if any(one.subject == BAD[1:] for one in batch):
            raise OverflowError("date value out of range")
        return whole(loader, batch)

    monkeypatch.setattr(ResponseLoader, "load_responses", fragile)
    done = live.sweep(request(GOOD, BAD))
    assert done.meta["reject_reasons"] == {"not loaded (OverflowError)": 2}  # the profile and the page
    assert done.meta["posts_new"] == 35
    assert responses.list_pending(live.database, 10) == []
    assert responses.delete_before(live.database, datetime(2100, 1, 1, tzinfo=UTC)) == 2  # only GOOD's
    monkeypatch.setattr(ResponseLoader, "load_responses", whole)
    (row,) = live.replay()
    assert (row["read_again"], row["posts_new"]) == (2, 35)


def test_a_damaged_stored_response_does_not_block_others(trial) -> None:
    live = trial.workspace.live
    live.sweep(request(GOOD))
    with live.database.transaction() as connection:
        damage = update(schema.responses).where(schema.responses.c.what == "user_posts")
        connection.execute(damage.values(body=b"no zlib at all", parsed_by=None))
    done = live.sweep(request(BAD))
    assert done.meta["complete"] == 1
    assert done.meta["reject_reasons"].keys() == {"stored response 2 is damaged (its checksum is wrong)"}


@pytest.mark.parametrize("error", [OverflowError("x"), KeyError("y"), UnicodeDecodeError("utf-8", b"\xe9", 0, 1, "z")])
def test_run_survives_any_error_of_one_schedule(trial, error: Exception) -> None:
    live = trial.workspace.live
    for name in ("first", "second"):
        live.schedule_add(name, request(GOOD))
    later = clock.now() + timedelta(days=2)

    def work(schedule, _slot) -> str:
        if schedule.name == "first":
            raise error
        return "done"

    first, second = scheduler.run_due(live.database, work, lambda: later)
    assert first[2] == f"failed: this is a bug in dwell ({type(error).__name__}); please report it."
    assert second[2] == "done"
    assert scheduler.run_due(live.database, work, lambda: later) == []


def test_a_batch_that_needs_too_much_memory_is_halved(trial, monkeypatch) -> None:
    live, whole = trial.workspace.live, ResponseLoader.load_responses

    def greedy(loader, batch):
        if len(batch) > 1 or batch[0].subject == BAD[1:]:
            raise MemoryLimitError("The import needs more memory than it may use.")
        return whole(loader, batch)

    monkeypatch.setattr(ResponseLoader, "load_responses", greedy)
    done = live.sweep(request(GOOD, BAD))
    assert done.meta["posts_new"] == 35
    assert responses.list_pending(live.database, 10) == []


def test_a_profile_without_an_id_is_looked_up_again(trial, alter, monkeypatch) -> None:
    live = trial.workspace.live

    def no_id(reply: Reply) -> None:
        if "userinfo" in reply.path:
            reply.body = b'{"user": [1], "stats": {}}'

    url = os.environ["DWELL_TIKLIVEAPI_URL"]
    with altered(url, no_id) as bad:
        monkeypatch.setenv("DWELL_TIKLIVEAPI_URL", bad)
        live.sweep(request(BAD))
    monkeypatch.setenv("DWELL_TIKLIVEAPI_URL", url)
    (row,) = live.sweep(request(BAD, fresh=True))
    assert (row["complete"], row["posts"]) == (True, 35)


ECHOES = {
    "in UTF-16": lambda reply: setattr(
        reply, "body", json.dumps({**json.loads(reply.body), "request": reply.key}).encode("utf-16")
    ),
    "in an error": lambda reply: (
        setattr(reply, "status", 404),
        setattr(reply, "body", json.dumps({"message": f"bad request for {reply.key} and more"}).encode()),
    ),
    "cut in an error": lambda reply: (
        setattr(reply, "status", 400),
        setattr(reply, "body", json.dumps({"message": f"no such key: {reply.key[:12]}****{reply.key[-9:]}"}).encode()),
    ),
    "in a response": lambda reply: setattr(
        reply,
        "body",
        reply.body.replace(b'"videos"', json.dumps({"request": reply.key})[1:-1].encode() + b', "videos"'),
    ),
    "as a field": lambda reply: setattr(
        reply, "body", reply.body.replace(b'"videos"', json.dumps(reply.key).encode() + b': "surprise", "videos"')
    ),
    "as a post's field": lambda reply: each_post(**{reply.key: reply.key[3:30]})(reply),
    "in a header": lambda reply: reply.headers.update({"X-Request-Key": f"key={reply.key}"}),
    "in an encoded header": lambda reply: reply.headers.update(
        {"X-Key": quote(reply.key, safe=""), "X-Basic": base64.b64encode(f"me:{reply.key}".encode()).decode()}
    ),
    "in a broken response": lambda reply: setattr(reply, "body", f"<html>{reply.key}".encode()),
}


@pytest.mark.parametrize("echo", ECHOES)
def test_an_echoed_key_is_neither_stored_nor_logged(trial, alter, monkeypatch, tmp_path, caplog, echo: str) -> None:
    monkeypatch.setenv("DWELL_TIKLIVEAPI_KEY", KEY)
    live = trial.workspace.live
    alter(ECHOES[echo])
    with caplog.at_level(logging.DEBUG):  # of every library as well
        done = live.sweep(request(BAD))
    _check_log(caplog, header="header" in echo)
    trial.workspace.export("all", path=tmp_path / "export", format="jsonl")
    journal = sqlite3.connect(trial.workspace.store.root / "journal.db")
    with closing(journal), live.database.reading() as connection:
        kept = connection.execute(select(schema.responses)).mappings().all()
        bodies = b"".join(zlib.decompress(row["body"]) for row in kept)
        written = "\n".join(journal.iterdump())
        for table in load_metadata().sorted_tables:
            rows = connection.execute(select(table)).mappings()
            written += repr([{name: value for name, value in row.items() if name != "body"} for row in rows])
    written += json.dumps([list(done), done.meta], default=str)
    written += "".join(path.read_text() for path in (tmp_path / "export").iterdir())
    assert not [KEY[at : at + 8] for at in range(len(KEY) - 7) if KEY[at : at + 8] in written]
    assert not [KEY[at : at + 16] for at in range(len(KEY) - 15) if KEY[at : at + 16].encode() in bodies]


def _check_log(caplog, *, header: bool) -> None:
    assert {"dwell.http.transport", "dwell.live.request_log", "httpcore2.http11"} <= {
        one.name for one in caplog.records
    }
    logged = caplog.text.lower()
    assert ("x-request-key" in logged or "x-basic" in logged) is header  # the key is hidden, the header is not
    forms = [KEY, quote(KEY, safe=""), *(base64.b64encode(b"x" * n + KEY.encode()).decode()[4:] for n in range(3))]
    parts = {form[at : at + 8].lower() for form in forms for at in range(len(form) - 7)}
    assert sorted(part for part in parts if part in logged) == []
