"""A client of a dwell server for asyncio."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Self

from dwell.client import calls
from dwell.client.address import find_api, require_key
from dwell.client.answers import read_answer, unreachable
from dwell.client.calls import Answer, Call
from dwell.client.retries import Retries
from dwell.client.webhooks import AsyncWebhooks
from dwell.errors import TemporaryError
from dwell.http import AsyncHttpTransport
from dwell.tracking.objects import (
    ApiKey,
    BulkItem,
    NewApiKey,
    Snapshot,
    StoppedVideo,
    TrackedVideo,
    Usage,
    Video,
    VideoDetail,
)


class AsyncClient:
    """A client of a dwell server for one event loop of asyncio; tasks may share it.

    `async with dwell.AsyncClient("http://localhost:8000", key) as client: await client.track(link, 7)`. A call that
    fails because of the connection, or because the server is busy, is sent again; a video is tracked only once all the
    same, because each request to track one has an idempotency key.

    Args:
        base_url: The server's address, with or without `/api/v1`.
        key: The API key. It is never shown.
        timeout_s: Seconds that one try may take.
        max_wait_s: Seconds that a call may wait between its tries, in all; 0 for one try only.

    Attributes:
        webhooks: The account's webhooks.

    Raises:
        SettingsError: The address or the key isn't valid.
    """

    def __init__(self, base_url: str, key: str, *, timeout_s: float = 30.0, max_wait_s: float = 60.0) -> None:
        self.base_url = find_api(base_url)
        self.timeout_s, self.max_wait_s = timeout_s, max_wait_s
        self._transport = AsyncHttpTransport(self.base_url, {"X-API-Key": require_key(key)})
        self.webhooks = AsyncWebhooks(self._ask, timeout_s)

    def __repr__(self) -> str:
        return f"<dwell.AsyncClient: {self.base_url}>"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close all connections."""
        await self._transport.close()

    async def track(
        self,
        video_link: str,
        duration_days: int = 7,
        *,
        metadata: Mapping[str, Any] | None = None,
        idempotency_key: str | None = None,
    ) -> TrackedVideo:
        """Track a video: its first snapshot is read at once.

        Args:
            video_link: Any form of a link to it, or its id.
            duration_days: 1 to 30.
            metadata: Whatever you want to find the video by.
            idempotency_key: Your own key for this request, so that it is done once however often your program runs; a
                new one by default.

        Raises:
            InvalidRequestError: The link or a value isn't valid.
            InsufficientBalanceError: The balance does not cover the job.
            VideoLimitError: The plan allows no further video.
            VideoNotFoundError: The video does not exist, or is private.
            CapacityError: The provider's limit cannot serve another account.
            IdempotencyError: The idempotency key was used for another request.
        """
        return await self._ask(calls.track(video_link, duration_days, metadata, idempotency_key, self.timeout_s))

    async def track_many(
        self,
        videos: Iterable[str | Mapping[str, Any]],
        duration_days: int = 7,
        *,
        metadata: Mapping[str, Any] | None = None,
    ) -> list[BulkItem]:
        """Track any number of videos; one that is refused does not stop the others.

        The first snapshots are read afterwards.

        Args:
            videos: Links, or mappings with `video_link`, and `duration_days` or `metadata` where they differ.
            duration_days: 1 to 30.
            metadata: Whatever you want to find the videos by.
        """
        wanted = calls.track_many(videos, duration_days, metadata, self.timeout_s)
        return [item for call in wanted for item in (await self._ask(call)).results]

    async def get_video(self, video_id: str) -> VideoDetail:
        """A video with all its snapshots and gaps.

        Raises:
            VideoNotFoundError: The account has no such video.
        """
        return await self._ask(calls.get_video(video_id, self.timeout_s))

    async def videos(
        self,
        *,
        platform: str | None = None,
        status: str | None = None,
        metadata: Mapping[str, str] | None = None,
        page_size: int = calls.MAX_PAGE,
    ) -> AsyncIterator[Video]:
        """All videos of the account, newest first; pages are asked for as they are needed.

        Args:
            platform: Only those of this platform.
            status: Only those with this status.
            metadata: Only those whose metadata have these values.
            page_size: Videos to ask for at once, 1 to 100.
        """
        cursor: str | None = None
        while True:
            page = await self._ask(calls.list_videos(platform, status, metadata, page_size, cursor, self.timeout_s))
            for video in page.videos:
                yield video
            if page.next_cursor is None or page.next_cursor == cursor:
                return
            cursor = page.next_cursor

    async def snapshots(
        self, video_id: str, *, since: datetime | None = None, until: datetime | None = None
    ) -> list[Snapshot]:
        """Snapshots of a video, oldest first, from `since` up to, but not including, `until`.

        Raises:
            VideoNotFoundError: The account has no such video.
        """
        return (await self._ask(calls.list_snapshots(video_id, since, until, self.timeout_s))).snapshots

    async def stop(self, video_id: str) -> StoppedVideo:
        """Stop tracking a video; its snapshots stay.

        Raises:
            VideoNotFoundError: The account has no such video.
        """
        return await self._ask(calls.stop(video_id, self.timeout_s))

    async def erase(self, video_id: str) -> None:
        """Remove a video with its snapshots.

        Raises:
            VideoNotFoundError: The account has no such video.
        """
        await self._ask(calls.erase(video_id, self.timeout_s))

    async def usage(self) -> Usage:
        """What the account has and uses."""
        return await self._ask(calls.usage(self.timeout_s))

    async def key(self) -> ApiKey:
        """The key that this client uses, without its secret."""
        return await self._ask(calls.key(self.timeout_s))

    async def create_key(
        self, name: str = "", *, scopes: Sequence[str] = ("read", "track"), expires_at: datetime | None = None
    ) -> NewApiKey:
        """Make another key of the account, which is shown this once; needs the scope `admin`.

        Args:
            name: What you call it.
            scopes: What it may do: any of `read`, `track`, `admin` that this client's own key may do.
            expires_at: When it ends; never if it is None.

        Raises:
            InvalidRequestError: The name, a scope or the time isn't valid, or the account has too many keys.
            PermissionDeniedError: This client's key lacks `admin` or one of the scopes.
        """
        return await self._ask(calls.create_key(name, scopes, expires_at, self.timeout_s))

    async def list_keys(self) -> list[ApiKey]:
        """All keys of the account, the oldest first; needs the scope `admin`."""
        return (await self._ask(calls.list_keys(self.timeout_s))).keys

    async def revoke_key(self, key_id: str) -> ApiKey:
        """Refuse a key of the account from now on; needs the scope `admin`.

        Raises:
            NoDataError: The account has no such key.
        """
        return await self._ask(calls.revoke_key(key_id, self.timeout_s))

    async def set_low_balance(self, amount_usd: float | None) -> Usage:
        """Set the balance below which `balance.low` is sent; None for none.

        Raises:
            InvalidRequestError: The amount is negative or too large.
        """
        return await self._ask(calls.set_low_balance(amount_usd, self.timeout_s))

    async def _ask(self, call: Call[Answer]) -> Answer:
        import anyio

        retries = Retries(call, self.max_wait_s)
        while True:
            try:
                response = await self._transport.send(call.request, call.headers)
            except TemporaryError as error:
                wait_s = retries.after_error(error)
                if wait_s is None:
                    raise unreachable(error) from error
            else:
                wait_s = retries.after_response(response)
                if wait_s is None:
                    return read_answer(response, call, self._transport.host, tries=retries.tries)
            await anyio.sleep(wait_s)
