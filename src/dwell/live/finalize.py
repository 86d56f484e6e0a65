"""What a job can only know at its end: states of accounts and posts, and the size of each topic."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from dwell import clock
from dwell.errors import DwellError, StorageError
from dwell.live.load_stats import LoadStats
from dwell.live.outcome import Outcome
from dwell.live.parse_responses import parse_response
from dwell.live.record_files import Writers, add_records
from dwell.records import CreatorState, Hints, OwnedGap, PostState, SourceFile, TopicSample
from dwell.records.item import PostItem
from dwell.records.reading import source_name
from dwell.state import StateDatabase, owner, responses
from dwell.warehouse import batches
from dwell.warehouse.append import SealedRowsError
from dwell.warehouse.batches import Batch
from dwell.warehouse.load.loaded import Loaded
from dwell.warehouse.lookups import StoredPost
from dwell.warehouse.store import Store

State = CreatorState | PostState | TopicSample | OwnedGap

_GAP_SHARE = 0.1
_GAP_POSTS = 5


def finalize(
    store: Store, database: StateDatabase, provider: str, sweep_id: str, outcomes: Sequence[Outcome], stats: LoadStats
) -> list[Outcome]:
    """Store the states of accounts and posts, and the samples of topics; a state is stored only if it has changed.

    A state that cannot be stored is counted as a reject; the job still ends.

    Returns:
        The outcomes. If a listing left out many known posts of the time span it covers, or some of its posts were
        rejected, its outcome is not complete.
    """
    rejected = responses.count_rejected(database, owner.sweep(sweep_id))
    outcomes = [_without_rejects(outcome, rejected.get(position, 0)) for position, outcome in enumerate(outcomes)]
    accounts = [outcome for outcome in outcomes if outcome.kind == "account"]
    places = {outcome.name: place for place, outcome in enumerate(outcomes) if outcome.kind == "account"}
    post_rows, checked = _post_state_rows(store, database, sweep_id, accounts, places)
    creator_rows = _creator_state_rows(store, accounts)
    topic_rows = [
        _topic_sample_row(database, sweep_id, position, outcome)
        for position, outcome in enumerate(outcomes)
        if outcome.kind != "account"
    ]
    simulated = any(outcome.simulated for outcome in outcomes)
    source = source_name(provider, simulated=simulated)
    states: list[State] = [*creator_rows, *post_rows, *(row for row in topic_rows if row)]
    rows = [msgspec.structs.replace(row, source=source) for row in states]
    try:
        if rows:
            stats.add(store_states(store, sweep_id, rows, simulated=simulated))
    except StorageError:
        raise
    except Exception as error:  # noqa: BLE001 - otherwise the job would fail with the same error each time it is resumed
        stats.fail(error)
    return [checked.get(outcome.name, outcome) if outcome.kind == "account" else outcome for outcome in outcomes]


def _without_rejects(outcome: Outcome, rejected: int) -> Outcome:
    """The outcome, which is not complete if objects were rejected."""
    if not outcome.complete or not rejected:
        return outcome
    objects = "1 object was" if rejected == 1 else f"{rejected:,} objects were"
    return replace(outcome, complete=False, reason="rejected", lacks=f"{objects} rejected")


def _creator_state_rows(store: Store, accounts: Sequence[Outcome]) -> list[CreatorState]:
    rows: list[CreatorState] = []
    for account in accounts:
        old = account.handle if account.name.startswith("id:") else account.name
        if account.state is None or account.at is None or old is None:
            continue
        at, creator_id = datetime.fromisoformat(account.at), account.creator_id
        row = CreatorState(handle=old, observed_at=at, state=account.state, creator_id=creator_id, source="")
        if account.state == "renamed" and account.handle is not None:
            rows.append(msgspec.structs.replace(row, new_handle=account.handle))
            rows.append(msgspec.structs.replace(row, handle=account.handle, state="ok"))
        else:
            rows.append(msgspec.structs.replace(row, detail=account.detail))
    with store.lookups() as lookups:
        before = lookups.creator_states([row.handle for row in rows])
    return [row for row in rows if before.get(row.handle) != row.state]


def _post_state_rows(
    store: Store, database: StateDatabase, sweep_id: str, accounts: Sequence[Outcome], places: Mapping[str, int]
) -> tuple[list[PostState], dict[str, Outcome]]:
    """Known posts that are missing from a listing that covers them, or that reappeared.

    A post that the listing named is there, also where nothing of it could be stored.

    A listing that was read to its end covers every post; one that was read in part covers the posts since its oldest
    post that is not pinned.
    """
    read = {
        account.handle: account
        for account in accounts
        if account.complete and account.handle and account.state in {"ok", "renamed"}
    }
    span = responses.time_span(database, owner.sweep(sweep_id))
    if not read or span is None:
        return [], {}
    since, until = span
    whole = {handle for handle, account in read.items() if account.reason == "all"}
    with store.lookups() as lookups:
        known = lookups.posts_of(read)
    missing: list[StoredPost] = []
    seen: list[StoredPost] = []
    checked: dict[str, Outcome] = {}
    for handle, account in read.items():
        covered = _covered([post for post in known if post.handle == handle], since, whole=handle in whole)
        gone = [post for post in covered if not _is_seen(post, since)]
        listed = _listed_ids(database, sweep_id, places[account.name]) if gone else frozenset()
        if listed is None:  # what was on the damaged page is not known, so nothing is known to be missing
            gone, listed = [], frozenset()
        gone = [post for post in gone if post.post_id not in listed]
        seen += [post for post in covered if _is_seen(post, since) or post.post_id in listed]
        if len(gone) > max(_GAP_POSTS, _GAP_SHARE * len(covered)):  # such a listing proves nothing about a post
            lacks = _gap_sentence(len(gone), len(covered))
            checked[account.name] = replace(account, complete=False, reason="gap", lacks=lacks)
        else:
            missing += gone
    rows = [_post_state(post, "missing", until) for post in missing if post.state != "missing"]
    rows += [_post_state(post, "ok", until) for post in seen if post.state == "missing"]
    return rows, checked


def _listed_ids(database: StateDatabase, sweep_id: str, place: int) -> frozenset[str] | None:
    """The posts that the listing of a target named; None where a stored page of it is damaged."""
    stored = responses.list_target(database, owner.sweep(sweep_id), place)
    listings = [response for response in stored if response.what == "user_posts"]
    found = set()
    for response in listings:
        whole = responses.read_body(database, response)
        if whole.damage:
            return None
        try:
            items = parse_response(whole)
        except DwellError:  # counted where it was loaded
            continue
        found |= {item.post_id for item in items if isinstance(item, PostItem)}
    return frozenset(found)


def _covered(posts: Sequence[StoredPost], since: datetime, *, whole: bool) -> list[StoredPost]:
    """The known posts of an account that its listing covers: all, or those since its oldest post not pinned."""
    dated = [(post.posted_at, post) for post in posts if post.posted_at is not None]
    oldest = min((at for at, post in dated if _is_seen(post, since) and not post.pinned), default=None)
    return [] if oldest is None else [post for at, post in dated if whole or at >= oldest]


def _is_seen(post: StoredPost, since: datetime) -> bool:
    return post.seen_at is not None and post.seen_at >= since


def _gap_sentence(gone: int, covered: int) -> str:
    return (
        f"{gone:,} of {covered:,} known posts are missing from the time span that was read: they were deleted, or the "
        "provider left them out"
    )


def _post_state(post: StoredPost, state: str, at: datetime) -> PostState:
    return PostState(post_id=post.post_id, handle=post.handle, state=state, observed_at=at, source="")


def _topic_sample_row(database: StateDatabase, sweep_id: str, position: int, outcome: Outcome) -> TopicSample | None:
    stored = responses.list_target(database, owner.sweep(sweep_id), position)
    if not stored or responses.read_body(database, stored[0]).damage:
        return None
    return TopicSample(
        topic_kind=outcome.kind,
        topic=outcome.name,
        observed_at=stored[0].received_at,
        title=outcome.title,
        topic_posts=outcome.total,
        topic_views=outcome.views_total,
        topic_posts_unit=outcome.total_unit,
        topic_views_unit=outcome.views_total_unit,
        sampled=None if outcome.again else outcome.posts,  # unknown until the listing is finished
        source="",
    )


def store_states(store: Store, sweep_id: str, rows: Sequence[State], *, simulated: bool) -> Loaded:
    """Store the states of a job.

    Args:
        store: Where.
        sweep_id: The job.
        rows: At least one.
        simulated: They were observed by the clock of a simulation.
    """
    digest = hashlib.sha256(repr(rows).encode()).hexdigest()
    batch = Batch(digest[:32], f"states-{sweep_id}", batches.STATES, digest, clock.now(), {})
    # The clock of a simulation may run ahead of ours.
    now = max(row.observed_at for row in rows) + timedelta(minutes=1) if simulated else None
    try:
        with store.appending() as appender:
            return appender.append(batch, [(row,) for row in rows], now=now)
    except SealedRowsError:  # another job's newer states are in the lake already
        return _load_states(store, batch, rows, now)


def _load_states(store: Store, batch: Batch, rows: Sequence[State], now: datetime | None) -> Loaded:
    """The same through the loader, which looks into the lake."""
    from dwell.warehouse.load.loader import load

    with store.scratch() as scratch:
        writers: Writers = {}
        for line, row in enumerate(rows, 1):
            add_records(writers, scratch, line, [row])
        extracts = tuple(writer.extract() for writer in writers.values())
        file = SourceFile(path=Path(batch.path), digest=batch.digest, format=batch.format, extracts=extracts)
        return load(store, file, Hints(), now=now, strict=False)
