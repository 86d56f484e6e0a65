"""The tracking service as its callers see it: the API, the command line and tests ask it, and it asks the state."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as WaitTimeoutError
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec

from dwell import logs
from dwell.errors import (
    CapacityError,
    ConflictError,
    DwellError,
    IdempotencyError,
    InsufficientBalanceError,
    InvalidRequestError,
    SettingsError,
    StoppedError,
    VideoLimitError,
    VideoNotFoundError,
)
from dwell.live.client_factory import ProviderTerms, choose_provider, read_terms
from dwell.live.parse_responses import ItemCache
from dwell.providers.links import Link
from dwell.settings import Settings
from dwell.state import StateDatabase, accounts, idempotency, leases, slot_results, tracked_videos, webhook_events
from dwell.state.due_slots import Claim
from dwell.state.new_id import new_id
from dwell.state.slot_results import Failure, OnEvents, Reading, Result
from dwell.state.tracked_videos import ACTIVE, COMPLETED, MONITORING
from dwell.tracking import slots, video_objects
from dwell.tracking.capacity import find_capacity
from dwell.tracking.day_budget import DayBudget
from dwell.tracking.keys import Caller, Keys, plan_limits
from dwell.tracking.metrics import Metric, list_metrics
from dwell.tracking.objects import (
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
from dwell.tracking.problems import describe_error
from dwell.tracking.short_links import ShortLinkResolver, parse_video_link
from dwell.tracking.webhook_events import write_events
from dwell.tracking.webhooks import WebhookService, read_allowed

if TYPE_CHECKING:
    from dwell.state.database import Connection

__all__ = ["Caller", "TrackingService"]

FIRST_READING_S = 10.0
"""The longest that a request to track a video waits for its first snapshot."""

BULK_LINKS_S = 20.0
"""The longest that a bulk request resolves short links; those that are left are refused, to be sent again."""

MAX_BULK = 500
MAX_DAYS = 30
MAX_LOW_BALANCE_USD = 1_000_000
_MAX_METADATA_BYTES = 4_096
_MAX_KEY_LENGTH = 255
_STATUSES = ("monitoring", "completed", "paused", "error", "cancelled")
_LEASE_S = 60.0
_READERS = 16

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
        parsed: Items of responses that this process has read, until their rows are stored.

    Raises:
        SettingsError: A setting is malformed.
    """

    def __init__(self, settings: Settings, database: StateDatabase, on_events: OnEvents = write_events) -> None:
        self.database = database
        self.settings = settings.tracking()
        self._user_settings = settings
        self.keys = Keys(database, self.settings)
        self.budget = DayBudget(database, self.settings.max_credits)
        self.on_events = on_events
        self.webhooks = WebhookService(database, read_allowed())
        self.poll_stats = PollStats()
        self.parsed = ItemCache()
        self.stopping = threading.Event()
        self.short_links = ShortLinkResolver(self.settings.short_link_url)
        self._threads = ThreadPoolExecutor(_READERS, thread_name_prefix="dwell-first-reading")

    @cached_property
    def provider(self) -> str:
        """The provider that is asked.

        Raises:
            SettingsError: No key of a provider is set.
        """
        return choose_provider(self._user_settings, self.settings.provider)

    @cached_property
    def terms(self) -> ProviderTerms:
        """Its rate limit and price."""
        return read_terms(self._user_settings, self.provider)

    @cached_property
    def reader(self) -> PostReader:
        """What reads posts from it.

        Raises:
            SettingsError: It does not offer single posts.
        """
        return PostReader(self._user_settings, self.database, self.provider, self.budget, self.stopping, self.parsed)

    def close(self) -> None:
        """End every wait and close the connections."""
        self.stopping.set()
        self._threads.shutdown(wait=True, cancel_futures=True)
        if "reader" in self.__dict__:
            self.reader.close()

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
        _check_request(duration_days, metadata)
        if idempotency_key is None:
            return self._track(caller, video_link, duration_days, metadata, None)
        _check_idempotency_key(idempotency_key)
        return self._track_once(caller, video_link, duration_days, metadata, idempotency_key)

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
            _check_idempotency_key(idempotency_key)
        if not 1 <= len(items) <= MAX_BULK:
            raise InvalidRequestError(
                f"A bulk request has 1 to {MAX_BULK} videos.", (("videos", f"1 to {MAX_BULK} items"),)
            )
        until = time.monotonic() + BULK_LINKS_S
        results = []
        for place, item in enumerate(items):
            link = str(item.get("video_link", ""))
            try:
                days, metadata = item.get("duration_days"), item.get("metadata")
                _check_request(days, metadata)
                if idempotency_key is None:
                    video = self._track(caller, link, days, metadata, None, bulk_until=until)  # type: ignore[arg-type]
                else:
                    key = f"{idempotency_key}\t{place}"  # no key of a client has a tab
                    video = self._track_once(caller, link, days, metadata, key, bulk_until=until)  # type: ignore[arg-type]
            except DwellError as error:
                status, body = describe_error(error)
                results.append(BulkItem(video_link=link, status=status, error=body))
            else:
                results.append(BulkItem(video_link=link, status=201, video=video))
        return results

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
            previous_status=video.status,  # type: ignore[arg-type]
            new_status="completed" if active else video.status,  # type: ignore[arg-type]
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
        if not 1 <= limit <= 100:
            raise InvalidRequestError("limit isn't valid.", (("limit", "a whole number from 1 to 100"),))
        if status is not None and status not in _STATUSES:
            raise InvalidRequestError("status isn't valid.", (("status", f"one of {', '.join(_STATUSES)}"),))
        before, wanted = _decode_cursor(cursor), limit + 1
        found: list[tracked_videos.TrackedVideo] = []
        while len(found) < wanted:
            step = wanted if not metadata else 500
            page = tracked_videos.list_page(
                self.database, caller.account_id, platform=platform, status=status, before=before, limit=step
            )
            found += [video for video in page if _has_metadata(video.client_metadata, metadata)]
            if len(page) < step:
                break
            before = page[-1].video_id
        shown, now = found[:limit], self.database.now()
        return VideoList(
            videos=[video_objects.to_video(video, now) for video in shown],
            total=len(shown),
            limit=limit,
            next_cursor=_encode_cursor(shown[-1].video_id) if len(found) > limit else None,
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
        account = accounts.find(self.database, caller.account_id)
        balance, low = (account.balance_micros, account.low_balance_micros) if account else (0, None)
        _, charged = accounts.count_charges(self.database, caller.account_id)
        price = self.settings.price_micros
        try:
            provider, capacity = self.provider, self._capacity()
        except SettingsError:  # no key is set here: another machine polls
            provider, capacity = self.settings.provider or "", None
        with self.database.reading() as connection:
            active = tracked_videos.count_active(connection, caller.account_id)
            creators = tracked_videos.count_creators(connection, 1_000_000)
        return Usage(
            balance_usd=_dollars(balance),
            total_snapshots=tracked_videos.count_snapshots(self.database, caller.account_id),
            active_videos=active,
            uncharged_usage_usd=0.0,
            total_charged_usd=_dollars(charged),
            estimated_snapshots_remaining=max(0, balance // price) if price else None,
            cost_per_snapshot=_dollars(price),
            billing=self.settings.billing,
            plan=plan_limits(caller.plan),
            provider=provider,
            provider_credits_today=self.budget.spent_today(),
            provider_max_credits=self.settings.max_credits,
            served_share=1.0 if capacity is None or not creators else round(min(1.0, capacity / creators), 4),
            low_balance_usd=None if low is None else _dollars(low),
        )

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

    # --- creation ----------------------------------------------------------------------------------------------------

    def _track(
        self,
        caller: Caller,
        video_link: str,
        duration_days: int,
        metadata: Mapping[str, Any] | None,
        idempotent: tuple[str, str] | None,
        *,
        bulk_until: float | None = None,
    ) -> TrackedVideo:
        """Track a video; one of a bulk request has until an instant of `time.monotonic`, and is not read first."""
        link = self.short_links.resolve(parse_video_link(video_link), bulk_until)
        now = self.reader.clock.now()
        video = self._make_video(caller, link, duration_days, metadata, now)
        with self.database.reading() as connection:  # refused before anything is paid for the first reading
            self._check_limits(connection, caller, video, accounts.read_balance(connection, caller.account_id))
        result = self._read_first(link) if bulk_until is None else Failure("provider", retry_at=now)
        if isinstance(result, Failure) and result.is_gone:
            raise VideoNotFoundError("Video not found or private")
        if isinstance(result, Reading):
            video = _with_reading(video, result)
        with self.database.transaction() as connection:
            account = accounts.lock(connection, caller.account_id)
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

    def _track_once(
        self,
        caller: Caller,
        video_link: str,
        duration_days: int,
        metadata: Mapping[str, Any] | None,
        idempotency_key: str,
        *,
        bulk_until: float | None = None,
    ) -> TrackedVideo:
        """Track a video, unless the request with this key has done so."""
        request = json.dumps([video_link, duration_days, metadata], sort_keys=True)
        digest, holder = hashlib.sha256(request.encode()).hexdigest(), leases.new_holder()
        earlier = idempotency.begin(
            self.database, caller.account_id, idempotency_key, digest, holder, self.database.now(), _LEASE_S
        )
        if earlier is not None:
            if earlier.request_digest != digest:
                raise IdempotencyError("This idempotency key was used for another request: use a new one.")
            if earlier.response is None:
                raise ConflictError("The first request with this idempotency key is still running: try again.")
            return msgspec.convert(earlier.response, TrackedVideo)
        try:
            idempotent = idempotency_key, holder
            return self._track(caller, video_link, duration_days, metadata, idempotent, bulk_until=bulk_until)
        except BaseException:
            idempotency.abandon(self.database, caller.account_id, idempotency_key, holder)
            raise

    def _make_video(
        self, caller: Caller, link: Link, duration_days: int, metadata: Mapping[str, Any] | None, now: datetime
    ) -> tracked_videos.TrackedVideo:
        step = slots.interval_us(self.settings.interval_s)
        post_id = link.post_id or ""
        key = slot_results.make_creator_key(link.handle, None) or f"post:{post_id}"
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
            provider=self.provider,
            status=MONITORING,
            reason=None,
            is_deleted=False,
            duration_days=duration_days,
            interval_us=step,
            slots=duration_days * slots.SLOTS_A_DAY,
            price_micros=self.settings.price_micros,
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
            raise InsufficientBalanceError("Insufficient balance", _dollars(balance_micros), _dollars(cost))
        capacity = self._capacity()
        if capacity is not None and not tracked_videos.has_creator(connection, video.creator_key):
            creators = tracked_videos.count_creators(connection, capacity)
            if creators >= capacity:
                raise CapacityError(
                    f"{self.provider} allows {capacity:,} requests an interval, and as many accounts are tracked: stop "
                    "some videos, or raise the limit."
                )

    def _capacity(self) -> int | None:
        return find_capacity(self.terms, self.settings.max_credits, self.settings.interval_s)

    def _read_first(self, link: Link) -> Result:
        """Read the video once; a provider that is slow, held or down leaves the slot to the poller."""
        waiting: Future[Result] = self._threads.submit(self.reader.read_post, link.post_id or "", link.handle)
        try:
            return waiting.result(FIRST_READING_S)
        except (WaitTimeoutError, CancelledError, StoppedError):
            waiting.cancel()  # still in the queue: nobody waits for it any more, and it would be paid for
            return Failure("provider", retry_at=self.database.now())

    def _settle_first(self, connection: Connection, video: tracked_videos.TrackedVideo, reading: Reading) -> None:
        claim = Claim(
            video_id=video.video_id, slot=0, token=None,
            attempts=0, post_id=video.post_id, creator_key=video.creator_key, handle=video.handle,
            creator_id=video.creator_id, ends_at=video.slot_at(video.slots), is_paid=True,
        )  # fmt: skip
        slot_results.settle(
            connection, [(claim, reading)], self.reader.clock.now(), align=slots.align, on_events=self.on_events
        )

    def _notify_stopped(self, connection: Connection, video: tracked_videos.TrackedVideo) -> None:
        sequence, data = tracked_videos.next_sequence(connection, video.video_id), {"reason": "stopped"}
        event = slot_results.SlotEvent("tracking.completed", video.account_id, video, sequence, data=data)
        self.on_events(connection, [event], self.database.now())


def _with_reading(video: tracked_videos.TrackedVideo, reading: Reading) -> tracked_videos.TrackedVideo:
    """The job of a video whose account is known from its first reading."""
    key = reading.creator_key or video.creator_key
    return replace(video, creator_key=key, aligned_at=slots.align(key, video.created_at, video.interval_us))


def _check_request(duration_days: Any, metadata: Any) -> None:
    details = []
    if type(duration_days) is not int or not 1 <= duration_days <= MAX_DAYS:
        details.append(("duration_days", f"a whole number from 1 to {MAX_DAYS}"))
    if metadata is not None:
        try:
            text = json.dumps(metadata, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
            size = len(text.encode()) if isinstance(metadata, Mapping) else _MAX_METADATA_BYTES + 1
        except (TypeError, ValueError, RecursionError):  # no JSON has such a value, such as NaN or half a character
            size = _MAX_METADATA_BYTES + 1
        if size > _MAX_METADATA_BYTES:
            details.append(("metadata", f"a JSON object of at most {_MAX_METADATA_BYTES:,} bytes"))
    if details:
        raise InvalidRequestError("Invalid request", tuple(details))


def _check_idempotency_key(key: str) -> None:
    if not 1 <= len(key) <= _MAX_KEY_LENGTH or not key.isprintable():
        message = f"1 to {_MAX_KEY_LENGTH} printable characters"
        raise InvalidRequestError("The idempotency key isn't valid.", (("Idempotency-Key", message),))


def _has_metadata(stored: Mapping[str, Any] | None, wanted: Mapping[str, str] | None) -> bool:
    if not wanted:
        return True
    return stored is not None and all(_as_text(stored.get(name)) == value for name, value in wanted.items())


def _as_text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value)


def _encode_cursor(video_id: str) -> str:
    return base64.urlsafe_b64encode(video_id.encode()).decode().rstrip("=")


def _decode_cursor(cursor: str | None) -> str | None:
    if cursor is None:
        return None
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except ValueError:
        text = ""
    if not text.startswith("vid_"):
        raise InvalidRequestError("cursor isn't valid.", (("cursor", "next_cursor of an earlier page"),))
    return text


def _require(video: tracked_videos.TrackedVideo | None) -> tracked_videos.TrackedVideo:
    if video is None:
        raise _not_found_error()
    return video


def _not_found_error() -> VideoNotFoundError:
    return VideoNotFoundError("Video not found")


def _dollars(micros: int) -> float:
    return round(micros / 1_000_000, 6)
