"""The findings about one account, and the results that they rest on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from dwell.models import account, artifact
from dwell.models.abstention import list_abstentions
from dwell.models.model_choice import describe_refused
from dwell.records.reading import SIMULATED_SUFFIX
from dwell.results import Result
from dwell.workspace.fits import fit_only

if TYPE_CHECKING:
    from dwell.workspace.snapshot import Snapshot

_SIMULATED_WORD = "simulated"  # the sandbox writes this word into the profile of every account it invents


@dataclass(frozen=True, slots=True)
class AccountFindings:
    """What is known about an account.

    Attributes:
        findings: One row per figure; see `dwell.models.account.findings`. Meta also has `handle`, `platform`
            (where one was chosen), `tz`, `simulated`.
        posts: Its posts, best first by the metric that compares them.
        tiers: What its best posts have in common.
        audit: Which public ratio follows watch time; None for an account without watch time.
    """

    findings: Result
    posts: Result
    tiers: Result
    audit: Result | None


def findings(
    snapshot: Snapshot, handle: str, platform: str | None = None, *, tz: str, metric: str | None = None
) -> AccountFindings:
    """The findings of one account; where it has watch time and no model of its own, one is fitted, and not stored.

    Args:
        snapshot: Runs the queries.
        handle: The account.
        platform: Its platform; None where its posts are of one only.
        tz: Time zone of weekdays and hours.
        metric: By which posts are compared; the default when None.
    """
    posts = snapshot.posts(creator=handle, platform=platform, metric=metric)
    fit, audit = None, None
    if any(_is_measured(post) for post in posts):
        fit = _fit_report(snapshot, handle, platform or next((post["platform"] for post in posts), None))
        audit = snapshot.audit(creator=handle, platform=platform)
    tiers = snapshot.tiers(creator=handle, platform=platform, tz=tz, metric=metric)
    found = account.findings(posts, metric=posts.meta["metric"], tiers=tiers, audit=audit, fit=fit)
    simulated = _is_simulated(snapshot, handle)
    meta = {"handle": handle, "platform": platform, "tz": tz, "simulated": simulated, **found.meta}
    return AccountFindings(replace(found, meta=meta), posts, tiers, audit)


def _fit_report(snapshot: Snapshot, handle: str, platform: str | None) -> Mapping[str, Any]:
    """The report of the newest fit of this account alone; fits anew without one, or if rows came after it abstained.

    Args:
        snapshot: Runs the queries.
        handle: The account.
        platform: That of its posts. Models of before platforms were stored are of any.
    """
    folder, of_account = snapshot.root / "models", {None, platform}
    models, refused = artifact.read_models(folder)
    own = [entry for entry in models if entry["target"] == "watch_ratio" and entry["handles"] == [handle]]
    own = [entry for entry in own if entry["platform"] in of_account]
    verdicts = [verdict for verdict in list_abstentions(folder) if verdict.target == "watch_ratio"]
    verdicts = [verdict for verdict in verdicts if verdict.handles == (handle,) and verdict.inputs == "counters"]
    verdicts = [verdict for verdict in verdicts if verdict.platform in of_account]
    if own and not any(verdict.supersedes(own[0]) for verdict in verdicts):
        report = artifact.load(folder, own[0]["model_id"]).report
        notes = describe_refused(refused, own[0]["model_id"], "watch_ratio")
        return {**report, "warnings": [*report.get("warnings", ()), *notes]} if notes else report
    if verdicts and verdicts[0].seq == snapshot.seq:
        return verdicts[0].report
    # Nobody asked for a model: what `score` uses is only what somebody fitted.
    account_of = {"handle": handle, **({"platform": platform} if platform else {})}
    report, _ = fit_only(snapshot, [account_of], "watch_ratio")
    return {**report, "model_id": None}


def _is_measured(post: Mapping[str, Any]) -> bool:
    return post["watch_ratio"] is not None or post["full_watch_rate"] is not None


def _is_simulated(snapshot: Snapshot, handle: str) -> bool:
    if any(row["source"].endswith(SIMULATED_SUFFIX) for row in snapshot.ask("sources", handle=handle)):
        return True
    names = [row["display_name"] or "" for row in snapshot.ask("creators") if row["handle"] == handle]
    return any(_SIMULATED_WORD in name.lower() for name in names)
