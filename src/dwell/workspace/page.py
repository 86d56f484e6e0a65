"""Collects everything that the report shows, and writes the page."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dwell import clock
from dwell.disk.replace import write_whole
from dwell.errors import DwellError, StorageError
from dwell.report.content import ReportContent
from dwell.report.page import render
from dwell.results import Result
from dwell.workspace.findings import findings

if TYPE_CHECKING:
    from dwell.workspace.snapshot import Snapshot


def write_report(snapshot: Snapshot, handle: str, path: Path, tz: str) -> Result:
    """Write the page about one account; returns one row with its path and size."""
    page = render(collect_content(snapshot, handle, tz))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, page)
    except OSError as error:
        raise StorageError(f"Cannot write {path}: {error.strerror}; choose another file with -o.") from error
    return Result(("path", "characters"), [(str(path), len(page))])


def collect_content(snapshot: Snapshot, handle: str, tz: str) -> ReportContent:
    """Everything that the page shows; a section without data stays empty, and the page says why."""
    found = findings(snapshot, handle, tz=tz)
    return ReportContent(
        handle=handle,
        generated_at=clock.now(),
        findings=found.findings,
        posts=found.posts,
        benchmarks=snapshot.benchmarks(creator=handle),
        exclusions=next(iter(snapshot.ask("exclusions", handle=handle))),
        tiers=found.tiers,
        posting_times=snapshot.posting_times(creator=handle, tz=tz),
        trend=snapshot.trend(creator=handle),
        growth=snapshot.growth(creator=handle),
        audit=found.audit,
        score=None if found.audit is not None else _score(snapshot, handle),
        status=snapshot.status(creator=handle).meta,
        versions={name: metadata.version(name) for name in ("dwell", "scikit-learn")},
        tz=tz,
        simulated=found.findings.meta["simulated"],
    )


def _score(snapshot: Snapshot, handle: str) -> Mapping[str, Any] | None:
    try:
        return snapshot.score(creator=handle).to_dict()
    except DwellError:  # no model, or nothing to rank: the section says how to get one
        return None
