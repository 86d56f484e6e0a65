"""A tracking service in memory, for tests of the API: it has the rules' answers, and none of the rules."""

from __future__ import annotations

import base64
import itertools
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

from dwell.errors import (
    AuthenticationError,
    DwellError,
    IdempotencyError,
    InsufficientBalanceError,
    InvalidRequestError,
    NoDataError,
    VideoNotFoundError,
)
from dwell.state import StateDatabase, open_database
from dwell.tracking.metrics import Metric
from dwell.tracking.objects import (
    ApiKey,
    BulkItem,
    Gap,
    KeyList,
    NewApiKey,
    PlanLimits,
    Snapshot,
    StoppedVideo,
    TrackedVideo,
    Usage,
    Video,
    VideoDetail,
    VideoList,
    VideoMetadata,
)
from dwell.tracking.plans import Plan
from dwell.tracking.problems import describe_error
from dwell.tracking.service import Caller, TrackingService
from dwell.tracking.webhooks import WebhookService

KEY = "dwell_test_4a7d1ed414474e4033ac29ccb8653d9b"
READ_KEY = "dwell_read_4a7d1ed414474e4033ac29ccb8653d9b"
TRACK_KEY = "dwell_trac_4a7d1ed414474e4033ac29ccb8653d9b"
ADMIN_KEY = "dwell_admi_4a7d1ed414474e4033ac29ccb8653d9b"
OTHER_KEY = "dwell_othe_4a7d1ed414474e4033ac29ccb8653d9b"
LINK = "https://www.tiktok.com/@user/video/7350810998023949599"
POOR_LINK = "https://www.tiktok.com/@user/video/7350810998023940402"
PRIVATE_LINK = "https://www.tiktok.com/@user/video/7350810998023940404"
AT = datetime(2026, 1, 29, 10, tzinfo=UTC)
FREE = Plan("free", 60, 10)
LOCAL = Plan("local", None, None)


def keys() -> dict[str, Caller]:
    every = frozenset({"read", "track", "admin"})
    return {
        KEY: Caller("acc_1", "key_1", every, LOCAL),
        READ_KEY: Caller("acc_1", "key_2", frozenset({"read"}), LOCAL),
        TRACK_KEY: Caller("acc_1", "key_3", frozenset({"track"}), LOCAL),
        ADMIN_KEY: Caller("acc_1", "key_4", frozenset({"admin"}), LOCAL),
        OTHER_KEY: Caller("acc_2", "key_5", every, FREE),
    }


