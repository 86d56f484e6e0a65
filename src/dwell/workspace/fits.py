"""Fits a model of stored posts, and stores the model or the verdict that there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import TYPE_CHECKING, Any

from dwell import clock
from dwell.results import Result
from dwell.workspace.studies import with_curves, with_topics

if TYPE_CHECKING:
    from dwell.models.completion_model import CompletionModel
    from dwell.workspace.snapshot import Snapshot


_COLUMNS = (
    *("model", "out_of_fold_r2", "out_of_fold_mae", "out_of_fold_spearman"),
    *("forward_r2", "forward_mae", "forward_spearman", "forward_bias", "rolling_r2"),
)


class Fit(Result):
    """The skill of a fitted model beside its baselines, one row each; the whole report in `meta`."""

    @classmethod
    def of(cls, report: Mapping[str, Any]) -> Fit:
        """The result with this report."""
        entries = {"dwell": report, **report["baselines"]}
        return cls(_COLUMNS, [(name, *_skill(entry)) for name, entry in entries.items()], report)

    def to_dict(self) -> dict[str, Any]:
        """The JSON document: the report alone."""
        return dict(self.meta)


def _skill(entry: Mapping[str, Any]) -> tuple[Any, ...]:
    out_of_fold, forward = entry.get("out_of_fold") or {}, entry.get("forward") or {}
    return (
        *(out_of_fold.get(name) for name in ("r2", "mae", "spearman")),
        *(forward.get(name) for name in ("r2", "mae", "spearman", "bias", "rolling_r2")),
    )


def fit(
    snapshot: Snapshot, accounts: Sequence[Mapping[str, str]], target: str, *, inputs: str = "counters"
) -> dict[str, Any]:
    """Fits a model and stores it, or the verdict that there is none; the report of the fit.

    Args:
        snapshot: Runs the queries.
        accounts: What `find_account` returned; one that is named twice counts once.
        target: `watch_ratio`, `full_watch_rate`, `retention_1s` or `retention_3s`.
        inputs: `counters`, `length` or `bucket`.

    Raises:
        ModelError: The target is unknown, or the posts are of several platforms.
        StorageError: The folder of models cannot be written.
    """
    from dwell.models.abstention import forget_abstention, save_abstention
    from dwell.models.artifact import save

    report, model = fit_only(snapshot, accounts, target, inputs=inputs)
    folder = snapshot.root / "models"
    if model is not None:
        save(model, folder)
        forget_abstention(report, folder)
    elif report["creators"]:
        save_abstention(report, clock.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), snapshot.seq, folder)
    return report


def fit_only(
    snapshot: Snapshot, accounts: Sequence[Mapping[str, str]], target: str, *, inputs: str = "counters"
) -> tuple[dict[str, Any], CompletionModel | None]:
    """The report of a fit, and the model unless it abstained; nothing is stored. Takes the arguments of `fit`."""
    from dwell.models.fitting import fit as fit_rows

    named = {account["handle"]: account for account in accounts}
    rows = [row for account in named.values() for row in snapshot.post_rows(account)]
    rows = with_curves(snapshot, rows, accounts, target)
    return fit_rows(with_topics(snapshot, rows), target, inputs=inputs)
