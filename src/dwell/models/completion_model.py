"""A fitted completion model: everything that scoring needs, and a summary of its training data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from dwell.models.completion import CompletionRegressor
from dwell.models.feature_names import TOPIC_FEATURES
from dwell.models.intervals import Calibration
from dwell.models.transfer import Transfer


@dataclass(frozen=True)
class CompletionModel:
    """A model with its calibration, its training summary and the report of its fit.

    Attributes:
        model_id: `target-account-date-hash`.
        target: `watch_ratio` or `full_watch_rate`.
        regressor: The fitted regressor.
        calibration: Out-of-fold errors, for intervals on accounts that it was trained on.
        later: Errors of rolling fits, for intervals of posts after the training posts; None where too few are known,
            and in models of older versions.
        transfer: Skill on left-out accounts; None where it was trained on fewer than two.
        training: JSON values: `handles`, `platform` (None in older models), `rows`, `first_posted_at`,
            `last_posted_at`, `trained_at`, `refit_due_at`, `ranges` (feature -> [low, high, known share]).
        report: What `fit` reported.
    """

    model_id: str
    target: str
    regressor: CompletionRegressor
    calibration: Calibration
    later: Calibration | None
    transfer: Transfer | None
    training: Mapping[str, Any]
    report: Mapping[str, Any]

    @property
    def handles(self) -> tuple[str, ...]:
        """Accounts that it was trained on."""
        return tuple(self.training["handles"])

    @property
    def platform(self) -> str | None:
        """Platform of its posts; None where it is not known, as in models of older versions."""
        return self.training.get("platform")

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it reads, in their order (see `features.matrix`)."""
        return tuple(self.training["ranges"])

    @property
    def uses_topics(self) -> bool:
        """Whether it was trained on `sound_rising` and `tag_saturated` besides the counters."""
        return set(TOPIC_FEATURES) <= set(self.columns)

    def state(self) -> dict[str, Any]:
        """As JSON values; floats keep every digit."""
        return {
            "model_id": self.model_id,
            "target": self.target,
            "regressor": self.regressor.state(),
            "calibration": self.calibration.state(),
            "later": self.later.state() if self.later else None,
            "transfer": self.transfer.state() if self.transfer else None,
            "training": dict(self.training),
            "report": dict(self.report),
        }

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """The model that `state` describes; predicts exactly what the original predicts."""
        return cls(
            model_id=str(state["model_id"]),
            target=str(state["target"]),
            regressor=CompletionRegressor.from_state(state["regressor"]),
            calibration=Calibration.from_state(state["calibration"]),
            later=Calibration.from_state(state["later"]) if state.get("later") else None,
            transfer=Transfer.from_state(state["transfer"]) if state["transfer"] else None,
            training=state["training"],
            report=state["report"],
        )
