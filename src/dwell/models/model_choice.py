"""Which stored model an account is scored with, and why."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dwell.errors import NoDataError
from dwell.models.abstention import Abstention

Entry = Mapping[str, Any]


@dataclass(frozen=True)
class Choice:
    """A stored model and why it was taken.

    Attributes:
        model_id: The model.
        why: One sentence.
        warnings: What the user must know about it.
    """

    model_id: str
    why: str
    warnings: tuple[str, ...] = ()


def choose(
    entries: Sequence[Entry],
    abstentions: Sequence[Abstention],
    handle: str,
    *,
    target: str,
    platform: str | None,
) -> Choice:
    """The model for an account: its own or a pooled one, whichever is better for it out of fold; else the newest other.

    Models of another target or platform, and those after whose fit a later one of the same accounts abstained, are not
    taken.

    Args:
        entries: `artifact.list_models` of every target, each with a `platform`; None means unknown.
        abstentions: `abstention.list_abstentions`.
        handle: The account.
        target: What is to be predicted.
        platform: Platform of its posts; None where it is not known.

    Raises:
        NoDataError: No model can be taken.
    """
    fitting = [entry for entry in entries if entry["target"] == target]
    same = [entry for entry in fitting if not _differs(entry["platform"], platform)]
    verdicts = {entry["model_id"]: _verdict(entry, abstentions) for entry in same}
    usable = [entry for entry in same if verdicts[entry["model_id"]] is None]
    refused = [verdict for verdict in verdicts.values() if verdict is not None]
    own_refused = [verdict for verdict in abstentions if verdict.target == target and verdict.handles == (handle,)]
    own_refused = [verdict for verdict in own_refused if not _differs(verdict.platform, platform)]
    if not usable:
        raise NoDataError(_why_none(entries, fitting, same, refused or own_refused, target=target, platform=platform))
    own = [entry for entry in usable if handle in entry["handles"]]
    choice = _best_own(own, handle) if own else _newest_other(usable[0], handle)
    newest = next((verdict for verdict in [*refused, *own_refused] if handle in verdict.handles), None)
    warnings = [_refusal(newest)] if newest and (not own or newest.at >= own[0]["trained_at"]) else []
    return Choice(choice.model_id, choice.why, tuple(warnings))


def check_named(entry: Entry, abstentions: Sequence[Abstention], *, target: str, platform: str | None) -> Choice:
    """A model that the user named: taken unless its platform differs, with what speaks against it.

    Args:
        entry: The model, as `artifact.list_models` has it.
        abstentions: `abstention.list_abstentions`.
        target: What is predicted where no model is named.
        platform: Platform of the account's posts; None where it is not known.

    Raises:
        NoDataError: It was fitted on posts of another platform.
    """
    if _differs(entry["platform"], platform):
        raise NoDataError(
            f"Model {entry['model_id']} learnt from {entry['platform']} posts, these are of {platform}: platforms are"
            f" never mixed; fit a model on an account of {platform} (dwell fit --creator @you)."
        )
    warnings = []
    if entry["target"] != target:
        warnings.append(f"This model predicts {entry['target']}, not {target}.")
    verdict = _verdict(entry, abstentions)
    if verdict is not None:
        warnings.append(_refusal(verdict))
    return Choice(entry["model_id"], "It was named with --model.", tuple(warnings))


def describe_refused(refused: Mapping[str, str], chosen: str, target: str) -> tuple[str, ...]:
    """What is to be said of files in the folder of models that cannot be used.

    Args:
        refused: As of `artifact.read_models`.
        chosen: The model that is used.
        target: What it predicts.
    """
    day = _day_of(chosen)
    said = []
    for model_id, reason in refused.items():
        newer = model_id.startswith(f"{target}-") and day is not None and (_day_of(model_id) or "") >= day
        said.append(f"{reason.rstrip('.')}; it may be newer than {chosen}, which is used instead" if newer else reason)
    return tuple(said)


def _day_of(model_id: str) -> str | None:
    """The day of the fit, which is in the id of a model."""
    found = re.search(r"-(\d{8})-[0-9a-f]+$", model_id)
    return found[1] if found else None


def _differs(left: str | None, right: str | None) -> bool:
    return left is not None and right is not None and left != right


def _verdict(entry: Entry, abstentions: Sequence[Abstention]) -> Abstention | None:
    """The later fit of the same accounts that abstained."""
    return next((verdict for verdict in abstentions if verdict.supersedes(entry)), None)


def _refusal(verdict: Abstention) -> str:
    names = ", ".join(f"@{name}" for name in verdict.handles)
    reason = verdict.reasons[0] if verdict.reasons else "it was not good enough"
    return f"The newest fit of {names} ({verdict.at[:10]}) abstained: {reason}"


def _why_none(
    entries: Sequence[Entry],
    fitting: Sequence[Entry],
    same: Sequence[Entry],
    refused: Sequence[Abstention],
    *,
    target: str,
    platform: str | None,
) -> str:
    cure = "fit one on an account with watch time first (dwell fit --creator @you)."
    if refused:
        older = f" To use an older model all the same: --model {same[0]['model_id']}." if same else ""
        return f"{_refusal(refused[0])}{older}"
    if not entries:
        return f"No model is stored: {cure}"
    if not fitting:
        named = f"--model {entries[0]['model_id']}"
        return f"No model of {target} is stored, only of {entries[0]['target']} (to use it: {named}): {cure}"
    return (
        f"No model of {platform} posts is stored, only of {fitting[0]['platform']}, and platforms are not mixed: {cure}"
    )


def _best_own(own: Sequence[Entry], handle: str) -> Choice:
    """The account's newest own model, or the newest pooled one that has it, by R² on its posts out of fold."""
    alone = next((entry for entry in own if entry["handles"] == [handle]), None)
    pooled = next((entry for entry in own if len(entry["handles"]) > 1), None)
    if alone is None or pooled is None:
        (only,) = [entry for entry in (alone, pooled) if entry is not None]
        kind = "the account's own" if alone else f"fitted on {len(only['handles'])} accounts, this one among them"
        return Choice(only["model_id"], f"It is {kind}, and the only such model.")
    within = pooled["r2_by_account"].get(handle)
    if within is None or alone["r2"] is None:
        return Choice(alone["model_id"], "It is the account's own; how good the pooled one is for it is not known.")
    if within > alone["r2"]:
        versus = f"R² {within:.2f} of the pooled model within the account against {alone['r2']:.2f} of its own"
        return Choice(pooled["model_id"], f"Out of fold the pooled model is the better one for this account: {versus}.")
    versus = f"R² {alone['r2']:.2f} of its own model against {within:.2f} of the pooled one within the account"
    return Choice(alone["model_id"], f"Out of fold the account's own model is the better one: {versus}.")


def _newest_other(entry: Entry, handle: str) -> Choice:
    names = ", ".join(f"@{name}" for name in entry["handles"][:3]) + (" …" if len(entry["handles"]) > 3 else "")
    return Choice(entry["model_id"], f"No model knows @{handle}, so the newest other is used, learnt from {names}.")
