"""A history of syncs on one clock: which accounts, when, every response as it was sent, and what the tables say."""

from __future__ import annotations

import json
import os
import random
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pyarrow.parquet as parquet
from pyarrow import Table

from dwell.workspace import Workspace
from dwell.workspace.syncs import SyncRequest
from dwell_sandbox.owner import OwnerAnalytics
from dwell_sandbox.server.protocol import Protocol, Request
from dwell_sandbox.server.rate_limits import RateLimit
from dwell_sandbox.server.response import ProtocolOptions
from dwell_sandbox.server.sandbox import SIMULATED_AT, Sandbox, WireResponse

from .conftest import Trial, opened
from .history_oracle import LISTS, Key, Oracle, Row, pack
from .history_truth import Truth

START = datetime(2022, 12, 15, tzinfo=UTC)
FROZEN = timedelta(days=368)
PAGE = 20
CATEGORY = "PETS"
LISTED = {f"videos_{name}" for name in LISTS} | {"account_metrics_audience_activity", "account_audience"}
KEYS = {
    "account": ("video_creator_username", "metric_date"),
    "account_metrics": ("video_creator_username", "metric_date"),
    "account_metrics_audience_activity": ("video_creator_username", "metric_date"),
    "account_audience": ("video_creator_username", "metric_date", "audience_dimension"),
    "videos_latest": ("item_id",),
    "videos_comments": ("comment_id",),
    "benchmark": ("business_category", "metric_date"),
}
"""Columns that identify a row, or a list; of the other tables item_id and metric_date."""

MEMBERS = {
    **{f"videos_{name}": (f"{name}_{member}", f"{name}_percentage") for name, member in LISTS.items()},
    "account_metrics_audience_activity": ("audience_activity_hour", "audience_activity_count"),
    "account_audience": ("audience_member", "audience_percentage"),
}
_CONSENT_LASTS = timedelta(days=300)
_API = "/open_api/v1.3/"


