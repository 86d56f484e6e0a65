"""Scores an account with a stored model, and adds the columns of the posts to their ranks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dwell.errors import NoDataError
from dwell.models import artifact, scoring
from dwell.models.completion_model import CompletionModel
from dwell.results import Result
from dwell.workspace.studies import with_topics

if TYPE_CHECKING:
    from dwell.workspace.snapshot import Snapshot

_POST_COLUMNS = ("posted_at", "duration_s", "views", "caption", "url")


def score(snapshot: Snapshot, handle: str, model_id: str | None) -> Result:
    """The account's posts without watch time, best first.

    Raises:
        ModelError: The model does not exist or cannot be read.
        NoDataError: No model is stored, or no post can be ranked.
    """
    model = choose_model(snapshot, handle, model_id)
    posts = {post["post_id"]: post for post in with_topics(snapshot, list(snapshot.posts(creator=handle)))}
    scores = scoring.score(model, list(posts.values()))
    rows = scores.pop("rows")
    if not rows:
        reasons = ", ".join(f"{count} {reason}" for reason, count in scores["left_out"].items()) or "it has none"
        raise NoDataError(f"No post of @{handle} can be ranked: {reasons}.")
    columns = (*rows[0], *_POST_COLUMNS)
    table = [tuple(row.values()) + tuple(posts[row["post_id"]][name] for name in _POST_COLUMNS) for row in rows]
    return Result(columns, table, scores)


def choose_model(
    snapshot: Snapshot, handle: str, model_id: str | None = None, target: str = "watch_ratio"
) -> CompletionModel:
    """The named model; otherwise the newest of that account, otherwise the newest of any account."""
    folder = snapshot.root / "models"
    if model_id is not None:
        return artifact.load(folder, model_id)
    stored = artifact.list_models(folder, target)
    if not stored:
        raise NoDataError("No model is stored: fit one on an account with watch time first (dwell fit --creator @you).")
    own = [entry for entry in stored if handle in entry["handles"]]
    return artifact.load(folder, (own or stored)[0]["model_id"])
