"""Responses as they came, packed: what was paid for is kept, so that a better parser can read it again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, bindparam, delete, func, insert, select, type_coerce, update

from dwell.http import HttpResponse
from dwell.state.database import readable_text
from dwell.state.owner import TRACKING, Owner
from dwell.state.schema import ledger, responses, sweeps
from dwell.state.stored_response import StoredResponse, checksum_of, compress, from_row
from dwell.state.types import Big

if TYPE_CHECKING:
    from sqlalchemy import Connection, Select

    from dwell.state.database import StateDatabase

__all__ = ["StoredResponse", "compress"]

_STEP = 20  # responses with bodies in memory at once

FAILED = "failed"
"""In place of a parser's version: the response could not be loaded; it is kept, and `dwell replay` tries it again."""

_INSERT = insert(responses)
_COLUMNS = (
    responses.c.response_id,
    responses.c.request_id,
    responses.c.owner_kind,
    responses.c.owner_id,
    responses.c.position,
    responses.c.provider,
    responses.c.endpoint,
    responses.c.what,
    responses.c.subject,
    # As they are stored: a damaged one is told of its response, and must not keep the others from being read.
    type_coerce(responses.c.received_at, Big).label("received_at"),
    type_coerce(responses.c.simulated, Big).label("simulated"),
    responses.c.parsed_by,
)
_WITH_BODY = (*_COLUMNS, responses.c["items"], responses.c.body, responses.c.checksum)
_OF_TARGET = (
    select(*_COLUMNS)
    .where(
        responses.c.owner_id == bindparam("of"),
        responses.c.owner_kind == bindparam("of_kind"),
        responses.c.position == bindparam("at"),
    )
    .order_by(responses.c.response_id)
)

_ONE = select(*_WITH_BODY).where(responses.c.response_id == bindparam("id"))


def insert_response(
    connection: Connection, request_id: str, owner: Owner, position: int, *, provider: str, endpoint: str, what: str,
    subject: str, response: HttpResponse, items: int, packed: bytes,
) -> None:  # fmt: skip
    """Stores a response inside the caller's transaction.

    Args:
        connection: The transaction.
        request_id: The request that it answers.
        owner: The job, and `position` the target in it.
        position: See `owner`.
        provider: Who sent it.
        endpoint: The provider's name of what was requested.
        what: The listing or lookup.
        subject: What it is about.
        response: When it came, and whether a simulation sent it.
        items: How many objects are in it.
        packed: Its bytes, as `compress` makes them.
    """
    row = {
        "request_id": request_id,
        "owner_kind": owner.kind,
        "owner_id": owner.id,
        "position": position,
        "provider": provider,
        "endpoint": endpoint,
        "what": what,
        "subject": subject,
        "received_at": response.received_at,
        "simulated": response.simulated,
        "items": items,
    }
    connection.execute(_INSERT, {**row, "body": packed, "checksum": checksum_of(row, packed)})


def list_target(database: StateDatabase, owner: Owner, position: int) -> list[StoredResponse]:
    """The responses of one target without their bodies, oldest first."""
    return _read(database, _OF_TARGET, {"of": owner.id, "of_kind": owner.kind, "at": position})


def time_span(database: StateDatabase, owner: Owner) -> tuple[datetime, datetime] | None:
    """When the first and the last response of a job came; None where none did."""
    times = select(func.min(responses.c.received_at), func.max(responses.c.received_at))
    with database.reading() as connection:
        first, last = connection.execute(
            times.where(responses.c.owner_id == owner.id, responses.c.owner_kind == owner.kind)
        ).one()
    return None if first is None or last is None else (first, last)


def list_reads(
    database: StateDatabase, provider: str, *, since: datetime, without: str | None = None
) -> dict[tuple[str, str], datetime]:
    """(What, subject) -> when it was last requested since then, by this machine's clock, also of a simulation.

    Args:
        database: Where responses are stored.
        provider: Only its responses.
        since: Earlier requests are left out.
        without: Id of a job whose requests are left out.
    """
    statement = (
        select(responses.c.what, responses.c.subject, func.max(ledger.c.sent_at))
        .join(ledger, ledger.c.request_id == responses.c.request_id)
        .where(responses.c.provider == provider, ledger.c.sent_at >= since)
        .group_by(responses.c.what, responses.c.subject)
    )
    if without is not None:
        statement = statement.where(responses.c.owner_id != without)
    with database.reading() as connection:
        return {(what, subject): at for what, subject, at in connection.execute(statement)}


def list_pending(database: StateDatabase, limit: int) -> list[StoredResponse]:
    """Responses whose rows are not stored yet, oldest first, without their bodies."""
    pending = select(*_COLUMNS).where(responses.c.parsed_by.is_(None))
    return _read(database, pending.order_by(responses.c.response_id).limit(limit))


def read_body(database: StateDatabase, response: StoredResponse) -> StoredResponse:
    """The response with its body: one at a time, since a body may have 32 MB."""
    found = _read(database, _ONE, {"id": response.response_id})
    return found[0] if found else replace(response, damage="it is not there any more")


def count(database: StateDatabase, *, provider: str | None = None, since: datetime | None = None) -> int:
    """How many responses are kept."""
    with database.reading() as connection:
        number = select(func.count(responses.c.response_id))
        return int(connection.execute(_chosen(number, provider, since)).scalar_one())


