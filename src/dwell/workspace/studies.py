"""Two studies over what is stored: is this creator worth working with, and where is this topic in its life."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dwell.errors import NoDataError
from dwell.results import Result

if TYPE_CHECKING:
    from dwell.workspace.workspace import Workspace


def vet(workspace: Workspace, handle: str, *, niche: str | None, posts: int) -> Result:
    """The account's latest posts against norms, peers and themselves, with a verdict and its reasons."""
    from dwell.models.vetting import vet as judge

    return judge(
        workspace.posts(creator=handle),
        workspace.ask("peers", handle=handle, niche=niche, posts=posts),
        niche=niche,
        n=posts,
        growth=workspace.ask("growth", handle=handle),
        steps=workspace.ask("follower_steps", handle=handle),
    )


def topic(workspace: Workspace, kind: str, name: str, *, days: int) -> Result:
    """A topic's posts, those that are shared fastest first; its day series and stage in `meta`.

    Args:
        workspace: Where the rows are.
        kind: `hashtag`, `sound` or `search`.
        name: As a user writes it: with or without #, a link, an id, words.
        days: Length of the day series.

    Raises:
        NoDataError: The topic was never read, or the name is none.
    """
    from dwell.live import target
    from dwell.models.lifecycle import lifecycle

    readers = {"hashtag": target.parse_hashtag, "sound": target.parse_sound, "search": target.parse_search}
    if kind not in readers:
        raise NoDataError(f"There is no kind of topic {kind!r}; choose from {', '.join(readers)}.")
    name = readers[kind](name).name
    series = workspace.ask("topic_days", kind=kind, topic=name, days=days)
    if not len(series):
        raise NoDataError(f"Nothing of this {kind} ({name}) is stored: read it once with a provider's key set.")
    ranking = workspace.ask("topic_ranking", kind=kind, topic=name, days=days)
    stage = lifecycle(list(series)).to_dict()
    meta: dict[str, Any] = {"kind": kind, "topic": name, "days": list(series), "lifecycle": stage}
    return Result(ranking.columns, ranking.rows, meta)


def with_topics(workspace: Workspace, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The posts with what is known of their sound and hashtags when they were published."""
    if not workspace.store.rows()["topic_samples"]:
        return rows
    from dwell.models.topic_flags import add_topic_flags as join

    return join(rows, workspace.ask("topic_days", days=None))
