"""Turns stored responses into rows: their items become records, which are appended to the tables.

A response stays pending until its rows are stored. If the process is killed in between, the response is loaded again,
and every row that is already stored is recognised. Responses with unusual values, and those that correct stored rows,
are loaded as a file is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import Self

from dwell import logs
from dwell.errors import MemoryLimitError, SettingsError, StorageError
from dwell.live.load_stats import LoadStats, list_rejects
from dwell.live.owned_records import to_objects
from dwell.live.parse_responses import ItemCache, Items, parse_response, require_whole, tables_of
from dwell.live.records import UnusualValueError
from dwell.live.store_objects import ParsedObject, append_objects, digest_of, load_objects, owned_reading
from dwell.live.topic_ranks import TOPICS, TopicRanks
from dwell.providers.provider_registry import get_provider, parser_version
from dwell.records.item import PostItem
from dwell.records.owned_item import OwnedItem
from dwell.state import StateDatabase, responses, sweeps
from dwell.state.responses import StoredResponse
from dwell.warehouse.append import Appender, SealedRowsError
from dwell.warehouse.load.loaded import Loaded
from dwell.warehouse.store import Store

_BATCH_RESPONSES = 2_000
_BATCH_BYTES = 64 << 20
"""Size of the responses whose items are in memory at once."""

log = logs.get_logger(__name__)


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
            ready = [one for one in pending if one.provider in usable or responses.read_body(database, one).damage]
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
            _mark_loaded(self.database, batch, rejected, None if loaded is None else digest_of(batch))
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
            if not _gives_rows(response):
                require_whole(responses.read_body(self.database, response))  # damage may have changed what it is
                continue
            items, size = self.parsed.take(response.request_id) or self._read_items(response)
            total += size
            if total > _BATCH_BYTES and len(batch) > 1:
                raise MemoryLimitError(f"{len(batch)} responses need too much memory at once.")
            for item in items:
                if isinstance(item, OwnedItem):
                    for records in to_objects(item, owned_reading(response)):
                        yield response, records, None
                    continue
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


def _gives_rows(response: StoredResponse) -> bool:
    try:
        return bool(tables_of(response))
    except SettingsError:  # no such provider
        return False


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
    if newest is None or (not thorough and store.batches_of_file(newest)):
        return 0
    lost = [digest for digest in responses.list_batches(database) if not store.batches_of_file(digest)]
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
