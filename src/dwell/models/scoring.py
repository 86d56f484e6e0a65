"""Ranks the posts of an account without watch time, best first, and gives a level only where transfer is proven."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np

from dwell import clock
from dwell.models.completion_model import CompletionModel
from dwell.models.extrapolation import extrapolation_warnings
from dwell.models.features import MIN_VIEWS, has_features, matrix
from dwell.models.intervals import LEVEL, Calibration
from dwell.models.later_posts import LaterPosts, follow_later_posts, is_later
from dwell.models.link import Floats
from dwell.models.sample import bucket_of
from dwell.models.targets import measured_value
from dwell.models.transfer import CREATORS_FOR_LEVEL

DRAWS = 2000
SEED = 20260000

Row = Mapping[str, Any]


def score(model: CompletionModel, rows: Sequence[Row], of_period: Collection[str] | None = None) -> dict[str, Any]:
    """Ranks the posts of one account.

    A percentile is the share of the account's ranked posts that a post is expected to beat (0-1, ties shared); its
    interval comes from resampling every post's error. A level is shown for an account that the model was trained on,
    and for another account only where leave-one-creator-out over three accounts or more shows an R² above 0.

    Args:
        model: A fitted model.
        rows: Rows of the `posts` metric, of one account.
        of_period: Ids of the posts to rank; the others only tell how far the model errs. All where None.

    Returns:
        JSON values: `model_id`, `trained_at`, `trained_on` (handles), `target`, `handle`, `level_shown`, `reasons`,
        `transfer`, `warnings`, `left_out`, `later_posts` (measured posts after the training posts: `n`, `inside`,
        `level`, `bias`; None for strangers), `rows`; each row `post_id`, `rank`, `percentile`, `percentile_low`,
        `percentile_high`, `<target>_predicted`, `<target>_predicted_low`, `<target>_predicted_high` (None where no
        level is shown).
    """
    posts, left_out = _select_scorable(rows, model.target, of_period)
    handles = {str(row["handle"]) for row in rows if row.get("handle")}
    own = bool(handles) and handles <= set(model.handles)
    shown, reasons = _may_show_level(model, own=own)
    columns = matrix(posts, model.columns)
    handle = handles.pop() if len(handles) == 1 else None
    errors = _Errors(model, rows, handle) if own else None
    return {
        "model_id": model.model_id,
        "trained_at": model.training["trained_at"],
        "trained_on": list(model.handles),
        "target": model.target,
        "handle": handle,
        "level": LEVEL,
        "level_shown": shown,
        "reasons": reasons,
        "transfer": model.transfer.summary() if model.transfer else None,
        "later_posts": errors.later_posts() if errors else None,
        "warnings": _warnings(model, columns, errors) if posts else [],
        "left_out": left_out,
        "rows": _rank_rows(model, posts, columns, errors, shown=shown) if posts else [],
    }


class _Errors:
    """The errors from which an account gets its intervals that the model was trained on."""

    def __init__(self, model: CompletionModel, rows: Sequence[Row], handle: str | None) -> None:
        self.model = model
        self.same = model.calibration.of_account(handle or "")
        self.after = (model.later or model.calibration).of_account(handle or "")
        self.followed: LaterPosts = follow_later_posts(model, rows, self.after)

    def half_widths(self, posts: Sequence[Row]) -> Floats:
        """Posts after the training posts get the adapted widths of rolling fits, the others those out of fold."""
        after = self.followed.known
        return np.array(
            [(after if is_later(self.model, post) else self.same).half_width(bucket_of(post)) for post in posts]
        )

    def later_posts(self) -> dict[str, Any]:
        """As JSON values."""
        followed = self.followed
        return {"n": followed.n, "inside": followed.inside, "level": followed.known.level, "bias": followed.bias}


def _select_scorable(
    rows: Sequence[Row], target: str, of_period: Collection[str] | None
) -> tuple[list[Row], dict[str, int]]:
    """Posts to rank, and the reasons why the others are left out."""
    posts: list[Row] = []
    left_out: dict[str, int] = {}
    for row in rows:
        reason = None
        if of_period is not None and row["post_id"] not in of_period:
            reason = "outside the period"
        elif row.get("excluded"):
            reason = str(row["excluded"])
        elif measured_value(row, target) is not None:
            reason = "measured: see the true value instead"
        elif not has_features(row):
            reason = f"length unknown, views unknown or fewer than {MIN_VIEWS}"
        if reason is None:
            posts.append(row)
        else:
            left_out[reason] = left_out.get(reason, 0) + 1
    return posts, left_out


def _may_show_level(model: CompletionModel, *, own: bool) -> tuple[bool, list[str]]:
    """Whether a level may be shown, and if not, why."""
    if own:
        return True, []
    creators = len(model.handles)
    if creators < CREATORS_FOR_LEVEL or model.transfer is None or model.transfer.creators < CREATORS_FOR_LEVEL:
        plural = "account" if creators == 1 else "accounts"
        why = (
            f"The model learnt from {creators} {plural}, none of them this one: whether its level holds elsewhere can"
            f" only be known from {CREATORS_FOR_LEVEL} accounts with watch time; import more and fit them together."
            " Ranks are within this account."
        )
        return False, [why]
    if not model.transfer.level_shown:
        r2 = model.transfer.r2
        why = (
            f"The level fails on accounts left out of the fit (R² {r2.mean:.2f}, 95 % interval {r2.low:.2f} to"
            f" {r2.high:.2f} over {model.transfer.creators} accounts): only ranks within this account are shown."
        )
        return False, [why]
    return True, []


def _warnings(model: CompletionModel, columns: Floats, errors: _Errors | None) -> list[str]:
    """How well ranks transfer, and how far these posts are outside the training range."""
    warnings = extrapolation_warnings(columns, model.training["ranges"])
    if clock.now() >= datetime.fromisoformat(model.training["refit_due_at"]):
        warnings.append(
            f"The model was due for a new fit on {model.training['refit_due_at'][:10]}: run `dwell fit` again."
        )
    if errors:
        moved = errors.followed.warning()
        return [*([moved] if moved else []), *warnings]
    if model.transfer is None:
        transfer_note = (
            "How well ranks carry over to another account cannot be known from a single account: the intervals show"
            " the model's error on its own account and are too narrow by an unknown amount."
        )
    else:
        order = model.transfer.spearman
        transfer_note = (
            f"On accounts that it was not trained on, its order agreed with the true one at Spearman {order.mean:.2f}"
            f" (95 % interval {order.low:.2f} to {order.high:.2f} over {model.transfer.creators} accounts)."
        )
    return [transfer_note, *warnings]


def _rank_rows(
    model: CompletionModel, posts: Sequence[Row], columns: Floats, errors: _Errors | None, *, shown: bool
) -> list[dict[str, Any]]:
    """The result's rows, best first; ties keep the order of post ids."""
    link = model.regressor.predict_link(columns)
    elsewhere = None if errors else model.transfer
    percentile = _percentile(link)
    ranking = errors.same if errors else elsewhere.ranking if elsewhere else model.calibration
    low, high = _percentile_band(link, ranking)
    value = model.regressor.predict(columns)
    level = elsewhere.calibration if elsewhere else model.calibration
    half = errors.half_widths(posts) if errors else level.half_widths([bucket_of(row) for row in posts])
    band = model.regressor.predict_band(columns, half)
    name = f"{model.target}_predicted"
    order = sorted(range(len(posts)), key=lambda place: (-link[place], str(posts[place]["post_id"])))
    return [
        {
            "post_id": posts[place]["post_id"],
            "rank": rank,
            "percentile": float(percentile[place]),
            "percentile_low": float(min(low[place], percentile[place])),
            "percentile_high": float(max(high[place], percentile[place])),
            name: float(value[place]) if shown else None,
            f"{name}_low": float(min(band[0][place], value[place])) if shown else None,
            f"{name}_high": float(max(band[1][place], value[place])) if shown else None,
        }
        for rank, place in enumerate(order, start=1)
    ]


def _percentile(link: Floats) -> Floats:
    from scipy.stats import rankdata

    return np.asarray((rankdata(link, axis=-1) - 0.5) / link.shape[-1], dtype=np.float64)


def _percentile_band(link: Floats, calibration: Calibration) -> tuple[Floats, Floats]:
    """Percentiles at both ends of the level when every post's error is resampled from out-of-fold errors (seeded)."""
    draws = np.random.default_rng(SEED).choice(calibration.errors, size=(DRAWS, len(link)))
    percentiles = _percentile(link + draws)
    ends = np.quantile(percentiles, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    return ends[0], ends[1]
