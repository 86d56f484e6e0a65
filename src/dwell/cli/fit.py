"""`dwell fit`: learns how an account's public counters relate to its measured watch time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from dwell.cli.cells import format_cell
from dwell.cli.fail_on import FailOn, require_verdict
from dwell.cli.options import ChartOut, Csv, Data, Engine, Inputs, Json, OnePlatform, Target
from dwell.cli.output import Output
from dwell.cli.spinner import spinner
from dwell.cli.tables.layout import Layout, shows
from dwell.cli.tables.table import paragraph, result_table, table
from dwell.results import Result
from dwell.text.plurals import pluralize

_LAYOUT = Layout(
    essential=("model", "out_of_fold_r2", "out_of_fold_mae", "out_of_fold_spearman", "forward_r2"),
    more=("forward_mae", "forward_spearman", "forward_bias", "rolling_r2"),
)


@shows(_LAYOUT)
def fit(
    *,
    creator: Annotated[
        list[str],
        typer.Option("--creator", help="The account: @handle or profile link; several are pooled.", metavar="@HANDLE"),
    ],
    target: Annotated[Target, typer.Option("--target", help="What to predict.")] = Target.WATCH_RATIO,
    inputs: Annotated[
        Inputs, typer.Option("--inputs", help="What the model reads: all counters, or only the length or its bucket.")
    ] = Inputs.COUNTERS,
    platform: OnePlatform = None,
    fail_on: FailOn = None,
    data: Data = None,
    engine: Engine = None,
    as_json: Json = False,
    as_csv: Csv = False,
    output: ChartOut = None,
) -> None:
    """Fit and store a model of watch time, or abstain.

    Reports the skill of the model on unseen posts. If it abstains, it says why and what would help.

    \b
    Example:
      dwell fit --creator @demo --target full_watch_rate
    """
    import dwell

    workspace = dwell.open(data, engine=engine)
    with spinner("Fitting, and testing on unseen posts"):
        result = workspace.fit(
            creator=creator,
            target=target.value,
            inputs=inputs.value,
            platform=platform.value if platform else None,
        )
    Output(as_json, as_csv, output).show(
        result, lambda shown: report_text(shown.meta, shown), lambda: workspace.charts.skill(result)
    )
    report = result.meta
    require_verdict(fail_on, "No model: the fit abstained", report["reasons"], abstained=report["verdict"] == "abstain")


def report_text(report: Mapping[str, Any], result: Result) -> str:
    """The report of a fit, to be read."""
    interval = report.get("interval") or {}
    head = f"{report['target']} from {pluralize(report['n'], 'post')}: {report['verdict']}"
    if report["verdict"] == "usable":
        head += f", stored as {report['model_id']}"
    better = report.get("better_forward")
    if better:
        head += f"; for later posts {better['name']} alone does better (fit that with --inputs {better['inputs']})"
    lines = [head, *report["reasons"], ""]
    if report["out_of_fold"]["r2"] is not None:
        lines.append(result_table(result, _LAYOUT))
    if report.get("r2_interval"):
        ends = report["r2_interval"]
        lines += ["", f"R² out of fold: 95% interval {ends['low']:.2f} to {ends['high']:.2f}"]
    if report.get("by_account"):
        lines += ["", _accounts_text(report["by_account"])]
    if interval.get("coverage") is not None:
        lines += [
            "",
            f"{interval['level']:.0%} intervals contained {interval['coverage']:.1%} of the unseen posts",
            f"Mean width of an interval: {interval['mean_width']:.2f}",
            table(("bucket", "coverage"), list(interval["coverage_by_bucket"].items())),
        ]
    if (topics := report.get("topic_features")) is not None:
        lines += ["", _topics_text(topics)]
    if (transfer := report.get("transfer")) is not None:
        lines += ["", _transfer_text(transfer)]
    elif report["verdict"] == "usable" and len(report["creators"]) > 1:
        lines += ["", "How well it does on other accounts is not known: too few of these accounts could be left out."]
    if report.get("refit_due_at"):
        lines.append(f"Fit again after {format_cell('refit_due_at', report['refit_due_at'])[:10]}.")
    return "\n".join(lines)


def _transfer_text(transfer: Mapping[str, Any]) -> str:
    """How well the model does on accounts that it was not fitted on."""
    level, order = (_mean_text(transfer[name]) for name in ("r2", "spearman"))
    head = f"Each of {transfer['creators']} accounts left out of the fit in turn: R² {level}, rank correlation {order}."
    if transfer["level_shown"]:
        return f"{head} Other accounts get a level as well as a rank."
    return f"{head} Other accounts get ranks only: their level is not shown to be right."


def _mean_text(mean: Mapping[str, Any]) -> str:
    if mean["low"] is None or mean["high"] is None:
        return f"{mean['mean']:.2f}"
    return f"{mean['mean']:.2f} (95% interval {mean['low']:.2f} to {mean['high']:.2f})"


def _accounts_text(accounts: Sequence[Mapping[str, Any]]) -> str:
    """The skill within each account of a pooled model."""
    columns = ("handle", "n", "r2", "mae", "spearman", "coverage", "mean_width", "coverage_forward", "rolling_r2")
    return table(columns, [[account[name] for name in columns] for account in accounts], title="Within each account")


def _topics_text(features: Mapping[str, Any]) -> str:
    """What `sound_rising` and `tag_saturated` add out of fold."""
    head = f"Rising sounds and worn-out hashtags: {features['verdict']}"
    if features["gain"] is None:
        return paragraph(f"{head}. {features['reason']}")
    interval = f" ({features['low']:+.3f} to {features['high']:+.3f})" if features["low"] is not None else ""
    gain = f"R² out of fold {features['gain']:+.3f}{interval} over {pluralize(features['n_known'], 'post')}"
    return paragraph(f"{head}; {gain}. {features['reason'] or ''}".rstrip())
