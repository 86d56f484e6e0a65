"""Questions about a few posts, accounts and topics that the journal answers by key, without an engine."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from dwell.clock import from_micros, to_micros
from dwell.records import TABLES
from dwell.warehouse.current_rows import select_in


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
        sql = (
            "SELECT p.post_id, p.handle, p.posted_at, p.is_pinned, s.observed_at, t.state FROM current_posts p "
            "LEFT JOIN current_post_snapshots s ON s.post_id = p.post_id "
            "LEFT JOIN current_post_states t ON t.post_id = p.post_id WHERE p.handle IN"
        )
        return [
            StoredPost(post_id, handle, _instant(posted), bool(pinned), _instant(seen), state)
            for post_id, handle, posted, pinned, seen, state in select_in(self._log, sql, handles)
        ]

    def creator_states(self, handles: Iterable[str]) -> dict[str, str]:
        """Account -> its newest state, for those that have one."""
        sql = "SELECT handle, state FROM current_creator_states WHERE handle IN"
        return {handle: state for handle, state in select_in(self._log, sql, handles) if state is not None}

    def owned_posts(self, open_id: str, since: datetime | None, until: datetime) -> dict[str, str | None]:
        """Post -> its account, for the posts of a connected account that were read, and published in that time."""
        sql = (
            "SELECT o.post_id, o.username FROM current_owned_posts o JOIN current_posts p ON p.post_id = o.post_id "
            "WHERE o.open_id = ? AND p.posted_at >= ? AND p.posted_at < ?"
        )
        first = -(1 << 62) if since is None else to_micros(since)
        return dict(self._log.execute(sql, (open_id, first, to_micros(until))).fetchall())

    def owned_days(self, open_id: str, days: Iterable[str]) -> set[str]:
        """The days of a connected account that were read, of these, as ISO text.

        A day of which only the followers are stored came with the profile.
        """
        keys = [(open_id, day) for day in days]
        counts = ", ".join(name for name in TABLES["owned_account_days"].observed if name != "followers_count")
        sql = f"SELECT day FROM current_owned_account_days WHERE COALESCE({counts}) IS NOT NULL AND (open_id, day) IN"
        return {day for (day,) in select_in(self._log, sql, keys)}

    def post_states(self, post_ids: Iterable[str]) -> dict[str, tuple[str, str]]:
        """Post -> its newest state and where that is from, for those that have one."""
        sql = "SELECT post_id, state, source FROM current_post_states WHERE post_id IN"
        return {
            post_id: (state, source)
            for post_id, state, source in select_in(self._log, sql, post_ids)
            if state is not None
        }

    def topics_used(self, handles: Iterable[str], since: datetime) -> list[tuple[str, str]]:
        """Kind and name of every hashtag, and of every sound of somebody else's, for each post published since then."""
        sql = (
            "SELECT hashtags, sound_id, sound_original FROM current_posts "
            f"WHERE posted_at >= {to_micros(since)} AND handle IN"
        )
        used = []
        for hashtags, sound_id, original in select_in(self._log, sql, handles):
            used += [("hashtag", tag) for tag in json.loads(hashtags or "[]")]
            used += [("sound", sound_id)] if sound_id is not None and not original else []
        return used

    def topics_sampled(self, since: datetime, until: datetime) -> dict[tuple[str, str], str]:
        """Kind and name of the topics that were sampled in that time, with the source of the newest sample."""
        sql = "SELECT topic_kind, topic, source FROM current_topic_samples WHERE observed_at BETWEEN ? AND ?"
        span = (to_micros(since), to_micros(until))
        return {(kind, topic): source for kind, topic, source in self._log.execute(sql, span)}


def _instant(micros: int | None) -> datetime | None:
    return None if micros is None else from_micros(micros)
