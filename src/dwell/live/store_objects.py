"""Stores the objects of responses in the tables: appended where that suffices, else loaded as a file is."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from dwell import clock
from dwell.live.load_stats import REASON_PREFIX
from dwell.live.owned_records import OwnedReading, Records
from dwell.live.parse_responses import tables_of
from dwell.live.record_files import Writers, add_records
from dwell.live.records import Observation, TopicRank, UnusualValueError, to_records
from dwell.providers.provider_registry import parser_version
from dwell.records import TABLES, Hints, SourceFile
from dwell.records.item import Item, ParseError
from dwell.records.reading import source_name
from dwell.state.responses import StoredResponse
from dwell.text.ids import are_damaged
from dwell.text.names import is_tiktok_handle, normalize_handle
from dwell.warehouse import batches
from dwell.warehouse.append import Appender
from dwell.warehouse.batches import Batch
from dwell.warehouse.load.loaded import ROUNDED_IDS, Loaded
from dwell.warehouse.store import Store

if TYPE_CHECKING:
    from dwell.providers.rewrite import Rewriter

ParsedObject = tuple[StoredResponse, Item | Records | ParseError, TopicRank | None]
"""An object of a response: its item or its records, or the reason why it has none; and its rank in a topic."""


def append_objects(
    appender: Appender, batch: Sequence[StoredResponse], objects: Sequence[ParsedObject], niche: str | None
) -> Loaded:
    """Append the records of the objects.

    Raises:
        UnusualValueError: A value is not plain, or the ids of the objects seem to have lost digits.
        SealedRowsError: A row may be in the lake already.
    """
    _check_ids(objects)
    records: list[Records | ParseError] = []
    observation, observed_in = None, None
    for response, item, topic_rank in objects:
        if isinstance(item, (tuple, ParseError)):
            records.append(item)
            continue
        if observation is None or response is not observed_in or topic_rank is not None:
            observation, observed_in = _observation(response, topic_rank, niche), response
        records.append(to_records(item, observation, topic_rank))
    digest = digest_of(batch)
    batch_id = hashlib.sha256(f"append\n{digest}".encode()).hexdigest()[:32]
    source = Batch(batch_id, "-".join(batch[0].owner), batches.ANSWERS, digest, clock.now(), {})
    return appender.append(source, records, now=_latest_instant(batch))


def _check_ids(objects: Sequence[ParsedObject]) -> None:
    """Leaves ids that a provider's program seems to have rounded to the loader, which decides about each."""
    ids: dict[tuple[str, str], list[str]] = {}
    for response, item, _ in objects:
        for name in ROUNDED_IDS:
            if (value := getattr(item, name, None)) is not None:
                ids.setdefault((response.what, name), []).append(value)
    for (what, name), values in ids.items():
        if are_damaged(values):
            raise UnusualValueError(f"{name} of {what}: ids without their last digits")


def load_objects(
    store: Store, batch: Sequence[StoredResponse], objects: Sequence[ParsedObject], niche: str | None, *, correct: bool
) -> Loaded:
    """Load the objects as rows of a file."""
    from dwell.warehouse.load.loader import load

    with store.scratch() as scratch:
        writers: Writers = {}
        for line, (response, item, topic_rank) in enumerate(objects, 1):
            if isinstance(item, tuple):
                add_records(writers, scratch, line, item)
                continue
            tables = tables_of(response)
            observation = _observation(response, topic_rank, niche)
            writer = writers.get((observation.source, tables))
            if writer is None:
                writer = writers[observation.source, tables] = _writer(scratch, observation.source, tables)
            if isinstance(item, ParseError):
                writer.reject(line, item.reason, "")
            else:
                columns = msgspec.structs.asdict(item)
                if topic_rank is None:
                    named = normalize_handle(columns.get("handle") or "")
                    if named is None or not is_tiktok_handle(named):
                        columns["handle"] = observation.handle or named
                else:
                    columns |= msgspec.structs.asdict(topic_rank)
                writer.add(line, {**columns, "observed_at": observation.observed_at.isoformat()})
        part = REASON_PREFIX.removesuffix(": ")
        file = SourceFile(
            path=Path("-".join(batch[0].owner)),
            digest=digest_of(batch),
            format=batches.ANSWERS,
            extracts=tuple(replace(writer.extract(), part=part) for writer in writers.values()),
        )
        return load(store, file, Hints(niche=niche), correct=correct, now=_latest_instant(batch), strict=False)


def _observation(response: StoredResponse, topic_rank: TopicRank | None, niche: str | None) -> Observation:
    """Where and when the items of a response were observed; some providers leave the account out of its own posts."""
    source = source_name(response.provider, simulated=response.simulated)
    named = response.what in {"profile", "user_posts"} and not response.subject.startswith("id:")
    observed_at = response.received_at if topic_rank is None else topic_rank.observed_at
    return Observation(source, observed_at, response.subject if named else None, niche)


def owned_reading(response: StoredResponse) -> OwnedReading:
    """Whose reading it is: requests about a connected account are kept under its open_id."""
    source = source_name(response.provider, simulated=response.simulated)
    return OwnedReading(source, response.received_at, response.subject)


def _writer(scratch: Path, source: str, tables: tuple[str, ...]) -> Rewriter:
    from dwell.providers.rewrite import Rewriter

    # A number in a response is exact, also a round one; a text such as `17.7K` shows what it was rounded to.
    if any(column.name == "platform" for table in tables for column in TABLES[table].columns):
        return Rewriter(scratch, source, *tables, platform="tiktok", rounded=False)
    return Rewriter(scratch, source, *tables, rounded=False)


def digest_of(batch: Sequence[StoredResponse]) -> str:
    """What the batch of these responses is known by."""
    # By the request's id, which is unique for ever: after a restored backup, another response may have the same number.
    parts = [f"{response.request_id}/{response.provider}/{parser_version(response.provider)}" for response in batch]
    return hashlib.sha256("\n".join([batch[0].owner.id, *parts]).encode()).hexdigest()


def _latest_instant(batch: Sequence[StoredResponse]) -> datetime | None:
    """The clock of a simulation may run ahead of ours."""
    simulated = [response.received_at for response in batch if response.simulated]
    return max(simulated) + timedelta(minutes=1) if simulated else None
