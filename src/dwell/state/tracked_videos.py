"""Tracked videos: the jobs of the tracking service, and what is read of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Text, bindparam, delete, func, insert, select, type_coerce, update

from dwell.records.tracking import GapReason, Status
from dwell.state.tracking_schema import due_slots, idempotency_keys, tracked_gaps, tracked_snapshots
from dwell.state.tracking_schema import tracked_videos as videos
from dwell.state.types import Big

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from dwell.state.database import StateDatabase

MONITORING: Status = "monitoring"
PAUSED: Status = "paused"
COMPLETED: Status = "completed"
ERROR: Status = "error"
ACTIVE = (MONITORING, PAUSED)
"""Statuses of videos that are still tracked."""

_CREATORS_LOCK = 0x6477656C6C02
_VIDEO = tuple(videos.c)
_SNAPSHOT = (
    tracked_snapshots.c.slot,
    tracked_snapshots.c.snapshot_id,
    type_coerce(tracked_snapshots.c.snapshot_time, Big),  # the hot read: microseconds are made into text at once
    *(tracked_snapshots.c[name] for name in ("views", "likes", "comments", "shares", "saves", "provider")),
    type_coerce(tracked_snapshots.c.units, Text),  # read where there are any
)


@dataclass(frozen=True, slots=True)
class TrackedVideo:
    """A job: one video, tracked for some days.

    Attributes:
        video_id: Its id, which sorts by time.
        job_id: Another id of the same job.
        account_id: Whose it is.
        platform: `tiktok`.
        post_id: The platform's id of the video.
        video_link: The canonical link.
        creator_key: The account that posted it, by what is known of it: videos with one key are polled together.
        handle: The account's handle; None while it is unknown.
        creator_id: The account's id; None while it is unknown.
        display_name: The account's name; None while it is unknown.
        caption: The video's text; None while it is unknown.
        provider: The provider that is asked.
        status: How it stands.
        reason: Why it ended; None while it has not.
        is_deleted: The platform says that it was deleted.
        duration_days: Days of the job.
        interval_us: Microseconds between two slots.
        slots: Slots in all.
        price_micros: Micro-dollars for a snapshot.
        created_at: When slot 0 was due, UTC.
        aligned_at: When slot 1 is due, UTC.
        ended_at: When it ended; None while it has not.
        snapshots: Snapshots so far.
        sequence: Events so far.
        last_snapshot_at: When the newest snapshot was read; None before the first.
        version: Rises with every change.
        client_metadata: What the client gave.
    """

    video_id: str
    job_id: str
    account_id: str
    platform: str
    post_id: str
    video_link: str
    creator_key: str
    handle: str | None
    creator_id: str | None
    display_name: str | None
    caption: str | None
    provider: str
    status: Status
    reason: str | None
    is_deleted: bool
    duration_days: int
    interval_us: int
    slots: int
    price_micros: int
    created_at: datetime
    aligned_at: datetime
    ended_at: datetime | None
    snapshots: int
    sequence: int
    last_snapshot_at: datetime | None
    version: int
    client_metadata: Mapping[str, Any] | None

    def slot_at(self, slot: int) -> datetime:
        """When a slot begins; the one after the last begins where the job ends."""
        if slot == 0:
            return self.created_at
        return self.aligned_at + timedelta(microseconds=(slot - 1) * self.interval_us)


def save(connection: Connection, video: TrackedVideo) -> None:
    """Stores a new job with its first slot, due at once, inside the caller's transaction."""
    values = {name: getattr(video, name) for name in TrackedVideo.__slots__}
    connection.execute(insert(videos).values(**values))
    connection.execute(
        insert(due_slots).values(
            video_id=video.video_id,
            creator_key=video.creator_key,
            slot=0,
            slot_at=video.slot_at(0),
            next_slot_at=video.slot_at(1),
            run_at=video.slot_at(0),
        )
    )


# Built once: building a statement takes longer than SQLite takes to answer it.
_OF_ACCOUNT = videos.c.video_id == bindparam("video"), videos.c.account_id == bindparam("account")
_FIND = select(*_VIDEO).where(*_OF_ACCOUNT)
_FIND_VERSION = select(videos.c.version).where(*_OF_ACCOUNT)
_SNAPSHOTS = (
    select(*_SNAPSHOT).where(tracked_snapshots.c.video_id == bindparam("video")).order_by(tracked_snapshots.c.slot)
)
_GAPS = (
    select(tracked_gaps.c.slot, tracked_gaps.c.reason)
    .where(tracked_gaps.c.video_id == bindparam("video"))
    .order_by(tracked_gaps.c.slot)
)


def find(database: StateDatabase, account_id: str, video_id: str) -> TrackedVideo | None:
    """A job of an account; None where the account has none with this id."""
    with database.reading() as connection:
        return find_in(connection, account_id, video_id)


def find_in(connection: Connection, account_id: str, video_id: str) -> TrackedVideo | None:
    """The same, inside the caller's transaction."""
    row = connection.execute(_FIND, {"video": video_id, "account": account_id}).one_or_none()
    return None if row is None else TrackedVideo(*row)


def find_version(database: StateDatabase, account_id: str, video_id: str) -> int | None:
    """The version of a job; None where the account has none with this id."""
    with database.reading() as connection:
        version: int | None = connection.scalar(_FIND_VERSION, {"video": video_id, "account": account_id})
        return version


