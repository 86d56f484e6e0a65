"""The retention curves of an account: in figures, against its own bands, by shape; or one of them second by second."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dwell.errors import NoDataError
from dwell.metrics.retention_columns import FLAGS, FRACTIONS
from dwell.results import Result
from dwell.workspace.connected import how_to_read

if TYPE_CHECKING:
    from dwell.workspace.snapshot import Snapshot

POINT_COLUMNS = (
    *("second", "fraction", "retention_rate", "change", "event", "size", "p10", "median", "p90", "n"),
    "like_share",
)
_LIKES = ("like_peak_s", "like_peak_share")
_TYPICAL = ("hook_loss_1s", "hook_loss_3s", "hook_loss_5s", "retention_3s", "end_rate")


def retention(
    snapshot: Snapshot, account: Mapping[str, str], *, post: str | None = None, by: str = "views", ads: bool = False
) -> Result:
    """The curves of an account, newest post first; with `post`, the curve of that one at whole seconds.

    Args:
        snapshot: Runs the queries.
        account: What `find_account` returned.
        post: Id or link of a post.
        by: What the best quarter is chosen by: `views` or `engagement_rate`.
        ads: Promoted posts count like others.

    Raises:
        NoDataError: The post has no stored curve, or no such `by`.
    """
    from dwell.models.retention_quartiles import RANKINGS

    if by not in RANKINGS:
        raise NoDataError(f"The best quarter can't be chosen by {by!r}: choose from {', '.join(RANKINGS)}.")
    options = {**account, **({"ads": True} if ads else {})}
    curves = snapshot.ask("retention_curves", **options)
    about = {"handle": account["handle"], "platform": account.get("platform"), "by": by, "ads": ads}
    if post is not None:
        return _one(snapshot, account, options, about, list(curves), post)
    return _all(snapshot, account, curves, about, by)


def _all(snapshot: Snapshot, account: Mapping[str, str], curves: Result, about: Mapping[str, Any], by: str) -> Result:
    from dwell.models.curve_shapes import find_shapes
    from dwell.models.retention_quartiles import compare_quartiles, extremes, quartile_curves

    rows = list(curves)
    kept = rows if about["ads"] else [row for row in rows if not row["is_ad"]]
    shapes, comparison = find_shapes(kept), compare_quartiles(kept, by)
    peaks = {row["post_id"]: row for row in _likes(snapshot, "like_peaks", account)}
    columns = (*curves.columns, "shape", *_LIKES)
    listed = [
        (
            *(row[name] for name in curves.columns),
            shapes.names.get(row["post_id"]),
            *(peaks.get(row["post_id"], {}).get(name) for name in _LIKES),
        )
        for row in kept
    ]
    found = {"verdict": shapes.verdict, "silhouette": shapes.silhouette, "stability": shapes.stability}
    bucket, posts = extremes(kept, by)
    meta = {
        **about,
        "curves": len(kept),
        "left_out_ads": len(rows) - len(kept),
        "typical": _typical(kept),
        "comparison": comparison.to_dict(),
        "quartiles": quartile_curves(kept, by),
        "extremes": {"bucket": bucket, "posts": posts},
        "shapes": {**found, "rows": list(shapes.rows)},
        "checks": list(_checks(kept)),
        "warnings": _caveats(comparison) if kept else [_how_to_get_curves(snapshot, account["handle"])],
    }
    return Result(columns, listed, meta)


def _how_to_get_curves(snapshot: Snapshot, handle: str) -> str:
    how = how_to_read(snapshot, handle)
    return f"No retention curve is known: {how}, or import Meta's table of videos."


def _one(
    snapshot: Snapshot,
    account: Mapping[str, str],
    options: Mapping[str, Any],
    about: Mapping[str, Any],
    curves: Sequence[Mapping[str, Any]],
    post: str,
) -> Result:
    post_id = post.strip().split("?")[0].rstrip("/").rsplit("/", 1)[-1]
    row = next((row for row in curves if row["post_id"] == post_id), None)
    if row is None:
        raise NoDataError(
            f"No retention curve of post {post_id} by @{about['handle']} is stored; `dwell retention --creator"
            f" @{about['handle']} --all` lists the posts that have one."
        )
    points = snapshot.ask("retention_points", **options, post=post_id)
    seconds = _band(snapshot, options, row["bucket"], "seconds")
    fractions = _band(snapshot, options, row["bucket"], "fraction")
    given = _likes(snapshot, "likes_by_second", {**account, "post": post_id})
    likes = {like["second"]: like["like_share"] for like in given}
    rows = [
        {**point, **seconds.get(point["second"], {"n": 0}), "like_share": likes.get(point["second"])}
        for point in points
    ]
    places = [
        {"fraction": place / 100, "retention_rate": row[f"at_{place}"], **fractions.get(place / 100, _NO_BAND)}
        for place in FRACTIONS
    ]
    peaks = _likes(snapshot, "like_peaks", account)
    peak = next((like for like in peaks if like["post_id"] == post_id), {})
    row = {**row, **{name: peak.get(name) for name in _LIKES}}
    meta = {**about, "post": row, "fractions": places, "checks": list(_checks([row])), "warnings": []}
    return Result(POINT_COLUMNS, [tuple(point.get(name) for name in POINT_COLUMNS) for point in rows], meta)


def _likes(snapshot: Snapshot, metric: str, options: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    """The rows of a metric of likes by second; not asked where none at all is stored, as in most folders."""
    return snapshot.ask(metric, **options) if snapshot.rows()["engagement_likes"] else ()


_NO_BAND: dict[str, Any] = {"n": 0, "p10": None, "median": None, "p90": None}


def _band(snapshot: Snapshot, options: Mapping[str, Any], bucket: str | None, axis: str) -> dict[float, dict[str, Any]]:
    """What is usual at each place of the curves of one duration bucket; nothing for an unknown length."""
    if bucket is None:
        return {}
    bands = snapshot.ask("retention_bands", **options, axis=axis)
    return {row["position"]: {name: row[name] for name in _NO_BAND} for row in bands if row["bucket"] == bucket}


def _typical(curves: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The median of each figure with its interval and n; null without a curve that has it."""
    from dwell.models.medians import median_with_interval

    typical: dict[str, Any] = {}
    for name in _TYPICAL:
        values = [row[name] for row in curves if row[name] is not None]
        found = median_with_interval(values) if values else None
        typical[name] = found and {"median": found.value, "low": found.low, "high": found.high, "n": found.n}
    return typical


def _checks(curves: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """One entry per flag of a curve, with the area and the average watch time where these disagree."""
    return [
        {
            "post_id": row["post_id"],
            "flag": flag,
            "meaning": FLAGS[flag],
            **{name: row[name] for name in ("area_s", "avg_watch_s", "area_difference_s")},
        }
        for row in curves
        for flag in (row["flags"] or "").split(",")
        if flag
    ]


def _caveats(comparison: Result) -> list[str]:
    """A difference in length shapes the other figures, so it is said beside them."""
    length = next((row for row in comparison if row["figure"] == "duration_s" and row["differs"]), None)
    if length is None:
        return []
    way = "longer" if length["effect"] > 0 else "shorter"
    medians = f"median {length['top']:g} s against {length['rest']:g} s"
    return [f"The videos of the best quarter are {way} ({medians}); other differences may be those of length."]
