"""Tracking on a data folder itself, without a server: the same calls as `dwell.Client`, and those about keys."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from dwell.errors import InsufficientBalanceError, VideoNotFoundError
from dwell.state.accounts import LOCAL_ACCOUNT
from dwell.text.resource_ids import check_resource_id
from dwell.tracking.folder_webhooks import FolderWebhooks
from dwell.tracking.keys import Caller
from dwell.tracking.objects import ApiKey, NewApiKey, StoppedVideo, TrackedVideo, Usage, Video, VideoDetail
from dwell.tracking.opening import open_tracking
from dwell.tracking.service import TrackingService

_PAGE = 100


class FolderTracking:
    """Tracks videos in a data folder as the account of this machine.

    Args:
        service: The tracking service of the folder.

    Attributes:
        webhooks: The webhooks of all its accounts.
    """

    def __init__(self, service: TrackingService) -> None:
        self._service = service
        self.webhooks = FolderWebhooks(service.webhooks)

    def track(
        self,
        video_link: str,
        duration_days: int = 7,
        *,
        metadata: Mapping[str, Any] | None = None,
        idempotency_key: str | None = None,
    ) -> TrackedVideo:
        """Track a video; see `TrackingService.track`."""
        self._service.reader.clock.check_once()  # a server's poller does so by itself
        try:
            return self._service.track(
                self._caller, video_link, duration_days, metadata=metadata, idempotency_key=idempotency_key
            )
        except InsufficientBalanceError as error:
            if error.balance is None or error.estimated_cost is None:
                raise
            missing = Decimal(str(error.estimated_cost)) - Decimal(str(error.balance))
            raise InsufficientBalanceError(
                f"The video may cost {error.estimated_cost:.2f} US dollars, and the balance is {error.balance:.2f}: "
                f"add money with dwell keys top-up {LOCAL_ACCOUNT} {missing:.2f}, or unset DWELL_BILLING.",
                error.balance,
                error.estimated_cost,
            ) from error

    def get_video(self, video_id: str) -> VideoDetail:
        """A video with all its snapshots and gaps.

        Raises:
            VideoNotFoundError: There is no such video.
        """
        return self._service.get_video(self._caller, check_resource_id(video_id, _not_found()))

    def videos(
        self,
        *,
        platform: str | None = None,
        status: str | None = None,
        metadata: Mapping[str, str] | None = None,
        page_size: int = _PAGE,
    ) -> Iterator[Video]:
        """All videos, newest first."""
        cursor: str | None = None
        while True:
            page = self._service.list_videos(
                self._caller, platform=platform, status=status, limit=page_size, cursor=cursor, metadata=metadata
            )
            yield from page.videos
            if page.next_cursor is None:
                return
            cursor = page.next_cursor

    def stop(self, video_id: str) -> StoppedVideo:
        """Stop tracking a video.

        Raises:
            VideoNotFoundError: There is no such video.
        """
        return self._service.stop(self._caller, check_resource_id(video_id, _not_found()))

    def erase(self, video_id: str) -> None:
        """Remove a video with its snapshots.

        Raises:
            VideoNotFoundError: There is no such video.
        """
        self._service.erase(self._caller, check_resource_id(video_id, _not_found()))

    def usage(self) -> Usage:
        """What the account has and uses."""
        return self._service.usage(self._caller)

    # --- keys of servers on this folder ------------------------------------------------------------------------------

    def create_key(
        self,
        *,
        plan: str | None = None,
        name: str = "",
        scopes: Sequence[str] = ("read", "track"),
        expires_at: datetime | None = None,
        credit_usd: Decimal = Decimal(0),
        account_id: str | None = None,
    ) -> NewApiKey:
        """Make a key; see `Keys.create`."""
        return self._service.create_key(
            plan=plan,
            name=name,
            scopes=scopes,
            expires_at=expires_at,
            credit_micros=_micros(credit_usd),
            account_id=account_id,
        )

    def list_keys(self) -> list[ApiKey]:
        """All keys, the oldest first."""
        return self._service.keys.list_all()

    def revoke_key(self, key_id: str) -> ApiKey:
        """Refuse a key from now on.

        Raises:
            NoDataError: There is none with this id.
        """
        return self._service.keys.revoke(key_id)

    def top_up(self, account_id: str, amount_usd: Decimal) -> Decimal:
        """Add US dollars to an account; returns its new balance.

        Raises:
            InvalidRequestError: The amount isn't more than 0.
            NoDataError: The account does not exist.
        """
        return Decimal(self._service.keys.top_up(account_id, _micros(amount_usd))) / 1_000_000

    @cached_property
    def _caller(self) -> Caller:
        return self._service.keys.local_caller()


@contextmanager
def open_folder(data: str | os.PathLike[str] | None = None, *, create: bool = False) -> Iterator[FolderTracking]:
    """Open a data folder for tracking until the block ends; see `open_tracking`."""
    with open_tracking(data, create=create) as tracking:
        yield FolderTracking(tracking.service)


def _not_found() -> VideoNotFoundError:
    return VideoNotFoundError("Video not found")


def _micros(usd: Decimal) -> int:
    return int((usd * 1_000_000).to_integral_value())
