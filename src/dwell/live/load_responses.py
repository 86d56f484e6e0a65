"""Turns stored responses into rows: they are parsed and loaded like a file.

A response stays pending until its rows are stored. If the process is killed in between, the response is loaded again,
and the loader recognises every row that is already stored.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from dwell import logs
from dwell.errors import DwellError, MemoryLimitError, SettingsError, StorageError
from dwell.live.parse_responses import parse_response
from dwell.providers.provider_registry import get_provider, parser_version
from dwell.providers.rewrite import Rewriter
from dwell.records import Hints, SourceFile
from dwell.state import StateDatabase, responses, sweeps
from dwell.state.owner import Owner
from dwell.state.responses import StoredResponse
from dwell.warehouse.load import Loaded, load
from dwell.warehouse.store import Store

TOPICS: Mapping[str, str] = {"hashtag_posts": "hashtag", "sound_posts": "sound", "search_posts": "search"}
SIMULATED_SUFFIX = "-sandbox"
_PART = "answer: "

_BATCH_RESPONSES = 2_000

log = logs.get_logger(__name__)

_TABLES: Mapping[str, tuple[str, ...]] = {
    "profile": ("creators", "creator_snapshots"),
    "user_posts": ("posts", "post_snapshots", "creators"),
    "comments": ("comments",),
}
_TOPIC_POSTS = ("topic_posts",)
_FROM_POST = (
    "post_id", "handle", "posted_at", "duration_s", "caption", "url", "views", "likes", "comments", "shares", "saves",
    "downloads",
)  # fmt: skip


@dataclass
class LoadStats:
    """Totals of loading responses.

    Attributes:
        posts_new: Posts that were not stored before.
        snapshots_new: Snapshots of counters that were not stored before.
        rows_updated: Stored rows that were changed.
        rejected: Objects that could not be turned into rows.
        reasons: Reason -> number of rejects.
    """

    posts_new: int = 0
    snapshots_new: int = 0
    rows_updated: int = 0
    rejected: int = 0
    reasons: dict[str, int] = field(default_factory=dict)

    def add(self, loaded: Loaded | None) -> None:
        """Add the counts of one batch."""
        if loaded is None:
            return
        self.posts_new += loaded.posts_new
        self.snapshots_new += loaded.snapshots_new
        self.rows_updated += sum(loaded.rows_updated.values())
        self.rejected += loaded.rejected
        for reason in _reject_reasons(loaded):
            self._count(reason.removeprefix(_PART).split(":")[0])

    def fail(self, error: Exception) -> None:
        """Count a response that cannot be loaded."""
        self.rejected += 1
        self._count(str(error) if isinstance(error, DwellError) else f"not loaded ({type(error).__name__})")

    def _count(self, reason: str) -> None:
        self.reasons[reason] = self.reasons.get(reason, 0) + 1


def load_pending(store: Store, database: StateDatabase, stats: LoadStats | None = None) -> LoadStats:
    """Load every pending response, of any job.

    Responses of a provider whose package is missing or broken stay pending until it is installed.

    Args:
        store: Where rows are stored.
        database: Where the responses are stored.
        stats: Counts to add to.
    """
    stats = stats or LoadStats()
    skipped = 0
    while len(pending := responses.list_pending(database, _BATCH_RESPONSES + skipped)) > skipped:
        usable = {name for name in {response.provider for response in pending} if _is_installed(name)}
        ready = [response for response in pending if response.provider in usable]
        skipped = len(pending) - len(ready)
        for owner in dict.fromkeys(response.owner for response in ready):
            load_batch(store, database, [response for response in ready if response.owner == owner], stats)
    store.seal_if_due()
    return stats


def load_batch(
    store: Store, database: StateDatabase, batch: Sequence[StoredResponse], stats: LoadStats, *, correct: bool = False
) -> None:
    """Load responses of one job and mark each as done, even one that cannot be loaded.

    One bad response must not block the others: if a batch fails, its halves are tried, down to the response at fault.
    That one is counted as rejected and kept for `dwell replay`.

    Raises:
        StorageError: The data folder cannot be read or written; the responses themselves are fine.
    """
    try:
        loaded = load_responses(store, batch, database, correct=correct)
        stats.add(loaded)
    except Exception as error:
        if isinstance(error, StorageError) and not isinstance(error, MemoryLimitError):
            raise
        if len(batch) > 1:
            for half in (batch[: len(batch) // 2], batch[len(batch) // 2 :]):
                load_batch(store, database, half, stats, correct=correct)
        else:
            log.debug("a response of %(subject)s cannot be loaded", {"subject": batch[0].subject}, exc_info=error)
            stats.fail(error)
            responses.mark_parsed(database, [batch[0].response_id], responses.FAILED)
    else:
        mark_loaded(database, batch)
        rows, rejected = (loaded.rows_read, loaded.rejected) if loaded else (0, 0)
        fields = {"responses": len(batch), "rows_read": rows, "rejected": rejected}
        log.info("loaded %(responses)d responses: %(rows_read)d rows read, %(rejected)d rejected", fields)


def _is_installed(provider: str) -> bool:
    try:
        get_provider(provider)
    except SettingsError:
        return False
    return True


def mark_loaded(database: StateDatabase, batch: Iterable[StoredResponse]) -> None:
    """Mark these responses as loaded by the current parser."""
    by_parser: dict[str, list[int]] = {}
    for response in batch:
        by_parser.setdefault(parser_version(response.provider), []).append(response.response_id)
    for version, response_ids in by_parser.items():
        responses.mark_parsed(database, response_ids, version)


def load_responses(
    store: Store, batch: Sequence[StoredResponse], database: StateDatabase, *, correct: bool = False
) -> Loaded | None:
    """Load responses of one job; returns None if they contain no rows.

    Args:
        store: Where rows are stored.
        batch: The responses.
        database: Has the other responses of the same targets, which tell when the sampling of a topic began.
        correct: Correct stored rows that differ (`dwell replay`).
    """
    with store.scratch() as scratch:
        writers: dict[tuple[str, str], Rewriter] = {}
        for line, (response, columns) in enumerate(_rows(batch, database), 1):
            kind = "topic" if response.what in TOPICS else response.what
            source = response.provider + (SIMULATED_SUFFIX if response.simulated else "")
            writer = writers.get((source, kind))
            if writer is None:
                writer = writers[source, kind] = _writer(scratch, source, kind)
            if isinstance(columns, str):
                writer.reject(line, columns, "")
            else:
                writer.add(line, columns)
        if not writers:
            return None
        file = SourceFile(
            path=Path("-".join(batch[0].owner)),
            digest=_digest(batch),
            format="answers",
            extracts=tuple(replace(writer.extract(), part=_PART.removesuffix(": ")) for writer in writers.values()),
        )
        niche = sweeps.get_spec(database, batch[0].owner.id).get("niche")
        return load(store, file, Hints(niche=niche), correct=correct, now=_latest_instant(batch), strict=False)


def _reject_reasons(loaded: Loaded) -> Iterable[str]:
    """The reason of every reject; if there is a rejects file, it has all of them."""
    if loaded.rejects_file is None:
        return [reason for _, reason, _ in loaded.rejects]
    with loaded.rejects_file.open(encoding="utf-8", newline="") as lines:
        return [row["reason"] for row in csv.DictReader(lines)]


def _rows(
    batch: Sequence[StoredResponse], database: StateDatabase
) -> Iterable[tuple[StoredResponse, dict[str, Any] | str]]:
    ranks = TopicRanks(database)
    for response in batch:
        if response.what not in _TABLES and response.what not in TOPICS:
            continue  # the lookup of a topic becomes a row when its target is done
        observed_at, requested_handle = response.received_at.isoformat(), _requested_handle(response)
        for columns in parse_response(response):
            if isinstance(columns, str):
                yield response, columns
            elif response.what in TOPICS:
                yield response, ranks.rank_row(response, columns)
            else:
                yield (
                    response,
                    {**columns, "handle": columns.get("handle") or requested_handle, "observed_at": observed_at},
                )


def _requested_handle(response: StoredResponse) -> str | None:
    """The requested account: some providers leave it out of its own posts."""
    return (
        response.subject
        if response.what in {"profile", "user_posts"} and not response.subject.startswith("id:")
        else None
    )


class TopicRanks:
    """Makes rows of topic listings: every row of one sample has the time at which the sample began, and its rank.

    Args:
        database: Where the responses are stored.
    """

    def __init__(self, database: StateDatabase) -> None:
        self._database = database
        self._started_at: dict[tuple[Owner, int], datetime] = {}
        self._ranks: dict[tuple[Owner, int], dict[str, int]] = {}

    def rank_row(self, response: StoredResponse, columns: Mapping[str, Any]) -> dict[str, Any]:
        """The `topic_posts` row of one post."""
        target = (response.owner, response.position)
        if target not in self._started_at:
            self._load_earlier_ranks(response)
        ranks = self._ranks[target]
        rank = ranks.setdefault(str(columns["post_id"]), len(ranks) + 1)
        return {
            **{name: columns.get(name) for name in _FROM_POST},
            "topic_kind": TOPICS[response.what],
            "topic": response.subject,
            "rank": rank,
            "observed_at": self._started_at[target],
        }

    def _load_earlier_ranks(self, response: StoredResponse) -> None:
        """Restore the ranks of earlier pages, which may have been loaded before."""
        target = (response.owner, response.position)
        ranks: dict[str, int] = {}
        stored = responses.list_target(self._database, *target)
        for page in stored:
            if page.response_id < response.response_id and page.what == response.what and not page.damage:
                for columns in parse_response(page):
                    if not isinstance(columns, str):
                        ranks.setdefault(str(columns["post_id"]), len(ranks) + 1)
        self._started_at[target] = stored[0].received_at
        self._ranks[target] = ranks


def _writer(scratch: Path, source: str, kind: str) -> Rewriter:
    tables = _TOPIC_POSTS if kind == "topic" else _TABLES[kind]
    if kind == "user_posts":  # providers give exact counters: a round number is not a rounded one
        return Rewriter(scratch, source, *tables, platform="tiktok", rounded=False)
    if kind == "profile":
        return Rewriter(scratch, source, *tables, platform="tiktok")
    return Rewriter(scratch, source, *tables)


def _digest(batch: Sequence[StoredResponse]) -> str:
    parts = [f"{response.response_id}/{response.provider}/{parser_version(response.provider)}" for response in batch]
    return hashlib.sha256("\n".join([batch[0].owner.id, *parts]).encode()).hexdigest()


def _latest_instant(batch: Sequence[StoredResponse]) -> datetime | None:
    """The clock of a simulation may run ahead of ours."""
    simulated = [response.received_at for response in batch if response.simulated]
    return max(simulated) + timedelta(minutes=1) if simulated else None
