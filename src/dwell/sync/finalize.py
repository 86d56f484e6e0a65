"""What only the end of a sync can tell: videos that are missing, days that are lost, and how far streams were read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from dwell import clock
from dwell.errors import StorageError
from dwell.live.finalize import store_states
from dwell.live.load_stats import LoadStats
from dwell.providers.tiktok_organic.api import NAME
from dwell.records import OwnedGap, PostState
from dwell.records.reading import SIMULATED_SUFFIX
from dwell.state import StateDatabase, stream_states
from dwell.state.stream_states import StreamName
from dwell.sync.outcome import AccountOutcome
from dwell.warehouse.store import Store

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
        source = NAME + (SIMULATED_SUFFIX if outcome.simulated else "")
        at = datetime.fromisoformat(outcome.at)
        rows: list[PostState | OwnedGap] = [*_states(store, outcome, source, at), *_gaps(outcome, source, at)]
        try:
            if rows:
                stats.add(store_states(store, sync_id, rows, simulated=outcome.simulated))
        except StorageError:
            raise
        except Exception as error:  # noqa: BLE001 - otherwise the job would fail with the same error each time it is resumed
            stats.fail(error)
        for stream, cursors in outcome.cursors.items():
            stream_states.save(database, StreamName(NAME, outcome.open_id, stream), cursors, clock.now())


def _states(store: Store, outcome: AccountOutcome, source: str, at: datetime) -> Iterator[PostState]:
    """Videos that were listed before and are missing now, and those that are back."""
    if outcome.listed is None:
        return
    since = None if outcome.listed_from is None else datetime.fromisoformat(outcome.listed_from)
    listed = set(outcome.listed)
    with store.lookups() as lookups:
        before = lookups.owned_posts(outcome.open_id, since)
        states = lookups.post_states([*before, *listed])
    for post_id in sorted(before.keys() - listed):
        if states.get(post_id, ("", ""))[0] != "missing":
            yield PostState(post_id=post_id, handle=before[post_id], state="missing", observed_at=at, source=source)
    for post_id in sorted(listed):
        state, of = states.get(post_id, ("", ""))
        # What others found missing, such as a video that only its owner sees, is theirs to say.
        if state == "missing" and of.startswith(NAME):
            yield PostState(post_id=post_id, handle=before.get(post_id), state="ok", observed_at=at, source=source)


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
