"""Two studies of stored data: whether a creator is worth working with, and which stage a topic is in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from dwell.errors import NoDataError
from dwell.results import Result
from dwell.workspace.origin import is_topic_simulated

if TYPE_CHECKING:
    from dwell.workspace.snapshot import Snapshot


def vet(snapshot: Snapshot, account: Mapping[str, str], *, niche: str | None, posts: int) -> Result:
    """Check the account's latest posts against norms, peers and each other; verdict and reasons in `meta`."""
    from dwell.models.vetting import vet as judge

    rows = snapshot.post_rows(account)
    platform = next((row["platform"] for row in rows), None)
    return judge(
        rows,
        snapshot.ask("peers", **account, niche=niche, posts=posts),
        niche=niche,
        n=posts,
        growth=snapshot.ask("growth", **account),
        steps=snapshot.ask("follower_steps", handle=account["handle"], platform=platform),
    )


def topic(snapshot: Snapshot, kind: str, name: str, *, days: int) -> Result:
    """A topic's posts, fastest shared first; its daily series and stage in `meta`.

    Args:
        snapshot: Runs the queries.
        kind: `hashtag`, `sound` or `search`.
        name: As a user writes it: with or without #, a link, an id, words.
        days: Length of the daily series.

    Raises:
        NoDataError: The topic was never read, or the name is invalid.
    """
    from dwell.live import target
    from dwell.models.lifecycle import lifecycle

    parsers = {"hashtag": target.parse_hashtag, "sound": target.parse_sound, "search": target.parse_search}
    if kind not in parsers:
        raise NoDataError(f"Unknown kind of topic {kind!r}; choose from {', '.join(parsers)}.")
    name = parsers[kind](name).name
    series = snapshot.ask("topic_days", kind=kind, topic=name, days=days)
    if not len(series):
        raise NoDataError(f"No data of this {kind} ({name}) is stored: set a provider key and read it once.")
    ranking = snapshot.ask("topic_ranking", kind=kind, topic=name, days=days)
    stage = lifecycle(list(series)).to_dict()
    simulated = is_topic_simulated(snapshot, kind, name)
    about = {"kind": kind, "topic": name, "simulated": simulated}
    meta: dict[str, Any] = {**about, "days": list(series), "lifecycle": stage}
    return Result(ranking.columns, ranking.rows, meta)


def with_topics(snapshot: Snapshot, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Add to each post what is known about its sound and hashtags at the time of publishing."""
    if not rows or not snapshot.rows()["topic_samples"]:
        return rows
    from dwell.models.topic_flags import add_topic_flags as join

    handles = sorted({row["handle"] for row in rows})
    return join(rows, snapshot.ask("topic_days", days=None, handles=handles))


def with_curves(
    snapshot: Snapshot, rows: list[dict[str, Any]], accounts: Iterable[Mapping[str, str]], target: str
) -> list[dict[str, Any]]:
    """Add to each post a target that only its retention curve has; the rows as they are for other targets."""
    from dwell.models.targets import CURVE_TARGETS

    if target not in CURVE_TARGETS:
        return rows
    curves = [curve for account in accounts for curve in snapshot.ask("retention_curves", **account)]
    measured = {curve["post_id"]: curve[target] for curve in curves}
    return [{**row, target: measured.get(row["post_id"])} for row in rows]
