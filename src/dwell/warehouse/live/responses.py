"""Answers as they came, packed: what was paid for is kept, so that a better parser can read it again."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dwell.http import HttpRequest, HttpResponse
from dwell.warehouse.live.database import Execute, StateDatabase, instant, micros

FAILED = "failed"
"""In place of a parser's version: the response could not be loaded; it is kept, and `dwell replay` tries it again."""

_LEVEL = 1  # level 6 is a fifth smaller and takes three times as long
_COLUMNS = "answer_id, sweep_id, position, provider, endpoint, what, subject, received_at, simulated, parsed_by, body"


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """One answer that was kept.

    Attributes:
        answer_id: Rises with time.
        sweep_id: The job, and `position` the target in it.
        provider: Who answered.
        endpoint: The provider's name of what was asked.
        what: The listing or lookup.
        subject: The account, post or topic that was asked about.
        received_at: When the answer came, UTC.
        simulated: It says that a simulation made it.
        parsed_by: Version of the parser whose rows are stored; None where none are yet.
        body: The bytes; none of them where they are damaged.
        damage: What is wrong with the stored bytes; empty where nothing is.
    """

    answer_id: int
    sweep_id: str
    position: int
    provider: str
    endpoint: str
    what: str
    subject: str
    received_at: datetime
    simulated: bool
    parsed_by: str | None
    body: bytes
    damage: str = ""

    @property
    def request(self) -> HttpRequest:
        """The request again, as far as reading its answer needs it."""
        return HttpRequest(self.endpoint, "GET", "/")

    @property
    def response(self) -> HttpResponse:
        """The answer again, as far as it was kept."""
        return HttpResponse(200, {}, self.body, self.received_at, self.simulated)


def compress(body: bytes) -> bytes:
    """The bytes to keep; made outside the transaction, because packing takes longer than writing."""
    return zlib.compress(body, _LEVEL)


def insert(
    run: Execute, call_id: str, sweep_id: str, position: int, provider: str, endpoint: str, what: str, subject: str,
    response: HttpResponse, items: int, body: bytes,
) -> None:  # fmt: skip
    """Stores an answer inside the caller's transaction; `body` is packed."""
    run(
        "INSERT INTO answers (call_id, sweep_id, position, provider, endpoint, what, subject, received_at, simulated,"
        " items, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (call_id, sweep_id, position, provider, endpoint, what, subject, micros(response.received_at),
         int(response.simulated), items, body),
    )  # fmt: skip


def list_target(database: StateDatabase, sweep_id: str, position: int) -> list[StoredResponse]:
    """The answers of one target, oldest first."""
    where = "sweep_id = ? AND position = ? ORDER BY answer_id"
    return [
        _from_row(row) for row in database.rows(f"SELECT {_COLUMNS} FROM answers WHERE {where}", (sweep_id, position))
    ]


def time_span(database: StateDatabase, sweep_id: str) -> tuple[datetime, datetime] | None:
    """When the first and the last answer of a job came; None where none did."""
    rows = database.rows("SELECT min(received_at), max(received_at) FROM answers WHERE sweep_id = ?", (sweep_id,))
    first, last = instant(rows[0][0]), instant(rows[0][1])
    return None if first is None or last is None else (first, last)


def list_pending(database: StateDatabase, limit: int) -> list[StoredResponse]:
    """Answers whose rows are not stored yet, oldest first."""
    where = "parsed_by IS NULL ORDER BY answer_id LIMIT ?"
    return [_from_row(row) for row in database.rows(f"SELECT {_COLUMNS} FROM answers WHERE {where}", (limit,))]


def count(database: StateDatabase, *, provider: str | None = None, since: datetime | None = None) -> int:
    """How many answers are kept."""
    start = 0 if since is None else micros(since)
    sql = "SELECT count(*) FROM answers WHERE received_at >= ? AND (? IS NULL OR provider = ?)"
    return int(database.rows(sql, (start, provider, provider))[0][0])


def iterate(
    database: StateDatabase, *, provider: str | None = None, since: datetime | None = None, step: int = 200
) -> Iterator[list[StoredResponse]]:
    """All answers that are still kept, in groups, oldest first."""
    last, start = 0, 0 if since is None else micros(since)
    while True:
        rows = database.rows(
            f"SELECT {_COLUMNS} FROM answers WHERE answer_id > ? AND received_at >= ? AND (? IS NULL OR provider = ?)"
            " ORDER BY answer_id LIMIT ?",
            (last, start, provider, provider, step),
        )
        if not rows:
            return
        last = rows[-1][0]
        yield [_from_row(row) for row in rows]


def mark_parsed(database: StateDatabase, answer_ids: Sequence[int], parser: str) -> None:
    """Their rows are stored, as this version of the parser reads them."""
    with database.transaction() as run:
        for answer_id in answer_ids:
            run("UPDATE answers SET parsed_by = ? WHERE answer_id = ?", (parser, answer_id))


def mark_pending(database: StateDatabase) -> None:
    """The rows of all kept responses are to be made again: tables that held them were lost."""
    with database.transaction() as run:
        run("UPDATE answers SET parsed_by = NULL")


def delete_before(database: StateDatabase, before: datetime) -> int:
    """Removes answers that came before then, of finished jobs, whose rows are stored; returns how many.

    Their age is by our clock: a simulation's may be anywhere.
    """
    with database.transaction() as run:
        return run(
            "DELETE FROM answers WHERE parsed_by <> ?"
            " AND sweep_id IN (SELECT sweep_id FROM sweeps WHERE finished_at IS NOT NULL)"
            " AND call_id IN (SELECT call_id FROM calls WHERE done_at < ?)",
            (FAILED, micros(before)),
        ).rowcount


def _from_row(row: tuple[Any, ...]) -> StoredResponse:
    answer_id, sweep_id, position, provider, endpoint, what, subject, received, simulated, parsed_by, body = row
    at = instant(received)
    assert at is not None, "received_at is NOT NULL"
    unpacked, damage = b"", ""
    try:
        unpacked = zlib.decompress(body)
    except zlib.error as error:
        damage = str(error)  # one response must not keep the others from being read
    return StoredResponse(
        answer_id, sweep_id, position, provider, endpoint, what, subject, at, bool(simulated), parsed_by, unpacked,
        damage,
    )  # fmt: skip