@dataclass
class History:
    """Some accounts, synced again and again.

    Attributes:
        trial: The sandbox and the folder.
        handles: open_id -> the account's first name.
        oracle: What the tables must have.
        truth: open_id -> the world.
        step: Seconds that pass with each response.
        wrong: What was shown and is not true.
        throttled: Responses that a limit refused.
        synced: open_id -> when it was synced last.
        syncing: Responses are recorded: those that a consent needs are not.
        listed: open_id -> the videos that the present sync was shown; in `ever_listed` those of all syncs.
        began: open_id -> its first response in the present sync.
        missing: Video -> the sync that was the first without it, after the owner deleted it.
        gaps: open_id, stream and day of what no sync read.
    """

    trial: Trial
    handles: dict[str, str] = field(default_factory=dict)
    oracle: Oracle = field(default_factory=Oracle)
    truth: dict[str, Truth] = field(default_factory=dict)
    step: float = 0.0
    wrong: list[str] = field(default_factory=list)
    throttled: int = 0
    synced: dict[str, datetime] = field(default_factory=dict)
    syncing: bool = False
    consented: dict[str, datetime] = field(default_factory=dict)
    listed: dict[str, set[str]] = field(default_factory=dict)
    began: dict[str, datetime] = field(default_factory=dict)
    ever_listed: dict[str, set[str]] = field(default_factory=dict)
    missing: dict[str, datetime] = field(default_factory=dict)
    gaps: set[tuple[str, str, date]] = field(default_factory=set)

    def pass_to(self, at: datetime, accounts: Mapping[str, bool]) -> None:
        """Let time pass; owners consent as soon as they have an account, and again before a year is over.

        Args:
            at: Until then.
            accounts: First name of an account -> whether its comments are read, too.
        """
        self.trial.clock.at = at
        for handle, comments in accounts.items():
            there = self.trial.sandbox.world.creator(handle).joined < at.timestamp()
            consented = self.consented.get(handle)
            if there and (consented is None or at - consented > _CONSENT_LASTS):
                self.connect(handle, comments=comments)
                self.consented[handle] = at

    def connect(self, handle: str, *, comments: bool = False, **form: Any) -> None:
        """An owner consents."""
        named = self.trial.sandbox.world.status(handle, self.trial.clock.at).handle
        row = self.trial.connect(named, comments=comments, **form)
        self.handles[row.open_id] = handle
        self.truth.setdefault(row.open_id, Truth(self.trial.sandbox.world, handle))

    def analytics(self, open_id: str) -> bool:
        """Whether the owner has turned analytics on."""
        return OwnerAnalytics(self.trial.sandbox.world).has_analytics(self.handles[open_id])

    def record(self, request: Request, response: WireResponse) -> None:
        """Take a response that the sandbox sends."""
        endpoint = request.path.removeprefix(_API).rstrip("/")
        if not self.syncing or not endpoint.startswith("business/"):
            return
        answer = json.loads(response.body)
        self.throttled += answer["code"] == 40100
        if answer["code"] not in {0, 20001}:
            return
        at = datetime.fromisoformat(response.headers[SIMULATED_AT])
        data, open_id = answer["data"], request.query["business_id"]
        self.began.setdefault(open_id, at)
        self.oracle.add(at, endpoint, request.query, data)
        self.wrong += self.truth[open_id].differences(at, endpoint, request.query, data)
        if endpoint == "business/video/list":
            self.listed.setdefault(open_id, set()).update(video["item_id"] for video in data["videos"])
        self.trial.clock.pass_(seconds=self.step)

    def sync(self, ws: Workspace, *, full: bool = False, comments: bool = True) -> Mapping[str, Any]:
        """Sync all accounts, and check that what is due was listed; returns the totals."""
        at, self.listed, self.began = self.trial.clock.at, {}, {}
        self.syncing = True
        done = ws.syncs.run(SyncRequest(full=full, comments=comments, benchmark=CATEGORY))
        self.syncing = False
        for open_id in self.handles:
            self._note(open_id, at, full=full)
            self.synced[open_id] = at
        return done.meta

    def _note(self, open_id: str, at: datetime, *, full: bool) -> None:
        """What is due of one account: the videos that are not frozen yet; of old ones only the rest of a page."""
        before = self.synced.get(open_id)
        # Without analytics a reading lacks what it is for, so that the next one reads everything again.
        everything = before is None or full or not self.analytics(open_id)
        since = datetime(2000, 1, 1, tzinfo=UTC) if everything or before is None else before - FROZEN
        listed, truth = self.listed.get(open_id, set()), self.truth[open_id]
        due = truth.visible(since, at)
        if absent := due - listed:
            self.wrong.append(f"{self.handles[open_id]} at {at}: {sorted(absent)} are not listed")
        if len(listed - due) >= PAGE + (self.trial.clock.at > at):
            self.wrong.append(f"{self.handles[open_id]} at {at}: {len(listed - due)} old videos are listed again")
        known = self.ever_listed.setdefault(open_id, set())
        for post_id in known - listed - self.missing.keys():
            gone = truth.deleted(post_id)
            # One that was deleted when its figures had long been frozen is not looked for, but by a full sync.
            if gone is not None and gone <= at and truth.world.post(post_id).posted_at >= since:
                self.missing[post_id] = self.began[open_id]
        known |= listed
        day = at.date()
        if before is not None:
            days = (day - before.date()).days
            self.gaps |= {(open_id, "videos", before.date() + timedelta(days=n)) for n in range(1, days)}


@contextmanager
def recorded(folder: Path, seed: int, at: datetime = START) -> Iterator[History]:
    """A history that begins, without limits of calls."""
    handle = Sandbox.handle
    with opened(folder, None, ProtocolOptions(), seed=seed, at=at) as trial:
        history = History(trial)
        trial.sandbox.limits = {"business_api": RateLimit(0, 1.0)}

        def record(sandbox: Sandbox, protocol: Protocol, request: Request) -> WireResponse:
            response = handle(sandbox, protocol, request)
            history.record(request, response)
            return response

        with patch.object(Sandbox, "handle", record), patch.dict(os.environ, DWELL_TIKTOK_ORGANIC_LIMIT="none"):
            yield history


@dataclass(frozen=True)
class Comparison:
    """What was compared: values and lists by table; and what differs, in words."""

    cells: dict[str, int]
    different: list[str]


def compare(history: History, ws: Workspace, tables: Mapping[str, dict[Key, Row]] | None = None) -> Comparison:
    """Every cell of every table with what the responses said; states and gaps with what became of the world.

    Args:
        history: What was said and done.
        ws: The folder.
        tables: Its tables, where they were read already; else one after the other is read.
    """
    cells: dict[str, int] = {}
    different = list(history.wrong)
    expected = history.oracle.rows()
    for name, rows in expected.items():
        got = read_table(name, export_table(ws, name)) if tables is None else tables[name]
        cells[name] = sum(map(len, got.values()))
        different += [f"{name} {key}: no row" for key in rows.keys() - got.keys()]
        different += [f"{name} {key}: a row of nothing" for key in got.keys() - rows.keys()]
        for key in rows.keys() & got.keys():
            different += [
                f"{name} {key} {column}: {got[key].get(column)!r} for {rows[key].get(column)!r}"
                for column in {*rows[key], *got[key]}
                if got[key].get(column) != rows[key].get(column)
            ]
    different += _compare_events(history, ws)
    return Comparison(cells, different)


