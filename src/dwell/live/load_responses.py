"""Answers into rows: what was kept as it came is parsed, and loaded like any file, whole or not at all.

An answer stays marked as waiting until its rows are stored. A process killed in between loads it again, and the loader
finds every row known.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from dwell.errors import DamagedAnswerError, DwellError, SettingsError, StorageError
from dwell.http import HttpRequest, HttpResponse
from dwell.providers.base import Listing
from dwell.providers.provider_registry import get_provider, parser_version
from dwell.providers.rewrite import Rewriter
from dwell.records import Hints, SourceFile
from dwell.warehouse.live import StateDatabase, responses, sweeps
from dwell.warehouse.live.responses import StoredResponse
from dwell.warehouse.load import Loaded, load
from dwell.warehouse.store import Store

TOPICS: Mapping[str, str] = {"hashtag_posts": "hashtag", "sound_posts": "sound", "search_posts": "search"}
SIMULATED_SUFFIX = "-sandbox"
_PART = "answer: "

_BATCH_RESPONSES = 2_000
_CACHED_BODIES = 600
"""Answers whose columns are kept in memory between reading and loading, about 100 kB each."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

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
    """What loading some answers gave.

    Attributes:
        posts_new: Posts that were not stored before.
        snapshots_new: Counters at an instant that were not stored before.
        rows_updated: Stored rows that were changed.
        rejected: Objects of which no row could be made, and `reasons` for it with how often.
    """

    posts_new: int = 0
    snapshots_new: int = 0
    rows_updated: int = 0
    rejected: int = 0
    reasons: dict[str, int] = field(default_factory=dict)

    def add(self, loaded: Loaded | None) -> None:
        """Counts one more batch."""
        if loaded is None:
            return
        self.posts_new += loaded.posts_new
        self.snapshots_new += loaded.snapshots_new
        self.rows_updated += sum(loaded.rows_updated.values())
        self.rejected += loaded.rejected
        for reason in _reject_reasons(loaded):
            self._count(reason.removeprefix(_PART).split(":")[0])

    def fail(self, error: Exception) -> None:
        """Counts a response that cannot be loaded."""
        self.rejected += 1
        self._count(str(error) if isinstance(error, DwellError) else f"not loaded ({type(error).__name__})")

    def _count(self, reason: str) -> None:
        self.reasons[reason] = self.reasons.get(reason, 0) + 1


def load_pending(store: Store, database: StateDatabase, stats: LoadStats | None = None) -> LoadStats:
    """Makes rows of every answer that has none yet, whichever job it belongs to.

    Answers of a provider whose package is not installed any more, or broken, wait until it is.

    Args:
        store: Where to.
        database: Where the answers are.
        stats: Counts to add to.
    """
    stats = stats or LoadStats()
    left = 0
    while len(waiting := responses.list_pending(database, _BATCH_RESPONSES + left)) > left:
        usable = {name for name in {one.provider for one in waiting} if _is_installed(name)}
        ready = [one for one in waiting if one.provider in usable]
        left = len(waiting) - len(ready)
        for sweep_id in dict.fromkeys(one.sweep_id for one in ready):
            load_batch(store, database, [one for one in ready if one.sweep_id == sweep_id], stats)
    store.seal_if_due()
    return stats


