"""The findings about one account, and the results that they rest on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from dwell.models import account, artifact
from dwell.results import Result

if TYPE_CHECKING:
    from dwell.workspace.snapshot import Snapshot

_SIMULATED_WORD = "simulated"  # the sandbox writes this word into the profile of every account it invents


@dataclass(frozen=True, slots=True)
class AccountFindings:
    """What is known about an account.

    Attributes:
        findings: One row per figure; see `dwell.models.account.findings`. Meta also has `handle`, `tz`, `simulated`.
        posts: Its posts, highest engagement rate first.
        tiers: What its best posts have in common.
        audit: Which public ratio follows watch time; None for an account without watch time.
    """

    findings: Result
    posts: Result
    tiers: Result
    audit: Result | None


def findings(snapshot: Snapshot, handle: str, *, tz: str) -> AccountFindings:
    """The findings of one account; where it has watch time and no model of its own, one is fitted and stored."""
    posts = snapshot.posts(creator=handle)
    has_watch_time = any(post["watch_ratio"] is not None or post["full_watch_rate"] is not None for post in posts)
    fit, audit = (_fit_report(snapshot, handle), snapshot.audit(creator=handle)) if has_watch_time else (None, None)
    tiers = snapshot.tiers(creator=handle, tz=tz)
    found = account.findings(posts, tiers=tiers, audit=audit, fit=fit)
    meta = {"handle": handle, "tz": tz, "simulated": _is_simulated(snapshot, handle), **found.meta}
    return AccountFindings(replace(found, meta=meta), posts, tiers, audit)


def _fit_report(snapshot: Snapshot, handle: str) -> Mapping[str, Any]:
    """The report of the newest model of this account alone; fits one if there is none."""
    folder = snapshot.root / "models"
    for entry in artifact.list_models(folder, "watch_ratio"):
        if entry["handles"] == [handle]:
            return artifact.load(folder, entry["model_id"]).report
    return snapshot.fit(creator=handle)


def _is_simulated(snapshot: Snapshot, handle: str) -> bool:
    if any(row["source"].endswith("-sandbox") for row in snapshot.ask("sources", handle=handle)):
        return True
    names = {row["handle"]: row["display_name"] for row in snapshot.ask("creators")}
    return _SIMULATED_WORD in (names.get(handle) or "").lower()
