"""Makes jobs: the link becomes a post, limits are checked, the post is read once, and all of it is one transaction."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as WaitTimeoutError
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from dwell.errors import (
    CapacityError,
    ConflictError,
    DwellError,
    IdempotencyError,
    InsufficientBalanceError,
    StoppedError,
    VideoLimitError,
    VideoNotFoundError,
)
from dwell.providers.links import Link
from dwell.settings.tracking import TrackingSettings
from dwell.state import StateDatabase, accounts, idempotency, leases, slot_results, tracked_videos
from dwell.state.due_slots import Claim
from dwell.state.new_id import new_id
from dwell.state.readings import Failure, Reading, Result, make_creator_key
from dwell.state.slot_results import OnEvents
from dwell.state.tracked_videos import MONITORING
from dwell.tracking import slots, video_objects
from dwell.tracking.keys import Caller
from dwell.tracking.objects import BulkItem, TrackedVideo
from dwell.tracking.problems import describe_error
from dwell.tracking.provider_access import ProviderAccess
from dwell.tracking.request_checks import check_request
from dwell.tracking.short_links import ShortLinkResolver, parse_video_link
from dwell.tracking.video_objects import dollars

if TYPE_CHECKING:
    from dwell.state.database import Connection

FIRST_READING_S = 10.0
"""The longest that a request to track a video waits for its first snapshot."""

BULK_LINKS_S = 20.0
"""The longest that a bulk request resolves short links; those that are left are refused, to be sent again."""

_LEASE_S = 60.0
_READERS = 16


class VideoCreator:
    """Makes jobs; threads share it.

    Args:
        database: Where they are stored.
        settings: Price and interval of new jobs.
        access: The provider that reads the first snapshot.
        on_events: Writes events in the transaction of what they are about.
    """

    def __init__(
        self, database: StateDatabase, settings: TrackingSettings, access: ProviderAccess, on_events: OnEvents
    ) -> None:
        self._database = database
        self._settings = settings
        self._access = access
        self._on_events = on_events
        self._short_links = ShortLinkResolver(settings.short_link_url)
        self._threads = ThreadPoolExecutor(_READERS, thread_name_prefix="dwell-first-reading")

    def close(self) -> None:
        """End its threads; the service has told its reader to stop."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    def create(
        self,
        caller: Caller,
        video_link: str,
        duration_days: int,
        metadata: Mapping[str, Any] | None,
        idempotent: tuple[str, str] | None,
        *,
        bulk_until: float | None = None,
    ) -> TrackedVideo:
        """Make a job; its first snapshot is read at once, which takes at most 10 s.

        Args:
            caller: Whose video it becomes.
            video_link: Any form of a link to it, or its id.
            duration_days: 1 to 30.
            metadata: Whatever the client wants to find with the video again.
            idempotent: The idempotency key that the request holds, and its holder; None without one.
            bulk_until: For one of a bulk request, which is not read first: until when its short link may be resolved,
                an instant of `time.monotonic`.

        Raises:
            DwellError: See `TrackingService.track`.
        """
        link = self._short_links.resolve(parse_video_link(video_link), bulk_until)
        now = self._access.reader.clock.now()
        video = self._make_video(caller, link, duration_days, metadata, now)
        with self._database.reading() as connection:  # refused before anything is paid for the first reading
            self._check_limits(connection, caller, video, accounts.read_balance(connection, caller.account_id))
        result = self._read_first(link) if bulk_until is None else Failure("provider", retry_at=now)
        if isinstance(result, Failure) and result.is_gone:
            raise VideoNotFoundError("Video not found or private")
        if isinstance(result, Reading):
            video = _with_reading(video, result)
        with self._database.transaction() as connection:
            account = accounts.lock(connection, caller.account_id)
            if self._access.capacity() is not None:
                tracked_videos.lock_creators(connection)
            self._check_limits(connection, caller, video, account.balance_micros if account else 0)
            duplicate_of = tracked_videos.find_active_on(connection, caller.account_id, video.post_id)
            tracked_videos.save(connection, video)
            if isinstance(result, Reading):
                self._settle_first(connection, video, result)
            answer = video_objects.to_tracked(video, duplicate_of, now)
            if idempotent is not None:
                key, holder = idempotent
                response = msgspec.to_builtins(answer)
                if not idempotency.finish(connection, caller.account_id, key, holder, video.video_id, response):
                    raise ConflictError("Another request with this idempotency key has taken over: try again.")
        return answer

    def create_once(
        self,
        caller: Caller,
        video_link: str,
        duration_days: int,
        metadata: Mapping[str, Any] | None,
        idempotency_key: str,
        *,
        bulk_until: float | None = None,
    ) -> TrackedVideo:
        """Make a job, unless a request with this key has done so: then it is answered as that one was.

        Raises:
            DwellError: See `TrackingService.track`.
        """
        request = json.dumps([video_link, duration_days, metadata], sort_keys=True)
        digest, holder = hashlib.sha256(request.encode()).hexdigest(), leases.new_holder()
        earlier = idempotency.begin(
            self._database,
            caller.account_id,
            idempotency_key,
            digest,
            holder,
            self._database.now(),
            _LEASE_S,
        )
        if earlier is not None:
            if earlier.request_digest != digest:
                raise IdempotencyError("This idempotency key was used for another request: use a new one.")
            if earlier.response is None:
                raise ConflictError("The first request with this idempotency key is still running: try again.")
            return msgspec.convert(earlier.response, TrackedVideo)
        try:
            idempotent = idempotency_key, holder
            return self.create(caller, video_link, duration_days, metadata, idempotent, bulk_until=bulk_until)
        except BaseException:
            idempotency.abandon(self._database, caller.account_id, idempotency_key, holder)
            raise

    def create_many(
        self, caller: Caller, items: Sequence[Mapping[str, Any]], idempotency_key: str | None
    ) -> list[BulkItem]:
        """Make a job of each item of a bulk request, in a transaction of its own; see `TrackingService.track_bulk`."""
        until = time.monotonic() + BULK_LINKS_S
        results = []
        for place, item in enumerate(items):
            link = str(item.get("video_link", ""))
            try:
                days, metadata = check_request(item.get("duration_days"), item.get("metadata"))
                if idempotency_key is None:
                    video = self.create(caller, link, days, metadata, None, bulk_until=until)
                else:
                    key = f"{idempotency_key}\t{place}"  # no key of a client has a tab
                    video = self.create_once(caller, link, days, metadata, key, bulk_until=until)
            except DwellError as error:
                status, body = describe_error(error)
                results.append(BulkItem(video_link=link, status=status, error=body))
            else:
                results.append(BulkItem(video_link=link, status=201, video=video))
        return results

    def _make_video(
        self, caller: Caller, link: Link, duration_days: int, metadata: Mapping[str, Any] | None, now: datetime
    ) -> tracked_videos.TrackedVideo:
        step = slots.interval_us(self._settings.interval_s)
        post_id = link.post_id or ""
        key = make_creator_key(link.handle, None) or f"post:{post_id}"
        return tracked_videos.TrackedVideo(
            video_id=new_id("vid", now),
            job_id=new_id("job", now),
            account_id=caller.account_id,
            platform="tiktok",
            post_id=post_id,
            video_link=link.url,
            creator_key=key,
            handle=link.handle,
            creator_id=None,
            display_name=None,
            caption=None,
            provider=self._access.name,
            status=MONITORING,
            reason=None,
            is_deleted=False,
            duration_days=duration_days,
            interval_us=step,
            slots=duration_days * slots.SLOTS_A_DAY,
            price_micros=self._settings.price_micros,
            created_at=now,
            aligned_at=slots.align(key, now, step),
            ended_at=None,
            snapshots=0,
            sequence=0,
            last_snapshot_at=None,
            version=1,
            client_metadata=metadata,
        )

    def _check_limits(
        self, connection: Connection, caller: Caller, video: tracked_videos.TrackedVideo, balance_micros: int
    ) -> None:
        limit = caller.plan.concurrent_videos
        if limit is not None and (active := tracked_videos.count_active(connection, caller.account_id)) >= limit:
            raise VideoLimitError(f"The plan {caller.plan.name} allows {limit} videos at once.", limit, active)
        cost = video.price_micros * video.slots
        if balance_micros < cost:
            raise InsufficientBalanceError("Insufficient balance", dollars(balance_micros), dollars(cost))
        capacity = self._access.capacity()
        if capacity is not None and not tracked_videos.has_creator(connection, video.creator_key):
            creators = tracked_videos.count_creators(connection, capacity)
            if creators >= capacity:
                raise CapacityError(
                    f"{self._access.name} allows {capacity:,} requests an interval, and as many accounts are tracked: "
                    "stop some videos, or raise the limit."
                )

    def _read_first(self, link: Link) -> Result:
        """Read the video once; a provider that is slow, held or down leaves the slot to the poller."""
        waiting: Future[Result] = self._threads.submit(self._access.reader.read_post, link.post_id or "", link.handle)
        try:
            return waiting.result(FIRST_READING_S)
        except (WaitTimeoutError, CancelledError, StoppedError):
            waiting.cancel()  # still in the queue: nobody waits for it any more, and it would be paid for
            return Failure("provider", retry_at=self._database.now())

    def _settle_first(self, connection: Connection, video: tracked_videos.TrackedVideo, reading: Reading) -> None:
        claim = Claim(
            video_id=video.video_id, slot=0, token=None,
            attempts=0, post_id=video.post_id, creator_key=video.creator_key, handle=video.handle,
            creator_id=video.creator_id, ends_at=video.slot_at(video.slots), is_paid=True,
        )  # fmt: skip
        slot_results.settle(
            connection,
            [(claim, reading)],
            self._access.reader.clock.now(),
            align=slots.align,
            on_events=self._on_events,
        )


def _with_reading(video: tracked_videos.TrackedVideo, reading: Reading) -> tracked_videos.TrackedVideo:
    """The job of a video whose account is known from its first reading."""
    key = reading.creator_key or video.creator_key
    return replace(video, creator_key=key, aligned_at=slots.align(key, video.created_at, video.interval_us))