def load_batch(
    store: Store, database: StateDatabase, batch: Sequence[StoredResponse], stats: LoadStats, *, correct: bool = False
) -> None:
    """Makes rows of responses of one job and marks each as done, also one that cannot be loaded.

    Whatever a response holds, it must not keep the others waiting: where a batch fails, its halves are tried, down to
    the one response that is at fault. That one is counted, and stays for `dwell replay`.

    Raises:
        StorageError: The data folder cannot be read or written; nothing is wrong with the responses then.
    """
    try:
        stats.add(load_responses(store, batch, database, correct=correct))
    except StorageError:
        raise
    except Exception as error:  # noqa: BLE001 - any error that a response can raise would come again for ever
        if len(batch) > 1:
            for half in (batch[: len(batch) // 2], batch[len(batch) // 2 :]):
                load_batch(store, database, half, stats, correct=correct)
        else:
            stats.fail(error)
            responses.mark_parsed(database, [batch[0].answer_id], responses.FAILED)
    else:
        mark_loaded(database, batch)


def _is_installed(provider: str) -> bool:
    try:
        get_provider(provider)
    except SettingsError:
        return False
    return True


def mark_loaded(database: StateDatabase, batch: Iterable[StoredResponse]) -> None:
    """The rows of these answers are stored."""
    by_parser: dict[str, list[int]] = {}
    for one in batch:
        by_parser.setdefault(parser_version(one.provider), []).append(one.answer_id)
    for version, answer_ids in by_parser.items():
        responses.mark_parsed(database, answer_ids, version)


def load_responses(
    store: Store, batch: Sequence[StoredResponse], database: StateDatabase, *, correct: bool = False
) -> Loaded | None:
    """Makes rows of these answers, all of one job; None where there is nothing in them to make rows of.

    Args:
        store: Where to.
        batch: The answers.
        database: Where the others of their targets are, which say when a look at a topic began.
        correct: Rows that are stored already are corrected where they differ (`dwell replay`).
    """
    with store.scratch() as scratch:
        writers: dict[tuple[str, str], Rewriter] = {}
        for line, (one, columns) in enumerate(_rows(batch, database), 1):
            kind = "topic" if one.what in TOPICS else one.what
            source = one.provider + (SIMULATED_SUFFIX if one.simulated else "")
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
            path=Path(f"sweep-{batch[0].sweep_id}"),
            digest=_digest(batch),
            format="answers",
            extracts=tuple(replace(writer.extract(), part=_PART.removesuffix(": ")) for writer in writers.values()),
        )
        niche = sweeps.get_spec(database, batch[0].sweep_id).get("niche")
        return load(store, file, Hints(niche=niche), correct=correct, now=_latest_instant(batch), strict=False)


def _reject_reasons(loaded: Loaded) -> Iterable[str]:
    """The reason of every reject; all of them are in the rejects file where there is one."""
    if loaded.rejects_file is None:
        return [reason for _, reason, _ in loaded.rejects]
    with loaded.rejects_file.open(encoding="utf-8", newline="") as lines:
        return [row["reason"] for row in csv.DictReader(lines)]


def _rows(
    batch: Sequence[StoredResponse], database: StateDatabase
) -> Iterable[tuple[StoredResponse, dict[str, Any] | str]]:
    looks = TopicRanks(database)
    for one in batch:
        if one.what not in _TABLES and one.what not in TOPICS:
            continue  # a topic's lookup becomes a row when its target is done
        observed_at, asked_for = one.received_at.isoformat(), _requested_handle(one)
        for columns in parse_response(one):
            if isinstance(columns, str):
                yield one, columns
            elif one.what in TOPICS:
                yield one, looks.rank_row(one, columns)
            else:
                yield one, {**columns, "handle": columns.get("handle") or asked_for, "observed_at": observed_at}


def _requested_handle(one: StoredResponse) -> str | None:
    """The account that was asked about: some providers leave it out of its own posts."""
    return one.subject if one.what in {"profile", "user_posts"} and not one.subject.startswith("id:") else None


def parse_response(one: StoredResponse) -> Sequence[dict[str, Any] | str]:
    """The canonical columns of each object in a kept answer; a text is the reason why one has none.

    Raises:
        DamagedAnswerError: What was kept is damaged.
    """
    if one.damage:
        raise DamagedAnswerError(f"a kept response is damaged ({one.damage})")
    return parse_body(one.provider, one.endpoint, one.what, one.body)


@lru_cache(maxsize=_CACHED_BODIES)
def parse_body(provider: str, endpoint: str, what: str, body: bytes) -> Sequence[dict[str, Any] | str]:
    """The canonical columns of each object in an answer's bytes, which nobody may change.

    What a sweep has just read it soon loads: the same bytes are not parsed twice.
    """
    reader = get_provider(provider)
    payload = reader.read(HttpRequest(endpoint, "GET", "/"), HttpResponse(200, {}, body, _EPOCH))
    if what == "profile":
        return [reader.parser.user(payload)]
    read = reader.parser.comment if what == "comments" else reader.parser.post
    return [read(item) for item in reader.page(cast("Listing", what), payload).items]


class TopicRanks:
    """Rows of topic listings: every row of one look bears the instant at which the look began, and its place.

    Args:
        database: Where the answers are.
    """

    def __init__(self, database: StateDatabase) -> None:
        self._database = database
        self._began: dict[tuple[str, int], datetime] = {}
        self._places: dict[tuple[str, int], dict[str, int]] = {}

    def rank_row(self, one: StoredResponse, columns: Mapping[str, Any]) -> dict[str, Any]:
        """The topic's row of one post."""
        target = (one.sweep_id, one.position)
        if target not in self._began:
            self._open(one)
        places = self._places[target]
        rank = places.setdefault(str(columns["post_id"]), len(places) + 1)
        return {
            **{name: columns.get(name) for name in _FROM_POST},
            "topic_kind": TOPICS[one.what],
            "topic": one.subject,
            "rank": rank,
            "observed_at": self._began[target],
        }

    def _open(self, one: StoredResponse) -> None:
        """Earlier pages of the look may have been loaded before."""
        target = (one.sweep_id, one.position)
        places: dict[str, int] = {}
        stored = responses.list_target(self._database, *target)
        for page in stored:
            if page.answer_id < one.answer_id and page.what == one.what and not page.damage:
                for columns in parse_response(page):
                    if not isinstance(columns, str):
                        places.setdefault(str(columns["post_id"]), len(places) + 1)
        self._began[target] = stored[0].received_at
        self._places[target] = places


def _writer(scratch: Path, source: str, kind: str) -> Rewriter:
    tables = _TOPIC_POSTS if kind == "topic" else _TABLES[kind]
    if kind == "user_posts":  # providers give exact counters, so a round one is no sign of rounding
        return Rewriter(scratch, source, *tables, platform="tiktok", rounded=False)
    if kind == "profile":
        return Rewriter(scratch, source, *tables, platform="tiktok")
    return Rewriter(scratch, source, *tables)


def _digest(batch: Sequence[StoredResponse]) -> str:
    parts = [f"{one.answer_id}/{one.provider}/{parser_version(one.provider)}" for one in batch]
    return hashlib.sha256("\n".join([batch[0].sweep_id, *parts]).encode()).hexdigest()


def _latest_instant(batch: Sequence[StoredResponse]) -> datetime | None:
    """A simulation's clock may run ahead of ours."""
    simulated = [one.received_at for one in batch if one.simulated]
    return max(simulated) + timedelta(minutes=1) if simulated else None
