"""Every post's newest retention curve in figures, and what is usual for the account's videos of its length."""

from __future__ import annotations

import functools
import operator

import ibis
from ibis.expr.types import BooleanValue, NumericValue, StringValue, Table

from dwell.errors import DwellError
from dwell.metrics.latest import max_by
from dwell.metrics.retention_columns import FRACTIONS, HOOK_S
from dwell.metrics.retention_points import counted, whole_seconds, with_events, with_plateau
from dwell.metrics.retention_readings import ATTRIBUTES, area, curves, is_known, reaches_end, segments, value_between
from dwell.metrics.tables import table

AT = tuple(f"at_{percent}" for percent in FRACTIONS)
MIN_BAND = 5
"""Fewer curves of a length have no band."""
START_SLACK = 0.05
"""A curve that starts further from 1 is flagged."""
AREA_SLACK_S, AREA_SLACK = 0.25, 0.05
"""The area may differ so much from the average watch time, in seconds or as a share of it, without being flagged."""

_KEYS = ("platform", "handle", "bucket")
_BANDS = {"p10": 0.1, "median": 0.5, "p90": 0.9}
_BANDED = ("retention_3s", "end_rate")


def retention_curves(*, handle: str | None = None, platform: str | None = None, ads: bool = False) -> Table:
    """One row per post with a curve, newest post first; promoted posts are listed, and in bands only on request.

    Args:
        handle: Only this account's posts.
        platform: Only the posts of this platform.
        ads: Promoted posts count like others.
    """
    rows = _figures(handle, platform, ads=ads)
    edges = _edges(counted(rows, ads=ads), (*AT, *_BANDED))
    joined = rows.left_join(edges, [rows[name] == edges[name] for name in _KEYS])
    bands = {f"{name}_{band}": edges[f"{name}_{band}"] for name in _BANDED for band in _BANDS}
    places = _places(rows, edges)
    return joined.select(
        *(rows[name] for name in rows.columns), bucket_n=edges.bucket_n.fill_null(0), **bands, **places
    ).order_by(rows.posted_at.desc(nulls_first=False), rows.post_id.asc())


def retention_bands(
    *, handle: str | None = None, platform: str | None = None, ads: bool = False, axis: str = "seconds"
) -> Table:
    """What is usual at each place of a curve, per account and duration bucket.

    Args:
        handle: Only this account's posts.
        platform: Only the posts of this platform.
        ads: With promoted posts.
        axis: `seconds` (whole ones), or `fraction`: every 5 % of the length.

    Raises:
        DwellError: No such axis.
    """
    if axis == "seconds":
        of = counted(curves(handle, platform, ads=ads), ads=ads)
        seconds = whole_seconds(segments(of)).join(of.select("post_id", *_KEYS), "post_id")
        seconds = seconds.filter(seconds.handle.notnull() & seconds.bucket.notnull())
        bands = {band: seconds.rate.quantile(share) for band, share in _BANDS.items()}
        places = seconds.group_by([*_KEYS, "second"]).agg(n=seconds.count(), **bands)
        return _with_enough(places.rename(position="second"))
    if axis != "fraction":
        raise DwellError(f"Unknown axis {axis!r}: choose from seconds, fraction.")
    edges = _edges(counted(_figures(handle, platform, ads=ads), ads=ads), AT)
    parts = [
        edges.select(
            *_KEYS,
            position=ibis.literal(percent) / 100,
            n=edges[f"at_{percent}_n"],
            **{band: edges[f"at_{percent}_{band}"] for band in _BANDS},
        )
        for percent in FRACTIONS
    ]
    return _with_enough(ibis.union(*parts))


def _with_enough(places: Table) -> Table:
    """Without a band where fewer than MIN_BAND curves have a value."""
    enough = {band: _where(places.n >= MIN_BAND, places[band]) for band in _BANDS}
    chosen = places.select(*_KEYS, "position", "n", **enough).filter(places.n > 0)
    return chosen.order_by(*_KEYS, "position")


def _figures(handle: str | None, platform: str | None, *, ads: bool) -> Table:
    """One row per curve: what it is, and its figures; unknown ones are null."""
    of = curves(handle, platform, ads=ads)
    pieces = segments(of)
    points, seconds = _at_points(pieces), _at_seconds(pieces)
    watched = table("watch_times").select("post_id", "observed_at", "avg_watch_s", "full_watch_rate")
    rows = (
        of.left_join(points, "post_id")
        .left_join(seconds, of.post_id == seconds.post_id)
        .left_join(watched, [of.post_id == watched.post_id, of.observed_at == watched.observed_at])
    )
    whole = is_known((of.first_s == 0) & reaches_end(of) & ~points.has_gap) & of.problem.isnull()
    area_s = _where(whole & of.length_s.notnull(), points.area_s)
    rows = rows.select(
        *(of[name] for name in ATTRIBUTES),
        *(of[name] for name in ("views", "engagement_rate", "excluded", "bucket")),
        duration_s=of.length_s,
        observed_at=of.observed_at,
        points=of.points,
        first_s=of.first_s,
        last_s=of.last_s,
        start_rate=points.at_0s,
        **{f"retention_{second}s": points[f"at_{second}s"] for second in HOOK_S},
        **{f"hook_loss_{second}s": points.at_0s - points[f"at_{second}s"] for second in HOOK_S},
        plateau_s=seconds.plateau_s,
        plateau_from_s=seconds.plateau_to_s - seconds.plateau_s.nullif(0),
        plateau_to_s=_where(seconds.plateau_s > 0, seconds.plateau_to_s),
        end_rate=points.at_100,
        bumps=seconds.bumps,
        bump_s=seconds.bump_s,
        bump_height=seconds.bump_height,
        cliffs=seconds.cliffs,
        cliff_s=seconds.cliff_s,
        cliff_drop=seconds.cliff_drop,
        area_s=area_s,
        avg_watch_s=watched.avg_watch_s,
        area_difference_s=area_s - watched.avg_watch_s,
        full_watch_rate=watched.full_watch_rate,
        flags=_flags(of, points, area_s, watched.avg_watch_s),
        **{name: points[name] for name in AT},
    )
    return rows.alias("retention_figures")


