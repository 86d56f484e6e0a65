"""Scores an account with a stored model, and adds the columns of the posts to their ranks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dwell.errors import NoDataError
from dwell.models import artifact, default_model, scoring
from dwell.models.abstention import list_abstentions
from dwell.models.model_choice import Choice, check_named, choose, describe_refused
from dwell.results import Result
from dwell.workspace.studies import with_curves, with_topics

if TYPE_CHECKING:
    from dwell.workspace.snapshot import Snapshot

_POST_COLUMNS = ("posted_at", "duration_s", "views", "caption", "url")
TARGET = "watch_ratio"


def score(snapshot: Snapshot, account: Mapping[str, str], stored: list[dict[str, Any]], model_id: str | None) -> Result:
    """The account's posts of the period without watch time, best first.

    Args:
        snapshot: What is stored, and the period.
        account: The parameters that select the account.
        stored: Its posts of all times.
        model_id: The model; None for the one that suits the account best.

    Raises:
        ModelError: The model does not exist or cannot be read.
        NoDataError: No model can be taken, or no post can be ranked.
    """
    handle = account["handle"]
    choice = choose_model(snapshot, handle, stored, model_id)
    model = artifact.load(snapshot.root / "models", choice.model_id)
    stored = with_curves(snapshot, stored, [account], model.target)
    posts = {post["post_id"]: post for post in with_topics(snapshot, stored)}
    of_period = {post["post_id"] for post in snapshot.post_rows(account)}
    scores = scoring.score(model, list(posts.values()), of_period)
    scores |= {"model_choice": choice.why, "warnings": [*choice.warnings, *scores["warnings"]]}
    rows = scores.pop("rows")
    if not rows:
        reasons = ", ".join(f"{count} {reason}" for reason, count in scores["left_out"].items()) or "it has none"
        raise NoDataError(f"No post of @{handle} can be ranked: {reasons}.")
    columns = (*rows[0], *_POST_COLUMNS)
    table = [tuple(row.values()) + tuple(posts[row["post_id"]][name] for name in _POST_COLUMNS) for row in rows]
    return Result(columns, table, scores)


def choose_model(
    snapshot: Snapshot, handle: str, posts: Sequence[dict[str, Any]], model_id: str | None = None
) -> Choice:
    """The named model, else the default one where it is of the account's platform, else what suits the account best.

    Raises:
        ModelError: The named model does not exist.
        NoDataError: No model can be taken.
    """
    platform = next((str(post["platform"]) for post in posts if post["platform"]), None)
    folder = snapshot.root / "models"
    abstentions = list_abstentions(folder)
    models, refused = artifact.read_models(folder)
    entries = [_with_platform(snapshot, entry) for entry in models]
    missing: tuple[str, ...] = ()
    if model_id is None and (default := default_model.read(folder)) is not None:
        entry = next((entry for entry in entries if entry["model_id"] == default), None)
        if entry is not None and not (entry["platform"] and platform and entry["platform"] != platform):
            choice = check_named(entry, abstentions, target=TARGET, platform=platform)
            return replace(choice, why="It is the default: dwell models default.")
        if entry is None:
            missing = (f"The default model, {default}, cannot be read any more: dwell models default chooses another.",)
    if model_id is None:
        try:
            choice = choose(entries, abstentions, handle, target=TARGET, platform=platform)
        except NoDataError as error:
            raise NoDataError(" ".join([str(error), *refused.values()])) from error
        refusals = describe_refused(refused, choice.model_id, TARGET)
        return replace(choice, warnings=(*choice.warnings, *missing, *refusals))
    artifact.load(folder, model_id)  # an error with its cause where it cannot be read
    (named,) = (entry for entry in entries if entry["model_id"] == model_id)
    return check_named(named, abstentions, target=TARGET, platform=platform)


def _with_platform(snapshot: Snapshot, entry: dict[str, Any]) -> dict[str, Any]:
    """Models of older versions do not say their platform: that of the stored posts of their accounts is taken."""
    if entry["platform"] is not None:
        return entry
    known = {post["platform"] for handle in entry["handles"] for post in snapshot.ask("posts", handle=handle)}
    return {**entry, "platform": known.pop() if len(known) == 1 else None}
