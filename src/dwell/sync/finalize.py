"""What only the end of a sync can tell: videos that are missing, days that are lost, and how far streams were read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime

from dwell import clock, logs
from dwell.errors import StorageError
from dwell.live.finalize import store_states
from dwell.live.load_stats import LoadStats
from dwell.providers.tiktok_organic.api import NAME
from dwell.records import OwnedGap, PostState
from dwell.records.reading import source_name
from dwell.state import StateDatabase, stream_states
from dwell.state.stream_states import StreamName
from dwell.sync.outcome import AccountOutcome
from dwell.warehouse.store import Store

log = logs.get_logger(__name__)

_GAP_POSTS, _GAP_SHARE = 5, 0.1
"""More videos than both do not become missing at once where the profile still counts them."""

_REASONS = {
    "account_days": "no sync read it within 58 days, and TikTok does not show it any more",
    "videos": "no sync read the videos on this day, and TikTok shows their figures only as they are now",
}


def finalize(
    store: Store, database: StateDatabase, sync_id: str, outcomes: list[AccountOutcome], stats: LoadStats
) -> None:
    """Stores the states of videos and the lost days of a job, then its cursors. Doing it again changes nothing.

    Args:
        store: The tables; the rows of the job are stored already.
        database: The state.
        sync_id: The job.
        outcomes: One an account; of those that were cut short nothing is concluded.
        stats: Counts what cannot be stored.
    """
    for outcome in outcomes:
        if outcome.at is None or outcome.again:
            continue
        source = source_name(NAME, simulated=outcome.simulated)
        at = datetime.fromisoformat(outcome.at)
        _keep_lost(store, outcome)
        rows: list[PostState | OwnedGap] = [*_states(store, outcome, source, at), *_gaps(outcome, source, at)]
        try:
            if rows:
                stats.add(store_states(store, sync_id, rows, simulated=outcome.simulated))
        except StorageError:
            raise
        except Exception as error:  # otherwise the job would fail with the same error each time it is resumed
            log.debug("The end of %(account)s cannot be stored", {"account": outcome.open_id}, exc_info=error)
            stats.fail(error)
            continue  # the next sync finds out again
        for stream, cursors in outcome.cursors.items():
            _advance(database, StreamName(NAME, outcome.open_id, stream), cursors)


def _advance(database: StateDatabase, name: StreamName, cursors: Mapping[str, str]) -> None:
    """Stores cursors, which are days or instants, where they lie after the stored ones.

    A job that is resumed may end after a later one.
    """
    before = stream_states.read(database, name)
    later = {partition: cursor for partition, cursor in cursors.items() if cursor > before.get(partition, "")}
    stream_states.save(database, name, later, clock.now())


def _keep_lost(store: Store, outcome: AccountOutcome) -> None:
    """Leaves to `lost_days` what is not stored: a partial response may have brought later days."""
    if days := outcome.lost_days.pop("account_days", []):
        with store.lookups() as lookups:
            stored = lookups.owned_days(outcome.open_id, days)
        if lost := [day for day in days if day not in stored]:
            outcome.lost_days["account_days"] = lost


def _states(store: Store, outcome: AccountOutcome, source: str, at: datetime) -> Iterator[PostState]:
    """Videos that were listed before and are missing now, and those that are back."""
    if outcome.listed is None:
        return
    since = None if outcome.listed_from is None else datetime.fromisoformat(outcome.listed_from)
    listed = set(outcome.listed)
    with store.lookups() as lookups:
        before = lookups.owned_posts(outcome.open_id, since, at)  # a later sync may know newer ones
        states = lookups.post_states([*before, *listed])
    gone = [post for post in sorted(before.keys() - listed) if states.get(post, ("", ""))[0] != "missing"]
    if _is_short(outcome, len(gone), len(before)):
        # Neither that they are missing is known, nor that what is older was read.
        outcome.streams["videos"].state = "partial"
        outcome.streams["videos"].message = (
            f"The list of videos lacks {len(gone):,} of {len(before):,} that were listed before, and the profile "
            f"counts {outcome.post_count:,}: sync again later."
        )
        outcome.cursors.pop("videos", None)
        outcome.lost_days.pop("videos", None)
        return
    for post_id in gone:
        yield PostState(post_id=post_id, handle=before[post_id], state="missing", observed_at=at, source=source)
    for post_id in sorted(listed):
        state, of = states.get(post_id, ("", ""))
        # What others found missing, such as a video that only its owner sees, is theirs to say.
        if state == "missing" and of.startswith(NAME):
            yield PostState(post_id=post_id, handle=before.get(post_id), state="ok", observed_at=at, source=source)


def _is_short(outcome: AccountOutcome, gone: int, before: int) -> bool:
    """A list lacks many videos, and the profile does not: it ended too early, and proves nothing about a video."""
    assert outcome.listed is not None
    return (
        gone > max(_GAP_POSTS, _GAP_SHARE * before)
        and outcome.listed_from is None
        and outcome.post_count is not None
        and len(outcome.listed) < outcome.post_count - gone / 2
    )


def _gaps(outcome: AccountOutcome, source: str, at: datetime) -> Iterator[OwnedGap]:
    for stream, days in outcome.lost_days.items():
        for day in days:
            yield OwnedGap(
                open_id=outcome.open_id,
                stream=stream,
                day=date.fromisoformat(day),
                detail=_REASONS[stream],
                source=source,
                observed_at=at,
            )
