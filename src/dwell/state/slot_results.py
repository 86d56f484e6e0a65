"""What became of slots that a worker held: snapshots, gaps, charges and the next slot, in one transaction.

A slot ends as exactly one row, a snapshot or a gap, and a snapshot has exactly one charge: the worker's claim is
checked first, and whoever lost it changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, insert, select, update

from dwell.records.tracking import GapReason, Status
from dwell.state import accounts
from dwell.state.due_slots import Claim
from dwell.state.new_id import new_id
from dwell.state.readings import COUNTERS, Reading, Result
from dwell.state.tracked_videos import COMPLETED, ERROR, MONITORING, PAUSED, TrackedVideo
from dwell.state.tracking_schema import (
    balance_entries,
    due_slots,
    tracked_gaps,
    tracked_snapshots,
    tracked_videos,
)

if TYPE_CHECKING:
    from sqlalchemy import Connection

GONE_SLOTS = 3
"""Slots in a row at which a video must be gone in the same way before its job ends."""


@dataclass(slots=True)
class Settled:
    """What one transaction changed.

    Attributes:
        snapshots: Snapshots stored.
        gaps: Reason -> gaps stored.
        retries: Slots that will be tried again.
        lost: Claims that somebody else had taken meanwhile.
        charged_micros: Micro-dollars charged.
        events: What happened, for whoever wants to know.
    """

    snapshots: int = 0
    gaps: dict[str, int] = field(default_factory=dict)
    retries: int = 0
    lost: int = 0
    charged_micros: int = 0
    events: list[SlotEvent] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SlotEvent:
    """Something that an account may want to be told.

    Attributes:
        type: `snapshot.created`, `tracking.completed`, `tracking.failed` or `balance.low`.
        account_id: Whose it is.
        video: The job as it was before; None for `balance.low`.
        sequence: Number of the event among those of its video, from 1.
        snapshot: The snapshot's columns, of `snapshot.created`.
        data: What else is known: `reason`, `balance_micros`.
    """

    type: str
    account_id: str
    video: TrackedVideo | None
    sequence: int | None
    snapshot: Mapping[str, Any] | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


Align = Callable[[str, datetime, int], datetime]
"""When slot 1 of a job is due: from the key of the account, the job's start, and microseconds between two slots."""

OnEvents = Callable[["Connection", Sequence[SlotEvent], datetime], None]
"""Writes events inside the transaction of the slots that they are about."""

_ADVANCE = (
    update(due_slots)
    .where(due_slots.c.video_id == bindparam("of"))
    .values({
        name: bindparam(name)
        for name in ("slot", "slot_at", "next_slot_at", "run_at", "attempts", "failure", "gone_state", "gone_slots",
                     "creator_key")
    } | {"token": None})
)  # fmt: skip
_VIDEO_COLUMNS = (
    "status", "reason", "is_deleted", "ended_at", "snapshots", "sequence", "last_snapshot_at", "handle", "creator_id",
    "display_name", "caption", "creator_key",
    "aligned_at",
)  # fmt: skip
_CHANGE_VIDEO = (
    update(tracked_videos)
    .where(tracked_videos.c.video_id == bindparam("of"))
    .values({name: bindparam(name) for name in _VIDEO_COLUMNS} | {"version": tracked_videos.c.version + 1})
)


def settle(
    connection: Connection,
    results: Sequence[tuple[Claim, Result]],
    now: datetime,
    *,
    align: Align,
    on_events: OnEvents,
) -> Settled:
    """Records what became of claimed slots, inside the caller's transaction.

    Args:
        connection: The open transaction.
        results: Each claim with its reading or failure.
        now: The present.
        align: Finds the time of slot 1 again, where slot 0 shows who posted the video.
        on_events: Writes the events.
    """
    settled = Settled()
    held = _read_held(connection, results)
    settled.lost = len(results) - len(held)
    if not held:
        return settled
    balances = accounts.lock_balances(connection, {slot.video.account_id for slot in held.values()})
    writer = _Writer(now, balances, settled, align)
    for claim, result in results:
        if claim.video_id in held:
            writer.add(held[claim.video_id], result)
    writer.write(connection)
    if settled.events:
        on_events(connection, settled.events, now)
    return settled


@dataclass(frozen=True, slots=True)
class _HeldSlot:
    """A slot whose claim stands: the job, the slot, and what became of earlier tries and slots."""

    video: TrackedVideo
    slot: int
    attempts: int
    failure: GapReason | None
    gone_state: GapReason | None
    gone_slots: int


