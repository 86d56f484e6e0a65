"""The model that the findings about an account report: a stored one that is current, or one fitted for this answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dwell.charts.formatting import day
from dwell.models import artifact
from dwell.models.abstention import list_abstentions
from dwell.models.model_choice import describe_refused
from dwell.workspace.fits import fit_only
from dwell.workspace.period import ALWAYS

if TYPE_CHECKING:
    from dwell.workspace.snapshot import Snapshot

TARGET = "watch_ratio"


@dataclass(frozen=True, slots=True)
class AccountModel:
    """What is known of an account's model of watch time.

    Attributes:
        report: The report of its fit; None where none is current.
        stored: It is of `dwell fit`, not of this answer alone; None without a report.
        fitted_at: When, ISO 8601; None for a fit of this answer.
        missing: Why there is no report, in one sentence, with the command that cures it; empty with a report.
    """

    report: Mapping[str, Any] | None
    stored: bool | None
    fitted_at: str | None = None
    missing: str = ""


def account_model(snapshot: Snapshot, handle: str, platform: str | None, *, fit: bool) -> AccountModel:
    """The newest fit of this account alone, or one of now.

    Args:
        snapshot: Runs the queries.
        handle: The account, which has measured watch time.
        platform: That of its posts. Models of before platforms were stored are of any.
        fit: Fit now, and store nothing.
    """
    if fit:
        account = {"handle": handle, **({"platform": platform} if platform else {})}
        report, _ = fit_only(snapshot, [account], TARGET)
        return AccountModel({**report, "model_id": None}, stored=False)
    folder, of_account = snapshot.root / "models", {None, platform}
    models, refused = artifact.read_models(folder)
    own = [entry for entry in models if entry["target"] == TARGET and entry["handles"] == [handle]]
    own = [entry for entry in own if entry["platform"] in of_account]
    verdicts = [verdict for verdict in list_abstentions(folder) if verdict.target == TARGET]
    verdicts = [verdict for verdict in verdicts if verdict.handles == (handle,) and verdict.inputs == "counters"]
    verdicts = [verdict for verdict in verdicts if verdict.platform in of_account]
    if own and not any(verdict.supersedes(own[0]) for verdict in verdicts):
        stored = artifact.load(folder, own[0]["model_id"]).report
        notes = describe_refused(refused, own[0]["model_id"], TARGET)
        return AccountModel(_noted(snapshot, stored, notes), stored=True, fitted_at=own[0]["trained_at"])
    if verdicts and verdicts[0].seq == snapshot.seq:
        return AccountModel(_noted(snapshot, verdicts[0].report, ()), stored=True, fitted_at=verdicts[0].at)
    return AccountModel(None, None, missing=_why_none(handle, verdicts[0].at if verdicts else None))


def _noted(snapshot: Snapshot, report: Mapping[str, Any], notes: Iterable[str]) -> dict[str, Any]:
    """The report with notes among its warnings, and with one where it is not of the period that was asked for."""
    whole = ["The model was fitted on posts of all times: its figures are not those of the period."]
    more = whole if snapshot.period != ALWAYS else []
    return {**report, "warnings": [*report.get("warnings", ()), *notes, *more]}


def _why_none(handle: str, abstained_at: str | None) -> str:
    adds = f"dwell fit --creator @{handle} tests how well length and public counters predict it, and adds the answer"
    if abstained_at is None:
        return f"No model of this account is stored: {adds}."
    return f"The fit of {day(abstained_at)} abstained, and data came since: {adds} of today."
