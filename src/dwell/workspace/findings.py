"""The findings about one account, and the results that they rest on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from dwell.models import account
from dwell.report.statements import statements
from dwell.results import Result
from dwell.workspace.account_model import AccountModel, account_model
from dwell.workspace.origin import is_simulated
from dwell.workspace.period import ALWAYS

if TYPE_CHECKING:
    from dwell.workspace.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class AccountFindings:
    """What is known about an account.

    Attributes:
        findings: One row per figure with its `sentence`; see `dwell.models.account.findings`. Meta also has `handle`,
            `platform` (where one was chosen), `tz`, `simulated`, `since`, `until`; `fit_stored`, `fitted_at` and
            `fit_of_all_times` say what `fit` is of.
        posts: Its posts, best first by the metric that compares them.
        tiers: What its best posts have in common.
        audit: Which public ratio follows watch time; None for an account without watch time.
    """

    findings: Result
    posts: Result
    tiers: Result
    audit: Result | None


def findings(
    snapshot: Snapshot,
    handle: str,
    platform: str | None = None,
    *,
    tz: str,
    metric: str | None = None,
    fit: bool = False,
) -> AccountFindings:
    """The findings of one account. Of models they report the account's own, where it is current.

    Args:
        snapshot: Runs the queries.
        handle: The account.
        platform: Its platform; None where its posts are of one only.
        tz: Time zone of weekdays and hours.
        metric: By which posts are compared; the default when None.
        fit: Where the account has watch time, report a model that is fitted now and not stored.
    """
    posts = snapshot.posts(creator=handle, platform=platform, metric=metric)
    model, audit = AccountModel(None, None), None
    if any(_is_measured(post) for post in posts):
        of_posts = platform or next((post["platform"] for post in posts), None)
        model = account_model(snapshot, handle, of_posts, fit=fit)
        audit = snapshot.audit(creator=handle, platform=platform)
    tiers = snapshot.tiers(creator=handle, platform=platform, tz=tz, metric=metric)
    chosen = posts.meta["metric"]
    found = account.findings(posts, metric=chosen, tiers=tiers, audit=audit, fit=model.report, no_fit=model.missing)
    simulated = is_simulated(snapshot, handle)
    meta = {"handle": handle, "platform": platform, "tz": tz, "simulated": simulated, **found.meta}
    meta |= {"fit_stored": model.stored, "fitted_at": model.fitted_at, **snapshot.period.to_dict()}
    meta["fit_of_all_times"] = bool(model.stored) and snapshot.period != ALWAYS
    return AccountFindings(_with_sentences(replace(found, meta=meta)), posts, tiers, audit)


def _with_sentences(found: Result) -> Result:
    """The figures with the sentence that each supports, so that a spreadsheet can be read without the page."""
    texts = [statement.text for statement in statements(found)]
    at = found.columns.index("statement")
    rows = [(*row[: at + 1], texts[row[at] - 1], *row[at + 1 :]) for row in found.rows]
    return replace(found, columns=(*found.columns[: at + 1], "sentence", *found.columns[at + 1 :]), rows=rows)


def _is_measured(post: Mapping[str, Any]) -> bool:
    return post["watch_ratio"] is not None or post["full_watch_rate"] is not None