def export_tables(ws: Workspace) -> dict[str, Table]:
    """All tables as they are exported, those beyond the twelve, too."""
    return {name: export_table(ws, name) for name in Oracle().rows()}


def export_table(ws: Workspace, name: str) -> Table:
    """A table as it is exported."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.parquet"
        ws.export(f"tiktok_organic_{name}", path=path)
        return parquet.read_table(path)


def read_tables(tables: Mapping[str, Table]) -> dict[str, dict[Key, Row]]:
    """Exported tables in the form of `Oracle.rows`."""
    return {name: read_table(name, table) for name, table in tables.items()}


def read_table(name: str, table: Table) -> dict[Key, Row]:
    """An exported table in the form of `Oracle.rows`."""
    return _grouped(name, table) if name in LISTED else dict(_rows(name, table))


def _values(name: str, table: Table) -> Iterator[tuple[Key, tuple[str, ...], tuple[Any, ...]]]:
    """Of each row its key, and names and values of the other columns."""
    by = KEYS.get(name, ("item_id", "metric_date"))
    columns = table.to_pydict()
    keys = zip(*(columns.pop(column) for column in by), strict=True)
    names = tuple(columns)
    for key, values in zip(keys, zip(*columns.values(), strict=True), strict=True):
        yield key, names, values


def _rows(name: str, table: Table) -> Iterator[tuple[Key, Row]]:
    for key, names, values in _values(name, table):
        yield key, dict(zip(names, values, strict=True))


def _grouped(name: str, table: Table) -> dict[Key, Row]:
    """The members of each list together: the rows of one list follow each other."""
    found: dict[Key, Row] = {}
    for key, rows in groupby(_values(name, table), itemgetter(0)):
        assert key not in found, f"the rows of {name} are not in the order of its key"
        members, others = [], set()
        for _, names, values in rows:
            row = dict(zip(names, values, strict=True))
            members.append(tuple(row.pop(column) for column in MEMBERS[name]))
            others.add(tuple(row.items()))
        # What else is in the rows of one list is the same in all of them, but for the instant of an hour's figure.
        found[key] = {**dict(max(others)), "members": pack(members)}
    return found


def _compare_events(history: History, ws: Workspace) -> Iterator[str]:
    """States of videos and lost days."""
    states = {row["post_id"]: (row["state"], row["observed_at"]) for row in ws.table("post_states")}
    for post_id in states.keys() | history.missing.keys():
        due = ("missing", history.missing[post_id]) if post_id in history.missing else None
        if states.get(post_id) != due:
            yield f"post_states {post_id}: {states.get(post_id)} for {due}"
    gaps = {(row["open_id"], row["stream"], row["day"]) for row in ws.table("owned_gaps")}
    due_gaps = history.gaps | set(_lost_days(history.oracle))
    yield from (f"owned_gaps: {gap} is absent" for gap in due_gaps - gaps)
    yield from (f"owned_gaps: {gap} is none" for gap in gaps - due_gaps)


def _lost_days(oracle: Oracle) -> Iterator[tuple[str, str, date]]:
    """Days of an account between the first and the last that were shown, which never were.

    A day of which only the followers were shown came with the profile.
    """
    shown = [key for key, row in oracle.days.values.items() if row.keys() - {"followers_count"}]
    for open_id in {each for each, _ in shown}:
        known = {day for each, day in shown if each == open_id}
        day = min(known)
        while (day := day + timedelta(days=1)) < max(known):
            if day not in known:
                yield open_id, "account_days", day


def instants(
    seed: int, days: int, *, missed: float, outage: int, twice: float = 0.1, start: datetime = START
) -> list[datetime]:
    """When to sync: once a day at some hour, but on some days twice, on some not at all.

    Args:
        seed: Of the draw.
        days: How many days.
        missed: The share of days without a sync.
        outage: In the middle, so many days in a row without one.
        twice: The share of days with a second one, hours later.
        start: The first day.
    """
    dice = random.Random(f"syncs {seed}")
    found = []
    out = range(days // 2, days // 2 + outage)
    for number in range(days):
        first = start + timedelta(days=number, seconds=dice.randrange(12 * 3600))
        skipped = dice.random() < missed and 0 < number < days - 1
        again = dice.random() < twice
        if skipped or number in out:
            continue
        found.append(first)
        if again:
            found.append(first + timedelta(seconds=dice.randrange(3600, 11 * 3600)))
    return found