def iterate(
    database: StateDatabase, *, provider: str | None = None, since: datetime | None = None, step: int = 200
) -> Iterator[list[StoredResponse]]:
    """All responses that are still kept, in groups, oldest first, without their bodies."""
    last = 0
    while group := _read(
        database,
        _chosen(select(*_COLUMNS), provider, since)
        .where(responses.c.response_id > last)
        .order_by(responses.c.response_id)
        .limit(step),
    ):
        last = group[-1].response_id
        yield group


def count_rejected(database: StateDatabase, owner: Owner) -> dict[int, int]:
    """How many objects of a job were rejected, by the position of the target; targets without any are left out."""
    number = func.sum(responses.c.rejected)
    statement = (
        select(responses.c.position, number)
        .where(responses.c.owner_id == owner.id, responses.c.owner_kind == owner.kind)
        .group_by(responses.c.position)
        .having(number > 0)
    )
    with database.reading() as connection:
        return {position: int(rejected) for position, rejected in connection.execute(statement)}


def mark_parsed(
    database: StateDatabase,
    response_ids: Sequence[int],
    parser: str,
    rejected: Mapping[int, int] | None = None,
    batch: str | None = None,
) -> None:
    """Their rows are stored, as this version of the parser reads them.

    Args:
        database: Where they are.
        response_ids: The responses.
        parser: Version of the parser.
        rejected: Number of objects that gave no row, by response; those without any may be left out.
        batch: Digest of the batch that has the rows; None where they gave none.
    """
    with database.transaction() as connection:
        for response_id, number in (rejected or {}).items():
            connection.execute(update(responses).where(responses.c.response_id == response_id).values(rejected=number))
        for at in range(0, len(response_ids), 500):
            chosen = responses.c.response_id.in_(response_ids[at : at + 500])
            connection.execute(update(responses).where(chosen).values(parsed_by=parser, loaded_in=batch))


def mark_pending(database: StateDatabase, batches: Sequence[str] | None = None) -> int:
    """The rows of kept responses are to be made again: tables that held them were lost.

    Args:
        database: Where responses are.
        batches: Only those of these batches, by digest; of all where None.

    Returns:
        How many responses.
    """
    again = update(responses).values(parsed_by=None, loaded_in=None)
    if batches is None:
        with database.transaction() as connection:
            return connection.execute(again).rowcount
    number = 0
    for at in range(0, len(batches), 500):
        with database.transaction() as connection:
            number += connection.execute(again.where(responses.c.loaded_in.in_(batches[at : at + 500]))).rowcount
    return number


def newest_batch(database: StateDatabase) -> str | None:
    """Digest of the batch that the newest loaded response is in; None where none was loaded."""
    loaded = select(responses.c.loaded_in).where(responses.c.loaded_in.is_not(None))
    with database.reading() as connection:
        found: str | None = connection.scalar(loaded.order_by(responses.c.response_id.desc()).limit(1))
        return found


def list_batches(database: StateDatabase) -> list[str]:
    """Digests of all batches that responses are in."""
    loaded = select(responses.c.loaded_in).where(responses.c.loaded_in.is_not(None)).distinct()
    with database.reading() as connection:
        return [digest for (digest,) in connection.execute(loaded)]


def delete_before(database: StateDatabase, before: datetime) -> int:
    """Deletes responses that came before then, of finished jobs and of polls, whose rows are stored; returns how many.

    Their age is by our clock: a simulation's may be any.
    """
    finished = select(sweeps.c.sweep_id).where(sweeps.c.finished_at.is_not(None))
    old = select(ledger.c.request_id).where(ledger.c.done_at < before)
    with database.transaction() as connection:
        return connection.execute(
            delete(responses).where(
                responses.c.parsed_by != FAILED,
                (responses.c.owner_kind == TRACKING) | responses.c.owner_id.in_(finished),
                responses.c.request_id.in_(old),
            )
        ).rowcount


def list_damaged(database: StateDatabase) -> list[int]:
    """Numbers of the responses that are damaged; each is read to its end."""
    return [
        response.response_id
        for group in iterate(database)
        for response in group
        if response.damage or read_body(database, response).damage
    ]


def count_unverified(database: StateDatabase) -> int:
    """How many responses have no checksum: an older dwell kept them."""
    with database.reading() as connection:
        return int(connection.scalar(select(func.count()).where(responses.c.checksum.is_(None))) or 0)


def add_checksums(database: StateDatabase, most: int | None = None) -> int:
    """Gives checksums to responses that an older dwell kept without one, if their bodies can be read.

    Args:
        database: Where responses are stored.
        most: How many at most; all where None.

    Returns:
        How many got one.
    """
    without = select(*_WITH_BODY).where(responses.c.checksum.is_(None)).order_by(responses.c.response_id)
    last = done = 0
    while most is None or done < most:
        with database.transaction() as connection, readable_text(connection):
            rows = connection.execute(without.where(responses.c.response_id > last).limit(_STEP)).all()
            for row in map(Row._asdict, rows):
                if from_row(row).damage:
                    continue
                given = update(responses).where(responses.c.response_id == row["response_id"])
                connection.execute(given.values(checksum=checksum_of(row, row["body"])))
                done += 1
        if not rows:
            break
        last = rows[-1].response_id
    return done


def _chosen(statement: Select[Any], provider: str | None, since: datetime | None) -> Select[Any]:
    if provider is not None:
        statement = statement.where(responses.c.provider == provider)
    return statement if since is None else statement.where(responses.c.received_at >= since)


def _read(
    database: StateDatabase, statement: Select[Any], parameters: dict[str, Any] | None = None
) -> list[StoredResponse]:
    with database.reading() as connection, readable_text(connection):
        return [from_row(row._asdict()) for row in connection.execute(statement, parameters or {})]
