"""Finds the hashtags and sounds that accounts use most: these are sampled, so that their stage is known."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from dwell.live.target import Target
from dwell.warehouse.store import Store

FRESH_FOR = timedelta(hours=20)
"""A topic sampled more recently than this is not sampled again, because it changes slowly."""

_MOST_USED = """
WITH mine AS (SELECT * FROM posts WHERE handle IN (SELECT unnest($handles)) AND posted_at >= $since),
    used AS (
        SELECT 'hashtag' AS kind, unnest(hashtags) AS topic FROM mine
        UNION ALL
        SELECT 'sound', sound_id FROM mine WHERE sound_id IS NOT NULL AND NOT coalesce(sound_original, false)
    ),
    fresh AS (SELECT DISTINCT topic_kind AS kind, topic FROM topic_samples WHERE observed_at >= $fresh),
    ranked AS (
        SELECT kind, topic, row_number() OVER (PARTITION BY kind ORDER BY count(*) DESC, topic) AS place
        FROM used GROUP BY kind, topic
    )
SELECT kind, topic FROM ranked ANTI JOIN fresh USING (kind, topic) WHERE place <= $most ORDER BY kind, place
"""


def find_due_topics(
    store: Store, handles: Sequence[str], limit: int, now: datetime, days: float = 30.0
) -> list[Target]:
    """The hashtags and sounds, up to `limit` each, that the accounts' newest posts use most, unless sampled today.

    An original sound belongs to one creator and says nothing about a trend, so it is left out.
    """
    if not handles or limit <= 0:
        return []
    parameters = {
        "handles": list(handles), "since": now - timedelta(days=days), "fresh": now - FRESH_FOR, "most": limit,
    }  # fmt: skip
    rows = store.query(_MOST_USED, ["posts", "topic_samples"], parameters)
    return [Target(row["kind"], row["topic"]) for row in rows]


def is_fresh(store: Store, topic: Target, now: datetime) -> bool:
    """The topic was sampled so recently that it does not need to be sampled again."""
    sql = (
        "SELECT 1 FROM topic_samples WHERE topic_kind = $kind AND topic = $topic AND observed_at >= $fresh"
        " AND source NOT LIKE '%-sandbox' LIMIT 1"
    )
    parameters = {"kind": topic.kind, "topic": topic.name, "fresh": now - FRESH_FOR}
    return bool(len(store.query(sql, ["topic_samples"], parameters)))
