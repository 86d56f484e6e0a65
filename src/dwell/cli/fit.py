"""`dwell fit`: learn how an account's public counters go with its measured watch time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from dwell.cli.cells import cell
from dwell.cli.options import ChartOut, Csv, Data, Json, Target
from dwell.cli.output import Output, table
from dwell.cli.waiting import waiting
from dwell.results import Result


def fit(
    *,
    creator: Annotated[
        list[str],
        typer.Option("--creator", help="The account: @handle or profile link; several are pooled.", metavar="@HANDLE"),
    ],
    target: Annotated[Target, typer.Option("--target", help="What to predict.")] = Target.WATCH_RATIO,
    data: Data = None,
    as_json: Json = False,
    as_csv: Csv = False,
    output: ChartOut = None,
) -> None:
    """Fit and store a model, with its honest skill; or abstain, with the reason and what would cure it.

    \b
    Example:
      dwell fit --creator @demo --target full_watch_rate
    """
    import dwell

    workspace = dwell.open(data)
    with waiting("Fitting, and checking on posts left out"):
        report = workspace.fit(creator=creator, target=target.value)
    result = skill(report)
    Output(as_json, as_csv, output).show(result, lambda: _text(report, result), lambda: workspace.charts.skill(report))


def skill(report: Mapping[str, Any]) -> Result:
    """The fit report as rows: the model beside its baselines. JSON carries the report whole."""
    columns = ("model", "out_of_fold_r2", "out_of_fold_mae", "out_of_fold_spearman", "forward_r2", "forward_mae")
    entries = {"dwell": report, **report["baselines"]}
    rows = [(name, *_figures(entry)) for name, entry in entries.items()]
    return Report(columns, rows, report)


class Report(Result):
    """A result whose JSON is the report alone, as documented."""

    def to_dict(self) -> dict[str, Any]:
        """The fit report."""
        return dict(self.meta)


def _figures(entry: Mapping[str, Any]) -> tuple[Any, ...]:
    inside, ahead = entry.get("out_of_fold") or {}, entry.get("forward") or {}
    return (inside.get("r2"), inside.get("mae"), inside.get("spearman"), ahead.get("r2"), ahead.get("mae"))


def _text(report: Mapping[str, Any], result: Result) -> str:
    interval = report.get("interval") or {}
    head = f"{report['target']} from {report['n']} posts: {report['verdict']}"
    if report["verdict"] == "usable":
        head += f", stored as {report['model_id']}"
    lines = [head, *report["reasons"], ""]
    if report["out_of_fold"]["r2"] is not None:
        lines.append(table(result.columns, result.rows))
    if interval.get("coverage") is not None:
        lines += [
            "",
            f"{interval['level']:.0%} intervals held {interval['coverage']:.1%} of the posts left out",
            f"Mean width of an interval: {interval['mean_width']:.2f}",
            table(("bucket", "coverage"), list(interval["coverage_by_bucket"].items())),
        ]
    if (topics := report.get("topic_features")) is not None:
        lines += ["", _topics(topics)]
    lines += [f"Warning: {warning}" for warning in report["warnings"]]
    if report.get("refit_due_at"):
        lines.append(f"Fit again after {cell('refit_due_at', report['refit_due_at'])[:10]}.")
    return "\n".join(lines)


def _topics(found: Mapping[str, Any]) -> str:
    """What `sound_rising` and `tag_saturated` add out of fold."""
    head = f"Rising sounds and worn-out hashtags: {found['verdict']}"
    if found["gain"] is None:
        return f"{head}. {found['reason']}"
    interval = f" ({found['low']:+.3f} to {found['high']:+.3f})" if found["low"] is not None else ""
    return (
        f"{head}; R2 out of fold {found['gain']:+.3f}{interval} over {found['n_known']} posts. {found['reason'] or ''}"
    )
