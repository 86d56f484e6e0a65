"""The tracking service as its callers see it: the API, the command line and tests ask it, and it asks the state."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from dwell import logs
from dwell.errors import (
    InvalidRequestError,
    VideoNotFoundError,
)
from dwell.settings import Settings
from dwell.state import StateDatabase, accounts, slot_results, tracked_videos, webhook_events
from dwell.state.slot_results import OnEvents
from dwell.state.tracked_videos import ACTIVE, COMPLETED
from dwell.tracking import video_objects
from dwell.tracking.keys import Caller, Keys
from dwell.tracking.metrics import Metric, list_metrics
from dwell.tracking.objects import (
    MAX_BULK,
    ApiKey,
    BulkItem,
    KeyList,
    NewApiKey,
    Snapshot,
    StoppedVideo,
    TrackedVideo,
    Usage,
    VideoDetail,
    VideoList,
)
from dwell.tracking.poll_stats import PollStats
from dwell.tracking.post_reader import PostReader
from dwell.tracking.provider_access import ProviderAccess
from dwell.tracking.request_checks import check_idempotency_key, check_request
from dwell.tracking.usage import read_usage
from dwell.tracking.video_creator import VideoCreator
from dwell.tracking.video_list import read_page
from dwell.tracking.webhook_events import write_events
from dwell.tracking.webhooks import WebhookService, read_allowed

if TYPE_CHECKING:
    from dwell.state.database import Connection

__all__ = ["Caller", "TrackingService"]

MAX_LOW_BALANCE_USD = 1_000_000

log = logs.get_logger(__name__)


class TrackingService:
    """Tracked videos of all accounts; threads share it.

    Args:
        settings: The user's settings: the provider's key, plans and prices.
        database: Where everything is stored.
        on_events: Writes events in the transaction of what they are about.

    Attributes:
        webhooks: Who is told of events.
        poll_stats: What pollers of this process did.
        access: The provider, and what limits it.

    Raises:
        SettingsError: A setting is malformed.
    """

    def __init__(self, settings: Settings, database: StateDatabase, on_events: OnEvents = write_events) -> None:
        self.database = database
        self.settings = settings.tracking()
        self.keys = Keys(database, self.settings)
        self.on_events = on_events
        self.webhooks = WebhookService(database, read_allowed())
        self.poll_stats = PollStats()
        self.stopping = threading.Event()
        self.access = ProviderAccess(settings, self.settings, database, self.stopping)
        self._creator = VideoCreator(database, self.settings, self.access, on_events)

    @property
    def provider(self) -> str:
        """The provider that is asked.

        Raises:
            SettingsError: No key of a provider is set.
        """
        return self.access.name

    @property
    def reader(self) -> PostReader:
        """What reads posts from it.

        Raises:
            SettingsError: It does not offer single posts.
        """
        return self.access.reader

    def close(self) -> None:
        """End every wait and close the connections."""
        self.stopping.set()
        self._creator.close()
        self.access.close()

    # --- keys --------------------------------------------------------------------------------------------------------

    def authenticate(self, key: str) -> Caller:
        """The caller that a key belongs to.

        Raises:
            AuthenticationError: The key is missing, unknown, expired or revoked.
        """
        return self.keys.authenticate(key)

    def get_key(self, caller: Caller) -> ApiKey:
        """The caller's own key."""
        return self.keys.get(caller.key_id)

    def create_key(self, **options: Any) -> NewApiKey:
        """Make a key; takes the arguments of `Keys.create`."""
        return self.keys.create(**options)

    def list_keys(self, caller: Caller) -> KeyList:
        """The keys of the caller's account."""
        keys = self.keys.list_all(caller.account_id)
        return KeyList(keys=keys, total=len(keys))

    def create_own_key(
        self, caller: Caller, *, name: str, scopes: Sequence[str], expires_at: datetime | None = None
    ) -> NewApiKey:
        """Make a key of the caller's account; see `Keys.create_own`."""
        return self.keys.create_own(caller, name=name, scopes=scopes, expires_at=expires_at)

    def revoke_own_key(self, caller: Caller, key_id: str) -> ApiKey:
        """Refuse a key of the caller's account; see `Keys.revoke_own`."""
        return self.keys.revoke_own(caller, key_id)

    # --- tracking ----------------------------------------------------------------------------------------------------

    def track(
        self,
        caller: Caller,
        video_link: str,
        duration_days: int,
        *,
        metadata: Mapping[str, Any] | None = None,
        idempotency_key: str | None = None,
    ) -> TrackedVideo:
        """Track a video: its first snapshot is read at once, which takes at most 10 s.

        Args:
            caller: Whose video it becomes.
            video_link: Any form of a link to it, or its id.
            duration_days: 1 to 30.
            metadata: Whatever the client wants to find with the video again.
            idempotency_key: A second request with the same key is answered as the first, and makes no second job.

        Raises:
            InvalidRequestError: The link or a value isn't valid.
            InsufficientBalanceError: The balance does not cover the job.
            VideoLimitError: The plan allows no further video.
            VideoNotFoundError: The video does not exist, or is private.
            CapacityError: The provider's limit cannot serve another account.
            ConflictError: The first request with this key is still running.
            IdempotencyError: The key was used for another request.
            ServiceUnavailableError: A short link cannot be resolved now.
        """
        check_request(duration_days, metadata)
        if idempotency_key is None:
            return self._creator.create(caller, video_link, duration_days, metadata, None)
        check_idempotency_key(idempotency_key)
        return self._creator.create_once(caller, video_link, duration_days, metadata, idempotency_key)

    def track_bulk(
        self, caller: Caller, items: Sequence[Mapping[str, Any]], *, idempotency_key: str | None = None
    ) -> list[BulkItem]:
        """Track up to 500 videos, each in a transaction of its own; the first snapshots are read afterwards.

        Args:
            caller: Whose videos they become.
            items: Each with `video_link`, `duration_days` and `metadata`.
            idempotency_key: In a second request with the same key, each item that was accepted is answered as in the
                first, and makes no second job; those that were refused are tried again.

        Raises:
            InvalidRequestError: There are none, or too many.
        """
        if idempotency_key is not None:
            check_idempotency_key(idempotency_key)
        if not 1 <= len(items) <= MAX_BULK:
            raise InvalidRequestError(
                f"A bulk request has 1 to {MAX_BULK} videos.", (("videos", f"1 to {MAX_BULK} items"),)
            )
        return self._creator.create_many(caller, items, idempotency_key)

    def stop(self, caller: Caller, video_id: str) -> StoppedVideo:
        """Stop tracking a video; to stop one that has ended changes nothing.

        Raises:
            VideoNotFoundError: The account has no such video.
        """
        with self.database.transaction() as connection:
            tracked_videos.lock_due(connection, video_id)
            video = _require(tracked_videos.find_in(connection, caller.account_id, video_id))
            active = video.status in ACTIVE
            if active:
                tracked_videos.end(connection, video_id, COMPLETED, "stopped", self.database.now())
                self._notify_stopped(connection, video)
        return StoppedVideo(
            success=True,
            id=video.video_id,
            job_id=video.job_id,
            video_link=video.video_link,
            previous_status=video.status,
            new_status="completed" if active else video.status,
        )

    def erase(self, caller: Caller, video_id: str) -> None:
        """Remove a job, its snapshots and its events; what was paid stays in the ledger, without the link.

        Raises:
            VideoNotFoundError: The account has no such video.
        """
        with self.database.transaction() as connection:
            tracked_videos.lock_due(connection, video_id)
            _require(tracked_videos.find_in(connection, caller.account_id, video_id))
            webhook_events.erase_video(connection, video_id)
            tracked_videos.erase(connection, video_id)

    # --- questions ---------------------------------------------------------------------------------------------------

    def get_video(self, caller: Caller, video_id: str) -> VideoDetail:
        """A video with all its snapshots and gaps.

        Raises:
            VideoNotFoundError: The account has no such video.
        """
        found = tracked_videos.read_detail(self.database, caller.account_id, video_id)
        if found is None:
            raise _not_found_error()
        return video_objects.to_detail(*found, self.database.now())

    def get_version(self, caller: Caller, video_id: str) -> int:
        """A number that rises with every change of a video.

        Raises:
            VideoNotFoundError: The account has no such video.
        """
        version = tracked_videos.find_version(self.database, caller.account_id, video_id)
        if version is None:
            raise _not_found_error()
        return version

    def list_videos(
        self,
        caller: Caller,
        *,
        platform: str | None = None,
        status: str | None = None,
        limit: int = 50,
        cursor: str | None = None,
        metadata: Mapping[str, str] | None = None,
    ) -> VideoList:
        """A page of the account's videos, newest first.

        Args:
            caller: Whose videos.
            platform: Only those of this platform.
            status: Only those with this status.
            limit: 1 to 100.
            cursor: `next_cursor` of the page before.
            metadata: Only those whose metadata have these values, compared as text.

        Raises:
            InvalidRequestError: A value isn't valid.
        """
        return read_page(
            self.database,
            caller.account_id,
            platform=platform,
            status=status,
            limit=limit,
            cursor=cursor,
            metadata=metadata,
        )

    def list_snapshots(
        self, caller: Caller, video_id: str, *, since: datetime | None = None, until: datetime | None = None
    ) -> list[Snapshot]:
        """Snapshots of a video, oldest first, from `since` up to, but not including, `until`.

        Raises:
            VideoNotFoundError: The account has no such video.
        """
        self.get_version(caller, video_id)
        rows = tracked_videos.list_snapshots(self.database, video_id, since, until)
        return [video_objects.to_snapshot(row) for row in rows]

    def usage(self, caller: Caller) -> Usage:
        """What the account has and uses."""
        return read_usage(self.database, self.settings, self.access, caller)

    def set_low_balance(self, caller: Caller, amount_usd: float | None) -> Usage:
        """Set the balance below which `balance.low` is sent; None for none.

        The event is sent when the balance falls below it, and not again before it was topped up.

        Raises:
            InvalidRequestError: The amount is negative or too large.
        """
        if amount_usd is not None and not 0 <= amount_usd <= MAX_LOW_BALANCE_USD:
            raise InvalidRequestError(
                "low_balance_usd isn't valid.", (("low_balance_usd", f"US dollars, 0 to {MAX_LOW_BALANCE_USD:,}"),)
            )
        micros = None if amount_usd is None else round(amount_usd * 1_000_000)
        accounts.set_low_balance(self.database, caller.account_id, micros)
        return self.usage(caller)

    def metrics(self) -> list[Metric]:
        """What this process and the database count, for a monitoring system."""
        return list_metrics(self.database, self.reader, self.poll_stats)

    def _notify_stopped(self, connection: Connection, video: tracked_videos.TrackedVideo) -> None:
        sequence, data = tracked_videos.next_sequence(connection, video.video_id), {"reason": "stopped"}
        event = slot_results.SlotEvent("tracking.completed", video.account_id, video, sequence, data=data)
        self.on_events(connection, [event], self.database.now())


def _require(video: tracked_videos.TrackedVideo | None) -> tracked_videos.TrackedVideo:
    if video is None:
        raise _not_found_error()
    return video


def _not_found_error() -> VideoNotFoundError:
    return VideoNotFoundError("Video not found")
