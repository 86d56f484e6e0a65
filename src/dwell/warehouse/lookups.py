"""Questions about a few posts, accounts and topics that the journal answers by key, without an engine."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dwell.clock import from_micros, to_micros
from dwell.records import TABLES, Table
from dwell.warehouse import current_rows


@dataclass(frozen=True, slots=True)
class StoredPost:
    """A stored post, as far as a sweep must know it.

    Attributes:
        post_id: Its id.
        handle: Its account.
        posted_at: When it was published.
        pinned: It was pinned when last observed.
        seen_at: When its counters were last observed; None where they never were.
        state: Its newest state; None where none is stored.
    """

    post_id: str
    handle: str
    posted_at: datetime | None
    pinned: bool
    seen_at: datetime | None
    state: str | None


class Lookups:
    """Answers from the current rows of an open journal; made by `Store.lookups`."""

    def __init__(self, log: sqlite3.Connection) -> None:
        self._log = log

    def posts_of(self, handles: Iterable[str]) -> list[StoredPost]:
        """The posts of accounts."""
        posts = list(self._select("posts", "handle", handles))
        ids = [post["post_id"] for post in posts]
        seen = {row["post_id"]: row["observed_at"] for row in self._select("post_snapshots", "post_id", ids)}
        states = {row["post_id"]: row["state"] for row in self._select("post_states", "post_id", ids)}
        return [
            StoredPost(
                post["post_id"],
                post["handle"],
                _instant(post["posted_at"]),
                bool(post["is_pinned"]),
                _instant(seen.get(post["post_id"])),
                states.get(post["post_id"]),
            )
            for post in posts
        ]

    def _select(self, name: str, column: str, values: Iterable[str]) -> Iterator[dict[str, Any]]:
        """The current rows of a table with these values in a column, by the names of their columns."""
        for row in current_rows.select(self._log, TABLES[name], (column,), values):
            yield _named(TABLES[name], row)

    def creator_states(self, handles: Iterable[str]) -> dict[str, str]:
        """Account -> its newest state, for those that have one."""
        rows = self._select("creator_states", "handle", handles)
        return {row["handle"]: row["state"] for row in rows if row["state"] is not None}

    def owned_posts(self, open_id: str, since: datetime | None, until: datetime) -> dict[str, str | None]:
        """Post -> its account, for the posts of a connected account that were read, and published in that time."""
        first = -(1 << 62) if since is None else to_micros(since)
        owned = {row["post_id"]: row["username"] for row in self._select("owned_posts", "open_id", [open_id])}
        last = to_micros(until)
        posted = {row["post_id"]: row["posted_at"] for row in self._select("posts", "post_id", owned)}
        return {post: owned[post] for post, at in posted.items() if at is not None and first <= at < last}

    def owned_days(self, open_id: str, days: Iterable[str]) -> set[str]:
        """The days of a connected account that were read, of these, as ISO text.

        A day of which only the followers are stored came with the profile.
        """
        keys = [(open_id, day) for day in days]
        table = TABLES["owned_account_days"]
        names = [column.name for column in table.columns]
        counts = [names.index(name) for name in table.observed if name != "followers_count"]
        rows = current_rows.select(self._log, table, ("open_id", "day"), keys)
        return {row[names.index("day")] for row in rows if any(row[place] is not None for place in counts)}

    def post_states(self, post_ids: Iterable[str]) -> dict[str, tuple[str, str]]:
        """Post -> its newest state and where that is from, for those that have one."""
        rows = self._select("post_states", "post_id", post_ids)
        return {row["post_id"]: (row["state"], row["source"]) for row in rows if row["state"] is not None}

    def topics_used(self, handles: Iterable[str], since: datetime) -> list[tuple[str, str]]:
        """Kind and name of every hashtag, and of every sound of somebody else's, for each post published since then."""
        used, first = [], to_micros(since)
        for row in self._select("posts", "handle", handles):
            if row["posted_at"] is None or row["posted_at"] < first:
                continue
            used += [("hashtag", tag) for tag in json.loads(row["hashtags"] or "[]")]
            if row["sound_id"] is not None and not row["sound_original"]:
                used.append(("sound", row["sound_id"]))
        return used

    def topics_sampled(self, since: datetime, until: datetime) -> dict[tuple[str, str], str]:
        """Kind and name of the topics that were sampled in that time, with the source of the newest sample."""
        first, last = to_micros(since), to_micros(until)
        table = TABLES["topic_samples"]
        rows = (_named(table, row) for row in current_rows.list_all(self._log, table))
        return {(row["topic_kind"], row["topic"]): row["source"] for row in rows if first <= row["observed_at"] <= last}


def _named(table: Table, row: tuple[Any, ...]) -> dict[str, Any]:
    return dict(zip((column.name for column in table.columns), row, strict=True))


def _instant(micros: int | None) -> datetime | None:
    return None if micros is None else from_micros(micros)
