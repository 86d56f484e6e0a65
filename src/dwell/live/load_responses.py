"""Turns stored responses into rows: their items become records, which are appended to the tables.

A response stays pending until its rows are stored. If the process is killed in between, the response is loaded again,
and every row that is already stored is recognised. Responses with unusual values, and those that correct stored rows,
are loaded as a file is.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Self

import msgspec

from dwell import clock, logs
from dwell.errors import MemoryLimitError, SettingsError, StorageError
from dwell.live.load_stats import REASON_PREFIX, LoadStats, list_rejects
from dwell.live.parse_responses import ItemCache, Items, parse_response, tables_of
from dwell.live.records import Observation, TopicRank, UnusualValueError, to_records
from dwell.live.topic_ranks import TOPICS, TopicRanks
from dwell.providers.provider_registry import get_provider, parser_version
from dwell.records import TABLES, Hints, SourceFile
from dwell.records.item import Item, ParseError, PostItem
from dwell.records.reading import SIMULATED_SUFFIX
from dwell.state import StateDatabase, responses, sweeps
from dwell.state.responses import StoredResponse
from dwell.text.ids import are_damaged
from dwell.text.names import is_tiktok_handle, normalize_handle
from dwell.warehouse.append import Appender, SealedRowsError
from dwell.warehouse.batches import Batch
from dwell.warehouse.load.loaded import ROUNDED_IDS, Loaded
from dwell.warehouse.store import Store

if TYPE_CHECKING:
    from dwell.providers.rewrite import Rewriter

_BATCH_RESPONSES = 2_000
_BATCH_BYTES = 64 << 20
"""Size of the responses whose items are in memory at once."""

log = logs.get_logger(__name__)

ParsedObject = tuple[StoredResponse, Item | ParseError, TopicRank | None]


def load_pending(
    store: Store, database: StateDatabase, stats: LoadStats | None = None, parsed: ItemCache | None = None
) -> LoadStats:
    """Load every pending response, of any job.

    Responses of a provider whose package is missing or broken stay pending until it is installed.

    Args:
        store: Where rows are stored.
        database: Where the responses are stored.
        stats: Counts to add to.
        parsed: Items of responses that this process has parsed.
    """
    stats = stats or LoadStats()
    load_again(store, database)
    with ResponseLoader(store, database, stats, parsed) as loader:
        skipped = 0
        while len(pending := responses.list_pending(database, _BATCH_RESPONSES + skipped)) > skipped:
            usable = {name for name in {response.provider for response in pending} if _is_installed(name)}
            ready = [response for response in pending if response.provider in usable]
            skipped = len(pending) - len(ready)
            for owner in dict.fromkeys(response.owner for response in ready):
                loader.load_batch([response for response in ready if response.owner == owner])
    store.seal_if_due()
    return stats


class ResponseLoader:
    """Loads responses, a batch at a time; a context manager that keeps the journal open meanwhile.

    Args:
        store: Where rows are stored.
        database: Where the responses are stored, also the earlier ones of the same targets, which tell when the
            sampling of a topic began.
        stats: Counts to add to.
        parsed: Items of responses that this process has parsed.
        correct: Correct stored rows that differ (`dwell replay`).
    """

    def __init__(
        self,
        store: Store,
        database: StateDatabase,
        stats: LoadStats,
        parsed: ItemCache | None = None,
        *,
        correct: bool = False,
    ) -> None:
        self.store = store
        self.database = database
        self.stats = stats
        self.parsed = parsed or ItemCache()
        self.correct = correct
        self._open = ExitStack()
        self._appender: Appender | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._appender = None
        self._open.close()

    def load_batch(self, batch: Sequence[StoredResponse]) -> None:
        """Load responses of one job and mark each as done, even one that cannot be loaded.

        One bad response must not block the others: if a batch fails, its halves are tried, down to the response at
        fault. That one is counted as rejected and kept for `dwell replay`.

        Raises:
            StorageError: The data folder cannot be read or written; the responses themselves are fine.
        """
        try:
            loaded, rejected = self.load_responses(batch)
            self.stats.add(loaded)
        except Exception as error:
            if isinstance(error, StorageError) and not isinstance(error, MemoryLimitError):
                raise
            if len(batch) > 1:
                for half in (batch[: len(batch) // 2], batch[len(batch) // 2 :]):
                    self.load_batch(half)
            else:
                log.debug("a response of %(subject)s cannot be loaded", {"subject": batch[0].subject}, exc_info=error)
                self.stats.fail(error)
                failed = batch[0].response_id
                responses.mark_parsed(self.database, [failed], responses.FAILED, {failed: 1})
        else:
            _mark_loaded(self.database, batch, rejected, None if loaded is None else _digest(batch))
            fields = {
                "responses": len(batch),
                "rows_read": loaded.rows_read if loaded else 0,
                "rejected": sum(rejected.values()),
            }
            log.info("loaded %(responses)d responses: %(rows_read)d rows read, %(rejected)d rejected", fields)

    def load_responses(self, batch: Sequence[StoredResponse]) -> tuple[Loaded | None, Mapping[int, int]]:
        """Load responses of one job.

        Returns:
            What became of their objects, None if there are none; and how many were rejected, by response.
        """
        objects = list(self._parse(batch))
        if not objects:
            return None, {}
        loaded = self._load_objects(batch, objects)
        return loaded, Counter(objects[line - 1][0].response_id for line, _ in list_rejects(loaded))

    def _load_objects(self, batch: Sequence[StoredResponse], objects: Sequence[ParsedObject]) -> Loaded:
        niche = sweeps.get_spec(self.database, batch[0].owner.id).get("niche")  # polls have none
        if not self.correct:
            try:
                if self._appender is None:
                    self._appender = self._open.enter_context(self.store.appending())
                return append_objects(self._appender, batch, objects, niche)
            except (UnusualValueError, SealedRowsError):
                pass  # only the loader reads every spelling, and sees the whole lake
        return load_objects(self.store, batch, objects, niche, correct=self.correct)

    def _parse(self, batch: Sequence[StoredResponse]) -> Iterator[ParsedObject]:
        """Every object of the responses: its item, or the reason why it has none, and its rank in a topic.

        Raises:
            MemoryLimitError: There are several responses, and they are too large to be loaded at once.
        """
        ranks, total = TopicRanks(self.database), 0
        for response in batch:
            if not tables_of(response):
                continue
            items, size = self.parsed.take(response.request_id) or self._read_items(response)
            total += size
            if total > _BATCH_BYTES and len(batch) > 1:
                raise MemoryLimitError(f"{len(batch)} responses need too much memory at once.")
            for item in items:
                topic_rank = None
                if response.what in TOPICS and isinstance(item, PostItem):
                    topic_rank = ranks.find_rank(response, item)
                yield response, item, topic_rank

    def _read_items(self, response: StoredResponse) -> tuple[Items, int]:
        """The items of a stored response, and its bytes."""
        whole = responses.read_body(self.database, response)
        return parse_response(whole), len(whole.body)


def _is_installed(provider: str) -> bool:
    try:
        get_provider(provider)
    except SettingsError:
        return False
    return True


def load_again(store: Store, database: StateDatabase, *, thorough: bool = False) -> int:
    """Mark responses as pending whose batch the tables no longer have: an older backup of the folder was restored.

    Args:
        store: The tables.
        database: Where responses are stored.
        thorough: Look for every batch, not only for the newest one.

    Returns:
        How many responses.
    """
    newest = responses.newest_batch(database)
    if newest is None or (not thorough and store.batch_ids_of_file(newest)):
        return 0
    lost = [digest for digest in responses.list_batches(database) if not store.batch_ids_of_file(digest)]
    if not lost:
        return 0
    number = responses.mark_pending(database, lost)
    log.warning(
        "the tables lack %(responses)d responses that were loaded: they are loaded again", {"responses": number}
    )
    return number


def _mark_loaded(
    database: StateDatabase, batch: Iterable[StoredResponse], rejected: Mapping[int, int], digest: str | None
) -> None:
    """Mark these responses as loaded by the current parser, with the number of objects that were rejected."""
    by_parser: dict[str, list[int]] = {}
    for response in batch:
        by_parser.setdefault(parser_version(response.provider), []).append(response.response_id)
    for version, response_ids in by_parser.items():
        counts = {response_id: rejected[response_id] for response_id in response_ids if response_id in rejected}
        responses.mark_parsed(database, response_ids, version, counts, digest)


def append_objects(
    appender: Appender, batch: Sequence[StoredResponse], objects: Sequence[ParsedObject], niche: str | None
) -> Loaded:
    """Append the records of the objects.

    Raises:
        UnusualValueError: A value is not plain, or the ids of the objects seem to have lost digits.
        SealedRowsError: A row may be in the lake already.
    """
    _check_ids(objects)
    records, rejects = [], []
    observation, observed_in = None, None
    for line, (response, item, topic_rank) in enumerate(objects, 1):
        if isinstance(item, ParseError):
            rejects.append((line, item.reason, ""))
            continue
        if observation is None or response is not observed_in or topic_rank is not None:
            observation, observed_in = _observation(response, topic_rank, niche), response
        records.append(to_records(item, observation, topic_rank))
    digest = _digest(batch)
    batch_id = hashlib.sha256(f"append\n{digest}".encode()).hexdigest()[:32]
    source = Batch(batch_id, "-".join(batch[0].owner), "answers", digest, clock.now(), {})
    return appender.append(source, records, now=_latest_instant(batch), rejects=rejects)


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
        writers: dict[tuple[str, tuple[str, ...]], Rewriter] = {}
        for line, (response, item, topic_rank) in enumerate(objects, 1):
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
            digest=_digest(batch),
            format="answers",
            extracts=tuple(replace(writer.extract(), part=part) for writer in writers.values()),
        )
        return load(store, file, Hints(niche=niche), correct=correct, now=_latest_instant(batch), strict=False)


def _observation(response: StoredResponse, topic_rank: TopicRank | None, niche: str | None) -> Observation:
    """Where and when the items of a response were observed; some providers leave the account out of its own posts."""
    source = response.provider + (SIMULATED_SUFFIX if response.simulated else "")
    named = response.what in {"profile", "user_posts"} and not response.subject.startswith("id:")
    observed_at = response.received_at if topic_rank is None else topic_rank.observed_at
    return Observation(source, observed_at, response.subject if named else None, niche)


def _writer(scratch: Path, source: str, tables: tuple[str, ...]) -> Rewriter:
    from dwell.providers.rewrite import Rewriter

    # A number in a response is exact, also a round one; a text such as `17.7K` shows what it was rounded to.
    if any(column.name == "platform" for table in tables for column in TABLES[table].columns):
        return Rewriter(scratch, source, *tables, platform="tiktok", rounded=False)
    return Rewriter(scratch, source, *tables, rounded=False)


def _digest(batch: Sequence[StoredResponse]) -> str:
    # By the request's id, which is unique for ever: after a restored backup, another response may have the same number.
    parts = [f"{response.request_id}/{response.provider}/{parser_version(response.provider)}" for response in batch]
    return hashlib.sha256("\n".join([batch[0].owner.id, *parts]).encode()).hexdigest()


def _latest_instant(batch: Sequence[StoredResponse]) -> datetime | None:
    """The clock of a simulation may run ahead of ours."""
    simulated = [response.received_at for response in batch if response.simulated]
    return max(simulated) + timedelta(minutes=1) if simulated else None