def _read_held(connection: Connection, results: Sequence[tuple[Claim, Result]]) -> dict[str, _HeldSlot]:
    """The slots whose claims still stand, by video."""
    due = due_slots.c
    claims = {claim.video_id: claim for claim, _ in results}
    found, ids = {}, sorted(claims)
    for at in range(0, len(ids), 500):
        statement = (
            select(due.token, due.slot, due.attempts, due.failure, due.gone_state, due.gone_slots, *tracked_videos.c)
            .join(tracked_videos, tracked_videos.c.video_id == due.video_id)
            .where(due.video_id.in_(ids[at : at + 500]))
            .order_by(due.video_id)
            .with_for_update(of=due_slots)
        )
        for token, slot, attempts, failure, gone_state, gone_slots, *columns in connection.execute(statement):
            video = TrackedVideo(*columns)
            claim = claims[video.video_id]
            if (slot, token) == (claim.slot, claim.token):
                found[video.video_id] = _HeldSlot(video, slot, attempts, failure, gone_state, gone_slots)
    return found


class _Writer:
    """Collects the rows of one transaction, then writes each table with one statement."""

    def __init__(
        self,
        now: datetime,
        balances: Mapping[str, tuple[int, int | None]],
        settled: Settled,
        align: Align,
    ) -> None:
        self.now = now
        self.before = balances
        self.balances = {account_id: balance for account_id, (balance, _) in balances.items()}
        self.settled = settled
        self.align = align
        self.snapshots: list[dict[str, Any]] = []
        self.gaps: list[dict[str, Any]] = []
        self.charges: list[dict[str, Any]] = []
        self.advanced: list[dict[str, Any]] = []
        self.ended: list[str] = []
        self.videos: list[dict[str, Any]] = []

    def add(self, held: _HeldSlot, result: Result) -> None:
        """One slot, with those that have passed meanwhile: they were missed."""
        video = held.video
        change = {name: getattr(video, name) for name in _VIDEO_COLUMNS}
        if video.status == PAUSED and self.balances[video.account_id] >= video.price_micros:
            change["status"] = MONITORING  # on PostgreSQL the top-up may have come after the video was read
        if isinstance(result, Reading) and result.creator_key not in {None, video.creator_key}:
            video = self._set_creator(video, held.slot, result.creator_key or "", change)
        at = result.read_at if isinstance(result, Reading) else self.now
        slot = self._skip_passed(video, held.slot, at, held.failure or "missed")
        gone = (held.gone_state, held.gone_slots)
        if slot < video.slots:
            if isinstance(result, Reading) and at < video.slot_at(slot):  # a clock was ahead when it was claimed
                self.settled.retries += 1
                self._advance(slot, video, video.slot_at(slot), gone)
                return
            if isinstance(result, Reading):
                self._add_reading(slot, result, video, change)
                gone = (None, 0)
            elif result.retry_at is not None and result.retry_at < video.slot_at(slot + 1):
                self.settled.retries += 1
                attempts = held.attempts if slot == held.slot else 1
                self._advance(slot, video, result.retry_at, gone, attempts=attempts, failure=result.reason)
                if slot != held.slot:
                    self._change(video, change)
                return
            else:
                if result.is_gone:
                    gone = (result.reason, held.gone_slots + 1 if held.gone_state == result.reason else 1)
                if self.balances[video.account_id] < video.price_micros:
                    change["status"] = PAUSED
                self._add_gap(slot, result.reason, video)
            slot = self._skip_passed(video, slot + 1, self.now, "missed")
        if gone[0] is not None and gone[1] >= GONE_SLOTS:
            self._end(video, change, ERROR, gone[0])
        elif slot >= video.slots:
            self._end(video, change, COMPLETED, "expired")
        else:
            self._advance(slot, video, video.slot_at(slot), gone)
            self._change(video, change)

    def _set_creator(self, video: TrackedVideo, slot: int, key: str, change: dict[str, Any]) -> TrackedVideo:
        """The video among the others of its account, and at their minute of the hour if it has just begun."""
        aligned = self.align(key, video.created_at, video.interval_us)
        if slot != 0 or aligned <= self.now:
            aligned = video.aligned_at
        change |= {"creator_key": key, "aligned_at": aligned}
        return replace(video, creator_key=key, aligned_at=aligned)

    def _skip_passed(self, video: TrackedVideo, slot: int, at: datetime, reason: GapReason) -> int:
        """Declares the slots missed that ended by then; the first of them for a reason of its own."""
        while slot < video.slots and video.slot_at(slot + 1) <= at:
            self._add_gap(slot, reason, video)
            slot, reason = slot + 1, "missed"
        return slot

    def _add_reading(self, slot: int, reading: Reading, video: TrackedVideo, change: dict[str, Any]) -> None:
        for name in ("handle", "creator_id", "display_name", "caption"):
            change[name] = getattr(reading, name) or getattr(video, name)
        if self.balances[video.account_id] < video.price_micros:
            change["status"] = PAUSED
            self._add_gap(slot, "budget", video)
            return
        if video.price_micros:
            self.balances[video.account_id] -= video.price_micros
            self.settled.charged_micros += video.price_micros
            charge = {"account_id": video.account_id, "kind": accounts.SNAPSHOT, "amount_micros": -video.price_micros}
            self.charges.append({**charge, "video_id": video.video_id, "slot": slot, "at": self.now})
        row = {
            "video_id": video.video_id,
            "slot": slot,
            "snapshot_id": new_id("snp", self.now),
            "snapshot_time": reading.observed_at,
            "provider": reading.provider,
            "price_micros": video.price_micros,
            **{name: reading.counters.get(name) for name in COUNTERS},
            "units": dict(reading.units) or None,
        }
        self.snapshots.append(row)
        self.settled.snapshots += 1
        change |= {"status": MONITORING, "snapshots": video.snapshots + 1, "last_snapshot_at": reading.observed_at}
        self._add_event("snapshot.created", video, change, snapshot=row)

    def _add_gap(self, slot: int, reason: GapReason, video: TrackedVideo) -> None:
        self.gaps.append({"video_id": video.video_id, "slot": slot, "reason": reason, "at": self.now})
        self.settled.gaps[reason] = self.settled.gaps.get(reason, 0) + 1

    def _advance(
        self, slot: int, video: TrackedVideo, run_at: datetime, gone: tuple[GapReason | None, int], *,
        attempts: int = 0, failure: GapReason | None = None,
    ) -> None:  # fmt: skip
        self.advanced.append(
            {
                "of": video.video_id,
                "slot": slot,
                "slot_at": video.slot_at(slot),
                "next_slot_at": video.slot_at(slot + 1),
                "run_at": run_at,
                "attempts": attempts,
                "failure": failure,
                "gone_state": gone[0],
                "gone_slots": gone[1],
                "creator_key": video.creator_key,
            }
        )

    def _end(self, video: TrackedVideo, change: dict[str, Any], status: Status, reason: str) -> None:
        change |= {"status": status, "reason": reason, "ended_at": self.now, "is_deleted": reason == "deleted"}
        self.ended.append(video.video_id)
        event = "tracking.completed" if status == COMPLETED else "tracking.failed"
        self._add_event(event, video, change, data={"reason": reason})
        self._change(video, change)

    def _add_event(
        self, event: str, video: TrackedVideo, change: dict[str, Any], *, snapshot: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
    ) -> None:  # fmt: skip
        change["sequence"] += 1
        self.settled.events.append(
            SlotEvent(event, video.account_id, video, change["sequence"], snapshot=snapshot, data=data or {})
        )

    def _change(self, video: TrackedVideo, change: dict[str, Any]) -> None:
        self.videos.append({"of": video.video_id, **change})

    def write(self, connection: Connection) -> None:
        """Writes every row, table by table."""
        new_rows = ((tracked_snapshots, self.snapshots), (tracked_gaps, self.gaps), (balance_entries, self.charges))
        for table, rows in new_rows:
            if rows:
                connection.execute(insert(table), rows)
        if self.advanced:
            connection.execute(_ADVANCE, self.advanced)
        if self.ended:
            connection.execute(delete(due_slots).where(due_slots.c.video_id.in_(self.ended)))
        if self.videos:
            connection.execute(_CHANGE_VIDEO, self.videos)
        for account_id, balance in self.balances.items():
            before, low = self.before[account_id]
            if balance != before:
                accounts.change_balance(connection, account_id, balance - before)
            if low is not None and balance < low <= before:
                event = SlotEvent("balance.low", account_id, None, None, data={"balance_micros": balance})
                self.settled.events.append(event)
