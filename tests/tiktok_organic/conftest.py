"""A small world of readings of the API for Business, appended as the connector does it: a batch a reading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from dwell.records import (
    Comment,
    CreatorSnapshot,
    EngagementLike,
    OwnedAccount,
    OwnedAccountActivity,
    OwnedAccountDay,
    OwnedComment,
    OwnedPost,
    Post,
    PostBreakdown,
    PostSnapshot,
    Retention,
    WatchTime,
)
from dwell.settings import Settings
from dwell.warehouse.batches import Batch
from dwell.workspace.workspace import Workspace

Row = dict[str, Any]
V1, V2 = "7571000000000000001", "7571000000000000002"
SOURCE = "tiktok-organic-sandbox"


def at(day: int, hour: int = 6, minute: int = 0) -> datetime:
    """An instant in March 2026."""
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


class World:
    """A data folder under construction."""

    def __init__(self, folder: Path) -> None:
        self.ws = Workspace(Settings(data=folder, threads=1), create=True)
        self._batches = len(self.ws.store.batches())

    def append(self, *records: msgspec.Struct, source: str = SOURCE) -> None:
        """One batch; each record is an object of its own."""
        self._batches += 1
        batch = Batch(f"{self._batches:032d}", "test", source, "ab" * 32, at(30), {})
        with self.ws.store.appending() as appender:
            loaded = appender.append(batch, [(record,) for record in records], now=at(30))
        assert not loaded.rejected, loaded

    def account(self, when: datetime, username: str | None = "me", open_id: str = "o1", **given: Any) -> None:
        """One reading of the profile; `followers` and the like are its counters."""
        counters = {name: given.pop(name, None) for name in ("followers", "following", "total_likes", "post_count")}
        records: list[msgspec.Struct] = [
            OwnedAccount(open_id=open_id, observed_at=when, username=username, source=SOURCE, **given)
        ]
        if username is not None and any(value is not None for value in counters.values()):
            records.append(
                CreatorSnapshot(handle=username, platform="tiktok", observed_at=when, source=SOURCE, **counters)
            )
        self.append(*records)

    def day(self, day: date, when: datetime, hours: Mapping[int, int] | None = None, **figures: Any) -> None:
        """Figures of one day, and the followers who were active in each hour."""
        days = OwnedAccountDay(open_id="o1", day=day, observed_at=when, source=SOURCE, **figures)
        active = [
            OwnedAccountActivity(open_id="o1", day=day, hour=h, active_followers=n, observed_at=when, source=SOURCE)
            for h, n in (hours or {}).items()
        ]
        self.append(days, *active)

    def video(
        self,
        when: datetime,
        post_id: str = V1,
        *,
        open_id: str = "o1",
        username: str | None = "me",
        counters: Mapping[str, int] | None = None,
        watched: Mapping[str, float] | None = None,
        lists: Mapping[str, Mapping[str, float]] | None = None,
        retention: Sequence[float] = (),
        likes: Sequence[float] = (),
        post: Mapping[str, Any] | None = None,
        **given: Any,
    ) -> None:
        """One reading of one video."""
        key: dict[str, Any] = {"post_id": post_id, "observed_at": when, "source": SOURCE}
        post = {"posted_at": at(1), "media_type": "video", "is_ad": False, **(post or {})}
        records: list[msgspec.Struct] = [
            OwnedPost(**key, open_id=open_id, username=username, **given),
            Post(**key, platform="tiktok", **post),
        ]
        if counters:
            records.append(PostSnapshot(**key, **counters))
        if watched:
            records.append(WatchTime(**key, **watched))
        for dimension, members in (lists or {}).items():
            records += [PostBreakdown(**key, dimension=dimension, member=m, share=s) for m, s in members.items()]
        records += [Retention(**key, second=float(i), retention_rate=share) for i, share in enumerate(retention)]
        records += [EngagementLike(**key, second=float(i), like_share=share) for i, share in enumerate(likes)]
        self.append(*records)

    def sweep(self, when: datetime, post_id: str = V1, **counters: int) -> None:
        """The same video, read by another provider."""
        self.append(
            PostSnapshot(post_id=post_id, observed_at=when, source="tikliveapi", **counters), source="tikliveapi"
        )

    def comment(self, when: datetime, comment_id: str = "7571000000000000101", **given: Any) -> None:
        """One reading of one comment under V1."""
        key: dict[str, Any] = {"comment_id": comment_id, "post_id": V1, "observed_at": when, "source": SOURCE}
        public = {name: given.pop(name) for name in ("text", "comment_likes", "replies", "posted_at") if name in given}
        self.append(OwnedComment(**key, open_id="o1", **given), Comment(**key, **{"text": "hi", **public}))

    def rows(self, name: str, *columns: str) -> list[Any]:
        """Rows of `tiktok_organic_NAME`: these columns as tuples, a single one as it stands; all as dicts."""
        found = list(self.ws.table(f"tiktok_organic_{name}"))
        if not columns:
            return found
        return [row[columns[0]] if len(columns) == 1 else tuple(row[each] for each in columns) for row in found]


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / "data")
