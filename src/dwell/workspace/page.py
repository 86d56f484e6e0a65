"""Collects everything that the report shows, and writes the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dwell import clock
from dwell.charts.formatting import format_period
from dwell.disk.errors import output_error
from dwell.disk.permissions import shared_files
from dwell.disk.replace import write_whole
from dwell.errors import DwellError
from dwell.report.content import ReportContent
from dwell.report.page import render
from dwell.report.pdf import print_page, require_chromium
from dwell.results import Result
from dwell.workspace.charts import describe_accounts
from dwell.workspace.connected import is_connected
from dwell.workspace.findings import findings
from dwell.workspace.status import status

if TYPE_CHECKING:
    from dwell.workspace.snapshot import Snapshot


def write_report(
    snapshot: Snapshot,
    account: Mapping[str, str],
    path: Path,
    tz: str,
    *,
    metric: str | None = None,
    fit: bool = False,
    compare: Sequence[str] = (),
) -> Result:
    """Write the page about one account, as a PDF where the path ends so; returns one row with its path and size.

    Raises:
        SettingsError: It is to be a PDF, and there is no Chromium.
    """
    as_pdf = path.suffix.lower() == ".pdf"
    if as_pdf:
        require_chromium()
    page = render(collect_content(snapshot, account, tz, metric=metric, fit=fit, compare=compare))
    content = print_page(page) if as_pdf else page
    try:
        with shared_files():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, content)
    except OSError as error:
        raise output_error(path, error) from error
    return Result(("path", "characters"), [(str(path), len(page))])


def collect_content(
    snapshot: Snapshot,
    account: Mapping[str, str],
    tz: str,
    *,
    metric: str | None = None,
    fit: bool = False,
    compare: Sequence[str] = (),
) -> ReportContent:
    """Everything that the page shows; a section without data stays empty, and the page says why.

    Args:
        snapshot: Runs the queries.
        account: What `find_account` returned.
        tz: Time zone of weekdays and hours.
        metric: By which posts are compared; the default when None.
        fit: Report a model that is fitted now and not stored.
        compare: Accounts that this one is compared with; none for a page without that section.
    """
    named: dict[str, Any] = {"creator": account["handle"], "platform": account.get("platform")}
    beside = snapshot.compare([account["handle"], *compare], platform=named["platform"]) if compare else None
    found = findings(snapshot, **account, tz=tz, metric=metric, fit=fit)
    curves = _curves(snapshot, named)
    handles = [account["handle"] for account in beside.meta["accounts"]] if beside else []
    return ReportContent(
        handle=account["handle"],
        period=format_period(**snapshot.period.to_dict()),
        generated_at=clock.now(),
        findings=found.findings,
        posts=found.posts,
        benchmarks=snapshot.benchmarks(**named, metric=metric),
        exclusions=next(iter(snapshot.ask("exclusions", **account))),
        comparison=beside,
        comparison_accounts=describe_accounts(snapshot, *handles, asked=beside, platform=beside.meta["platform"])
        if beside
        else "",
        tiers=found.tiers,
        posting_times=snapshot.posting_times(**named, tz=tz, metric=metric),
        trend=snapshot.trend(**named, metric=metric),
        growth=snapshot.growth(**named),
        audit=found.audit,
        retention=curves,
        retention_posts=[snapshot.retention(**named, post=post) for post in curves.meta["extremes"]["posts"]]
        if curves
        else [],
        score=None if found.audit is not None else _score(snapshot, named),
        status=status(snapshot, **account).meta,
        versions={name: metadata.version(name) for name in ("dwell", "scikit-learn")},
        tz=tz,
        connected=is_connected(snapshot, account["handle"]),
        simulated=found.findings.meta["simulated"],
    )


def _curves(snapshot: Snapshot, named: Mapping[str, Any]) -> Result | None:
    """The retention curves; None for an account without any, and without asking where none at all is stored."""
    if not snapshot.rows()["retention"]:
        return None
    found = snapshot.retention(**named)
    return found if found.meta["curves"] else None


def _score(snapshot: Snapshot, named: Mapping[str, Any]) -> Mapping[str, Any] | None:
    try:
        return snapshot.score(**named).to_dict()
    except DwellError:  # no model, or nothing to rank: the section says how to get one
        return None