class FakeService(TrackingService):
    """See the methods.

    Attributes:
        keys: Who is behind each key.
        failures: Makes a method raise an error, by the method's name.
        authentications: The keys that were asked for.
        calls: What was asked, in order.
        webhooks: The real ones, in a database of their own.
    """

    def __init__(self) -> None:
        self.keys = keys()
        self.failures: dict[str, BaseException] = {}
        self.authentications: list[str] = []
        self.calls: list[tuple[str, Any]] = []
        self.videos: dict[str, tuple[str, VideoDetail]] = {}
        self.versions: dict[str, int] = {}
        self.answers: dict[tuple[str, str], tuple[Any, TrackedVideo]] = {}
        self.made_keys: dict[str, ApiKey] = {}
        self.low_balance_usd: float | None = None
        self._ids = itertools.count(1)

    @cached_property
    def webhooks(self) -> WebhookService:  # type: ignore[override]
        def resolve(host: str, port: int) -> list[str]:
            return ["93.184.215.14"]

        folder = tempfile.TemporaryDirectory()
        database: StateDatabase = open_database(Path(folder.name))
        self.closing = ExitStack()
        self.closing.callback(folder.cleanup)
        self.closing.callback(database.close)
        return WebhookService(database, resolve=resolve)

    def close(self) -> None:
        if "webhooks" in vars(self):
            self.closing.close()

    def authenticate(self, key: str) -> Caller:
        self.authentications.append(key)
        self._begin("authenticate", None)
        caller = self.keys.get(key)
        if caller is None:
            raise AuthenticationError("The API key is unknown, expired or revoked.")
        return caller

    def track(
        self, caller: Caller, video_link: str, duration_days: int, *, metadata: Mapping[str, Any] | None = None,
        idempotency_key: str | None = None,
    ) -> TrackedVideo:  # fmt: skip
        request = (video_link, duration_days, metadata)
        self._begin("track", request)
        if idempotency_key is not None and (caller.account_id, idempotency_key) in self.answers:
            before, answer = self.answers[caller.account_id, idempotency_key]
            if before != request:
                raise IdempotencyError("The idempotency key was used for another request: use a new one.")
            return answer
        if "tiktok.com" not in video_link:
            raise InvalidRequestError("It is no video.", (("video_link", "It is no video."),), "bad_host")
        if video_link == POOR_LINK:
            raise InsufficientBalanceError("The balance is too low.", 0.5, 2.52)
        if video_link == PRIVATE_LINK:
            raise VideoNotFoundError("The video does not exist, or is private.")
        wanted = caller.account_id, video_link, "monitoring"
        duplicates = [
            one.id for account, one in self.videos.values() if (account, one.video_link, one.status) == wanted
        ]
        video = make_video(f"vid_{next(self._ids):04d}", video_link, duration_days, metadata)
        self.videos[video.id] = caller.account_id, video
        self.versions[video.id] = 1
        tracked = TrackedVideo(
            id=video.id,
            job_id=video.job_id,
            video_link=video_link,
            platform="tiktok",
            status="monitoring",
            monitoring_duration_days=duration_days,
            days_remaining=float(duration_days),
            estimated_cost=video.estimated_cost,
            created_at=AT,
            metadata=video.metadata,
            duplicate_of=duplicates[0] if duplicates else None,
        )
        if idempotency_key is not None:
            self.answers[caller.account_id, idempotency_key] = request, tracked
        return tracked

    def track_bulk(
        self, caller: Caller, items: Sequence[Mapping[str, Any]], *, idempotency_key: str | None = None
    ) -> list[BulkItem]:
        self._begin("track_bulk", items)
        results = []
        for place, item in enumerate(items):
            link = item["video_link"]
            key = None if idempotency_key is None else f"{idempotency_key} {place}"
            try:
                tracked = self.track(
                    caller, link, item["duration_days"], metadata=item["metadata"], idempotency_key=key
                )
                results.append(BulkItem(video_link=link, status=201, video=tracked))
            except DwellError as error:
                status, body = describe_error(error)
                results.append(BulkItem(video_link=link, status=status, error=body))
        return results

    def get_video(self, caller: Caller, video_id: str) -> VideoDetail:
        self._begin("get_video", video_id)
        return self._find(caller, video_id)

    def get_version(self, caller: Caller, video_id: str) -> int:
        self._begin("get_version", video_id)
        self._find(caller, video_id)
        return self.versions[video_id]

    def list_videos(
        self, caller: Caller, *, platform: str | None = None, status: str | None = None, limit: int = 50,
        cursor: str | None = None, metadata: Mapping[str, str] | None = None,
    ) -> VideoList:  # fmt: skip
        self._begin("list_videos", (platform, status, limit, cursor, metadata))
        before = "~"
        if cursor is not None:
            try:
                before = base64.urlsafe_b64decode(cursor.encode()).decode()
            except ValueError as error:
                raise InvalidRequestError("cursor: It is not one of ours.", (("cursor", "Unknown."),)) from error
        found = [
            video
            for account, video in self.videos.values()
            if account == caller.account_id
            and video.id < before
            and platform in (None, video.platform)
            and status in (None, video.status)
            and all(str((video.metadata or {}).get(name)) == value for name, value in (metadata or {}).items())
        ]
        found.sort(key=lambda video: video.id, reverse=True)
        page = [msgspec.convert(one, Video, from_attributes=True) for one in found[:limit]]
        more = base64.urlsafe_b64encode(page[-1].id.encode()).decode() if len(found) > limit else None
        return VideoList(videos=page, total=len(page), limit=limit, next_cursor=more)

    def list_snapshots(
        self, caller: Caller, video_id: str, *, since: datetime | None = None, until: datetime | None = None
    ) -> list[Snapshot]:
        self._begin("list_snapshots", (video_id, since, until))
        return [
            one
            for one in self._find(caller, video_id).snapshots
            if (since is None or since <= one.snapshot_time) and (until is None or one.snapshot_time < until)
        ]

    def stop(self, caller: Caller, video_id: str) -> StoppedVideo:
        self._begin("stop", video_id)
        video = self._find(caller, video_id)
        self.change(video_id, status="completed", reason="stopped")
        return StoppedVideo(
            success=True,
            id=video_id,
            job_id=video.job_id,
            video_link=video.video_link,
            previous_status=video.status,
            new_status="completed",
        )

    def erase(self, caller: Caller, video_id: str) -> None:
        self._begin("erase", video_id)
        self._find(caller, video_id)
        del self.videos[video_id]

    def usage(self, caller: Caller) -> Usage:
        self._begin("usage", None)
        return Usage(
            balance_usd=5.0,
            total_snapshots=2,
            active_videos=len(self.videos),
            uncharged_usage_usd=0.0,
            total_charged_usd=0.03,
            estimated_snapshots_remaining=333,
            cost_per_snapshot=0.015,
            billing=True,
            plan=_limits(caller.plan),
            provider="tikliveapi",
            provider_credits_today=3,
            provider_max_credits=None,
            served_share=1.0,
            low_balance_usd=self.low_balance_usd,
        )

    def set_low_balance(self, caller: Caller, amount_usd: float | None) -> Usage:
        self._begin("set_low_balance", amount_usd)
        self.low_balance_usd = amount_usd
        return self.usage(caller)

    def get_key(self, caller: Caller) -> ApiKey:
        self._begin("get_key", None)
        return ApiKey(
            id=caller.key_id,
            account_id=caller.account_id,
            name="test",
            prefix="dwell_test",
            scopes=sorted(caller.scopes),
            plan=_limits(caller.plan),
            created_at=AT,
            expires_at=None,
            revoked_at=None,
        )

    def list_keys(self, caller: Caller) -> KeyList:
        self._begin("list_keys", None)
        found = [self.get_key(caller), *(one for one in self.made_keys.values() if one.account_id == caller.account_id)]
        return KeyList(keys=found, total=len(found))

    def create_own_key(
        self, caller: Caller, *, name: str, scopes: Sequence[str], expires_at: datetime | None = None
    ) -> NewApiKey:
        self._begin("create_own_key", (name, scopes, expires_at))
        fields = msgspec.structs.asdict(self.get_key(caller))
        fields |= {"id": f"key_made_{next(self._ids)}", "name": name, "scopes": [*scopes], "expires_at": expires_at}
        self.made_keys[fields["id"]] = ApiKey(**fields)
        return NewApiKey(**fields, key="dwell_made")

    def revoke_own_key(self, caller: Caller, key_id: str) -> ApiKey:
        self._begin("revoke_own_key", key_id)
        found = self.made_keys.get(key_id)
        if found is None or found.account_id != caller.account_id:
            raise NoDataError("No key of this account has this id.")
        self.made_keys[key_id] = msgspec.structs.replace(found, revoked_at=AT)
        return self.made_keys[key_id]

    def metrics(self) -> list[Metric]:
        return [Metric("dwell_due_slots", "gauge", "Slots that are due.", {(): 3, (("state", 'a "b"\n'),): 0.5})]

    def change(self, video_id: str, **fields: Any) -> None:
        """Changes a video, and its version."""
        account, video = self.videos[video_id]
        self.videos[video_id] = account, msgspec.structs.replace(video, **fields)
        self.versions[video_id] += 1

    def _find(self, caller: Caller, video_id: str) -> VideoDetail:
        account, video = self.videos.get(video_id, ("", None))
        if video is None or account != caller.account_id:
            raise VideoNotFoundError("No video of this account has this id.")
        return video

    def _begin(self, method: str, what: Any) -> None:
        self.calls.append((method, what))
        if method in self.failures:
            raise self.failures[method]


