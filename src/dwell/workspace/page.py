"""Collects everything that the report shows, and writes the page."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dwell import clock
from dwell.disk.replace import write_whole
from dwell.errors import DwellError, StorageError
from dwell.models import artifact
from dwell.report.content import ReportContent
from dwell.report.page import render
from dwell.results import Result
from dwell.workspace.status import status

if TYPE_CHECKING:
    from dwell.workspace.workspace import Workspace

_SIMULATED_WORD = "simulated"  # the sandbox writes this word into the profile of every account it invents


def write_report(workspace: Workspace, handle: str, path: Path, tz: str) -> Result:
    """Write the page about one account; returns one row with its path and size."""
    page = render(collect_content(workspace, handle, tz))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, page)
    except OSError as error:
        raise StorageError(f"Cannot write {path}: {error.strerror}; choose another file with -o.") from error
    return Result(("path", "characters"), [(str(path), len(page))])


def collect_content(workspace: Workspace, handle: str, tz: str) -> ReportContent:
    """Everything that the page shows; a section without data stays empty, and the page says why."""
    posts = workspace.posts(creator=handle)
    has_watch_time = any(post["watch_ratio"] is not None or post["full_watch_rate"] is not None for post in posts)
    stored = status(workspace, handle).meta
    fit, audit = (_fit_report(workspace, handle), workspace.audit(creator=handle)) if has_watch_time else (None, None)
    return ReportContent(
        handle=handle,
        generated_at=clock.now(),
        posts=posts,
        benchmarks=workspace.benchmarks(creator=handle),
        exclusions=next(iter(workspace.ask("exclusions", handle=handle))),
        tiers=workspace.tiers(creator=handle, tz=tz),
        posting_times=workspace.posting_times(creator=handle, tz=tz),
        trend=workspace.trend(creator=handle),
        growth=workspace.growth(creator=handle),
        audit=audit,
        fit=fit,
        score=_score(workspace, handle) if not has_watch_time else None,
        status=stored,
        versions={name: metadata.version(name) for name in ("dwell", "scikit-learn")},
        tz=tz,
        simulated=_is_simulated(workspace, handle),
    )


def _fit_report(workspace: Workspace, handle: str) -> Mapping[str, Any]:
    """The report of the newest model of this account alone; fits one if there is none."""
    folder = workspace.store.root / "models"
    for entry in artifact.list_models(folder, "watch_ratio"):
        if entry["handles"] == [handle]:
            return artifact.load(folder, entry["model_id"]).report
    return workspace.fit(creator=handle)


def _score(workspace: Workspace, handle: str) -> Mapping[str, Any] | None:
    try:
        return workspace.score(creator=handle).to_dict()
    except DwellError:  # no model, or nothing to rank: the section says how to get one
        return None


def _is_simulated(workspace: Workspace, handle: str) -> bool:
    if any(row["source"].endswith("-sandbox") for row in workspace.ask("sources", handle=handle)):
        return True
    names = {row["handle"]: row["display_name"] for row in workspace.ask("creators")}
    return _SIMULATED_WORD in (names.get(handle) or "").lower()
