"""Which hashtags and sounds the posts of some accounts use most: what to sample, so that their stage is known."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from dwell.live.target import Target
from dwell.warehouse.store import Store

FRESH_FOR = timedelta(hours=20)
"""A topic that was sampled so recently is not sampled again: its context does not change by the minute."""

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


def find_due_topics(store: Store, handles: Sequence[str], most: int, now: datetime, days: float = 30.0) -> list[Target]:
    """The `most` hashtags and as many sounds that these accounts' newest posts use most, unless sampled today.

    A sound made for a post (an original) is its creator's own and says nothing of a trend.
    """
    if not handles or most <= 0:
        return []
    parameters = {
        "handles": list(handles), "since": now - timedelta(days=days), "fresh": now - FRESH_FOR, "most": most,
    }  # fmt: skip
    rows = store.query(_MOST_USED, ["posts", "topic_samples"], parameters)
    return [Target(row["kind"], row["topic"]) for row in rows]


def is_fresh(store: Store, topic: Target, now: datetime) -> bool:
    """The topic was sampled so recently that it need not be sampled again."""
    sql = (
        "SELECT 1 FROM topic_samples WHERE topic_kind = $kind AND topic = $topic AND observed_at >= $fresh"
        " AND source NOT LIKE '%-sandbox' LIMIT 1"
    )
    parameters = {"kind": topic.kind, "topic": topic.name, "fresh": now - FRESH_FOR}
    return bool(len(store.query(sql, ["topic_samples"], parameters)))