def read_detail(
    database: StateDatabase, account_id: str, video_id: str
) -> tuple[TrackedVideo, list[Row[Any]], list[tuple[int, GapReason]]] | None:
    """A job, its snapshots and its gaps (slot, reason), all of one instant; None where there is no such job.

    A snapshot is a row of slot, id, microseconds since 1970, five counters, provider and units as JSON text.
    """
    with database.reading() as connection:
        video = find_in(connection, account_id, video_id)
        if video is None:
            return None
        snapshots = connection.execute(_SNAPSHOTS, {"video": video_id}).all()
        gaps = connection.execute(_GAPS, {"video": video_id}).all()
        return video, list(snapshots), [(slot, why) for slot, why in gaps]


def list_snapshots(
    database: StateDatabase, video_id: str, since: datetime | None = None, until: datetime | None = None
) -> list[Row[Any]]:
    """Snapshots of a job from `since` up to, but not including, `until`, as in `read_detail`."""
    statement = _snapshots_of(video_id)
    if since is not None:
        statement = statement.where(tracked_snapshots.c.snapshot_time >= since)
    if until is not None:
        statement = statement.where(tracked_snapshots.c.snapshot_time < until)
    with database.reading() as connection:
        return list(connection.execute(statement).all())


def list_page(
    database: StateDatabase,
    account_id: str,
    *,
    platform: str | None,
    status: str | None,
    before: str | None,
    limit: int,
) -> list[TrackedVideo]:
    """Jobs of an account, the newest first, that are older than the id `before`."""
    statement = select(*_VIDEO).where(videos.c.account_id == account_id)
    if platform is not None:
        statement = statement.where(videos.c.platform == platform)
    if status is not None:
        statement = statement.where(videos.c.status == status)
    if before is not None:
        statement = statement.where(videos.c.video_id < before)
    with database.reading() as connection:
        rows = connection.execute(statement.order_by(videos.c.video_id.desc()).limit(limit)).all()
    return [TrackedVideo(*row) for row in rows]


def count_active(connection: Connection, account_id: str) -> int:
    """How many videos an account tracks now."""
    statement = select(func.count()).where(videos.c.account_id == account_id, videos.c.status.in_(ACTIVE))
    return int(connection.execute(statement).scalar_one())


def count_snapshots(database: StateDatabase, account_id: str) -> int:
    """How many snapshots the jobs of an account have."""
    statement = select(func.coalesce(func.sum(videos.c.snapshots), 0)).where(videos.c.account_id == account_id)
    with database.reading() as connection:
        return int(connection.execute(statement).scalar_one())


def find_active_on(connection: Connection, account_id: str, post_id: str) -> str | None:
    """The oldest job of an account that tracks a video now."""
    statement = (
        select(videos.c.video_id)
        .where(videos.c.post_id == post_id, videos.c.account_id == account_id, videos.c.status.in_(ACTIVE))
        .order_by(videos.c.video_id)
        .limit(1)
    )
    found: str | None = connection.scalar(statement)
    return found


def count_creators(connection: Connection, at_most: int) -> int:
    """How many accounts have videos that are tracked, counted up to a number."""
    different = select(due_slots.c.creator_key).distinct().limit(at_most).subquery()
    return int(connection.execute(select(func.count()).select_from(different)).scalar_one())


def has_creator(connection: Connection, creator_key: str) -> bool:
    """Whether videos of this account are tracked."""
    statement = select(due_slots.c.video_id).where(due_slots.c.creator_key == creator_key).limit(1)
    return connection.scalar(statement) is not None


def lock_creators(connection: Connection) -> None:
    """Keeps others from adding an account until this transaction ends; SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_CREATORS_LOCK})")


def lock_due(connection: Connection, video_id: str) -> None:
    """Keeps a worker from settling the video's slot until this transaction ends."""
    connection.execute(select(due_slots.c.slot).where(due_slots.c.video_id == video_id).with_for_update())


def end(connection: Connection, video_id: str, status: Status, reason: str, now: datetime) -> None:
    """Ends a job; the caller has locked its slot."""
    connection.execute(delete(due_slots).where(due_slots.c.video_id == video_id))
    ended = {"status": status, "reason": reason, "ended_at": now, "version": videos.c.version + 1}
    connection.execute(update(videos).where(videos.c.video_id == video_id).values(**ended))


def next_sequence(connection: Connection, video_id: str) -> int:
    """The number of the next event of a job, which is counted."""
    counted = update(videos).where(videos.c.video_id == video_id).values(sequence=videos.c.sequence + 1)
    return int(connection.execute(counted.returning(videos.c.sequence)).scalar_one())


def erase(connection: Connection, video_id: str) -> None:
    """Removes a job with its slots, snapshots, gaps and stored answers; balance entries stay, and name only its id."""
    for table in (due_slots, tracked_snapshots, tracked_gaps, idempotency_keys, videos):
        connection.execute(delete(table).where(table.c.video_id == video_id))


def _snapshots_of(video_id: str) -> Any:
    of = tracked_snapshots.c.video_id == video_id
    return select(*_SNAPSHOT).where(of).order_by(tracked_snapshots.c.slot)
