"""The plan of a sync: which requests it will send, from what is stored; nothing is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from dwell.providers.tiktok_organic.api import NAME
from dwell.providers.tiktok_organic.client import CALLS_A_MINUTE, MAX_VIDEOS
from dwell.providers.tiktok_organic.oauth import COMMENT_SCOPE
from dwell.results import Result
from dwell.state import StateDatabase, stream_states, subjects
from dwell.state.connections import StoredConnection
from dwell.state.stream_states import WHOLE, StreamName
from dwell.sync.spec import SyncSpec
from dwell.sync.stream_requests import SUBJECT_KIND

COLUMNS = ("account", "stream", "requests", "note")


@dataclass(frozen=True, slots=True)
class PlanItem:
    """One stream of one account.

    Attributes:
        account: How messages name it.
        stream: The stream.
        requests: Expected requests; None where that is not known before.
        note: What is read.
    """

    account: str
    stream: str
    requests: int | None
    note: str


def make_plan(database: StateDatabase, spec: SyncSpec, rows: Sequence[StoredConnection]) -> list[PlanItem]:
    """The plan of a job, in the order in which it reads."""
    return [_plan_stream(database, spec, row, stream) for row in rows for stream in spec.streams]


def plan_result(items: Sequence[PlanItem], resumes: datetime | None) -> Result:
    """One row a stream; in `meta` the expected requests, the time that they take, and which job is resumed."""
    rows = [(item.account, item.stream, item.requests, item.note) for item in items]
    meta = {
        "provider": NAME,
        "requests_expected": sum(item.requests or 0 for item in items),
        "seconds_expected": seconds_needed(items),
        "per_minute": CALLS_A_MINUTE,
        "unknown": any(item.requests is None for item in items),
        "resumes": resumes,
    }
    return Result(COLUMNS, rows, meta)


def seconds_needed(items: Sequence[PlanItem]) -> float:
    """How long the limits make a sync last: accounts and endpoints wait for themselves alone."""
    longest = max((item.requests or 0 for item in items), default=0)
    return 60.0 * ((longest - 1) // CALLS_A_MINUTE) if longest else 0.0


def _plan_stream(database: StateDatabase, spec: SyncSpec, row: StoredConnection, stream: str) -> PlanItem:
    name = StreamName(NAME, row.open_id, stream)
    cursors = {} if spec.full else stream_states.read(database, name)
    if stream == "account":
        return PlanItem(row.name, stream, 1, "profile and followers as they are now")
    if stream == "account_days":
        newest = cursors.get(WHOLE)
        note = "the days that TikTok still shows" if newest is None else f"the days since {newest}, and the last ones"
        return PlanItem(row.name, stream, 1, f"{note} again" if newest else note)
    if stream == "benchmark":
        return PlanItem(row.name, stream, 1, f"averages of {spec.benchmark}")
    if stream == "owner_comments":
        note = "videos whose number of comments changed"
        if COMMENT_SCOPE not in row.scopes:
            return PlanItem(row.name, stream, 0, "the owner was not asked for comments")
        return PlanItem(row.name, stream, None, note)
    return _plan_videos(database, spec, row, cursors.get(WHOLE))


def _plan_videos(database: StateDatabase, spec: SyncSpec, row: StoredConnection, frozen: str | None) -> PlanItem:
    known = subjects.find(database, NAME, SUBJECT_KIND, row.open_id)
    total = known.total if known else None
    if total is None:
        return PlanItem(row.name, "videos", None, "every video; their number isn't known yet")
    requests = max(1, ceil(total / MAX_VIDEOS))
    if frozen is None and spec.since is None:
        return PlanItem(row.name, "videos", requests, f"all {total:,} videos")
    since = spec.since.isoformat() if spec.since else (frozen or "")[:10]
    return PlanItem(row.name, "videos", requests, f"videos published since {since}, of {total:,}: at most")