def _at_points(pieces: Table) -> Table:
    """Per curve, read between its own points: values at seconds and at places of the length, area, gaps."""
    seconds = {f"at_{second}s": value_between(pieces, ibis.literal(float(second))).max() for second in (0, *HOOK_S)}
    places = {f"at_{percent}": value_between(pieces, pieces.length_s * (percent / 100)).max() for percent in FRACTIONS}
    gap = pieces.next_at.notnull() & ~pieces.close
    return pieces.group_by("post_id").agg(
        **seconds, **places, area_s=area(pieces).sum(), has_gap=gap.any(), most_rate=pieces.rate.max()
    )


def _at_seconds(pieces: Table) -> Table:
    """Per curve, from its whole seconds: bumps, cliffs and the longest plateau."""
    rows = with_plateau(with_events(whole_seconds(pieces)))
    # The largest counts, and of equal ones the first.
    bump = _where(rows.is_bump, rows.rise - rows.second * 1e-9)
    cliff = _where(rows.is_cliff, rows.excess - rows.second * 1e-9)
    return rows.group_by("post_id").agg(
        bumps=rows.post_id.count(where=rows.is_bump),
        bump_s=max_by(rows.second, bump),
        bump_height=max_by(rows.rise, bump),
        cliffs=rows.post_id.count(where=rows.is_cliff),
        cliff_s=max_by(rows.second, cliff),
        cliff_drop=max_by(rows.excess, cliff),
        plateau_s=rows.flat_s.max(),
        plateau_to_s=max_by(rows.second, rows.flat_s - rows.second * 1e-9),
    )


def _flags(of: Table, points: Table, area_s: NumericValue, avg_watch_s: NumericValue) -> StringValue:
    """What is odd about a curve, with commas between; null where nothing is."""
    slack = ibis.greatest(AREA_SLACK_S, avg_watch_s * AREA_SLACK)
    tests = {
        "percent_axis": of.percent_axis,
        "single_point": of.points < 2,
        "no_start": of.first_s > 0,
        "start_not_1": (points.at_0s - 1).abs() > START_SLACK,
        "over_1": points.most_rate > 1 + START_SLACK,
        "gap": points.has_gap,
        "unknown_length": of.length_s.isnull(),
        "ends_early": of.length_s.notnull() & of.problem.isnull() & ~reaches_end(of),
        "area_differs": (area_s - avg_watch_s).abs() > slack,
    }
    named = [ibis.cases((is_known(test), f",{name}"), else_="") for name, test in tests.items()]
    problem = ibis.cases((of.problem.notnull(), ibis.literal(",") + of.problem), else_="")
    joined = functools.reduce(operator.add, named, problem)
    return ibis.cases((joined != "", joined.substr(1)), else_=ibis.null("string"))


def _edges(rows: Table, figures: tuple[str, ...]) -> Table:
    """p10, median, p90 and n of each figure per account and duration bucket, and `bucket_n`: its curves."""
    known = rows.filter(rows.bucket.notnull() & rows.handle.notnull() & rows.at_50.notnull())
    counts = {f"{name}_n": known[name].count() for name in figures}
    bands = {f"{name}_{band}": known[name].quantile(share) for name in figures for band, share in _BANDS.items()}
    edges = known.group_by(list(_KEYS)).agg(bucket_n=known.count(), **counts, **bands)
    enough = {
        f"{name}_{band}": _where(edges[f"{name}_n"] >= MIN_BAND, edges[f"{name}_{band}"])
        for name in figures
        for band in _BANDS
    }
    return edges.mutate(**enough).alias("retention_edges")


def _places(rows: Table, edges: Table) -> dict[str, NumericValue]:
    """The shares of the 21 places at which a curve is above the p90, or below the p10, of its band."""
    above = [rows[name] > edges[f"{name}_p90"] for name in AT]
    below = [rows[name] < edges[f"{name}_p10"] for name in AT]
    compared = functools.reduce(operator.add, (_one(test.notnull()) for test in above)).nullif(0)
    return {
        name: functools.reduce(operator.add, map(_one, tests)) / compared
        for name, tests in (("above_band", above), ("below_band", below))
    }


def _one(test: BooleanValue) -> NumericValue:
    return ibis.cases((test, 1), else_=0)


def _where(condition: BooleanValue, value: NumericValue) -> NumericValue:
    return ibis.cases((condition, value), else_=ibis.null("float64"))
