"""What a model reads: every public counter, the length alone, or the duration bucket alone."""

from __future__ import annotations

from dataclasses import dataclass

from dwell.models.baselines import TRIVIAL
from dwell.models.completion import MEMBERS
from dwell.models.feature_names import ACCOUNT, BUCKET, FEATURES
from dwell.models.predictors import Predictor, blend_predictor
from dwell.models.sample import Sample


@dataclass(frozen=True)
class Inputs:
    """One choice of inputs.

    Attributes:
        name: As users write it.
        members: Members of the blend.
        trivial: Baselines that such a model must beat to be stored.
    """

    name: str
    members: tuple[str, ...]
    trivial: tuple[str, ...]

    def columns(self, sample: Sample) -> tuple[str, ...]:
        """The columns of a sample that the model reads; a pooled model always knows the account."""
        if self.name == "counters":
            return tuple(name for name in sample.names if not name.startswith(BUCKET))
        own = (FEATURES[0],) if self.name == "length" else tuple(n for n in sample.names if n.startswith(BUCKET))
        return (*own, *(name for name in sample.names if name.startswith(ACCOUNT)))

    def predictor(self, sample: Sample) -> Predictor:
        """The model as a predictor on samples with the columns of this one."""
        return blend_predictor(self.columns(sample), self.members)


INPUTS = {
    "counters": Inputs("counters", MEMBERS, TRIVIAL),
    "length": Inputs("length", ("ridge", "process"), TRIVIAL),
    "bucket": Inputs("bucket", ("ridge",), ("mean",)),
}