def make_video(
    video_id: str, link: str = LINK, days: int = 7, metadata: Mapping[str, Any] | None = None, snapshots: int = 2
) -> VideoDetail:
    """A video with some snapshots, one of which has unknown counters."""
    return VideoDetail(
        id=video_id,
        job_id=f"job_{video_id}",
        video_link=link,
        platform="tiktok",
        status="monitoring",
        reason=None,
        is_deleted=False,
        monitoring_started=AT,
        monitoring_duration_days=days,
        days_remaining=days - 0.1,
        interval_s=3600.0,
        slots=24 * days,
        snapshots_count=snapshots,
        estimated_cost=round(days * 24 * 0.015, 2),
        current_metadata=VideoMetadata(title='A, "title"', creator="user"),
        metadata=None if metadata is None else dict(metadata),
        created_at=AT,
        ended_at=None,
        last_updated=AT,
        snapshots=[make_snapshot(video_id, slot) for slot in range(snapshots)],
        gaps=[Gap(slot=snapshots, slot_time=AT + timedelta(hours=snapshots), reason="provider")],
    )


def make_snapshot(video_id: str, slot: int) -> Snapshot:
    return Snapshot(
        id=f"{video_id}-{slot}",
        snapshot_id=f"{video_id}-{slot}",
        slot=slot,
        snapshot_time=AT + timedelta(hours=slot),
        views=str(9_007_199_254_740_993 + slot),
        likes="185000",
        comments="4200",
        shares=None if slot else "12500",
        saves=None,
        provider="tikliveapi",
    )


def _limits(plan: Plan) -> PlanLimits:
    return PlanLimits(
        name=plan.name, requests_per_minute=plan.requests_per_minute, concurrent_videos=plan.concurrent_videos
    )
