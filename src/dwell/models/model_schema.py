"""What the file of a model must have: each value of the right kind, and arrays whose lengths agree.

It is looked at once, when a file is read. After that nothing asks again: a model that passes can score.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta, Struct

from dwell.models.feature_names import ACCOUNT, BUCKET, FEATURES, TOPIC_FEATURES
from dwell.models.targets import CEILINGS

_MOST = 1e12
"""No figure of a fit comes near it, and sums of what is smaller stay finite."""
_NODES = 7  # of a tree of depth 2, see boosting.py

Kind = TypeVar("Kind")
Number = Annotated[float, Meta(ge=-_MOST, le=_MOST)]
Positive = Annotated[float, Meta(gt=0, le=_MOST)]
Share = Annotated[float, Meta(gt=0, lt=1)]
Count = Annotated[int, Meta(ge=0, le=10**12)]
Name = Annotated[str, Meta(min_length=1, max_length=500)]
Text = Annotated[str, Meta(max_length=100_000)]
Values = Annotated[list[Number], Meta(min_length=1)]
Nodes = list[Annotated[list[int], Meta(min_length=_NODES, max_length=_NODES)]]
NodeValues = list[Annotated[list[Number], Meta(min_length=_NODES, max_length=_NODES)]]


class _Scaler(Struct):
    margin: Annotated[float, Meta(ge=0, le=_MOST)]
    median_: Values
    mean_: Values
    scale_: Annotated[list[Positive], Meta(min_length=1)]
    low_: Values
    high_: Values
    indicator_: list[bool]
    empty_: list[bool]


class _Ridge(Struct):
    coefficients: Values
    intercept: Number
    penalty: Number


class _Process(Struct):
    y_mean_: Number
    y_scale_: Number
    noise_sd_: Number
    point_: list[Annotated[float, Meta(ge=-100, le=100)]]
    X_fit_: Annotated[list[list[Number]], Meta(min_length=1)]
    alpha_: Values


class _Trees(Struct):
    start: Number
    feature: Nodes
    threshold: NodeValues
    left: Nodes
    right: Nodes
    value: NodeValues


class _Members(Struct):
    ridge: _Ridge | msgspec.UnsetType = msgspec.UNSET
    process: _Process | msgspec.UnsetType = msgspec.UNSET
    trees: _Trees | msgspec.UnsetType = msgspec.UNSET


class _Blend(Struct):
    scaler: _Scaler
    members: _Members
    noise_sd_: Annotated[float, Meta(ge=0, le=100)]


class _Regressor(Struct):
    ceiling: Positive
    blend: _Blend


class _Calibration(Struct):
    errors: Values
    buckets: list[str]
    level: Share
    handles: list[str] = []


class _Mean(Struct, forbid_unknown_fields=True):
    mean: Number
    low: Number | None
    high: Number | None


class _Transfer(Struct):
    creators: Annotated[int, Meta(ge=1, le=10**9)]
    r2: _Mean
    spearman: _Mean
    calibration: _Calibration
    ranking: _Calibration


class _Training(Struct):
    handles: Annotated[list[Name], Meta(min_length=1)]
    rows: Count
    trained_at: str
    refit_due_at: str
    ranges: dict[Name, tuple[Number | None, Number | None, Number | None]]
    first_posted_at: str | None
    last_posted_at: str | None
    platform: Name | None = None


class _Skill(Struct):
    r2: Number | None = None
    mae: Number | None = None
    spearman: Number | None = None
    bias: Number | None = None
    rolling_r2: Number | None = None


class _Baseline(Struct):
    out_of_fold: _Skill | None = None
    forward: _Skill | None = None


class _Gain(Struct):
    over: Text | None = None
    r2: Number | None = None
    low: Number | None = None
    high: Number | None = None


class _Interval(Struct):
    level: Number | None = None
    coverage: Number | None = None
    mean_width: Number | None = None
    coverage_forward: Number | None = None
    coverage_by_bucket: dict[str, Number | None] = {}
    rows_by_bucket: dict[str, Count] = {}


class _OfAccount(Struct):
    handle: Name
    r2: Number | None
    n: Count | None = None
    mae: Number | None = None
    spearman: Number | None = None
    coverage: Number | None = None
    mean_width: Number | None = None
    coverage_forward: Number | None = None
    rolling_r2: Number | None = None


class _BetterForward(Struct):
    baseline: Text
    inputs: Text
    name: Text
    r2: Number
    model_r2: Number


class _Topics(Struct):
    n_known: Count
    verdict: Text
    used: bool
    r2_without: Number | None = None
    r2_with: Number | None = None
    gain: Number | None = None
    low: Number | None = None
    high: Number | None = None
    reason: Text | None = None


class _TransferSummary(Struct):
    creators: Count
    r2: _Mean
    spearman: _Mean
    level_shown: bool


class Report(Struct):
    """The report of a fit (`fit_report.py`); older ones lack some of it."""

    target: Name
    creators: Annotated[list[Name], Meta(min_length=1)]
    verdict: Name = "abstain"
    n: Count | None = None
    model_id: Name | None = None
    inputs: Name = "counters"
    reasons: list[Text] = []
    warnings: list[Text] = []
    out_of_fold: _Skill | None = None
    r2_interval: _Gain | None = None
    forward: _Skill | None = None
    baselines: dict[str, _Baseline] | None = None
    gain: dict[str, _Gain] | None = None
    better_forward: _BetterForward | None = None
    interval: _Interval | None = None
    in_sample_r2: Number | None = None
    scored_as: Text | None = None
    platform: Name | None = None
    by_account: list[_OfAccount] | None = None
    left_out: dict[str, Count] | None = None
    trained_at: str | None = None
    refit_due_at: str | None = None
    transfer: _TransferSummary | None = None
    topic_features: _Topics | None = None
    training_data: Text | None = None


class Verdict(Struct):
    """The file of a fit that abstained (`abstention.py`)."""

    at: str
    report: Report
    seq: int | None = None


class _Model(Struct):
    model_id: Name
    target: Name
    regressor: _Regressor
    calibration: _Calibration
    training: _Training
    report: Report
    transfer: _Transfer | None
    later: _Calibration | None = None


def check_model(content: Any) -> None:
    """Refuses what is no model.

    Args:
        content: The part `model` of a file, as JSON values.

    Raises:
        ValueError: It is none; the message says which value is wrong.
    """
    model = _convert(content, _Model)
    for problem in _find_problems(model, content):
        raise ValueError(problem)


def check_verdict(content: Any) -> None:
    """Refuses what is no verdict of a fit that abstained.

    Raises:
        ValueError: It is none; the message says which value is wrong.
    """
    verdict = _convert(content, Verdict)
    _require_instants(verdict.at, verdict.report.trained_at, verdict.report.refit_due_at)


def _convert(content: Any, kind: type[Kind]) -> Kind:
    try:
        return msgspec.convert(content, kind)
    except (OverflowError, RecursionError) as error:
        raise ValueError(str(error)) from error


def _find_problems(model: _Model, content: Mapping[str, Any]) -> Iterator[str]:
    """What does not fit together."""
    training, scaler = model.training, model.regressor.blend.scaler
    if model.target not in CEILINGS or model.regressor.ceiling != CEILINGS[model.target]:
        yield f"it predicts {model.target} up to {model.regressor.ceiling}"
    if model.report.model_id != model.model_id or model.report.target != model.target:
        yield "its report is that of another model"
    if model.report.by_account and {line.handle for line in model.report.by_account} - set(training.handles):
        yield "its report has other accounts"
    _require_instants(
        *(training.trained_at, training.refit_due_at, training.first_posted_at, training.last_posted_at),
        *(model.report.trained_at, model.report.refit_due_at),
    )
    columns = [*training.ranges]
    known = {*FEATURES, *TOPIC_FEATURES}
    strange = [name for name in columns if name not in known and not name.startswith((ACCOUNT, BUCKET))]
    if not columns or strange:
        yield f"it has no column {strange[0]}" if strange else "it has no columns"
    if any((low is None) != (high is None) for low, high, _ in training.ranges.values()):
        yield "a range has one end"
    if any(max(abs(end or 0) for end in ends[:2]) > math.log(_MOST) for ends in training.ranges.values()):
        yield "a range is too wide"
    arrays = (scaler.median_, scaler.mean_, scaler.scale_, scaler.low_, scaler.high_, scaler.indicator_, scaler.empty_)
    if {len(array) for array in arrays} != {len(columns)}:
        yield "its scaler has other columns"
    if any(low > high for low, high in zip(scaler.low_, scaler.high_, strict=True)):
        yield "its scaler has a range that ends before it begins"
    yield from _find_in_members(model.regressor.blend.members, content, len(columns) + sum(scaler.indicator_))
    yield from _find_in_errors(model)


def _find_in_members(members: _Members, content: Mapping[str, Any], width: int) -> Iterator[str]:
    names = set(content["regressor"]["blend"]["members"])
    if not names or names - {*_Members.__struct_fields__}:
        yield "its members are others than dwell's"
    ridge, process, trees = members.ridge, members.process, members.trees
    if isinstance(ridge, _Ridge) and len(ridge.coefficients) != width + 1:
        yield "its ridge has other columns"
    if isinstance(process, _Process):
        shapes = {len(row) for row in process.X_fit_}
        if shapes != {width} or len(process.alpha_) != len(process.X_fit_) or len(process.point_) != width + 3:
            yield "its Gaussian process has other columns"
    if isinstance(trees, _Trees):
        parts = (trees.feature, trees.threshold, trees.left, trees.right, trees.value)
        if len({len(part) for part in parts}) != 1:
            yield "its trees have different lengths"
        if any(not 0 <= column < width for tree in trees.feature for column in tree):
            yield "its trees have other columns"
        if any(not 0 <= node < _NODES for part in (trees.left, trees.right) for tree in part for node in tree):
            yield "its trees lead nowhere"


def _find_in_errors(model: _Model) -> Iterator[str]:
    transfer = model.transfer
    errors = [model.calibration, *([model.later] if model.later else [])]
    errors += [transfer.calibration, transfer.ranking] if transfer else []
    for one in errors:
        if len(one.buckets) != len(one.errors) or len(one.handles) not in {0, len(one.errors)}:
            yield "its errors have other buckets or accounts"
    if transfer and transfer.creators > 1 and None in {transfer.r2.low, transfer.spearman.low}:
        yield "the interval of its transfer is missing"
    if transfer and any((mean.low is None) != (mean.high is None) for mean in (transfer.r2, transfer.spearman)):
        yield "the interval of its transfer has one end"


def _require_instants(*texts: str | None) -> None:
    for text in texts:
        if text is None:
            continue
        instant = datetime.fromisoformat(text)
        if instant.tzinfo is None or not 2000 < instant.year < 9000:
            raise ValueError(f"{text} is no instant of a fit")
